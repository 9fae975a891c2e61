import { type Block, type DenseBlock, readRow } from '../signal/block.ts';
import { type Lend, valuesIn } from '../signal/lent-memory.ts';

/** Room for rows of numbers, with anything in it where it is lent: whoever asks writes all of it. */
export const roomForRows = (pixels: number, channels: number, lend?: Lend): Float64Array =>
  valuesIn('float64', pixels * channels, lend) as Float64Array;

/** Writes the row that begins at `values[at]` from a row of numbers, its own until the next. */
export type MakeRow = (row: Float64Array, values: Float64Array, at: number, pixel: number) => void;

/** A block of `channels` whose every row is made from that of another. */
export function rowByRow(block: Block, channels: number, lend: Lend | undefined, make: MakeRow): DenseBlock {
  const { pixels } = block;
  const values = roomForRows(pixels, channels, lend);
  const row = new Float64Array(block.channels);
  for (let i = 0; i < pixels; i++) make(readRow(block, i, row), values, i * channels, i);
  return { kind: 'dense', pixels, channels, values };
}
