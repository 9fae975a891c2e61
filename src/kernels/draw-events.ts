import type { EventsBlock } from '../signal/block.ts';
import type { AliasTable } from './alias.ts';
import { machine, Room } from './wasm/machine.ts';

/** What sparse rows are drawn from. */
export interface EventsLaw {
  readonly channels: number;
  /** Events of each pixel. */
  readonly totals: Uint32Array;
  /** Table of each pixel: which of those that `tables` holds one after the other. */
  readonly group: Uint32Array;
  readonly tables: AliasTable;
}

/** High word of the keys of these streams: those below 2^32 are pixels' own. */
const STREAM = 1;

/**
 * Draws the events of pixels 0 … totals.length − 1 as sparse rows, channels ascending. The stream of a pixel is
 * `CounterRandom(seed, 2^32 + pixel)`, one `drawAlias` an event.
 */
export function drawEvents({ channels, totals, group, tables }: EventsLaw, seed: number): EventsBlock {
  const pixels = totals.length;
  let most = 0;
  let largest = 0;
  for (const total of totals) {
    most += Math.min(total, channels);
    largest = Math.max(largest, total);
  }
  const room = new Room();
  const places = {
    totals: room.place(4 * pixels),
    group: room.place(4 * pixels),
    keep: room.place(tables.keep.byteLength),
    alias: room.place(tables.alias.byteLength),
    histogram: room.place(4 * channels),
    touched: room.place(8 * ((channels + 63) >> 6)),
    offsets: room.place(4 * (pixels + 1)),
    channel: room.place(4 * most),
    count: room.place(4 * most),
  };
  const memory = room.buffer();
  new Uint32Array(memory, places.totals, pixels).set(totals);
  new Uint32Array(memory, places.group, pixels).set(group);
  new Float64Array(memory, places.keep, tables.keep.length).set(tables.keep);
  new Uint32Array(memory, places.alias, tables.alias.length).set(tables.alias);
  new Uint32Array(memory, places.histogram, channels).fill(0);
  new Uint32Array(memory, places.touched, 2 * ((channels + 63) >> 6)).fill(0);
  const entries = machine().drawEvents(
    seed | 0,
    (seed / 2 ** 32) | 0,
    0,
    STREAM,
    pixels,
    places.totals,
    places.group,
    places.keep,
    places.alias,
    channels,
    places.histogram,
    places.touched,
    places.offsets,
    places.channel,
    places.count,
  );
  const channel = new Uint32Array(memory, places.channel, entries);
  const count = new Uint32Array(memory, places.count, entries);
  return {
    kind: 'events',
    pixels,
    channels,
    offsets: new Uint32Array(memory, places.offsets, pixels + 1).slice(),
    channel: channels <= 2 ** 16 ? new Uint16Array(channel) : channel.slice(),
    count: narrowest(count, largest),
  };
}

/** A copy in the smallest type that holds `largest`: what is passed over many times should be short. */
function narrowest(values: Uint32Array, largest: number): EventsBlock['count'] {
  if (largest < 2 ** 8) return new Uint8Array(values);
  return largest < 2 ** 16 ? new Uint16Array(values) : values.slice();
}
