import { type AliasTable, buildAlias, drawAlias } from '../kernels/alias.ts';
import { CounterRandom } from '../kernels/random.ts';
import type { EventsBlock } from '../signal/block.ts';
import { inputError, internalError } from '../signal/errors.ts';

/** Channel-to-channel sensitivity pattern of random strength per pixel. */
export interface Ripple {
  readonly amplitude: number;
  /** ±1 per channel. */
  readonly pattern: Int8Array;
}

/** What the counts of a map are drawn from. */
export interface CountModel {
  readonly channels: number;
  /** Index into `means` of each pixel. */
  readonly labels: Uint8Array;
  /** Mean counts per channel. */
  readonly means: readonly Float64Array[];
  /** Factor on the mean of a pixel. */
  readonly exposure: (pixel: number) => number;
  readonly ripple?: Ripple;
  readonly seed: number;
}

export type CountType = 'uint8' | 'uint16' | 'uint32';

const COUNT_ARRAYS = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array } as const;
const LARGEST_COUNT = { uint8: 255, uint16: 65535, uint32: 4294967295 } as const;
const MOST_ENTRIES = 2 ** 32 - 1;
/** Keys below are pixels. */
const PATTERN_KEY = 2 ** 52;
const SQRT3 = Math.sqrt(3);

/** Random signs, one per channel, the same for every pixel of a seed. */
export function ripplePattern(channels: number, seed: number): Int8Array {
  const random = new CounterRandom(seed, PATTERN_KEY);
  return Int8Array.from({ length: channels }, () => (random.next() < 0.5 ? -1 : 1));
}

/** Narrowest type that holds every count but for a chance below 1e-20 (12 σ): a property of the model, not of the draw. */
export function countType({ means, ripple }: CountModel, largestExposure: number): CountType {
  const mean =
    Math.max(...means.map((values) => Math.max(...values))) * largestExposure * (1 + SQRT3 * (ripple?.amplitude ?? 0));
  const bound = mean + 12 * Math.sqrt(mean) + 30;
  return bound <= LARGEST_COUNT.uint8 ? 'uint8' : bound <= LARGEST_COUNT.uint16 ? 'uint16' : 'uint32';
}

/**
 * A sampler of exact Poisson counts, pixel by pixel: the total of a pixel is one Poisson draw, and its events fall into
 * channels by the alias method, which is the same law as independent Poisson channels. Every pixel has its own random
 * stream, so any run of pixels gives the same counts as the whole. Memory follows the events, never pixels × channels.
 */
export function eventsSampler(model: CountModel, type: CountType): (start: number, end: number) => EventsBlock {
  const { channels, labels, means, exposure, ripple, seed } = model;
  const tables = means.map(buildAlias);
  const totals = means.map((values) => values.reduce((sum, value) => sum + value, 0));
  const random = new CounterRandom(seed, 0);
  const histogram = new Uint32Array(channels);
  const touched = new Int32Array((channels + 31) >> 5);
  let strength = 0;

  /** Leaves the stream right behind the total. */
  const drawTotal = (pixel: number): number => {
    random.reset(pixel);
    strength = ripple ? ripple.amplitude * SQRT3 * (2 * random.next() - 1) : 0;
    return random.poisson(totals[labels[pixel]] * exposure(pixel) * (1 + Math.abs(strength)));
  };

  return (start, end) => {
    requireRange(start, end, labels.length);
    let bound = 0;
    for (let pixel = start; pixel < end; pixel++) bound += Math.min(drawTotal(pixel), channels);
    if (bound > MOST_ENTRIES) throw tooMany(bound);
    const offsets = new Uint32Array(end - start + 1);
    const channel = channels <= 65536 ? new Uint16Array(bound) : new Uint32Array(bound);
    const count = new COUNT_ARRAYS[type](bound);
    let at = 0;
    for (let pixel = start; pixel < end; pixel++) {
      const total = drawTotal(pixel);
      scatter(tables[labels[pixel]], total, random, ripple?.pattern, strength, histogram, touched);
      at = collect(histogram, touched, channel, count, at, LARGEST_COUNT[type]);
      offsets[pixel - start + 1] = at;
    }
    return {
      kind: 'events',
      pixels: end - start,
      channels,
      offsets,
      channel: channel.slice(0, at),
      count: count.slice(0, at),
    };
  };
}

/** Draws `total` channels into `histogram`; with a ripple, keeps each with probability (1 + s·p)/(1 + |s|). */
function scatter(
  table: AliasTable,
  total: number,
  random: CounterRandom,
  pattern: Int8Array | undefined,
  strength: number,
  histogram: Uint32Array,
  touched: Int32Array,
): void {
  const most = 1 + Math.abs(strength);
  for (let n = 0; n < total; n++) {
    const j = drawAlias(table, random);
    if (pattern && random.next() * most >= 1 + strength * pattern[j]) continue;
    histogram[j]++;
    touched[j >> 5] |= 1 << (j & 31);
  }
}

/** Moves the histogram to the entries from `at` on, ascending, and clears it; returns the next free entry. */
function collect(
  histogram: Uint32Array,
  touched: Int32Array,
  channel: Uint16Array | Uint32Array,
  count: Uint8Array | Uint16Array | Uint32Array,
  at: number,
  largest: number,
): number {
  for (let word = 0; word < touched.length; word++) {
    let bits = touched[word];
    touched[word] = 0;
    while (bits !== 0) {
      const lowest = bits & -bits;
      const j = (word << 5) + 31 - Math.clz32(lowest);
      bits ^= lowest;
      if (histogram[j] > largest)
        throw internalError({ code: 'count-overflow', what: `a draw of ${histogram[j]} counts` });
      channel[at] = j;
      count[at++] = histogram[j];
      histogram[j] = 0;
    }
  }
  return at;
}

function requireRange(start: number, end: number, pixels: number): void {
  if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= pixels) return;
  throw inputError({
    code: 'pixel-range',
    what: `pixels ${start} to ${end} of a map of ${pixels}`,
    expected: `0 ≤ start ≤ end ≤ ${pixels}`,
  });
}

function tooMany(entries: number) {
  return inputError({
    code: 'too-many-events',
    what: `up to ${entries} entries in one block of events`,
    expected: `at most ${MOST_ENTRIES}`,
    fix: 'draw fewer pixels at a time, or lower the dose',
  });
}
