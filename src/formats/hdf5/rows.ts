import { DTYPES, type Dtype, type NumberArray } from '../../signal/dtype.ts';
import { type FileReference, openReference } from '../file-reference.ts';
import { defineRowReader } from '../row-reader.ts';
import { openHdf5 } from './file.ts';
import type { Tile } from './tiles.ts';

/** Rows of a dataset whose dimensions stand in the order of the signal's axes. */
export interface Hdf5RowsArgs {
  readonly file: FileReference;
  readonly path: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Dimensions that are axes of the signal, ascending; the others have one position. */
  readonly kept: readonly number[];
}

/**
 * Boxes of a C-order array that hold its elements [start, end), in order: whole slabs where the run covers them, else parts of
 * the first and the last one.
 */
export function* boxesOf(shape: readonly number[], start: number, end: number): Generator<Tile> {
  if (end <= start) return;
  if (shape.length === 0) {
    yield { start: [], count: [] };
    return;
  }
  const [, ...inner] = shape;
  const slab = inner.reduce((a, b) => a * b, 1);
  const [first, last] = [Math.ceil(start / slab), Math.floor(end / slab)];
  const part = function* (index: number, from: number, to: number): Generator<Tile> {
    for (const box of boxesOf(inner, from - index * slab, to - index * slab)) {
      yield { start: [index, ...box.start], count: [1, ...box.count] };
    }
  };
  if (first * slab > start) yield* part(first - 1, start, Math.min(end, first * slab));
  if (last > first) yield { start: [first, ...inner.map(() => 0)], count: [last - first, ...inner] };
  if (last >= first && last * slab < end) yield* part(last, last * slab, end);
}

export default defineRowReader<Hdf5RowsArgs>(async ({ file, path, dtype, shape, kept }, start, end) => {
  const navigation = kept.slice(0, -1).map((d) => shape[d]);
  const channels = shape[kept[kept.length - 1]];
  const length = (end - start) * channels;
  let values: NumberArray | undefined;
  const opened = await openHdf5(await openReference(file));
  try {
    let at = 0;
    for (const box of boxesOf(navigation, start, end)) {
      const tile = { start: shape.map(() => 0), count: shape.map(() => 1) };
      kept.forEach((d, i) => {
        tile.start[d] = box.start[i] ?? 0;
        tile.count[d] = box.count[i] ?? channels;
      });
      const part = (await opened.read(path, tile)) as NumberArray;
      if (part.length < length) (values ??= DTYPES[dtype].make(length) as NumberArray).set(part, at);
      else values = part;
      at += part.length;
    }
  } finally {
    await opened.close();
  }
  return { kind: 'dense', pixels: end - start, channels, values: values ?? (DTYPES[dtype].make(0) as NumberArray) };
});
