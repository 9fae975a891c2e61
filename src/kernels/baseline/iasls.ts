import { byStep } from './asls.ts';
import { type BaselineFit, fitRows, LANES, type Lanes } from './lanes.ts';
import { requirePositive, requireShare } from './penalty.ts';
import { type WhittakerOptions, whittakerSettings } from './whittaker-options.ts';

export interface IaslsOptions extends WhittakerOptions {
  /** Weight of what lies above the baseline, 1 − p below. In (0, 1), default 0.01. */
  readonly p?: number;
  /** Strength λ₁ of the penalty on first differences of the residual. Default 10⁻⁴. */
  readonly firstLambda?: number;
}

/**
 * Improved AsLS (S. He et al., Anal. Methods 6 (2014) 4402): weights p and 1 − p at first about a parabola through y, then
 * (W² + λ DᵀD + λ₁ D₁ᵀD₁) z = W² y + λ₁ D₁ᵀD₁ y: the weights are squared. Default λ = 10⁶, weights within 10⁻³, 50 systems at
 * most.
 * @param values rows × channels; a row that is not finite gives NaN, one of at most `order` channels itself
 * @param out gets the baselines
 * @throws SpectrailError `input/baseline-option`, `input/baseline-shape`
 */
export function iasls(
  values: Float64Array,
  channels: number,
  out: Float64Array,
  options: IaslsOptions = {},
): BaselineFit {
  const { p = 0.01, firstLambda = 1e-4 } = options;
  requireShare(p, 'p');
  requirePositive(firstLambda, 'firstLambda');
  const settings = whittakerSettings(options, { lambda: 1e6 });
  const ratio = firstLambda / settings.lambda;
  return fitRows(values, channels, out, settings, {
    firstOrder: ratio,
    extra: true,
    enter(lanes, lane, row) {
      const y = values.subarray(row * channels, (row + 1) * channels);
      startAtParabola(lanes, lane, y, p);
      startAtSlopes(lanes, lane, y, ratio);
    },
    solve(lanes) {
      squareWeights(lanes);
      lanes.solve(lanes.at.factors);
    },
    reweigh: (lanes) => byStep(lanes, p),
  });
}

/** λ₁ D₁ᵀD₁ y over λ. */
function startAtSlopes({ numbers, at, channels }: Lanes, lane: number, y: Float64Array, ratio: number): void {
  for (let i = 0; i < channels; i++) {
    const left = i > 0 ? y[i] - y[i - 1] : 0;
    const right = i + 1 < channels ? y[i + 1] - y[i] : 0;
    numbers[at.extra / 8 + LANES * i + lane] = ratio * (left - right);
  }
}

function squareWeights({ numbers, at, channels, lambda }: Lanes): void {
  const [w, squares] = [at.w / 8, at.factors / 8];
  for (let i = 0; i < LANES * channels; i++) numbers[squares + i] = lambda * numbers[w + i] * numbers[w + i];
}

/** Least squares in polynomials that are orthogonal on the channels, up to the second degree. */
function startAtParabola({ numbers, at, channels, lambda }: Lanes, lane: number, y: Float64Array, p: number): void {
  const middle = (channels - 1) / 2;
  const spread = (channels * channels - 1) / 12;
  const fit = [0, 0, 0];
  const norms = [0, 0, 0];
  for (let i = 0; i < channels; i++) {
    const x = i - middle;
    const basis = [1, x, x * x - spread];
    for (let k = 0; k < 3; k++) {
      fit[k] += basis[k] * y[i];
      norms[k] += basis[k] * basis[k];
    }
  }
  const [a, b, c] = fit.map((sum, k) => (norms[k] > 0 ? sum / norms[k] : 0));
  for (let i = 0; i < channels; i++) {
    const x = i - middle;
    const above = y[i] > a + b * x + c * (x * x - spread);
    numbers[at.w / 8 + LANES * i + lane] = (above ? p : 1 - p) / lambda;
  }
}
