import { portableExp } from '../portable-math.ts';
import { LAST_SHARPENING } from './iarpls.ts';
import { type BaselineFit, fitRows, LANES, type Lanes } from './lanes.ts';
import { outOfRange } from './penalty.ts';
import { type WhittakerOptions, whittakerSettings } from './whittaker-options.ts';

export interface DrplsOptions extends WhittakerOptions {
  /** How far weights loosen the penalty, in [0, 1). Default 0.5. */
  readonly eta?: number;
}

/**
 * Doubly reweighted penalised least squares (D. Xu et al., Appl. Opt. 58 (2019) 3913): solves
 * (W + D₁ᵀD₁ + λ(1 − ηW)DᵀD) z = W y with w = (1 − u/(1 + |u|))/2, u = e^t(r − (2s − m))/s, t the number of the iteration (at
 * most 100), m and s the mean and standard deviation of the residuals below 0. Default λ = 10⁵, weights within 10⁻³, 50
 * systems at most. Ends, converged, where that deviation is 0 or not defined.
 * @param values rows × channels; a row that is not finite gives NaN, one of at most `order` channels itself
 * @param out gets the baselines
 * @throws SpectrailError `input/baseline-option`, `input/baseline-shape`
 */
export function drpls(
  values: Float64Array,
  channels: number,
  out: Float64Array,
  options: DrplsOptions = {},
): BaselineFit {
  const { eta = 0.5 } = options;
  if (!(eta >= 0 && eta < 1)) throw outOfRange('eta', eta, 'a number from 0 to below 1');
  const settings = whittakerSettings(options, { lambda: 1e5 });
  return fitRows(values, channels, out, settings, {
    firstOrder: 1 / settings.lambda,
    scales: true,
    solve(lanes) {
      loosenPenalty(lanes, eta);
      lanes.solve();
    },
    reweigh(lanes) {
      lanes.measureResiduals();
      for (let lane = 0; lane < LANES; lane++) {
        const spread = lanes.spreadBelow(lane);
        if (!(spread > 0)) lanes.finish(lane, true);
        const slope = portableExp(Math.min(LAST_SHARPENING, lanes.rounds[lane])) / spread;
        lanes.tell(lane, 2 * spread - lanes.residual(1, lane), slope);
      }
      lanes.weigh(({ ratioWeights }) => ratioWeights);
      lanes.endWhereSettled();
    },
  });
}

function loosenPenalty({ numbers, at, channels, lambda }: Lanes, eta: number): void {
  const [w, scales] = [at.w / 8, at.scales / 8];
  const factor = eta * lambda;
  for (let i = 0; i < LANES * channels; i++) numbers[scales + i] = 1 - factor * numbers[w + i];
}
