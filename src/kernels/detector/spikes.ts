import { incompleteBeta } from '../incomplete-beta.ts';
import { portableExp } from '../portable-math.ts';

/** 4 ln 2 */
const FOUR_LN2 = 4 * Math.LN2;

/** Pairs of channels on either side that a channel is held against. */
const PAIRS = 2;

export interface SpikeSearch {
  /** Full width at half maximum, in channels, of the narrowest line that there is, at each channel. */
  readonly line: ArrayLike<number>;
  /** Channels that a spike has at most. */
  readonly width: number;
  /** Probability that a value without a spike is taken for one, at most. */
  readonly chance: number;
  /** Non-zero: channels that take no part. */
  readonly masked?: Uint8Array;
}

/**
 * P(x or more | x + beside) for Poisson counts of which the one expects at most `share` of both: exact for counts, and
 * continued between whole numbers.
 */
export function spikeTail(x: number, beside: number, share: number): number {
  return x > 0 ? incompleteBeta(share, x, Math.max(0, beside) + 1) : 1;
}

/**
 * Marks values that no spectrum of lines can have. For lines of Gaussian shape and width F or more on any convex background
 * of such lines, f(j) ≤ √(f(j − d)·f(j + d))·exp(4 ln 2·d²/F²): for one line by its shape, for sums of them by Cauchy's
 * inequality. So a value expects at most a known share of itself and the values beside it, whatever the spectrum, and the
 * chance of more is binomial. Within a spike's width of a marked value what is improbable at all is marked, too.
 * @param counts of one spectrum, variance equal to mean; @param found gets 1 where there is a spike, else 0
 * @returns how many
 */
export function findSpikes(counts: Float64Array, search: SpikeSearch, found: Uint8Array): number {
  const { width, chance } = search;
  found.fill(0);
  let spikes = 0;
  for (let j = 0; j < counts.length; j++) {
    if (search.masked?.[j] || !(chanceOf(counts, j, search) < chance)) continue;
    for (let k = Math.max(0, j - width + 1); k < Math.min(counts.length, j + width); k++) {
      if (found[k] || search.masked?.[k]) continue;
      if (k !== j && !(chanceOf(counts, k, search) < IMPROBABLE)) continue;
      found[k] = 1;
      spikes++;
    }
  }
  return spikes;
}

/** For the wings of what was found. */
const IMPROBABLE = 1e-3;

/** Chance of a value as high, in a spectrum without a spike; 1 where there is nothing to hold it against. */
function chanceOf(counts: Float64Array, j: number, { line, width, masked }: SpikeSearch): number {
  let [beside, weight] = [0, 0];
  for (let d = width; d < width + PAIRS; d++) {
    const [a, b] = [j - d, j + d];
    if (a < 0 || b >= counts.length || masked?.[a] || masked?.[b]) continue;
    beside += Math.max(0, counts[a]) + Math.max(0, counts[b]);
    weight += 2 / portableExp((FOUR_LN2 * d * d) / (line[j] * line[j]));
  }
  if (weight === 0) return 1;
  // Most values need no tail.
  if (counts[j] * weight <= beside + 3 * Math.sqrt(beside)) return 1;
  return spikeTail(counts[j], beside, 1 / (1 + weight));
}
