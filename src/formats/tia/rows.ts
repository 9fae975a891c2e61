import { DTYPES, type Dtype, decodeValues, type NumberArray } from '../../signal/dtype.ts';
import { valuesIn } from '../../signal/lent-memory.ts';
import { type FileReference, readReference } from '../file-reference.ts';
import { defineRowReader } from '../row-reader.ts';

/** Elements at equal distances in one file. */
export interface TiaRowsArgs {
  readonly file: FileReference;
  /** First value of the first element, and bytes from there to that of the next. */
  readonly offset: number;
  readonly stride: number;
  readonly dtype: Dtype;
  readonly width: number;
  /** Rows of an image; 1 for spectra. */
  readonly height: number;
}

/** Spectra of a series, or rows of its images from the top down: the file has them from the bottom up. */
export default defineRowReader<TiaRowsArgs>(async (args, start, end, lend) => {
  const { file, offset, stride, dtype, width, height } = args;
  const row = width * DTYPES[dtype].bytes;
  const placeOf = (r: number) => {
    const element = Math.floor(r / height);
    return offset + element * stride + (height - 1 - (r - element * height)) * row;
  };
  const values = valuesIn(dtype, (end - start) * width, lend);
  for (let first = start; first < end; ) {
    // Images one by one; spectra together with the few bytes between them.
    const last = height === 1 ? end - 1 : Math.min(end, (Math.floor(first / height) + 1) * height) - 1;
    const [low, high] = [Math.min(placeOf(first), placeOf(last)), Math.max(placeOf(first), placeOf(last))];
    const bytes = await readReference(file, low, high + row - low);
    for (let r = first; r <= last; r++) {
      const at = placeOf(r) - low;
      values.set(decodeValues(bytes.subarray(at, at + row), dtype, width) as NumberArray, (r - start) * width);
    }
    first = last + 1;
  }
  return { kind: 'dense', pixels: end - start, channels: width, values };
});
