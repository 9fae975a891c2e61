import { type Divisor, weightedSum } from './row-normaliser.ts';

/**
 * s = Σ w_j·x_j: a total (weights of 1), a mean, an integral over the axis, a reference window. For a total of Poisson counts
 * the response of x/Σx gives the multinomial covariance (p_j·δ_jk − p_j·p_k)/N.
 * @param weights one a channel; 0 for those that take no part.
 */
export function linearDivisor(weights: Float64Array): Divisor {
  return {
    divisor: (row) => weightedSum(row, weights),
    respondDivisor(_row, _variance, out) {
      out.set(weights);
      return 0;
    },
  };
}

/**
 * Weights that integrate over an axis by the trapezoidal rule, whichever way it runs, however its channels are spaced; over
 * channels that take no part by a straight line between those to either side. 0 for all where fewer than 2 channels count.
 * @param counts whether a channel takes part; default: all do.
 */
export function trapezoidWeights(
  positions: Float64Array,
  counts: (channel: number) => boolean = () => true,
): Float64Array {
  const weights = new Float64Array(positions.length);
  let before = -1;
  for (let j = 0; j < positions.length; j++) {
    if (!counts(j)) continue;
    if (before >= 0) {
      const half = Math.abs(positions[j] - positions[before]) / 2;
      weights[before] += half;
      weights[j] += half;
    }
    before = j;
  }
  return weights;
}
