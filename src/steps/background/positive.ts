import { evaluateBasis, fitPositiveBasis, type PositiveBasis, respondPositiveBasis } from '../../kernels/index.ts';
import type { Estimator } from './estimator.ts';

/** The estimator of a mixture of positive shapes, on a range of channels. A row that is not finite gets 0. */
export function positiveEstimator(basis: PositiveBasis, [first, end]: readonly [number, number]): Estimator {
  const channels = basis.shapes.length / basis.count;
  const response = new Float64Array(basis.channels.length);
  const one = new Float64Array(basis.count);
  return {
    estimate(values, rows, out) {
      const amounts = new Float64Array(rows * basis.count);
      fitPositiveBasis(values, rows, basis, amounts);
      for (let at = 0; at < amounts.length; at++) if (Number.isNaN(amounts[at])) amounts[at] = 0;
      evaluateBasis(amounts, rows, basis, out);
      for (let row = 0; row < rows; row++) {
        out.fill(0, row * channels, row * channels + first);
        out.fill(0, row * channels + end, (row + 1) * channels);
      }
    },
    respond(row, sum, out) {
      fitPositiveBasis(row, 1, basis, one);
      respondPositiveBasis(row, one, basis, sum, response);
      out.fill(0);
      for (let k = 0; k < response.length; k++) out[basis.channels[k]] = response[k];
    },
  };
}
