import { type BaselineFit, fitRows, LANES } from './lanes.ts';
import { type WhittakerOptions, whittakerSettings } from './whittaker-options.ts';

/** The iteration's number grows no further in the exponent, which would overflow. */
const LAST_GROWTH = 50;

/**
 * Adaptive iteratively reweighted penalised least squares (Z.-M. Zhang, S. Chen, Y.-Z. Liang, Analyst 135 (2010) 1138): w = 0
 * where r = y − z ≥ 0, else e^(t|r|/Σ|r below 0|), t the number of the iteration (at most 50). Ends when the residuals below 0
 * sum to less than `tolerance` (10⁻³) of Σ|y|, or fewer than two are left. Default λ = 10⁶, 50 systems at most. The authors'
 * program, not the paper, also holds the two end points; here they are as all others. It follows the lower envelope of noise.
 * @param values rows × channels; a row that is not finite gives NaN, one of at most `order` channels itself
 * @param out gets the baselines
 * @throws SpectrailError `input/baseline-option`, `input/baseline-shape`
 */
export function airpls(
  values: Float64Array,
  channels: number,
  out: Float64Array,
  options: WhittakerOptions = {},
): BaselineFit {
  const settings = whittakerSettings(options, { lambda: 1e6 });
  const sizes = new Float64Array(LANES);
  return fitRows(values, channels, out, settings, {
    enter(_, lane, row) {
      let size = 0;
      for (let i = row * channels; i < (row + 1) * channels; i++) size += Math.abs(values[i]);
      sizes[lane] = size;
    },
    reweigh(lanes) {
      lanes.measureResiduals(false);
      for (let lane = 0; lane < LANES; lane++) {
        const number = lanes.residual(0, lane);
        const sum = number * lanes.residual(1, lane);
        if (number < Math.max(2, settings.order) || -sum < settings.tolerance * sizes[lane]) lanes.finish(lane, true);
        lanes.tell(lane, Math.min(LAST_GROWTH, lanes.rounds[lane]) / sum);
      }
      lanes.weigh(({ growingWeights }) => growingWeights);
    },
  });
}
