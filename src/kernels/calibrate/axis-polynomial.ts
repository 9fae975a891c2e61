import { fitLinear, type LinearFit, quadraticForm } from './linear-fit.ts';

/** Where references were found and where they belong. */
export interface AxisPoints {
  /** Measured, on the axis as it is. */
  readonly measured: Float64Array;
  readonly reference: Float64Array;
  /** Standard uncertainty of the difference: of the fitted position and of the reference. Above 0. */
  readonly sigma: Float64Array;
}

/** reference ≈ measured + Σ values_k·u^k, u = (measured − pivot)/span: a correction of the axis. */
export interface AxisCorrection extends LinearFit {
  readonly order: number;
  readonly pivot: number;
  readonly span: number;
}

/**
 * Correction of an axis by weighted least squares over its references.
 *
 * @param order 0: offset; 1: and scale; 2: and curvature.
 * @throws RangeError with fewer points than order + 1, a sigma that is not above 0, or points that do not determine it.
 */
export function fitAxisCorrection({ measured, reference, sigma }: AxisPoints, order: number): AxisCorrection {
  const n = measured.length;
  const low = measured.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = measured.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const pivot = n > 0 ? (low + high) / 2 : 0;
  const span = high > low ? (high - low) / 2 : 1;
  const scale = { order, pivot, span };
  const design = new Float64Array(n * (order + 1));
  for (let i = 0; i < n; i++) design.set(powersAt(scale, measured[i]), i * (order + 1));
  const off = measured.map((value, i) => reference[i] - value);
  return { ...fitLinear(design, off, sigma, order + 1), ...scale };
}

/** 1, u, u² … at a position of the old axis. */
export function powersAt({ order, pivot, span }: Pick<AxisCorrection, 'order' | 'pivot' | 'span'>, position: number) {
  const u = (position - pivot) / span;
  const powers = [1];
  for (let k = 1; k <= order; k++) powers.push(powers[k - 1] * u);
  return powers;
}

/** A position of the old axis on the corrected one. */
export function correctedPosition(correction: AxisCorrection, position: number): number {
  return powersAt(correction, position).reduce((sum, power, k) => sum + correction.values[k] * power, position);
}

/** Standard uncertainty of the corrected axis at a position of the old one, between the references and beyond. */
export function correctionError(correction: AxisCorrection, position: number): number {
  return Math.sqrt(Math.max(0, quadraticForm(correction.covariance, powersAt(correction, position))));
}
