import { DTYPES, type Dtype, type NumberArray, valuesOver } from '../signal/dtype.ts';
import { type FileReference, readReference } from './file-reference.ts';
import { defineRowReader } from './row-reader.ts';

/** Values of whole pixels one after the other, uncompressed. */
export interface RawRowsArgs {
  readonly file: FileReference;
  /** Bytes before the first value. */
  readonly offset: number;
  readonly dtype: Dtype;
  readonly littleEndian: boolean;
  readonly channels: number;
}

export default defineRowReader<RawRowsArgs>(async (args, start, end, lend) => {
  const { file, offset, dtype, littleEndian, channels } = args;
  const row = channels * DTYPES[dtype].bytes;
  const bytes = await readReference(file, offset + start * row, (end - start) * row, lend);
  const values = valuesOver(bytes, dtype, (end - start) * channels, littleEndian) as NumberArray;
  return { kind: 'dense', pixels: end - start, channels, values };
});
