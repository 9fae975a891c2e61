/**
 * A linear operation along the channels: out_j = Σ_k weights[j·width + k] · x[columns[j·width + k]], unused places with
 * weight 0. Plain data.
 */
export interface ChannelOperator {
  /** Channels it makes. */
  readonly channels: number;
  readonly width: number;
  readonly columns: Int32Array;
  readonly weights: Float64Array;
}

/** Applies the operator to one row; `out` is another array, of as many channels as the operator makes. */
export function applyToRow(
  { channels, width, columns, weights }: ChannelOperator,
  row: Float64Array,
  out: Float64Array,
) {
  for (let j = 0, at = 0; j < channels; j++) {
    let sum = 0;
    for (let k = 0; k < width; k++, at++) sum += weights[at] * row[columns[at]];
    out[j] = sum;
  }
}

/**
 * How far apart two results can be that have errors in common, where values up to `apart` channels from each other have:
 * 0 where no value goes into two results.
 */
export function operatorReach(operator: ChannelOperator, given: number, apart = 0): number {
  const { channels, width, columns, weights } = operator;
  const first = new Int32Array(given).fill(channels);
  const last = new Int32Array(given).fill(-1);
  for (let j = 0, at = 0; j < channels; j++) {
    for (let k = 0; k < width; k++, at++) {
      if (weights[at] === 0) continue;
      first[columns[at]] = Math.min(first[columns[at]], j);
      last[columns[at]] = Math.max(last[columns[at]], j);
    }
  }
  let reach = 0;
  for (let a = 0; a < given; a++) {
    for (let b = Math.max(0, a - apart); b <= Math.min(given - 1, a + apart); b++) {
      reach = Math.max(reach, last[b] - first[a]);
    }
  }
  return reach;
}
