import { type PhotonRoute, type PhotonRun, type PhotonTile, routePhotons, sumPhotons } from '../../kernels/photons.ts';
import type { EventsBlock } from '../../signal/block.ts';
import { EventsCollector } from '../events-collector.ts';

/** Ends a pixel in a stream; every other value is one photon in that channel. */
export const NEXT_PIXEL = 65535;

/** Pixels that are counted together, at most and at least, and the photons wanted among them: few enough for a cache. */
const LARGEST_TILE = 1 << 14;
const SMALLEST_TILE = 64;
const TOGETHER = 1 << 18;
/** Of so many values at least one is taken for a photon, whatever number of frames the file declares. */
const MOSTLY_ENDS = 32;

/** Photons wait in pages, so that nothing is taken for what does not come. */
const LARGEST_PAGE = 1 << 18;
const SMALLEST_PAGE = 1 << 12;

/** What the streams of a scan are made into. */
export interface ScanFrames {
  /** Of one frame. */
  readonly pixels: number;
  readonly channels: number;
  /** Frames to sum, counted from 0, the last excluded. */
  readonly first: number;
  readonly last: number;
}

/** What is known of the stream of a detector at its end. */
export interface StreamFacts {
  /** Ends of pixels. */
  readonly ends: number;
  /** Pixels in all frames. The last one may have no end; whether it is there at all cannot be told when it is empty. */
  readonly visits: number;
  /** Photons in channels beyond the energy axis, left out. */
  readonly beyondAxis: number;
}

interface Page extends PhotonRun {
  /** Stretches that are not summed yet. */
  waiting: number;
}

/** Some photons of a page, all in one tile. */
interface Stretch {
  readonly page: Page;
  readonly from: number;
  to: number;
}

/**
 * Sums the streams of the detectors of a scan, which are given piece by piece: they hold frame after frame, a map is made
 * pixel after pixel. Photons of a tile wait until every stream has passed it in the last frame.
 */
export class ScanPhotons {
  readonly #frames: ScanFrames;
  /** Photons, as far as declarations tell. */
  readonly #expected: number;
  readonly #tilePixels: number;
  readonly #detectors: readonly DetectorStream[];
  /** By tile. */
  readonly #stretches: Stretch[][];
  readonly #freePages: Page[] = [];
  #page: Page = newPage(0);
  #used = 0;
  #photons = 0;
  #tilesSummed = 0;
  #events: EventsCollector | undefined;

  /** @param values In all streams together. */
  constructor(frames: ScanFrames, values: number, detectors: number) {
    const { pixels, first, last } = frames;
    this.#frames = frames;
    this.#expected = Number.isFinite(last) ? Math.max(0, values - last * pixels * detectors) : values;
    let tilePixels = LARGEST_TILE;
    const crowd = Math.max(this.#expected, values / MOSTLY_ENDS) / pixels;
    while (tilePixels > SMALLEST_TILE && crowd * tilePixels > TOGETHER) tilePixels /= 2;
    this.#tilePixels = tilePixels;
    this.#stretches = Array.from({ length: Math.ceil(pixels / tilePixels) }, () => []);
    this.#detectors = Array.from(
      { length: detectors },
      () =>
        new DetectorStream(frames, tilePixels, (photons, frame, tile, before) =>
          frame >= first && frame < last ? this.#keep(photons, tile, before) : undefined,
        ),
    );
  }

  /** The next values of the stream of a detector. */
  add(detector: number, values: Uint16Array): void {
    this.#detectors[detector].add(values);
  }

  /** The stream of this detector has no more values. */
  end(detector: number): void {
    this.#detectors[detector].ended = true;
  }

  /** The detector whose stream is behind all others; undefined where all have ended. */
  behind(): number | undefined {
    let found: number | undefined;
    for (const [i, { ended, reached }] of this.#detectors.entries()) {
      if (!ended && (found === undefined || reached < this.#detectors[found].reached)) found = i;
    }
    return found;
  }

  /** @param before Photons that these go on from. */
  #keep({ channel, pixel }: PhotonRun, tile: number, before: Stretch | undefined): Stretch {
    const { length } = channel;
    if (this.#used + length > this.#page.channel.length) this.#turn(length);
    const page = this.#page;
    const from = this.#used;
    this.#used += length;
    this.#photons += length;
    page.channel.set(channel, from);
    page.pixel.set(pixel, from);
    if (before?.page === page && before.to === from) {
      before.to = this.#used;
      return before;
    }
    const stretch = { page, from, to: this.#used };
    this.#stretches[tile].push(stretch);
    page.waiting++;
    return stretch;
  }

  #turn(length: number): void {
    const size = Math.min(LARGEST_PAGE, Math.max(SMALLEST_PAGE, length, 2 * this.#page.channel.length));
    this.#page = this.#freePages.pop() ?? newPage(Math.max(size, length));
    this.#used = 0;
  }

  /** Sums what has nothing more to wait for. */
  sumPassed(): void {
    const { pixels, channels, last } = this.#frames;
    const tiles = this.#stretches.length;
    const passed = this.#detectors.reduce((least, detector) => Math.min(least, detector.tilesPassed(last)), tiles);
    if (passed === this.#tilesSummed) return;
    const entries = Number.isFinite(last) ? Math.max(this.#photons, this.#expected) : this.#photons;
    this.#events ??= new EventsCollector(pixels, channels, entries);
    for (; this.#tilesSummed < passed; this.#tilesSummed++) {
      const stretches = this.#stretches[this.#tilesSummed];
      const runs = stretches.map(({ page, from, to }) => ({
        channel: page.channel.subarray(from, to),
        pixel: page.pixel.subarray(from, to),
      }));
      const count = Math.min(this.#tilePixels, pixels - this.#tilesSummed * this.#tilePixels);
      this.#events.append(sumPhotons(runs, count, channels, tiles > 1));
      for (const { page } of stretches) this.#release(page);
      this.#stretches[this.#tilesSummed] = [];
    }
  }

  #release(page: Page): void {
    page.waiting--;
    if (page.waiting === 0 && page !== this.#page && page.channel.length === LARGEST_PAGE) this.#freePages.push(page);
  }

  /** The spectra of all pixels; those that the streams do not reach have no counts. Call it when all streams have ended. */
  finish(): { readonly block: EventsBlock; readonly facts: readonly StreamFacts[] } {
    this.sumPassed();
    const { pixels, channels } = this.#frames;
    const events = this.#events ?? new EventsCollector(pixels, channels, 0);
    return { block: events.finish(), facts: this.#detectors.map((detector) => detector.facts()) };
  }
}

function newPage(photons: number): Page {
  return { channel: new Uint16Array(photons), pixel: new Uint16Array(photons), waiting: 0 };
}

type Keep = (photons: PhotonRun, frame: number, tile: number, before: Stretch | undefined) => Stretch | undefined;

/** The stream of one detector on its way through the tiles of every frame. */
class DetectorStream implements PhotonRoute {
  readonly #pixels: number;
  readonly #channels: number;
  readonly #tilePixels: number;
  readonly #keep: Keep;
  #frame = 0;
  #index = 0;
  /** What was kept last of this tile; in a map of one tile, frames go on from one another. */
  #stretch: Stretch | undefined;
  #read = 0;
  #photons = 0;
  #last = NEXT_PIXEL;
  tile: PhotonTile;
  ended = false;

  constructor({ pixels, channels }: ScanFrames, tilePixels: number, keep: Keep) {
    this.#pixels = pixels;
    this.#channels = channels;
    this.#tilePixels = tilePixels;
    this.#keep = keep;
    this.tile = this.#tileAt(0);
  }

  #tileAt(index: number): PhotonTile {
    return { pixel: 0, pixels: Math.min(this.#tilePixels, this.#pixels - index * this.#tilePixels) };
  }

  add(values: Uint16Array): void {
    routePhotons(this, values, this.#channels);
    this.#read += values.length;
    if (values.length > 0) this.#last = values[values.length - 1];
  }

  take(photons: PhotonRun): void {
    this.#photons += photons.channel.length;
    this.#stretch = this.#keep(photons, this.#frame, this.#index, this.#stretch);
  }

  next(): void {
    if (this.#tilePixels < this.#pixels) this.#stretch = undefined;
    this.#index++;
    if (this.#index * this.#tilePixels >= this.#pixels) {
      this.#index = 0;
      this.#frame++;
    }
    this.tile = this.#tileAt(this.#index);
  }

  /** Ends of pixels so far. */
  get reached(): number {
    return this.#frame * this.#pixels + this.#index * this.#tilePixels + this.tile.pixel;
  }

  /** Tiles to which no more photons of frames before `last` come. */
  tilesPassed(last: number): number {
    if (this.ended || this.#frame >= last) return Number.POSITIVE_INFINITY;
    return this.#frame === last - 1 ? this.#index : 0;
  }

  facts(): StreamFacts {
    const ends = this.reached;
    const visits = ends + (this.#last === NEXT_PIXEL ? 0 : 1);
    return { ends, visits, beyondAxis: this.#read - ends - this.#photons };
  }
}
