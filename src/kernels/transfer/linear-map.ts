import { addProduct, multiplyTransposed } from '../matrix-product.ts';

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

/** The map of row-major `values` (rows × from) into `out` (rows × to). Each row by itself, to the last bit. */
export function applyLinearMap(map: LinearMap, values: Float64Array, rows: number, out: Float64Array): void {
  const { from, to, rank, keep, loadings, images, offset } = map;
  const scores = images ? new Float64Array(rows * rank) : out;
  multiplyTransposed(values, rows, loadings, rank, from, scores);
  if (images) out.fill(0, 0, rows * to);
  for (let i = 0; i < rows; i++) {
    const at = i * to;
    for (let j = 0; j < to; j++) out[at + j] += offset[j];
    if (keep !== 0) for (let j = 0; j < to; j++) out[at + j] += keep * values[i * from + j];
  }
  if (images) addProduct(scores, rows, rank, images, to, 1, out);
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
