import type { CounterRandom } from '../random.ts';

/**
 * Moves the counts of a row down by a fractional number of channels: of the n counts of a channel, whose place is
 * j − `displacement`, each goes to the channel above or below at random, the nearer with the greater chance. Thinned Poisson
 * counts are independent Poisson counts, so the law stays (Kingman 1993, Poisson Processes, 5.1); the mean position of a
 * feature is exact, its variance grows by f(1 − f) channels², f the fraction of the displacement.
 * @param counts whole numbers from 0, one a channel. @param out of the same size; what leaves it is dropped.
 */
export function splitCounts(
  counts: ArrayLike<number>,
  displacement: number,
  random: CounterRandom,
  out: Float64Array,
): void {
  const whole = Math.floor(-displacement);
  const share = -displacement - whole;
  const channels = counts.length;
  out.fill(0);
  for (let j = 0; j < channels; j++) {
    const n = counts[j];
    if (n === 0) continue;
    const above = share === 0 ? 0 : random.binomial(n, share);
    const at = j + whole;
    if (at >= 0 && at < channels) out[at] += n - above;
    if (at + 1 >= 0 && at + 1 < channels) out[at + 1] += above;
  }
}

/** Moves a row down by whole channels; 0 where nothing came from. */
export function moveChannels(values: ArrayLike<number>, channels: number, out: Float64Array): void {
  const size = out.length;
  for (let j = 0; j < size; j++) {
    const from = j + channels;
    out[j] = from >= 0 && from < size ? values[from] : 0;
  }
}

/**
 * Values of a row between its channels, by straight lines.
 * @param from for each channel of `out` the fractional channel that its value is taken at; 0 beyond the ends.
 */
export function interpolateRow(values: ArrayLike<number>, from: Float64Array, out: Float64Array): void {
  const last = values.length - 1;
  for (let j = 0; j < out.length; j++) {
    const at = from[j];
    if (!(at >= 0 && at <= last)) {
      out[j] = 0;
      continue;
    }
    const low = Math.min(Math.floor(at), last - 1);
    out[j] = last === 0 ? values[0] : values[low] + (at - low) * (values[low + 1] - values[low]);
  }
}
