import { appendPhotons, type PhotonList, type PhotonRun, sumPhotons } from '../../kernels/photons.ts';
import type { EventsBlock } from '../../signal/block.ts';
import { formatError } from '../../signal/errors.ts';
import { EventsCollector } from '../events-collector.ts';

/** Ends a pixel in a stream; every other value is one photon in that channel. */
export const NEXT_PIXEL = 65535;

/** Photons that are put in the order of the pixels at once: few enough for a fast cache. */
const TOGETHER = 1 << 17;

/** The photons of one detector, in the order of the stream: pixels of all frames one behind the other, line by line. */
export interface Photons extends Readonly<PhotonList> {
  /** Pixels in the stream. The last one may have no end; whether it is there at all cannot be told when it is empty. */
  readonly visits: number;
  /** Photons in channels beyond the energy axis, left out. */
  readonly beyondAxis: number;
}

/** Takes the photons out of a stream that is given piece by piece. */
export class PhotonReader {
  readonly #channels: number;
  readonly #list: PhotonList;
  #read = 0;
  #last = NEXT_PIXEL;

  /**
   * @param length Values in the stream.
   * @throws SpectrailError `format/stream-too-large`
   */
  constructor(length: number, channels: number) {
    this.#channels = channels;
    try {
      this.#list = { channel: new Uint16Array(length), visit: new Uint32Array(length), length: 0, ends: 0 };
    } catch (cause) {
      throw formatError({
        code: 'stream-too-large',
        what: `a stream of ${length} values is declared`,
        expected: 'what this machine can hold in memory',
        cause,
      });
    }
  }

  /** The next values of the stream. */
  add(values: Uint16Array): void {
    appendPhotons(this.#list, values, this.#channels);
    this.#read += values.length;
    if (values.length > 0) this.#last = values[values.length - 1];
  }

  finish(): Photons {
    const { length, ends } = this.#list;
    const visits = ends + (this.#last === NEXT_PIXEL ? 0 : 1);
    return { ...this.#list, visits, beyondAxis: this.#read - ends - length };
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
): EventsBlock {
  const frames = streams.flatMap((photons) =>
    Array.from({ length: last - first }, (_, k) => new Frame(photons, (first + k) * pixels)),
  );
  const photons = streams.reduce((sum, { length }) => sum + length, 0);
  const events = new EventsCollector(pixels, channels, photons);
  const step = Math.max(1, Math.min(pixels, Math.floor((TOGETHER * pixels) / (photons + 1))));
  for (let pixel = 0; pixel < pixels; pixel += step) {
    const count = Math.min(step, pixels - pixel);
    const runs = frames.map((frame) => frame.next(count));
    events.append(sumPhotons(runs, count, channels));
  }
  return events.finish();
}

/** One frame of one stream, on the way through its pixels. */
class Frame {
  readonly #photons: Photons;
  /** Visit of the next pixel. */
  #visit: number;
  #at: number;

  constructor(photons: Photons, visit: number) {
    this.#photons = photons;
    this.#visit = visit;
    this.#at = firstAtVisit(photons, visit, 0);
  }

  /** The photons of the next `pixels` pixels. */
  next(pixels: number): PhotonRun {
    const { channel, visit } = this.#photons;
    const base = this.#visit;
    const from = this.#at;
    this.#visit = base + pixels;
    this.#at = firstAtVisit(this.#photons, this.#visit, from);
    return { channel: channel.subarray(from, this.#at), visit: visit.subarray(from, this.#at), base };
  }
}

/** The first photon at a visit or behind it, searched from photon `from` on in growing steps. */
function firstAtVisit({ visit, length }: Photons, wanted: number, from: number): number {
  let low = from;
  let step = 64;
  while (low + step < length && visit[low + step] < wanted) {
    low += step;
    step *= 2;
  }
  let high = Math.min(length, low + step);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (visit[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
