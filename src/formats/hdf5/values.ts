import type { DatasetValues } from '../../signal/dataset.ts';
import { DTYPES, type Dtype } from '../../signal/dtype.ts';
import { referenceTo } from '../file-reference.ts';
import type { ByteSource } from '../format.ts';
import { permuteAxes } from '../permute-axes.ts';
import { denseRows, fitsBlocks } from '../stored-rows.ts';
import { openHdf5 } from './file.ts';
import hdf5Rows from './rows.ts';

/** The array of a signal, as it lies in the file. */
export interface Hdf5Array {
  readonly path: string;
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** Axes of the signal in terms of the dimensions stored; those left out have one position. */
  readonly order: readonly number[];
}

/**
 * Values read from the file opened anew when they are asked for: whole, and by runs of pixels where the axes of the signal
 * stand in the order of the dimensions.
 */
export function hdf5Values(source: ByteSource, { path, shape, dtype, order }: Hdf5Array): DatasetValues {
  const left = shape.map((_, d) => d).filter((d) => !order.includes(d));
  const file = referenceTo(source);
  const inOrder = order.length > 0 && order.every((d, i) => i === 0 || order[i - 1] < d);
  const args = file && { file, path, dtype, shape, kept: order };
  return {
    kind: 'dense',
    load: async () => {
      const opened = await openHdf5(source);
      try {
        const values = permuteAxes(await opened.read(path), shape, [...left, ...order], DTYPES[dtype].width);
        // Booleans may be stored as signed bytes.
        return dtype === 'bool' ? new Uint8Array(values.buffer, values.byteOffset, values.length) : values;
      } finally {
        await opened.close();
      }
    },
    rows:
      args && inOrder && fitsBlocks(dtype)
        ? denseRows(
            'rows/hdf5',
            hdf5Rows,
            args,
            dtype,
            order.map((d) => shape[d]),
          )
        : undefined,
  };
}
