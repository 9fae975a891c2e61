import { erf } from '../error-function.ts';
import { portableExp } from '../portable-math.ts';
import { portableAsin } from '../portable-trigonometry.ts';

/** What a peak looks like, whatever its height, place and width. */
export interface PeakShape {
  /** Share of a Lorentz profile in the height, 0 (Gauss) to 1. */
  readonly mixing: number;
  /** (right − left)/(right + left) of the half widths at half maximum, −0.9 to 0.9. */
  readonly asymmetry: number;
}

export const GAUSSIAN: PeakShape = { mixing: 0, asymmetry: 0 };

/** Parameters of a peak in this order: ln of the height of its density, place of its maximum, ln of its mean half width. */
export const PEAK = { lnHeight: 0, place: 1, lnWidth: 2, mixing: 3, asymmetry: 4 } as const;
export const PEAK_PARAMETERS = 5;

const ROOT_LN2 = Math.sqrt(Math.LN2);
const HALF_ROOT_PI_OVER_LN2 = Math.sqrt(Math.PI / Math.LN2) / 2;

/**
 * Counts of a peak in whole channels, and their derivatives: a pseudo-Voigt profile of two halves with widths of their own,
 * integrated over each channel, so that coarse channels are as exact as fine ones.
 *
 * @param parameters as in {@link PEAK}. @param first channel of the first value.
 * @param model n values, overwritten. @param jacobian PEAK_PARAMETERS × n: derivatives by the first `free` parameters,
 * overwritten.
 */
export function evaluatePeak(
  parameters: Float64Array,
  first: number,
  n: number,
  model: Float64Array,
  jacobian: Float64Array,
  free: number = PEAK_PARAMETERS,
): void {
  const height = portableExp(parameters[PEAK.lnHeight]);
  const place = parameters[PEAK.place];
  const width = portableExp(parameters[PEAK.lnWidth]);
  const mixing = parameters[PEAK.mixing];
  const asymmetry = parameters[PEAK.asymmetry];
  const lorentzian = mixing > 0 || free > PEAK.mixing;
  let [f, p, fromWidth, fromMixing, fromAsymmetry] = [0, 0, 0, 0, 0];
  for (let edge = 0; edge <= n; edge++) {
    const u = first + edge - 0.5 - place;
    const side = u < 0 ? -1 : 1;
    const half = width * (1 + side * asymmetry);
    const v = u / half;
    // Areas from the maximum to here, and densities, of both profiles of unit height.
    const gaussArea = HALF_ROOT_PI_OVER_LN2 * half * erf(ROOT_LN2 * v);
    const gauss = portableExp(-Math.LN2 * v * v);
    const lorentz = lorentzian ? 1 / (1 + v * v) : gauss;
    const lorentzArea = lorentzian ? half * portableAsin(v * Math.sqrt(lorentz)) : gaussArea;
    const area = height * (gaussArea + mixing * (lorentzArea - gaussArea));
    const density = height * (gauss + mixing * (lorentz - gauss));
    // A profile of twice the width has twice the area at twice the distance.
    const byHalf = area - u * density;
    const byMixing = height * (lorentzArea - gaussArea);
    const byAsymmetry = (byHalf * side * width) / half;
    if (edge > 0) {
      const k = edge - 1;
      model[k] = area - f;
      jacobian[k] = model[k];
      jacobian[PEAK.place * n + k] = p - density;
      jacobian[PEAK.lnWidth * n + k] = byHalf - fromWidth;
      jacobian[PEAK.mixing * n + k] = byMixing - fromMixing;
      jacobian[PEAK.asymmetry * n + k] = byAsymmetry - fromAsymmetry;
    }
    [f, p, fromWidth, fromMixing, fromAsymmetry] = [area, density, byHalf, byMixing, byAsymmetry];
  }
}
