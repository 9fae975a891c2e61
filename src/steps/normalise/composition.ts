import { symmetricEigen } from '../../kernels/index.ts';

/** Bands of the axis, equally many channels each, whose shares stand for what a spectrum is made of. */
export const BANDS = 8;
/** 1, the shares of all bands but the last, and a logarithm. */
const TERMS = BANDS + 1;
export const MOMENTS = TERMS * TERMS;

/** Of directions in which the shares hardly differ, nothing is learned. */
const SMALLEST = 1e-9;

/**
 * Adds one spectrum to sums of products that a regression can be made of.
 * @param bands its total in each band. @param logarithm what may follow its composition.
 */
export function addToMoments(moments: Float64Array, bands: Float64Array, logarithm: number): void {
  let total = 0;
  for (const band of bands) total += band;
  if (!(total > 0 && Number.isFinite(logarithm))) return;
  const term = (k: number) => (k === 0 ? 1 : k === TERMS - 1 ? logarithm : bands[k - 1] / total);
  for (let a = 0; a < TERMS; a++) {
    for (let b = 0; b < TERMS; b++) moments[a * TERMS + b] += term(a) * term(b);
  }
}

/** How far a quantity follows the composition. */
export interface Followed {
  /** Share of its variance that the shares of the bands explain, less what chance explains. */
  readonly r2: number;
  /** Standard deviation of what they explain, as a fraction of the quantity. */
  readonly spread: number;
}

/** The linear regression of the logarithm on the shares; undefined for fewer spectra than three for each band. */
export function followsComposition(moments: Float64Array): Followed | undefined {
  const spectra = moments[0];
  if (spectra < 3 * BANDS) return undefined;
  const covariance = (a: number, b: number) =>
    moments[a * TERMS + b] / spectra - (moments[a] / spectra) * (moments[b] / spectra);
  const n = BANDS - 1;
  const shares = new Float64Array(n * n);
  for (let at = 0; at < n * n; at++) shares[at] = covariance(1 + Math.floor(at / n), 1 + (at % n));
  const { values, vectors } = symmetricEigen(shares, n);
  const largest = Math.max(...values);
  let explained = 0;
  let rank = 0;
  for (let k = 0; k < n; k++) {
    if (!(values[k] > SMALLEST * largest)) continue;
    let along = 0;
    for (let p = 0; p < n; p++) along += vectors[p * n + k] * covariance(1 + p, TERMS - 1);
    explained += (along * along) / values[k];
    rank++;
  }
  const all = covariance(TERMS - 1, TERMS - 1);
  if (!(all > 0)) return { r2: 0, spread: 0 };
  const left = ((1 - Math.min(1, explained / all)) * (spectra - 1)) / (spectra - rank - 1);
  const r2 = Math.max(0, 1 - left);
  return { r2, spread: Math.sqrt(r2 * all) };
}
