import { portablePow } from '../../kernels/index.ts';
import { defineFold } from '../../shapes/shape.ts';
import { readRow } from '../../signal/block.ts';
import { type Factor, gainAt } from '../../signal/noise.ts';

/** Counts a value must expect for its variance to come out near 1. */
export const FEWEST = 4;

/** Share of the values that may expect fewer. */
export const TOLERATED = 0.05;

/** Readout noise, in counts, that keeps the variance within 4 % of 1 by itself, however few the counts. */
export const ENOUGH_READOUT = 4;

/** Channels on each side that tell, with the value itself, what it expects. */
const BESIDE = 4;

/** Four bins an octave, from 1/64 count. */
const OCTAVES = { first: -6, bins: 80 };
const LIMITS = Float64Array.from({ length: OCTAVES.bins }, (_, k) => portablePow(2, OCTAVES.first + k / 4));

interface Args {
  readonly pixelMask?: Uint8Array;
  readonly channelMask?: Uint8Array;
  readonly gain: Factor;
  readonly offset: number;
}

/** How many values expect how many counts. */
export interface ExpectedCounts {
  readonly values: number;
  /** Those that expect fewer than {@link FEWEST}. */
  readonly low: number;
  /** By the limits below which they are; what is above all of them comes last. */
  readonly histogram: Float64Array;
}

/** What each value expects, taken from the nine channels around it. */
export const expectedCounts = defineFold<Args, ExpectedCounts>({
  init: () => ({ values: 0, low: 0, histogram: new Float64Array(LIMITS.length + 1) }),
  add: ({ pixelMask, channelMask, gain, offset }, { values, low, histogram }, [block], start) => {
    const { channels } = block;
    const row = new Float64Array(channels);
    // Sums, and numbers of values, of the channels before each.
    const sums = new Float64Array(channels + 1);
    const counted = new Float64Array(channels + 1);
    let [all, few] = [values, low];
    for (let i = 0; i < block.pixels; i++) {
      if (pixelMask?.[start + i]) continue;
      readRow(block, i, row);
      for (let j = 0; j < channels; j++) {
        const valid = !channelMask?.[j];
        sums[j + 1] = sums[j] + (valid ? (row[j] - offset) / gainAt(gain, start + i, j) : 0);
        counted[j + 1] = counted[j] + (valid ? 1 : 0);
      }
      for (let j = 0; j < channels; j++) {
        if (channelMask?.[j]) continue;
        const [from, to] = [Math.max(0, j - BESIDE), Math.min(channels, j + BESIDE + 1)];
        const expected = (sums[to] - sums[from]) / (counted[to] - counted[from]);
        all++;
        if (expected < FEWEST) few++;
        histogram[binOf(expected)]++;
      }
    }
    return { values: all, low: few, histogram };
  },
  merge: (left, right) => {
    for (let k = 0; k < left.histogram.length; k++) left.histogram[k] += right.histogram[k];
    return { values: left.values + right.values, low: left.low + right.low, histogram: left.histogram };
  },
  example: ({ pixels }) => ({
    args: {
      pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)),
      gain: { per: 'cube', value: 2 },
      offset: 1,
    },
    kinds: ['events'],
  }),
});

/** First limit above; the bin behind all where there is none. */
function binOf(expected: number): number {
  let [low, high] = [0, LIMITS.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (expected < LIMITS[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Counts below which this share of the values is, to a quarter of an octave. */
export function quantileExpected({ values, histogram }: ExpectedCounts, share: number): number {
  let below = 0;
  for (let k = 0; k < LIMITS.length; k++) {
    below += histogram[k];
    if (below >= share * values) return k === 0 ? 0 : LIMITS[k];
  }
  return LIMITS[LIMITS.length - 1];
}
