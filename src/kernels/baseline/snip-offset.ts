import { CounterRandom } from '../random.ts';
import { requireAbove, requireWhole } from './limits.ts';
import { type SnipOptions, snip } from './snip.ts';

export interface SnipOffset {
  /** Mean of level − baseline, counts. */
  readonly counts: number;
  /** The same in units of the noise, √level. */
  readonly sigmas: number;
  /** Of `sigmas`, from the spread between the rows. */
  readonly standardError: number;
}

/**
 * How far a SNIP baseline lies below the mean of `level` counts of Poisson noise without peaks. Measured on `rows` simulated
 * rows, ends included: clipping picks low values, pass after pass, so there is no formula. Add it back where a spectrum has
 * no peaks, or report it.
 *
 * @throws input error `baseline-parameter`: level above 0, at least 2 rows; and as `snip`.
 */
export function snipOffset(
  level: number,
  channels: number,
  options: SnipOptions,
  { rows = 32, seed = 0 }: { rows?: number; seed?: number } = {},
): SnipOffset {
  requireAbove('level', level, 0);
  requireWhole('rows', rows, 2);
  requireWhole('channels', channels, 1);
  const noise = new Float64Array(rows * channels);
  const random = new CounterRandom(seed, 0);
  for (let i = 0; i < noise.length; i++) noise[i] = random.poisson(level);
  snip(noise, rows, channels, options, noise);
  let sum = 0;
  let squares = 0;
  for (let row = 0; row < rows; row++) {
    let below = 0;
    for (let j = row * channels; j < (row + 1) * channels; j++) below += level - noise[j];
    sum += below / channels;
    squares += (below / channels) * (below / channels);
  }
  const counts = sum / rows;
  const variance = Math.max(0, (squares - rows * counts * counts) / (rows - 1));
  const sigma = Math.sqrt(level);
  return { counts, sigmas: counts / sigma, standardError: Math.sqrt(variance / rows) / sigma };
}
