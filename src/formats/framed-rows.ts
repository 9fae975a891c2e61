import { DTYPES, type Dtype, type NumberArray, valuesOver } from '../signal/dtype.ts';
import { newMemory } from '../signal/lent-memory.ts';
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
  /** The last row of each frame is stored first. */
  readonly bottomUp: boolean;
  readonly dtype: Dtype;
  readonly littleEndian: boolean;
  readonly channels: number;
}

export default defineRowReader<FramedRowsArgs>(async (args, start, end, lend) => {
  const { file, offset, header, rowsPerFrame, bottomUp, dtype, littleEndian, channels } = args;
  const row = channels * DTYPES[dtype].bytes;
  const position = (at: number) => {
    const frame = Math.floor(at / rowsPerFrame);
    const stored = bottomUp ? (2 * frame + 1) * rowsPerFrame - 1 - at : at;
    return offset + stored * row + header * (frame + 1);
  };
  const positions = Array.from({ length: end - start }, (_, i) => position(start + i));
  const first = positions.reduce((a, b) => Math.min(a, b), position(start));
  const last = positions.reduce((a, b) => Math.max(a, b), first - row);
  const stored = await readReference(file, first, last + row - first);
  const bytes = (lend ?? newMemory)((end - start) * row);
  for (const [i, at] of positions.entries()) bytes.set(stored.subarray(at - first, at - first + row), i * row);
  const values = valuesOver(bytes, dtype, (end - start) * channels, littleEndian) as NumberArray;
  return { kind: 'dense', pixels: end - start, channels, values };
});
