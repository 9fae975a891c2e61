import { DTYPES, type Dtype, decodeValues, type NumberArray } from '../signal/dtype.ts';
import { type FileReference, openReference, readExactly } from './file-reference.ts';
import { defineRowReader } from './row-reader.ts';

/** Values of one channel after the other, each a plane of all pixels, uncompressed. */
export interface PlaneRowsArgs {
  readonly file: FileReference;
  /** Bytes before the first value. */
  readonly offset: number;
  readonly dtype: Dtype;
  readonly littleEndian: boolean;
  readonly pixels: number;
  readonly channels: number;
}

const READ_BYTES = 2 ** 22;
/** Reads under way at a time. */
const ABREAST = 8;
/** As many bytes are read, to be thrown away, rather than to begin another read. */
const WORTH_SKIPPING = 2 ** 16;

/** The pixels of each plane are read apart, or with what lies between them where that is little. */
export default defineRowReader<PlaneRowsArgs>(async (args, start, end) => {
  const { file, offset, dtype, littleEndian, pixels, channels } = args;
  const { bytes, make } = DTYPES[dtype];
  const run = end - start;
  const values = make(run * channels) as NumberArray;
  const source = await openReference(file);
  const between = (pixels - run) * bytes;
  const most = between <= WORTH_SKIPPING ? Math.max(1, Math.floor(READ_BYTES / (pixels * bytes))) : 1;
  const take = async (first: number, planes: number) => {
    const length = run === 0 ? 0 : (planes - 1) * pixels + run;
    const raw = await readExactly(source, file, offset + (first * pixels + start) * bytes, length * bytes);
    const read = decodeValues(raw, dtype, length, littleEndian) as NumberArray;
    for (let p = 0; p < run; p++) {
      const row = p * channels + first;
      for (let c = 0; c < planes; c++) values[row + c] = read[c * pixels + p];
    }
  };
  for (let first = 0; first < channels; first += ABREAST * most) {
    const beginnings = Array.from({ length: ABREAST }, (_, i) => first + i * most).filter((c) => c < channels);
    await Promise.all(beginnings.map((c) => take(c, Math.min(most, channels - c))));
  }
  return { kind: 'dense', pixels: run, channels, values };
});
