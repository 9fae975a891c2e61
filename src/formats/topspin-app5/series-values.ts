import type { DatasetValues } from '../../signal/dataset.ts';
import { DTYPES, type Dtype, type ValueArray } from '../../signal/dtype.ts';
import { referenceTo } from '../file-reference.ts';
import type { ByteSource } from '../format.ts';
import { type Hdf5File, openHdf5 } from '../hdf5/index.ts';
import { hdf5Promises } from '../hdf5/limits.ts';
import { denseRows, fitsBlocks } from '../stored-rows.ts';
import { badTopSpin } from './description.ts';
import seriesRows from './rows.ts';

/** Frames of one size, each in a dataset of its own: `path/0/Data`, `path/1/Data` … */
export interface Series {
  readonly path: string;
  readonly frames: number;
  /** Rows and columns of a frame. */
  readonly frame: readonly number[];
  readonly dtype: Dtype;
}

/**
 * The values of a series of this shape, frame after frame, and by runs of rows.
 * @throws SpectrailError `format/bad-topspin` for more values than the file can hold.
 */
export function seriesValues(source: ByteSource, series: Series, shape: readonly number[]): DatasetValues {
  const { frames, frame, dtype } = series;
  const size = frame.reduce((a, b) => a * b, 1);
  const bytes = frames * size * DTYPES[dtype].bytes;
  if (!(bytes <= hdf5Promises.unpackedBytes(source.size))) {
    throw badTopSpin(source.name, `${bytes} bytes of frames`, `what a file of ${source.size} bytes can hold`);
  }
  const load = async () => {
    const values = DTYPES[dtype].make(frames * size);
    const file = await openHdf5(source);
    try {
      for (let i = 0; i < frames; i++) {
        (values as Float64Array).set((await readFrame(file, source.name, series, i)) as Float64Array, i * size);
      }
    } finally {
      await file.close();
    }
    return values;
  };
  const reference = referenceTo(source);
  const rows =
    reference && fitsBlocks(dtype)
      ? denseRows('rows/topspin-app5', seriesRows, { file: reference, series }, dtype, shape)
      : undefined;
  return { kind: 'dense', load, rows };
}

/** @throws SpectrailError `format/bad-topspin` for a frame of another size or type than the first. */
export async function readFrame(file: Hdf5File, name: string, series: Series, index: number): Promise<ValueArray> {
  const path = `${series.path}/${index}/Data`;
  const { shape, dtype } = await file.dataset(path);
  if (shape.join() !== series.frame.join() || dtype !== series.dtype) {
    const wanted = `${series.dtype} of ${series.frame.join(' × ')}, as the first frame`;
    throw badTopSpin(`${name}:${path}`, `the frame is ${dtype ?? 'no numbers'} of ${shape.join(' × ')}`, wanted);
  }
  return file.read(path);
}
