import { CounterRandom } from '../random.ts';
import { requireRows } from './lanes.ts';

/** Size of the changes, as a share of each value: far below all noise, far above rounding. */
const NUDGE = 1e-11;

/** A method with its options, as `(y, channels, z) => arpls(y, channels, z, { lambda })`. */
export type BaselineMethod = (values: Float64Array, channels: number, out: Float64Array) => unknown;

/**
 * How much baselines move when every value changes by about 10⁻¹¹ of itself: the largest change of each row over the range of
 * its values. A method that damps or passes on such changes stays near 10⁻¹¹; asPLS can reach 10⁻³, and what it says of such a
 * row is then not to be trusted beyond that. NaN for rows that are not finite; 0 where all values are the same.
 * @param values rows × channels
 * @param baselines the method's baselines of these values
 * @throws SpectrailError `input/baseline-shape`
 */
export function baselineInstability(
  values: Float64Array,
  channels: number,
  baselines: Float64Array,
  method: BaselineMethod,
): Float64Array {
  requireRows(values, channels, baselines);
  const random = new CounterRandom(1, 0);
  const nudged = new Float64Array(values.length);
  const moved = new Float64Array(values.length);
  const rows = values.length / channels;
  for (let row = 0; row < rows; row++) {
    random.reset(0);
    for (let i = row * channels; i < (row + 1) * channels; i++) nudged[i] = values[i] * (1 + NUDGE * random.normal());
  }
  method(nudged, channels, moved);
  return Float64Array.from({ length: rows }, (_, row) => {
    let [least, most, change] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
    for (let i = row * channels; i < (row + 1) * channels; i++) {
      least = Math.min(least, values[i]);
      most = Math.max(most, values[i]);
      change = Math.max(change, Math.abs(moved[i] - baselines[i]));
    }
    return least === most ? 0 : change / (most - least);
  });
}
