import { portableExp } from '../portable-math.ts';
import { type BaselineFit, fitRows, LANES } from './lanes.ts';
import { type WhittakerOptions, whittakerSettings } from './whittaker-options.ts';

/** Beyond this iteration the weights are steps, and e^t would only overflow. */
export const LAST_SHARPENING = 100;

/**
 * Improved arPLS (J. Ye et al., Appl. Opt. 59 (2020) 10933): w = (1 − u/√(1 + u²))/2, u = e^t(r − 2s)/s, with t the number of
 * the iteration (at most 100) and s the standard deviation of the residuals below 0. Default λ = 10⁵, weights within 10⁻³, 50
 * systems at most. Ends, converged, where that deviation is 0 or not defined.
 * @param values rows × channels; a row that is not finite gives NaN, one of at most `order` channels itself
 * @param out gets the baselines
 * @throws SpectrailError `input/baseline-option`, `input/baseline-shape`
 */
export function iarpls(
  values: Float64Array,
  channels: number,
  out: Float64Array,
  options: WhittakerOptions = {},
): BaselineFit {
  return fitRows(values, channels, out, whittakerSettings(options, { lambda: 1e5 }), {
    reweigh(lanes) {
      lanes.measureResiduals();
      for (let lane = 0; lane < LANES; lane++) {
        const spread = lanes.spreadBelow(lane);
        if (!(spread > 0)) lanes.finish(lane, true);
        lanes.tell(lane, 2 * spread, portableExp(Math.min(LAST_SHARPENING, lanes.rounds[lane])) / spread);
      }
      lanes.weigh(({ rootWeights }) => rootWeights);
      lanes.endWhereSettled();
    },
  });
}
