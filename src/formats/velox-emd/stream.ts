import { type CollectedEvents, EventsCollector, makeTally, type Tally } from '../events-collector.ts';

/** Ends a pixel in a stream; every other value is one photon in that channel. */
export const NEXT_PIXEL = 65535;

/** Every so many pixels the place in the stream is noted, so that a frame is found without walking to it. */
const NOTED = 4096;

/** Counts held in the tally at once: small enough for a fast cache. */
const TALLIED = 1 << 16;

/** The stream of one detector: pixels of all frames one behind the other, line by line. */
export interface PixelStream {
  readonly values: Uint16Array;
  /** Ends of pixels in the stream. */
  readonly ends: number;
  /** Pixels in the stream. The last one may have no end; whether it is there at all cannot be told when it is empty. */
  readonly pixels: number;
  /** Where pixels 0, 4096, 8192 … begin. */
  readonly noted: readonly number[];
}

export function pixelStream(values: Uint16Array): PixelStream {
  const noted = [0];
  let ends = 0;
  let next = NOTED;
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== NEXT_PIXEL) continue;
    if (++ends === next) {
      noted.push(i + 1);
      next += NOTED;
    }
  }
  const open = values.length > 0 && values[values.length - 1] !== NEXT_PIXEL;
  return { values, ends, pixels: ends + (open ? 1 : 0), noted };
}

/** Where a pixel begins; the end of the stream for a pixel that is not in it. */
function startOf({ values, noted }: PixelStream, pixel: number): number {
  const note = Math.floor(pixel / NOTED);
  if (note >= noted.length) return values.length;
  let left = pixel - note * NOTED;
  let at = noted[note];
  while (left > 0 && at < values.length) if (values[at++] === NEXT_PIXEL) left--;
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
  const together = Math.max(1, Math.min(pixels, Math.floor(TALLIED / channels)));
  const walkers = streams.flatMap((stream) =>
    Array.from({ length: last - first }, (_, k) => new Walker(stream, startOf(stream, (first + k) * pixels))),
  );
  const photons = streams.reduce((sum, { values, ends }) => sum + values.length - ends, 0);
  const events = new EventsCollector(pixels, channels, photons >> 1);
  const block = makeTally(together, channels);
  let beyondAxis = 0;
  for (let pixel = 0; pixel < pixels; pixel += together) {
    const count = Math.min(together, pixels - pixel);
    for (const walker of walkers) beyondAxis += walker.count(block, channels, count);
    events.take(block, pixel, count);
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

  /** Adds the next `pixels` pixels to the spectra of the tally; returns the photons that lie beyond the energy axis. */
  count({ stride, counts, filled }: Tally, channels: number, pixels: number): number {
    const values = this.#values;
    const stop = pixels * stride;
    let at = this.#at;
    let base = 0;
    let beyond = 0;
    while (at < values.length) {
      const value = values[at++];
      if (value < channels) {
        const k = base + value;
        counts[k]++;
        filled[k >> 5] |= 1 << k;
      } else if (value === NEXT_PIXEL) {
        base += stride;
        if (base === stop) break;
      } else beyond++;
    }
    this.#at = at;
    return beyond;
  }
}
