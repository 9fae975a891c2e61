import { DTYPES, type ValueArray } from '../../signal/dtype.ts';
import { internalError } from '../../signal/errors.ts';
import type { Hdf5File } from '../hdf5/index.ts';
import { permuteAxes } from '../permute-axes.ts';

/**
 * Values of a dataset of three dimensions with the last one put first, read in slabs of whole chunks along it: Velox
 * stores frames, and lines of EELS maps, one behind the other there.
 */
export async function lastAxisFirst(file: Hdf5File, path: string): Promise<ValueArray> {
  const { shape, dtype, chunk } = await file.dataset(path);
  if (shape.length !== 3 || dtype === undefined) {
    throw internalError({ code: 'velox-slabs', where: path, what: `the dataset has the shape ${shape.join(' × ')}` });
  }
  const [rows, columns, depth] = shape;
  if (depth === 1) return file.read(path);
  const { width, make } = DTYPES[dtype];
  const step = Math.min(depth, Math.max(1, chunk?.[2] ?? depth));
  let whole: ValueArray | undefined;
  for (let start = 0; start < depth; start += step) {
    const count = Math.min(step, depth - start);
    const slab = await file.read(path, { start: [0, 0, start], count: [rows, columns, count] });
    const turned = count === 1 ? slab : permuteAxes(slab, [rows, columns, count], [2, 0, 1], width);
    whole ??= make(rows * columns * depth);
    (whole as Uint8Array).set(turned as Uint8Array, start * rows * columns * width);
  }
  return whole ?? make(0);
}
