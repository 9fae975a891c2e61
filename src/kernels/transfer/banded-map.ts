/** An affine map whose channels each look at a window of those that come in. */
export interface BandedMap {
  readonly from: number;
  readonly to: number;
  /** Most channels in a window. */
  readonly width: number;
  /** First channel of the window of each channel that comes out, and how many it has: fewer at the ends. */
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** to × width: weights from the first channel of the window on, 0 behind its end. */
  readonly weights: Float64Array;
  readonly offset: Float64Array;
}

/**
 * The map of row-major `values` (rows × from) into `out` (rows × to). Four rows at a time for the sake of the weights, which
 * are then read once for them; each row comes out the same to the last bit whatever rows are beside it.
 */
export function applyBandedMap(map: BandedMap, values: Float64Array, rows: number, out: Float64Array): void {
  const { from, to, width, first, count, weights, offset } = map;
  let row = 0;
  for (; row + 3 < rows; row += 4) {
    const x = row * from;
    const y = row * to;
    for (let j = 0; j < to; j++) {
      const o = offset[j];
      let s0 = o;
      let s1 = o;
      let s2 = o;
      let s3 = o;
      let at = x + first[j];
      const end = j * width + count[j];
      for (let w = j * width; w < end; w++, at++) {
        const weight = weights[w];
        s0 += weight * values[at];
        s1 += weight * values[at + from];
        s2 += weight * values[at + 2 * from];
        s3 += weight * values[at + 3 * from];
      }
      out[y + j] = s0;
      out[y + to + j] = s1;
      out[y + 2 * to + j] = s2;
      out[y + 3 * to + j] = s3;
    }
  }
  for (; row < rows; row++) {
    for (let j = 0; j < to; j++) {
      let sum = offset[j];
      let at = row * from + first[j];
      const end = j * width + count[j];
      for (let w = j * width; w < end; w++, at++) sum += weights[w] * values[at];
      out[row * to + j] = sum;
    }
  }
}

/** √Σ b² of each channel: the factor on the standard deviation of equal, independent errors. */
export function bandedNoiseGains({ to, width, weights }: BandedMap): Float64Array {
  return Float64Array.from({ length: to }, (_, j) => {
    let sum = 0;
    for (let w = j * width; w < (j + 1) * width; w++) sum += weights[w] * weights[w];
    return Math.sqrt(sum);
  });
}
