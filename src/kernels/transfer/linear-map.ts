/**
 * An affine map of spectra, x → offset + keep·x + (x·loadingsᵀ)·images: what whole-spectrum transfers are, in the factors in
 * which they were learned.
 */
export interface LinearMap {
  /** Channels of what goes in, and of what comes out. */
  readonly from: number;
  readonly to: number;
  readonly rank: number;
  /** Share of the spectrum itself that is kept; other than 0 only where `from` and `to` are equal. */
  readonly keep: number;
  /** rank × from. */
  readonly loadings: Float64Array;
  /** rank × to; absent: the unit matrix, for rank = to. */
  readonly images?: Float64Array;
  /** A number for each channel that comes out. */
  readonly offset: Float64Array;
}

/**
 * The map of row-major `values` (rows × from) into `out` (rows × to). Four rows at a time for the sake of the factors, which
 * are then read once for them; each row comes out the same to the last bit whatever rows are beside it.
 */
export function applyLinearMap(map: LinearMap, values: Float64Array, rows: number, out: Float64Array): void {
  const { from, to, rank, keep, loadings, images, offset } = map;
  const scores = new Float64Array(4 * rank);
  for (let row = 0; row < rows; row += 4) {
    const count = Math.min(4, rows - row);
    scoresOf(values.subarray(row * from, (row + count) * from), count, loadings, rank, from, scores);
    for (let i = 0; i < count; i++) {
      const [x, y] = [(row + i) * from, (row + i) * to];
      for (let j = 0; j < to; j++) out[y + j] = offset[j];
      if (keep !== 0) for (let j = 0; j < to; j++) out[y + j] += keep * values[x + j];
      if (!images) for (let j = 0; j < to; j++) out[y + j] += scores[j * 4 + i];
    }
    for (let a = 0; images && a < rank; a++) {
      for (let i = 0; i < count; i++) {
        const [y, score] = [(row + i) * to, scores[a * 4 + i]];
        for (let j = 0; j < to; j++) out[y + j] += score * images[a * to + j];
      }
    }
  }
}

/** Products of up to four rows with each of the loadings: rank × 4. */
function scoresOf(
  x: Float64Array,
  count: number,
  loadings: Float64Array,
  rank: number,
  n: number,
  scores: Float64Array,
): void {
  for (let a = 0; a < rank; a++) {
    const at = a * n;
    if (count < 4) {
      for (let i = 0; i < count; i++) {
        let sum = 0;
        for (let j = 0; j < n; j++) sum += loadings[at + j] * x[i * n + j];
        scores[a * 4 + i] = sum;
      }
      continue;
    }
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < n; j++) {
      const loading = loadings[at + j];
      s0 += loading * x[j];
      s1 += loading * x[n + j];
      s2 += loading * x[2 * n + j];
      s3 += loading * x[3 * n + j];
    }
    scores[a * 4] = s0;
    scores[a * 4 + 1] = s1;
    scores[a * 4 + 2] = s2;
    scores[a * 4 + 3] = s3;
  }
}

/** The same map taken about means: x → to + keep·(x − from) + ((x − from)·loadingsᵀ)·images. */
export function aboutMeans(
  map: Omit<LinearMap, 'offset'>,
  means: { readonly from: Float64Array; readonly to: Float64Array },
): LinearMap {
  const image = new Float64Array(map.to);
  applyLinearMap({ ...map, offset: new Float64Array(map.to) }, means.from, 1, image);
  return { ...map, offset: means.to.map((mean, j) => mean - image[j]) };
}

/** √ of the factor by which each channel that comes out multiplies the variance of equal, independent errors going in. */
export function noiseGains({ from, to, rank, keep, loadings, images }: LinearMap): Float64Array {
  const column = new Float64Array(from);
  return Float64Array.from({ length: to }, (_, j) => {
    column.fill(0);
    if (keep !== 0) column[j] = keep;
    for (let a = 0; a < rank; a++) {
      const weight = images ? images[a * to + j] : a === j ? 1 : 0;
      if (weight !== 0) for (let i = 0; i < from; i++) column[i] += weight * loadings[a * from + i];
    }
    return Math.sqrt(column.reduce((sum, value) => sum + value * value, 0));
  });
}
