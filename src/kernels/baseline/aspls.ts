import { type BaselineFit, fitRows, LANES, type Lanes } from './lanes.ts';
import { requirePositive } from './penalty.ts';
import { type WhittakerOptions, whittakerSettings } from './whittaker-options.ts';

export interface AsplsOptions extends WhittakerOptions {
  /** Steepness of the weights. Default 0.5; the paper prints 2 in one place. */
  readonly steepness?: number;
}

/**
 * Adaptive smoothness penalised least squares (F. Zhang et al., Spectrosc. Lett. 53 (2020) 222): solves
 * (W + λADᵀD) z = W y with A = |r|/max|r|, ones at first, and w = 1/(1 + e^(c(r − s)/s)), s the standard deviation of the
 * residuals below 0. Default λ = 10⁵, weights within 10⁻³, 100 systems at most. Ends, converged, where that deviation is 0
 * or not defined. The iteration can be unstable: changes of 10⁻¹¹ in y have changed baselines by 10⁻³ of the range, so that
 * the last digits of its result mean nothing: `baselineInstability` measures it.
 * @param values rows × channels; a row that is not finite gives NaN, one of at most `order` channels itself
 * @param out gets the baselines
 * @throws SpectrailError `input/baseline-option`, `input/baseline-shape`
 */
export function aspls(
  values: Float64Array,
  channels: number,
  out: Float64Array,
  options: AsplsOptions = {},
): BaselineFit {
  const { steepness = 0.5 } = options;
  requirePositive(steepness, 'steepness');
  return fitRows(values, channels, out, whittakerSettings(options, { lambda: 1e5, maxIterations: 100 }), {
    scales: true,
    enter({ numbers, at }, lane) {
      for (let i = 0; i < channels; i++) numbers[at.scales / 8 + LANES * i + lane] = 1;
    },
    reweigh(lanes) {
      lanes.measureResiduals();
      for (let lane = 0; lane < LANES; lane++) {
        const spread = lanes.spreadBelow(lane);
        if (!(spread > 0)) lanes.finish(lane, true);
        lanes.tell(lane, spread, steepness / spread);
      }
      adaptPenalty(lanes);
      lanes.weigh(({ logisticWeights }) => logisticWeights);
      lanes.endWhereSettled();
    },
  });
}

function adaptPenalty({ numbers, at, channels }: Lanes): void {
  const [y, z, scales] = [at.y / 8, at.z / 8, at.scales / 8];
  for (let lane = 0; lane < LANES; lane++) {
    let largest = 0;
    for (let i = lane; i < LANES * channels; i += LANES) {
      const size = Math.abs(numbers[y + i] - numbers[z + i]);
      numbers[scales + i] = size;
      if (size > largest) largest = size;
    }
    for (let i = lane; i < LANES * channels; i += LANES) numbers[scales + i] /= largest;
  }
}
