import { type BaselineFit, fitRows, LANES } from './lanes.ts';
import { type WhittakerOptions, whittakerSettings } from './whittaker-options.ts';

/**
 * Asymmetrically reweighted penalised least squares (S.-J. Baek et al., Analyst 140 (2015) 250):
 * w = 1/(1 + e^(2(r − (2s − m))/s)), m and s the mean and standard deviation of the residuals r = y − z below 0. Default
 * λ = 10⁵, weights within 10⁻³, 50 systems at most. Ends, converged, where fewer than two residuals are negative or all are
 * the same: nothing says then what the noise is. It takes the noise to be the same in all channels: for counts apply it to
 * variance-stabilised data.
 * @param values rows × channels; a row that is not finite gives NaN, one of at most `order` channels itself
 * @param out gets the baselines
 * @throws SpectrailError `input/baseline-option`, `input/baseline-shape`
 */
export function arpls(
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
        lanes.tell(lane, 2 * spread - lanes.residual(1, lane), 2 / spread);
      }
      lanes.weigh(({ logisticWeights }) => logisticWeights);
      lanes.endWhereSettled();
    },
  });
}
