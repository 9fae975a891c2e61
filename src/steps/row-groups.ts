import { type Block, readRow } from '../signal/block.ts';
import type { Noise } from '../signal/noise.ts';

/** Rows worked on together: enough for kernels that hold several at once, few enough for the cache. */
const ROWS_AT_ONCE = 64;

/** Some rows of a block, one after the other. */
export interface RowGroup {
  /** Number of the first in the block, and how many. */
  readonly from: number;
  readonly count: number;
  /** Without their pedestal; `count` rows. */
  readonly values: Float64Array;
  /** What was made of the neighbourhood of each, where there is such a block. */
  readonly beside?: Float64Array;
}

/** All rows of a block, group by group; a group's arrays are good until the next. */
export function eachRowGroup(
  [block, neighbourhood]: readonly Block[],
  noise: Noise,
  use: (group: RowGroup) => void,
): void {
  const { pixels, channels } = block;
  const pedestal = noise.tag === 'poisson' ? noise.offset : 0;
  let values = new Float64Array(Math.min(pixels, ROWS_AT_ONCE) * channels);
  let beside = neighbourhood && new Float64Array(values.length);
  for (let from = 0; from < pixels; from += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, pixels - from);
    if (values.length > count * channels) {
      values = values.subarray(0, count * channels);
      beside = beside?.subarray(0, count * channels);
    }
    readRows(block, from, count, values);
    if (beside) readRows(neighbourhood, from, count, beside);
    if (pedestal !== 0) for (let at = 0; at < values.length; at++) values[at] -= pedestal;
    use({ from, count, values, beside });
  }
}

function readRows(block: Block, from: number, count: number, out: Float64Array): void {
  const { channels } = block;
  // Numbers of one type are made those of another many times faster all together.
  if (block.kind === 'dense') out.set(block.values.subarray(from * channels, (from + count) * channels));
  else for (let i = 0; i < count; i++) readRow(block, from + i, rowOf(out, i, channels));
}

/** Row i of rows that lie one after the other. */
export const rowOf = (rows: Float64Array, i: number, channels: number) =>
  rows.subarray(i * channels, (i + 1) * channels);
