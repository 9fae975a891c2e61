import { machine, Room } from './wasm/machine.ts';
import { eachRun, numbersAt, type Rows } from './wasm/rows.ts';

/** Label of pixels that belong nowhere. */
export const NO_LABEL = 255;

/**
 * Adds every row, divided by its unit, to the spectrum of its label: `out` is row-major labels × channels. One label and one
 * unit a pixel; rows of label 255 are left out.
 */
export function labelSums(rows: Rows, labels: Uint8Array, units: Float64Array, out: Float64Array): void {
  const { channels, kind } = rows;
  const room = new Room();
  const to = room.place(8 * out.length);
  const sums = () => numbersAt(room.buffer(), to, out.length, 'double');
  sums().set(out);
  eachRun(rows, 'double', room, 9, ({ first, pixels, told, extra, memory }) => {
    const labelsAt = extra + 8 * pixels;
    new Float64Array(memory, extra, pixels).set(units.subarray(first, first + pixels));
    new Uint8Array(memory, labelsAt, pixels).set(labels.subarray(first, first + pixels));
    if (kind === 'events') machine().labelSumsEvents(...told, labelsAt, extra, channels, to);
    else machine().labelSumsDense(...told, labelsAt, extra, to);
  });
  out.set(sums());
}
