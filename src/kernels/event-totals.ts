import type { EventsBlock } from '../signal/block.ts';
import { machine, Room } from './wasm/machine.ts';
import { eachRun } from './wasm/rows.ts';

/**
 * Counts of every row into `rows`, and added to `channels`, one entry a channel. Rows that `skip` marks count nothing.
 */
export function eventTotals(
  events: EventsBlock,
  skip: Uint8Array | undefined,
  rows: Float64Array,
  channels: Float64Array,
): void {
  const room = new Room();
  const to = room.place(8 * channels.length);
  const sums = () => new Float64Array(room.buffer(), to, channels.length);
  sums().set(channels);
  eachRun(events, 'double', room, 9, ({ first, pixels, told, extra, memory }) => {
    const skipAt = extra + 8 * pixels;
    const marks = new Uint8Array(memory, skipAt, pixels).fill(0);
    if (skip) marks.set(skip.subarray(first, first + pixels));
    machine().totalsEvents(...told, skipAt, extra, to);
    rows.set(new Float64Array(memory, extra, pixels), first);
  });
  channels.set(sums());
}
