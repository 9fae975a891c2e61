import { type Block, readRow } from '../../signal/block.ts';

/** Rows worked on together: enough for kernels that hold several at once, few enough for the cache. */
export const ROWS_AT_ONCE = 64;

/** Rows from ≤ i < from + count of a block, one after the other into `out`. */
export function readRows(block: Block, from: number, count: number, out: Float64Array): void {
  const { channels } = block;
  for (let i = 0; i < count; i++) readRow(block, from + i, out.subarray(i * channels, (i + 1) * channels));
}
