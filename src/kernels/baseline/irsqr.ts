import type { BaselineFit } from './lanes.ts';
import { changeOf, fitSplineRows, type PSplineOptions, pSpline, pSplineSettings } from './p-spline.ts';
import { requireShare } from './penalty.ts';

export interface IrsqrOptions extends PSplineOptions {
  /** Share of the points that lie below the baseline. In (0, 1), default 0.05. */
  readonly quantile?: number;
}

/** Residuals smaller than this share of the largest value of the baseline do not gain weight any more. */
const SOFTNESS = 1e-6;
/** Nor do those smaller than this share of the largest value of y: without it a baseline of zero would only be approached. */
const ROUNDING = Math.sqrt(Number.EPSILON);

/**
 * Iteratively reweighted spline quantile regression (Q. Han et al., Spectrosc. Spect. Anal. 2018): a P-spline with weights q/|r| for
 * r = y − z > 0 and (1 − q)/|r| else, |r| meaning √(r² + (10⁻⁶ max|z|)² + (1.5·10⁻⁸ max|y|)²). Ends when the coefficients change by less than
 * `tolerance`, 10⁻⁶. Default λ = 100 on third differences of the coefficients, 100 knots, cubic, 100 systems at most. It
 * converges slowly, so the number of systems often ends it.
 * @param values rows × channels; a row that is not finite gives NaN, one of at most `order` channels itself
 * @param out gets the baselines
 * @throws SpectrailError `input/baseline-option`, `input/baseline-shape`
 */
export function irsqr(
  values: Float64Array,
  channels: number,
  out: Float64Array,
  options: IrsqrOptions = {},
): BaselineFit {
  const { quantile = 0.05 } = options;
  requireShare(quantile, 'quantile');
  const settings = pSplineSettings(options, { lambda: 100, order: 3, maxIterations: 100, tolerance: 1e-6 });
  const spline = pSpline(channels, settings);
  const weights = new Float64Array(channels);
  const before = new Float64Array(spline.coefficients.length);
  return fitSplineRows(values, channels, out, settings.order, (y, z) => {
    weights.fill(1);
    before.fill(0);
    const least = ROUNDING * largestSize(y) || 1;
    for (let iterations = 1; ; iterations++) {
      spline.solve(y, weights, z);
      const { change, size } = changeOf(spline.coefficients, before);
      const converged = change <= settings.tolerance * settings.tolerance * size;
      if (converged || iterations >= settings.maxIterations) return { iterations, converged };
      before.set(spline.coefficients);
      const soft = SOFTNESS * largestSize(z);
      for (let i = 0; i < channels; i++) {
        const r = y[i] - z[i];
        weights[i] = (r > 0 ? quantile : 1 - quantile) / Math.sqrt(r * r + soft * soft + least * least);
      }
    }
  });
}

function largestSize(values: Float64Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}
