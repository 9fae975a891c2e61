import { multiplyTransposed, transpose } from '../matrix-product.ts';
import { symmetricEigen } from '../symmetric-eigen.ts';

/**
 * Correlation alignment (B. Sun, J. Feng & K. Saenko, AAAI (2016) 2058): A = (C_s + ε_s·I)^(−1/2)·(C_t + ε_t·I)^(1/2), row-major
 * n×n, so that x·A has the covariance of the target where x has that of the source.
 * @throws RangeError where a regulariser leaves the source's covariance without an inverse
 */
export function coralTransform(
  source: Float64Array,
  target: Float64Array,
  n: number,
  regularisers: { readonly source: number; readonly target: number },
): Float64Array {
  const whiten = powerOf(source, n, regularisers.source, (value) => {
    if (!(value > 0)) throw new RangeError('the regulariser of a covariance without an inverse must be above 0');
    return 1 / Math.sqrt(value);
  });
  const recolour = powerOf(target, n, regularisers.target, (value) => Math.sqrt(Math.max(0, value)));
  const out = new Float64Array(n * n);
  // Both are symmetric.
  multiplyTransposed(whiten, n, recolour, n, n, out);
  return out;
}

/** V·f(Λ + ε)·Vᵀ. */
function powerOf(covariance: Float64Array, n: number, regulariser: number, of: (value: number) => number) {
  const { values, vectors } = symmetricEigen(covariance, n);
  const scales = values.map((value) => of(Math.max(0, value) + regulariser));
  const scaled = vectors.map((value, at) => value * scales[at % n]);
  const out = new Float64Array(n * n);
  multiplyTransposed(scaled, n, vectors, n, n, out);
  return out;
}

/** ε = share·tr(C)/n: what makes a covariance of fewer spectra than channels one with an inverse. */
export function shrinkage(covariance: Float64Array, n: number, share: number): number {
  let trace = 0;
  for (let j = 0; j < n; j++) trace += covariance[j * n + j];
  return (share * trace) / Math.max(1, n);
}

/** The loadings of a linear map whose images are the unit matrix: rows of Aᵀ. */
export const asLoadings = (transform: Float64Array, n: number) => transpose(transform, n, n);
