import {
  evaluateLogLinear,
  FITTED_WIDTH,
  type FitWeights,
  fitLogLinear,
  type Regressor,
  respondLogLinear,
} from '../../kernels/index.ts';
import type { Estimator } from './estimator.ts';

/** The estimator of ln f = a + b·t, fitted to a window and evaluated on a range of channels. */
export function logLinearEstimator(
  { t, window }: Regressor,
  weights: FitWeights,
  [first, end]: readonly [number, number],
): Estimator {
  const channels = t.length;
  const one = new Float64Array(FITTED_WIDTH);
  const response = new Float64Array(window.channels.length);
  return {
    estimate(values, rows, out) {
      const fitted = new Float64Array(rows * FITTED_WIDTH);
      fitLogLinear(values, rows, channels, window, weights, fitted);
      evaluateLogLinear(fitted, rows, t, out, first, end);
    },
    respond(row, sum, out) {
      fitLogLinear(row, 1, channels, window, weights, one);
      respondLogLinear(one, t, window, weights, sum, response);
      out.fill(0);
      for (let k = 0; k < response.length; k++) out[window.channels[k]] = response[k];
    },
  };
}
