import { machine, Room } from './wasm/machine.ts';
import { eachRun, type Rows } from './wasm/rows.ts';

/**
 * Sums every row into `totals`, and adds it to `channels`, one entry a channel. Rows that `skip` marks count nothing. Returns
 * how many values are negative.
 */
export function rowTotals(
  rows: Rows,
  skip: Uint8Array | undefined,
  totals: Float64Array,
  channels: Float64Array,
): number {
  const room = new Room();
  const to = room.place(8 * channels.length);
  const sums = () => new Float64Array(room.buffer(), to, channels.length);
  sums().set(channels);
  let negative = 0;
  eachRun(rows, 'double', room, 9, ({ first, pixels, told, extra, memory }) => {
    const skipAt = extra + 8 * pixels;
    const marks = new Uint8Array(memory, skipAt, pixels).fill(0);
    if (skip) marks.set(skip.subarray(first, first + pixels));
    if (rows.kind === 'events') machine().totalsEvents(...told, skipAt, extra, to);
    else negative += machine().totalsDense(...told, skipAt, extra, to);
    totals.set(new Float64Array(memory, extra, pixels), first);
  });
  channels.set(sums());
  return negative;
}
