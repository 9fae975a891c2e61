import { portableCos, portableSin } from '../portable-trigonometry.ts';
import { fitLinear, type LinearFit } from './linear-fit.ts';

const RADIANS = Math.PI / 180;

/** What moves the lines of a Bragg–Brentano diffractometer. */
export type DiffractionTerm = 'zero' | 'displacement' | 'transparency';

/**
 * Δ2θ in degrees for one unit of a term at an angle: zero in degrees, displacement in the unit of the radius (positive:
 * below the focusing circle, towards smaller angles), transparency in degrees.
 * 2θ_obs = 2θ + z − (2s·cosθ/R)·180/π + t·sin2θ.
 */
export function diffractionShift(term: DiffractionTerm, twoTheta: number, radius: number): number {
  if (term === 'zero') return 1;
  if (term === 'displacement') return (-2 * portableCos((twoTheta / 2) * RADIANS)) / radius / RADIANS;
  return portableSin(twoTheta * RADIANS);
}

export interface DiffractionErrors extends LinearFit {
  readonly terms: readonly DiffractionTerm[];
}

/**
 * Zero error, specimen displacement and transparency by weighted least squares over lines of known angles (degrees 2θ). They
 * are linear: the shifts are taken at the true angle.
 *
 * @param sigma of observed minus true, above 0.
 * @throws RangeError with fewer lines than terms, or where the lines do not tell the terms apart.
 */
export function fitDiffractionErrors(
  observed: Float64Array,
  known: Float64Array,
  sigma: Float64Array,
  radius: number,
  terms: readonly DiffractionTerm[],
): DiffractionErrors {
  const design = new Float64Array(observed.length * terms.length);
  for (const [i, angle] of known.entries()) design.set(shiftsAt(terms, angle, radius), i * terms.length);
  const off = observed.map((angle, i) => angle - known[i]);
  return { ...fitLinear(design, off, sigma, terms.length), terms };
}

/** What one unit of each term does at a true angle. */
export function shiftsAt(terms: readonly DiffractionTerm[], twoTheta: number, radius: number): number[] {
  return terms.map((term) => diffractionShift(term, twoTheta, radius));
}

/** Sum of all shifts at a true angle, degrees. */
export function totalShift({ terms, values }: DiffractionErrors, twoTheta: number, radius: number): number {
  return shiftsAt(terms, twoTheta, radius).reduce((sum, shift, k) => sum + values[k] * shift, 0);
}

/** The true angle that is observed at `twoTheta`, degrees: the shifts vary slowly, a few rounds reach the last figures. */
export function trueAngle(errors: DiffractionErrors, twoTheta: number, radius: number): number {
  let angle = twoTheta;
  for (let round = 0; round < 4; round++) angle = twoTheta - totalShift(errors, angle, radius);
  return angle;
}
