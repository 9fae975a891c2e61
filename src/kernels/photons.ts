import type { EventsBlock } from '../signal/block.ts';
import { machine, Room } from './wasm/machine.ts';

/** Photons in some pixels of a map, one for each entry; arrays of equal length. */
export interface PhotonRun {
  readonly channel: Uint16Array;
  /** Counted from the first of these pixels. */
  readonly pixel: Uint16Array;
}

/** The pixels that a stream passes through, at most 65535 of them. */
export interface PhotonTile {
  /** The one that the next value belongs to. */
  pixel: number;
  readonly pixels: number;
}

/** Where the photons of a stream go, tile after tile. */
export interface PhotonRoute {
  readonly tile: PhotonTile;
  /** Photons of this tile, pixels ascending, good until it returns. */
  take(photons: PhotonRun): void;
  /** All pixels of the tile have ended; called before the next value is looked at. */
  next(): void;
}

/** Values copied at once: they and what comes of them stay in a fast cache. */
const PIECE = 1 << 16;
/** Photons in a pixel of a run from which on looking for the end of each costs less than sorting: measured. */
const LONG_RUN = 8;
/** The kernel writes in groups of eight, beyond the last photon. */
const BEYOND = 8;

/**
 * Leads the next `values` of a stream, in which 65535 ends a pixel and every other value is a photon's channel, through
 * the tiles of `route`. Photons in channels beyond `channels` (at most 65535) are left out.
 */
export function routePhotons(route: PhotonRoute, values: Uint16Array, channels: number): void {
  const room = new Room();
  const places = {
    values: room.place(2 * PIECE),
    channel: room.place(2 * (PIECE + BEYOND)),
    pixel: room.place(2 * (PIECE + BEYOND)),
    result: room.place(8),
  };
  const memory = room.buffer();
  const channel = new Uint16Array(memory, places.channel, PIECE);
  const pixel = new Uint16Array(memory, places.pixel, PIECE);
  const result = new Uint32Array(memory, places.result, 2);
  for (let from = 0; from < values.length; from += PIECE) {
    const piece = values.subarray(from, from + PIECE);
    new Uint16Array(memory, places.values, piece.length).set(piece);
    for (let at = 0; at < piece.length; at += result[0]) {
      const { tile } = route;
      const photons = machine().takePhotons(
        places.values + 2 * at,
        piece.length - at,
        channels,
        tile.pixel,
        tile.pixels,
        places.channel,
        places.pixel,
        places.result,
      );
      if (photons > 0) route.take({ channel: channel.subarray(0, photons), pixel: pixel.subarray(0, photons) });
      tile.pixel = result[1];
      if (tile.pixel === tile.pixels) route.next();
    }
  }
}

/**
 * Counts photons into the spectra of `pixels` pixels.
 * @param ascending Pixels ascend in every run: few long runs are then merged, which is quicker than sorting them.
 * @returns Views of the kernels' memory: good until the next call of any kernel.
 */
export function sumPhotons(
  runs: readonly PhotonRun[],
  pixels: number,
  channels: number,
  ascending: boolean,
): EventsBlock {
  const photons = runs.reduce((sum, { channel }) => sum + channel.length, 0);
  const merged = ascending && photons >= LONG_RUN * runs.length * pixels;
  const entries = Math.min(photons, pixels * channels);
  const words = Math.ceil(channels / 64);
  const room = new Room();
  const places = {
    channel: room.place(2 * photons),
    pixel: room.place(2 * photons),
    cursors: room.place(merged ? 8 * runs.length : 0),
    next: room.place(merged ? 0 : 4 * pixels),
    ordered: room.place(merged ? 0 : 2 * photons),
    histogram: room.place(256 * words),
    touched: room.place(8 * words),
    offsets: room.place(4 * (pixels + 1)),
    channels: room.place(2 * entries),
    counts: room.place(4 * entries),
  };
  const memory = room.buffer();
  const channel = new Uint16Array(memory, places.channel, photons);
  const pixel = new Uint16Array(memory, places.pixel, photons);
  const cursors = new Uint32Array(memory, places.cursors, merged ? 2 * runs.length : 0);
  let at = 0;
  for (const [i, run] of runs.entries()) {
    channel.set(run.channel, at);
    pixel.set(run.pixel, at);
    cursors[2 * i] = at;
    at += run.channel.length;
    cursors[2 * i + 1] = at;
  }
  new Uint8Array(memory, places.histogram, 256 * words).fill(0);
  new Uint8Array(memory, places.touched, 8 * words).fill(0);
  const from = [places.channel, places.pixel, pixels, words] as const;
  const to = [places.histogram, places.touched, places.offsets, places.channels, places.counts] as const;
  const bytes = merged
    ? machine().mergePhotons(places.cursors, runs.length, ...from, ...to)
    : machine().sortPhotons(photons, ...from, places.next, places.ordered, ...to);
  const offsets = new Uint32Array(memory, places.offsets, pixels + 1);
  const Count = bytes === 1 ? Uint8Array : bytes === 2 ? Uint16Array : Uint32Array;
  return {
    kind: 'events',
    pixels,
    channels,
    offsets,
    channel: new Uint16Array(memory, places.channels, offsets[pixels]),
    count: new Count(memory, places.counts, offsets[pixels]),
  };
}
