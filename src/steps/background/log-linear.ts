import {
  evaluateLogLinear,
  FITTED_WIDTH,
  type FitWeights,
  fitLogLinear,
  type Regressor,
  respondLogLinear,
  subtractLogLinear,
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
  const linesOf = (values: Float64Array, rows: number) => {
    const fitted = new Float64Array(rows * FITTED_WIDTH);
    fitLogLinear(values, rows, channels, window, weights, fitted);
    return { fitted, t, first, end };
  };
  return {
    estimate: (values, rows, out) => evaluateLogLinear(linesOf(values, rows), rows, out),
    subtract: (values, rows, out) => subtractLogLinear(linesOf(values, rows), rows, values, out),
    respond(row, sum, out) {
      fitLogLinear(row, 1, channels, window, weights, one);
      respondLogLinear(one, t, window, weights, sum, response);
      out.fill(0);
      for (let k = 0; k < response.length; k++) out[window.channels[k]] = response[k];
    },
  };
}
