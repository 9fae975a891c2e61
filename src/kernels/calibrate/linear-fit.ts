import { choleskyFactor, invertPositive } from '../positive-definite.ts';

export interface LinearFit {
  readonly values: Float64Array;
  /** terms²: (CᵀΣ⁻¹C)⁻¹, times χ² per degree of freedom where that is above 1. */
  readonly covariance: Float64Array;
  /** χ² per degree of freedom; NaN without any. */
  readonly chiSquare: number;
  readonly freedom: number;
  /** y less the fit. */
  readonly residuals: Float64Array;
  /** Residuals over their own standard error; 0 where a residual can only be 0. */
  readonly studentised: Float64Array;
}

/**
 * Weighted least squares of few parameters. Where residuals are larger than their uncertainties say, the covariance is
 * scaled up by χ² per degree of freedom, never down (R. T. Birge, Phys. Rev. 40 (1932) 207).
 *
 * @param design n × terms, row-major. @param sigma of y, above 0.
 * @throws RangeError with fewer points than terms, a sigma that is not above 0, or points that do not determine the terms.
 */
export function fitLinear(design: Float64Array, y: Float64Array, sigma: Float64Array, terms: number): LinearFit {
  const n = y.length;
  if (n < terms) throw new RangeError(`${n} points cannot carry ${terms} terms`);
  const normal = new Float64Array(terms * terms);
  const right = new Float64Array(terms);
  for (let i = 0; i < n; i++) {
    if (!(sigma[i] > 0)) throw new RangeError(`an uncertainty of ${sigma[i]} is not above 0`);
    const weight = 1 / (sigma[i] * sigma[i]);
    for (let k = 0; k < terms; k++) {
      right[k] += weight * design[i * terms + k] * y[i];
      for (let l = 0; l < terms; l++) normal[k * terms + l] += weight * design[i * terms + k] * design[i * terms + l];
    }
  }
  const inverse = invertPositive(normal, terms);
  if (!inverse) throw new RangeError(`the points do not tell ${terms} terms apart`);
  const values = right.map((_, k) => right.reduce((sum, value, l) => sum + inverse[k * terms + l] * value, 0));
  const residuals = new Float64Array(n);
  const own = new Float64Array(n);
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const row = design.subarray(i * terms, (i + 1) * terms);
    residuals[i] = y[i] - row.reduce((sum, value, k) => sum + value * values[k], 0);
    own[i] = sigma[i] * sigma[i] - quadraticForm(inverse, row);
    squares += (residuals[i] / sigma[i]) * (residuals[i] / sigma[i]);
  }
  const freedom = n - terms;
  const chiSquare = freedom > 0 ? squares / freedom : Number.NaN;
  const spread = chiSquare > 1 ? chiSquare : 1;
  return {
    values,
    covariance: inverse.map((value) => value * spread),
    chiSquare,
    freedom,
    residuals,
    studentised: residuals.map((value, i) => (own[i] > 1e-9 * sigma[i] * sigma[i] ? value / Math.sqrt(own[i]) : 0)),
  };
}

/** row·matrix·rowᵀ. */
export function quadraticForm(matrix: Float64Array, row: ArrayLike<number>): number {
  const n = row.length;
  let sum = 0;
  for (let k = 0; k < n; k++) for (let l = 0; l < n; l++) sum += matrix[k * n + l] * row[k] * row[l];
  return sum;
}

/**
 * The errors of a combination of fitted parameters, as independent curves of one standard error each: the k-th is what the
 * k-th column of the Cholesky factor of their covariance does. Squares add up to the variance, products to the covariance
 * of two positions.
 *
 * @param rowAt what each parameter does at a position.
 */
export function errorCurves(
  covariance: Float64Array,
  positions: ArrayLike<number>,
  rowAt: (position: number) => ArrayLike<number>,
): Float64Array[] {
  const terms = Math.round(Math.sqrt(covariance.length));
  const factor = choleskyFactor(covariance, terms);
  if (!factor) return [];
  const curves = Array.from({ length: terms }, () => new Float64Array(positions.length));
  for (let i = 0; i < positions.length; i++) {
    const row = rowAt(positions[i]);
    for (let k = 0; k < terms; k++) {
      for (let l = k; l < terms; l++) curves[k][i] += row[l] * factor[l * terms + k];
    }
  }
  return curves;
}
