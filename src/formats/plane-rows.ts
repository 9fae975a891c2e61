import { DTYPES, type Dtype, type NumberArray, valuesOver } from '../signal/dtype.ts';
import { valuesIn } from '../signal/lent-memory.ts';
import { type FileReference, openReference, readParts } from './file-reference.ts';
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

/** Planes are turned so many bytes at a time: what is read stays in the cache. */
const READ_BYTES = 2 ** 20;
const TILE = 16;

/** The pixels of each plane are read apart: what lies between them is as large as the map. */
export default defineRowReader<PlaneRowsArgs>(async (args, start, end, lend) => {
  const { file, offset, dtype, littleEndian, pixels, channels } = args;
  const { bytes } = DTYPES[dtype];
  const run = end - start;
  const values = valuesIn(dtype, run * channels, lend);
  const source = await openReference(file);
  const most = Math.max(TILE, Math.floor(READ_BYTES / (run * bytes)));
  for (let first = 0; run > 0 && first < channels; first += most) {
    const planes = Math.min(most, channels - first);
    const parts = Array.from({ length: planes }, (_, c) => ({
      offset: offset + ((first + c) * pixels + start) * bytes,
      length: run * bytes,
    }));
    const read = valuesOver(await readParts(source, file, parts), dtype, planes * run, littleEndian) as NumberArray;
    turn(read, run, planes, values, first, channels);
  }
  return { kind: 'dense', pixels: run, channels, values };
});

/** Planes of `run` pixels into rows of `channels` values, from channel `first` on. */
function turn(
  read: NumberArray,
  run: number,
  planes: number,
  rows: NumberArray,
  first: number,
  channels: number,
): void {
  for (let c0 = 0; c0 < planes; c0 += TILE) {
    const c1 = Math.min(planes, c0 + TILE);
    for (let p = 0; p < run; p++) {
      const row = p * channels + first;
      for (let c = c0; c < c1; c++) rows[row + c] = read[c * run + p];
    }
  }
}
