import type { BaselineFit } from './lanes.ts';
import { changeOf, fitSplineRows, type PSplineOptions, pSpline, pSplineSettings } from './p-spline.ts';
import { requireShare } from './penalty.ts';

export interface PSplineAslsOptions extends PSplineOptions {
  /** Weight of what lies above the baseline, 1 − p below. In (0, 1), default 0.01. */
  readonly p?: number;
}

/**
 * Asymmetric least squares (P. Eilers, H. Boelens, 2005) with a P-spline for a baseline. Default λ = 10³ on second differences
 * of the coefficients, 100 knots, cubic, weights within 10⁻³, 50 systems at most.
 * @param values rows × channels; a row that is not finite gives NaN, one of at most `order` channels itself
 * @param out gets the baselines
 * @throws SpectrailError `input/baseline-option`, `input/baseline-shape`
 */
export function psplineAsls(
  values: Float64Array,
  channels: number,
  out: Float64Array,
  options: PSplineAslsOptions = {},
): BaselineFit {
  const { p = 0.01 } = options;
  requireShare(p, 'p');
  const settings = pSplineSettings(options, { lambda: 1e3, order: 2, maxIterations: 50, tolerance: 1e-3 });
  const spline = pSpline(channels, settings);
  let weights = new Float64Array(channels);
  let next = new Float64Array(channels);
  return fitSplineRows(values, channels, out, settings.order, (y, z) => {
    weights.fill(1);
    for (let iterations = 1; ; iterations++) {
      spline.solve(y, weights, z);
      for (let i = 0; i < channels; i++) next[i] = y[i] > z[i] ? p : 1 - p;
      const { change, size } = changeOf(next, weights);
      [weights, next] = [next, weights];
      const converged = change <= settings.tolerance * settings.tolerance * size;
      if (converged || iterations >= settings.maxIterations) return { iterations, converged };
    }
  });
}
