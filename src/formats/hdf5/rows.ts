import type { DenseBlock } from '../../signal/block.ts';
import { DTYPES, type Dtype, type NumberArray } from '../../signal/dtype.ts';
import { type FileReference, openReference } from '../file-reference.ts';
import { defineRowReader } from '../row-reader.ts';
import type { Hdf5File } from './contents.ts';
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

/** Lines of whole chunks that are unpacked for a run and kept for the next, bytes. */
const MOST_KEPT = 2 ** 25;

/** Whole chunks along the first axis: all pixels from one on. */
interface Slab {
  readonly start: number;
  readonly end: number;
  readonly values: NumberArray;
}

/** What a run has left over, by the dataset it is of. */
const kept = new WeakMap<Hdf5RowsArgs, Slab>();

export default defineRowReader<Hdf5RowsArgs>(async (args, start, end) => {
  const { file, path, dtype, shape } = args;
  const channels = shape[args.kept[args.kept.length - 1]];
  const left = kept.get(args);
  if (left && left.start <= start && end <= left.end) {
    if (end === left.end) kept.delete(args);
    return blockOf(left, start, end, channels);
  }
  const opened = await openHdf5(await openReference(file));
  try {
    const { chunk } = await opened.dataset(path);
    const lines = chunk ? linesOf(args, chunk[args.kept[0]]) : undefined;
    if (!lines)
      return { kind: 'dense', pixels: end - start, channels, values: await readRun(opened, args, start, end) };
    const values = DTYPES[dtype].make((end - start) * channels) as NumberArray;
    for (let at = start; at < end; ) {
      let slab = kept.get(args);
      if (!slab || at < slab.start || at >= slab.end) {
        const first = Math.floor(at / lines.pixels) * lines.pixels;
        const last = Math.min(first + lines.pixels, lines.all);
        slab = { start: first, end: last, values: await readRun(opened, args, first, last) };
      }
      const stop = Math.min(end, slab.end);
      const part = slab.values.subarray((at - slab.start) * channels, (stop - slab.start) * channels);
      values.set(part, (at - start) * channels);
      if (stop < slab.end) kept.set(args, slab);
      else kept.delete(args);
      at = stop;
    }
    return { kind: 'dense', pixels: end - start, channels, values };
  } finally {
    await opened.close();
  }
});

function blockOf({ start: first, values }: Slab, start: number, end: number, channels: number): DenseBlock {
  const part = values.slice((start - first) * channels, (end - first) * channels);
  return { kind: 'dense', pixels: end - start, channels, values: part };
}

/**
 * Pixels in the lines of one row of chunks, and in all; undefined where there is nothing to gain, or too much to keep.
 * @param chunk Size of the chunks along the first axis.
 */
function linesOf({ dtype, shape, kept }: Hdf5RowsArgs, chunk: number) {
  if (kept.length < 2 || chunk < 2) return undefined;
  const [first, ...inner] = kept.slice(0, -1).map((d) => shape[d]);
  const line = inner.reduce((a, b) => a * b, 1);
  const pixels = chunk * line;
  const bytes = pixels * shape[kept[kept.length - 1]] * DTYPES[dtype].bytes;
  return bytes > MOST_KEPT ? undefined : { pixels, all: first * line };
}

async function readRun(opened: Hdf5File, args: Hdf5RowsArgs, start: number, end: number): Promise<NumberArray> {
  const { path, dtype, shape, kept } = args;
  const navigation = kept.slice(0, -1).map((d) => shape[d]);
  const channels = shape[kept[kept.length - 1]];
  const length = (end - start) * channels;
  let values: NumberArray | undefined;
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
  return values ?? (DTYPES[dtype].make(0) as NumberArray);
}
