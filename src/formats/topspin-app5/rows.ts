import { DTYPES, type NumberArray } from '../../signal/dtype.ts';
import { type FileReference, openReference } from '../file-reference.ts';
import { openHdf5 } from '../hdf5/index.ts';
import { defineRowReader } from '../row-reader.ts';
import { readFrame, type Series } from './series-values.ts';

/** Rows of all frames of a series, one after the other. */
export interface SeriesRowsArgs {
  readonly file: FileReference;
  readonly series: Series;
}

export default defineRowReader<SeriesRowsArgs>(async ({ file, series }, start, end) => {
  const [rows, channels] = series.frame;
  const values = DTYPES[series.dtype].make((end - start) * channels) as NumberArray;
  const source = await openReference(file);
  const opened = await openHdf5(source);
  try {
    for (let row = start; row < end; ) {
      const index = Math.floor(row / rows);
      const next = Math.min(end, (index + 1) * rows);
      const frame = (await readFrame(opened, source.name, series, index)) as NumberArray;
      const part = frame.subarray((row - index * rows) * channels, (next - index * rows) * channels);
      values.set(part, (row - start) * channels);
      row = next;
    }
  } finally {
    await opened.close();
  }
  return { kind: 'dense', pixels: end - start, channels, values };
});
