import { DTYPES, type Dtype, decodeValues, type NumberArray } from '../signal/dtype.ts';
import { type FileReference, readReference } from './file-reference.ts';
import { defineRowReader } from './row-reader.ts';

/** Frames of whole rows, each behind a header of its own. */
export interface FramedRowsArgs {
  readonly file: FileReference;
  /** Bytes before the header of the first frame. */
  readonly offset: number;
  /** Bytes of the header of each frame. */
  readonly header: number;
  readonly rowsPerFrame: number;
  readonly dtype: Dtype;
  readonly littleEndian: boolean;
  readonly channels: number;
}

export default defineRowReader<FramedRowsArgs>(async (args, start, end) => {
  const { file, offset, header, rowsPerFrame, dtype, littleEndian, channels } = args;
  const row = channels * DTYPES[dtype].bytes;
  const position = (at: number) => offset + at * row + header * (Math.floor(at / rowsPerFrame) + 1);
  const first = position(start);
  const stored = await readReference(file, first, end > start ? position(end - 1) + row - first : 0);
  const bytes = new Uint8Array((end - start) * row);
  for (let at = start; at < end; at++) {
    const from = position(at) - first;
    bytes.set(stored.subarray(from, from + row), (at - start) * row);
  }
  const values = decodeValues(bytes, dtype, (end - start) * channels, littleEndian) as NumberArray;
  return { kind: 'dense', pixels: end - start, channels, values };
});
