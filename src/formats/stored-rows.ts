import type { StoredRows, ValueFacts } from '../signal/dataset.ts';
import { DTYPES, type Dtype, isReal } from '../signal/dtype.ts';
import type { StoredSource } from '../signal/source.ts';
import type { RowReader } from './row-reader.ts';

/** Values a block can hold: real numbers of at most 32 bits, and doubles. */
export function fitsBlocks(dtype: Dtype): boolean {
  return isReal(dtype) && dtype !== 'int64' && dtype !== 'uint64';
}

/** The rows of a dense dataset, read where the caller stands by the same reader that jobs use. */
export function denseRows<A>(
  reader: string,
  { read }: RowReader<A>,
  args: A,
  dtype: Dtype,
  shape: readonly number[],
  facts?: ValueFacts,
): StoredRows {
  const channels = shape.at(-1) ?? 1;
  const pixels = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const entries = pixels * channels;
  const source: StoredSource = {
    type: 'stored',
    reader,
    args,
    pixels,
    channels,
    kind: 'dense',
    entries,
    bytes: entries * DTYPES[dtype].bytes,
  };
  return { source, read: (start, end, lend) => read(args, start, end, lend), facts };
}
