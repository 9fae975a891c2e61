/** A straight line through values at 0, 1, …, by least squares. */
export interface Line {
  /** At `middle`. */
  readonly mean: number;
  readonly middle: number;
  readonly slope: number;
}

/** The line through `count` values of `row` from `first` on; level through one value. */
export function lineThrough(row: Float64Array, first: number, count: number): Line {
  const middle = first + (count - 1) / 2;
  const origin = row[first];
  let sum = 0;
  let product = 0;
  for (let i = first; i < first + count; i++) {
    sum += row[i] - origin;
    product += (i - middle) * (row[i] - origin);
  }
  const spread = (count * (count * count - 1)) / 12;
  return { mean: origin + sum / count, middle, slope: count > 1 ? product / spread : 0 };
}

export const lineAt = ({ mean, middle, slope }: Line, i: number) => mean + slope * (i - middle);

/**
 * Mean over 2·half + 1 neighbours of each value, the row continued to either side along the lines through its `half` first
 * and last values. `out` may be `row`; `sums` holds at least row.length + 2·half + 1 numbers.
 */
export function meanBetweenLines(row: Float64Array, half: number, out: Float64Array, sums: Float64Array): void {
  const n = row.length;
  const count = Math.min(half, n);
  const before = lineThrough(row, 0, count);
  const after = lineThrough(row, n - count, count);
  let total = 0;
  sums[0] = 0;
  for (let i = -half; i < n + half; i++) {
    total += i < 0 ? lineAt(before, i) : i < n ? row[i] : lineAt(after, i);
    sums[i + half + 1] = total;
  }
  const width = 2 * half + 1;
  for (let i = 0; i < n; i++) out[i] = (sums[i + width] - sums[i]) / width;
}
