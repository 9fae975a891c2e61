import { formatError } from '../../signal/errors.ts';
import { type CollectedEvents, EventsCollector, makeTally, type Tally } from '../events-collector.ts';

/** Ends a pixel in a stream; every other value is one photon in that channel. */
export const NEXT_PIXEL = 65535;

/** Photons that are put in the order of the pixels at once: few enough for a fast cache. */
const ORDERED = 1 << 18;

/** The photons of one detector, in the order of the stream: pixels of all frames one behind the other, line by line. */
export interface Photons {
  readonly count: number;
  readonly channel: Uint16Array;
  /** For each photon, the ends of pixels before it. */
  readonly visit: Uint32Array;
  /** Pixels in the stream. The last one may have no end; whether it is there at all cannot be told when it is empty. */
  readonly visits: number;
  /** Ends of pixels in the stream. */
  readonly ends: number;
  /** Photons in channels beyond the energy axis, left out. */
  readonly beyondAxis: number;
}

/** Takes the photons out of a stream that is given piece by piece. */
export class PhotonReader {
  readonly #channels: number;
  readonly #channel: Uint16Array;
  readonly #visit: Uint32Array;
  #count = 0;
  #ends = 0;
  #read = 0;
  #last = NEXT_PIXEL;

  /**
   * @param length Values in the stream.
   * @throws SpectrailError `format/stream-too-large`
   */
  constructor(length: number, channels: number) {
    this.#channels = channels;
    try {
      this.#channel = new Uint16Array(length);
      this.#visit = new Uint32Array(length);
    } catch (cause) {
      throw formatError({
        code: 'stream-too-large',
        what: `a stream of ${length} values is declared`,
        expected: 'what this machine can hold in memory',
        cause,
      });
    }
  }

  /**
   * The next values of the stream. Without a branch on what a value is: that cannot be predicted, and a wrong guess costs
   * more than a value written in vain.
   */
  add(values: Uint16Array): void {
    const channels = this.#channels;
    const channel = this.#channel;
    const visit = this.#visit;
    let count = this.#count;
    let ends = this.#ends;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      channel[count] = value;
      visit[count] = ends;
      count += (value - channels) >>> 31;
      ends += (value + 1) >> 16;
    }
    this.#count = count;
    this.#ends = ends;
    this.#read += values.length;
    if (values.length > 0) this.#last = values[values.length - 1];
  }

  finish(): Photons {
    const ends = this.#ends;
    return {
      count: this.#count,
      channel: this.#channel,
      visit: this.#visit,
      visits: ends + (this.#last === NEXT_PIXEL ? 0 : 1),
      ends,
      beyondAxis: this.#read - ends - this.#count,
    };
  }
}

/**
 * The spectra of `pixels` pixels, summed over streams (detectors) and over frames `first` to `last`, the last excluded.
 * Streams that end early add nothing to the pixels they lack. All frames are walked side by side, some pixels at a time,
 * so that nothing but the result is as large as the map.
 */
export function sumStreams(
  streams: readonly Photons[],
  pixels: number,
  channels: number,
  first: number,
  last: number,
): CollectedEvents {
  const frames = streams.flatMap((photons) =>
    Array.from({ length: last - first }, (_, k) => new Frame(photons, (first + k) * pixels)),
  );
  const photons = streams.reduce((sum, { count }) => sum + count, 0);
  const events = new EventsCollector(pixels, channels, photons);
  const tally = makeTally(channels);
  const together = Math.max(1, Math.min(pixels, Math.floor((ORDERED * pixels) / (photons + 1))));
  const ends = new Uint32Array(together + 1);
  let ordered = new Uint16Array(0);
  for (let pixel = 0; pixel < pixels; pixel += together) {
    const count = Math.min(together, pixels - pixel);
    ends.fill(0);
    for (const frame of frames) frame.countPhotons(count, ends);
    let total = 0;
    for (let i = 0; i <= count; i++) {
      const here = ends[i];
      ends[i] = total;
      total += here;
    }
    if (total > ordered.length) ordered = new Uint16Array(total + (total >> 2));
    for (const frame of frames) frame.placePhotons(ends, ordered);
    let start = 0;
    for (let i = 0; i < count; i++) {
      countChannels(ordered, start, ends[i], tally);
      events.take(tally, pixel + i);
      start = ends[i];
    }
  }
  return events.finish();
}

function countChannels(ordered: Uint16Array, start: number, end: number, { counts, filled, groups }: Tally): void {
  for (let i = start; i < end; i++) {
    const channel = ordered[i];
    counts[channel]++;
    filled[channel >> 5] |= 1 << channel;
    groups[channel >> 10] |= 1 << (channel >> 5);
  }
}

/** One frame of one stream, on the way through its pixels: photons `from` to `to` are those of the pixels under way. */
class Frame {
  readonly #photons: Photons;
  /** Visits of the first pixel under way and of the one behind the last. */
  #first: number;
  #next: number;
  #from: number;
  #to: number;

  constructor(photons: Photons, visit: number) {
    this.#photons = photons;
    this.#first = visit;
    this.#next = visit;
    this.#from = firstAtVisit(photons, visit);
    this.#to = this.#from;
  }

  /** Goes on to the next `pixels` pixels; adds to `counts` how many photons each of them has. */
  countPhotons(pixels: number, counts: Uint32Array): void {
    const { visit, count } = this.#photons;
    const base = this.#next;
    const stop = base + pixels;
    let at = this.#to;
    this.#from = at;
    this.#first = base;
    this.#next = stop;
    for (; at < count; at++) {
      const here = visit[at];
      if (here >= stop) break;
      counts[here - base]++;
    }
    this.#to = at;
  }

  /** Puts the photons of the pixels under way where their pixel has room next: `next`, which is moved on. */
  placePhotons(next: Uint32Array, ordered: Uint16Array): void {
    const { visit, channel } = this.#photons;
    const base = this.#first;
    const end = this.#to;
    for (let at = this.#from; at < end; at++) ordered[next[visit[at] - base]++] = channel[at];
  }
}

/** The first photon at a visit or behind it. */
function firstAtVisit({ visit, count }: Photons, wanted: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (visit[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
