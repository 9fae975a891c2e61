import { CounterRandom } from '../../kernels/index.ts';
import type { Estimator } from './estimator.ts';

/** Draws are the same for the same row, wherever and whenever they are made. */
const SEED = 20_041;

/**
 * What is left of one row above its background when its errors strike again and the estimate is made anew: `repeats` rows of
 * x* − B*. Their scatter is that of x − B, as far as the estimate answers to errors about the row as it does about its mean.
 * @param variance of each value. @param key tells rows apart: their number in the map.
 */
export function repeatedNets(
  estimator: Estimator,
  row: Float64Array,
  variance: Float64Array,
  repeats: number,
  key: number,
): Float64Array {
  const channels = row.length;
  const random = new CounterRandom(SEED, key);
  const values = new Float64Array(repeats * channels);
  for (let at = 0; at < values.length; at++) {
    const j = at % channels;
    values[at] = row[j] + Math.sqrt(variance[j]) * random.normal();
  }
  const background = new Float64Array(values.length);
  estimator.estimate(values, repeats, background);
  for (let at = 0; at < values.length; at++) values[at] -= background[at];
  return values;
}

/** Variance of Σ_j sum_j·(x_j − B_j) over repeats. */
export function varianceOfSum(nets: Float64Array, sum: Float64Array): number {
  const channels = sum.length;
  const repeats = nets.length / channels;
  const totals = new Float64Array(repeats);
  for (let r = 0; r < repeats; r++) {
    for (let j = 0; j < channels; j++) if (sum[j] !== 0) totals[r] += sum[j] * nets[r * channels + j];
  }
  const mean = totals.reduce((all, each) => all + each, 0) / repeats;
  return totals.reduce((all, each) => all + (each - mean) * (each - mean), 0) / (repeats - 1);
}
