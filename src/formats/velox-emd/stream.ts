import { type CollectedEvents, EventsCollector, makeTally, type Tally } from '../events-collector.ts';

/** Ends a pixel in a stream; every other value is one photon in that channel. */
export const NEXT_PIXEL = 65535;

/** Ends of pixels are counted piece by piece, so that a frame is found without walking to it. */
const PIECE = 4096;

/** Counts under way at once: few enough for a fast cache. */
const UNDER_WAY = 1 << 16;

/** The stream of one detector: pixels of all frames one behind the other, line by line. */
export interface PixelStream {
  readonly values: Uint16Array;
  /** Ends of pixels before piece 0, 1, 2 … of the stream, and in all. */
  readonly ends: Float64Array;
  /** Pixels in the stream. The last one may have no end; whether it is there at all cannot be told when it is empty. */
  readonly pixels: number;
}

export function pixelStream(values: Uint16Array): PixelStream {
  const pieces = Math.ceil(values.length / PIECE);
  const ends = new Float64Array(pieces + 1);
  for (let piece = 0; piece < pieces; piece++) {
    ends[piece + 1] = ends[piece] + endsIn(values, piece * PIECE, Math.min(values.length, (piece + 1) * PIECE));
  }
  const open = values.length > 0 && values[values.length - 1] !== NEXT_PIXEL;
  return { values, ends, pixels: ends[pieces] + (open ? 1 : 0) };
}

/** Without a branch: whether a value ends a pixel cannot be predicted, and a wrong guess costs more than the sum. */
function endsIn(values: Uint16Array, start: number, stop: number): number {
  let ends = 0;
  for (let i = start; i < stop; i++) ends += (values[i] + 1) >> 16;
  return ends;
}

/** Photons in a stream, of whatever channel. */
export function photonsIn({ values, ends }: PixelStream): number {
  return values.length - ends[ends.length - 1];
}

/** Where a pixel begins; the end of the stream for a pixel that is not in it. */
function startOf({ values, ends }: PixelStream, pixel: number): number {
  if (pixel === 0) return 0;
  if (pixel > ends[ends.length - 1]) return values.length;
  let [low, high] = [0, ends.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ends[middle] < pixel) low = middle;
    else high = middle;
  }
  let at = low * PIECE;
  for (let left = pixel - ends[low]; left > 0; at++) if (values[at] === NEXT_PIXEL) left--;
  return at;
}

export interface SummedStreams extends CollectedEvents {
  /** Photons in channels beyond the energy axis, left out. */
  readonly beyondAxis: number;
}

/**
 * The spectra of `pixels` pixels, summed over streams (detectors) and over frames `first` to `last`, the last excluded.
 * Streams that end early add nothing to the pixels they lack. The streams are walked side by side, a few pixels at a
 * time, so that nothing but the result is as large as the map.
 */
export function sumStreams(
  streams: readonly PixelStream[],
  pixels: number,
  channels: number,
  first: number,
  last: number,
): SummedStreams {
  const walkers = streams.flatMap((stream) =>
    Array.from({ length: last - first }, (_, k) => new Walker(stream, startOf(stream, (first + k) * pixels))),
  );
  const photons = streams.reduce((sum, stream) => sum + photonsIn(stream), 0);
  const events = new EventsCollector(pixels, channels, photons);
  const together = Math.max(1, Math.min(pixels, Math.floor(UNDER_WAY / channels)));
  // One channel more, where the ends of pixels and the photons beyond the axis are counted.
  const tally = makeTally(together, channels + 1);
  let beyondAxis = 0;
  for (let pixel = 0; pixel < pixels; pixel += together) {
    const count = Math.min(together, pixels - pixel);
    for (const walker of walkers) beyondAxis -= walker.count(tally, channels, count);
    for (let k = channels; k < count * tally.stride; k += tally.stride) {
      beyondAxis += tally.counts[k];
      tally.counts[k] = 0;
      tally.filled[k >> 5] &= ~(1 << k);
    }
    events.take(tally, pixel, count);
  }
  return { ...events.finish(), beyondAxis };
}

/** One frame of one stream, on the way through its pixels. */
class Walker {
  readonly #values: Uint16Array;
  #at: number;

  constructor({ values }: PixelStream, at: number) {
    this.#values = values;
    this.#at = at;
  }

  /**
   * Adds the next `pixels` pixels to the spectra of the tally, ends of pixels and photons beyond the axis to channel
   * `channels`. Returns the ends. Without a branch on what a value is, as in {@link endsIn}.
   */
  count({ stride, counts, filled }: Tally, channels: number, pixels: number): number {
    const values = this.#values;
    const stop = pixels * stride;
    let at = this.#at;
    let base = 0;
    while (base < stop && at < values.length) {
      const value = values[at++];
      const over = value - channels;
      const k = base + channels + (over & (over >> 31));
      counts[k]++;
      filled[k >> 5] |= 1 << k;
      base += stride & -((value + 1) >> 16);
    }
    this.#at = at;
    return base / stride;
  }
}
