import { portableExp } from '../portable-math.ts';
import type { BaselineFit } from './lanes.ts';
import { changeOf, fitSplineRows, type PSplineOptions, pSpline, pSplineSettings } from './p-spline.ts';
import { requireShare } from './penalty.ts';

export interface MixtureModelOptions extends PSplineOptions {
  /** Weight of what lies above the baseline in the two fits that it starts from. In (0, 1), default 0.01. */
  readonly p?: number;
}

const ROOT_TWO_PI = 2.5066282746310002;

/**
 * Mixture of baseline and peaks (J. de Rooi, P. Eilers, Chemom. Intell. Lab. Syst. 117 (2012) 56): residuals are normal noise
 * of unknown σ, or, where positive, even up to the largest; weights of the P-spline are the probabilities of noise. y is mapped
 * to [−1, 1]; from two rounds of asymmetric least squares, with σ a fifth of the residuals' standard deviation and half of all
 * points noise, expectation and maximisation go on until the weights change by less than `tolerance`, 10⁻³. Default λ = 10⁵ on
 * third differences of the coefficients, 100 knots, cubic, 50 rounds at most.
 * @param values rows × channels; a row that is not finite gives NaN, one of at most `order` channels or of one value itself
 * @param out gets the baselines
 * @throws SpectrailError `input/baseline-option`, `input/baseline-shape`
 */
export function mixtureModel(
  values: Float64Array,
  channels: number,
  out: Float64Array,
  options: MixtureModelOptions = {},
): BaselineFit {
  const { p = 0.01 } = options;
  requireShare(p, 'p');
  const settings = pSplineSettings(options, { lambda: 1e5, order: 3, maxIterations: 50, tolerance: 1e-3 });
  const spline = pSpline(channels, settings);
  const mapped = new Float64Array(channels);
  const residuals = new Float64Array(channels);
  let weights = new Float64Array(channels);
  let next = new Float64Array(channels);
  return fitSplineRows(values, channels, out, settings.order, (y, z) => {
    const [least, most] = extremes(y);
    if (least === most) {
      z.set(y);
      return { iterations: 0, converged: true };
    }
    for (let i = 0; i < channels; i++) mapped[i] = (2 * (y[i] - least)) / (most - least) - 1;
    const solve = () => {
      spline.solve(mapped, weights, z);
      for (let i = 0; i < channels; i++) residuals[i] = mapped[i] - z[i];
    };
    weights.fill(1);
    solve();
    for (let i = 0; i < channels; i++) weights[i] = residuals[i] > 0 ? p : 1 - p;
    solve();
    for (let i = 0; i < channels; i++) weights[i] = residuals[i] > 0 ? p : 1 - p;
    let sigma = 0.2 * standardDeviation(residuals);
    let noise = 0.5;
    for (let iterations = 1; ; iterations++) {
      probabilitiesOfNoise(residuals, sigma, noise, next);
      const { change, size } = changeOf(next, weights);
      const converged = change <= settings.tolerance * settings.tolerance * size;
      if (converged || iterations >= settings.maxIterations) {
        for (let i = 0; i < channels; i++) z[i] = least + ((z[i] + 1) * (most - least)) / 2;
        return { iterations, converged };
      }
      [weights, next] = [next, weights];
      let [sum, squares] = [0, 0];
      for (let i = 0; i < channels; i++) {
        sum += weights[i];
        squares += weights[i] * residuals[i] * residuals[i];
      }
      sigma = Math.sqrt(squares / sum);
      noise = sum / channels;
      solve();
    }
  });
}

/** Posterior of noise against an even density on the positive residuals up to the largest. */
function probabilitiesOfNoise(residuals: Float64Array, sigma: number, noise: number, out: Float64Array): void {
  const largest = Math.max(1e-6, Math.abs(extremes(residuals)[1]));
  for (let i = 0; i < residuals.length; i++) {
    const u = residuals[i] / sigma;
    const ofNoise = (noise * portableExp(-0.5 * u * u)) / (sigma * ROOT_TWO_PI);
    const ofPeaks = residuals[i] >= 0 ? (1 - noise) / largest : 0;
    // Far below the baseline both densities vanish: only noise goes there.
    out[i] = ofNoise + ofPeaks > 0 ? ofNoise / (ofNoise + ofPeaks) : 1;
  }
}

function extremes(values: Float64Array): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

function standardDeviation(values: Float64Array): number {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) * (value - mean);
  return Math.sqrt(squares / values.length);
}
