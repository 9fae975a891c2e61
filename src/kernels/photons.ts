import type { EventsBlock } from '../signal/block.ts';
import { machine, Room } from './wasm/machine.ts';

/** Photons of a detector in the order in which they came. Arrays may be longer than `length`. */
export interface PhotonList {
  readonly channel: Uint16Array;
  /** For each photon, the ends of pixels before it. */
  readonly visit: Uint32Array;
  length: number;
  /** Ends of pixels so far. */
  ends: number;
}

/** Values handled in one call: they and what comes of them stay in a fast cache. */
const PIECE = 2 ** 16;
/** The kernel writes in groups of eight, beyond the last photon. */
const BEYOND = 8;

/**
 * Appends the photons of the next `values` of a stream, in which 65535 ends a pixel and every other value is a photon's
 * channel. Photons in channels beyond `channels` (at most 65535) are left out. The list must have room for all.
 */
export function appendPhotons(list: PhotonList, values: Uint16Array, channels: number): void {
  const room = new Room();
  const places = {
    values: room.place(2 * PIECE),
    channel: room.place(2 * (PIECE + BEYOND)),
    visit: room.place(4 * (PIECE + BEYOND)),
    ends: room.place(4),
  };
  const memory = room.buffer();
  const ends = new Uint32Array(memory, places.ends, 1);
  for (let from = 0; from < values.length; from += PIECE) {
    const piece = values.subarray(from, from + PIECE);
    new Uint16Array(memory, places.values, piece.length).set(piece);
    const taken = machine().takePhotons(
      places.values,
      piece.length,
      channels,
      list.ends,
      places.channel,
      places.visit,
      places.ends,
    );
    list.channel.set(new Uint16Array(memory, places.channel, taken), list.length);
    list.visit.set(new Uint32Array(memory, places.visit, taken), list.length);
    list.length += taken;
    list.ends = ends[0];
  }
}

/** Photons of neighbouring pixels: `visit − base` is the pixel. */
export interface PhotonRun {
  readonly channel: Uint16Array;
  readonly visit: Uint32Array;
  readonly base: number;
}

/**
 * Counts runs of photons into the spectra of `pixels` pixels. The arrays of the result are views of the kernels' memory:
 * good until the next call of any kernel.
 */
export function sumPhotons(runs: readonly PhotonRun[], pixels: number, channels: number): EventsBlock {
  const photons = runs.reduce((sum, { visit }) => sum + visit.length, 0);
  const words = Math.ceil(channels / 64);
  const room = new Room();
  const places = {
    frames: room.place(8 * runs.length),
    channel: room.place(2 * photons),
    visit: room.place(4 * photons),
    next: room.place(4 * pixels),
    ordered: room.place(2 * photons),
    histogram: room.place(256 * words),
    touched: room.place(8 * words),
    offsets: room.place(4 * (pixels + 1)),
    channels: room.place(2 * photons),
    counts: room.place(4 * photons),
  };
  const memory = room.buffer();
  const frames = new Uint32Array(memory, places.frames, 2 * runs.length);
  const channel = new Uint16Array(memory, places.channel, photons);
  const visit = new Uint32Array(memory, places.visit, photons);
  let at = 0;
  for (const [i, run] of runs.entries()) {
    frames[2 * i] = run.base;
    frames[2 * i + 1] = run.visit.length;
    channel.set(run.channel, at);
    visit.set(run.visit, at);
    at += run.visit.length;
  }
  new Uint32Array(memory, places.histogram, 64 * words).fill(0);
  new Uint32Array(memory, places.touched, 2 * words).fill(0);
  const largest = machine().sumPhotons(
    places.frames,
    runs.length,
    places.channel,
    places.visit,
    pixels,
    words,
    places.next,
    places.ordered,
    places.histogram,
    places.touched,
    places.offsets,
    places.channels,
    places.counts,
  );
  const offsets = new Uint32Array(memory, places.offsets, pixels + 1);
  const Count = largest < 256 ? Uint8Array : largest < 65536 ? Uint16Array : Uint32Array;
  return {
    kind: 'events',
    pixels,
    channels,
    offsets,
    channel: new Uint16Array(memory, places.channels, offsets[pixels]),
    count: new Count(memory, places.counts, offsets[pixels]),
  };
}
