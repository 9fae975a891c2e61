import type { DenseBlock } from '../../signal/block.ts';
import { DTYPES, type Dtype, type NumberArray } from '../../signal/dtype.ts';
import { formatError, isSpectrailError } from '../../signal/errors.ts';
import { valuesIn } from '../../signal/lent-memory.ts';
import { type FileReference, openReference } from '../file-reference.ts';
import { defineRowReader } from '../row-reader.ts';
import type { Hdf5File } from './contents.ts';
import { openHdf5 } from './file.ts';
import { onDisk as openOnDisk } from './mount.ts';
import type { Tile } from './tiles.ts';
import { fillBox, runBytes, type StoredDataset } from './unpack-chunks.ts';

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

export default defineRowReader<Hdf5RowsArgs>(async (args, start, end, lend) => {
  const { file, path, dtype, shape } = args;
  const channels = shape[args.kept[args.kept.length - 1]];
  const values = valuesIn(dtype, (end - start) * channels, lend);
  const block: DenseBlock = { kind: 'dense', pixels: end - start, channels, values };
  const left = kept.get(args);
  if (left && left.start <= start && end <= left.end) {
    if (end === left.end) kept.delete(args);
    values.set(left.values.subarray((start - left.start) * channels, (end - left.start) * channels));
    return block;
  }
  const stamp = await readWhereItLies(args, start, end, values);
  if (stamp === true) return block;
  const opened = await openHdf5(await openReference(file));
  try {
    const { chunk } = await opened.dataset(path);
    const found = await opened.stored(path);
    if (found && stamp !== undefined) remember(args, stamp, found);
    const lines = chunk && !found ? linesOf(args, chunk[args.kept[0]]) : undefined;
    if (!lines) {
      await readRun(opened, args, start, end, values);
      return block;
    }
    for (let at = start; at < end; ) {
      let slab = kept.get(args);
      if (!slab || at < slab.start || at >= slab.end) {
        const first = Math.floor(at / lines.pixels) * lines.pixels;
        const last = Math.min(first + lines.pixels, lines.all);
        slab = { start: first, end: last, values: DTYPES[dtype].make((last - first) * channels) as NumberArray };
        await readRun(opened, args, first, last, slab.values);
      }
      const stop = Math.min(end, slab.end);
      const part = slab.values.subarray((at - slab.start) * channels, (stop - slab.start) * channels);
      values.set(part, (at - start) * channels);
      if (stop < slab.end) kept.set(args, slab);
      else kept.delete(args);
      at = stop;
    }
    return block;
  } finally {
    await opened.close();
  }
});

/** Where datasets lie in files on disk, by dataset, path, and what tells the file from what it was before. */
const places = new Map<string, StoredDataset>();
const MOST_PLACES = 64;

/** What is stored there is found once in each thread: to open the file with the library takes longer than to read a run. */
function remember(args: Hdf5RowsArgs, stamp: string, stored: StoredDataset): void {
  for (const key of places.keys()) if (places.size >= MOST_PLACES) places.delete(key);
  places.set(placeOf(args, stamp), stored);
}

const placeOf = ({ file, path }: Hdf5RowsArgs, stamp: string) =>
  JSON.stringify([path, 'path' in file && file.path, stamp]);

/**
 * Fills `values` with a run of a dataset whose place is known, without the library. Otherwise, or where something is odd, that
 * is left to the library: what tells the file from what it was before, or undefined where it is not on disk.
 */
async function readWhereItLies(
  args: Hdf5RowsArgs,
  start: number,
  end: number,
  { buffer, byteOffset, byteLength }: NumberArray,
): Promise<true | string | undefined> {
  const { file, dtype } = args;
  // That it is gone is for others to say.
  const onDisk = 'path' in file ? await openOnDisk(file.path).catch(() => undefined) : undefined;
  if (!onDisk) return undefined;
  try {
    const { stamp } = onDisk;
    const stored = places.get(placeOf(args, stamp));
    if (stored?.elementBytes !== DTYPES[dtype].bytes) return stamp;
    const unwritten = (): never => {
      throw formatError({ code: 'hdf5-layout', what: 'a chunk was never written' });
    };
    const bytes = { readAt: onDisk.readAt, readInto: onDisk.readInto, fileSize: onDisk.size, unwritten };
    const target = new Uint8Array(buffer, byteOffset, byteLength);
    for (const { tile, from, length } of tilesOf(args, start, end)) {
      if (stored.layout.kind === 'whole' && runBytes(stored, tile) < length) return stamp;
      fillBox(stored, bytes, { bytes: target.subarray(from, from + length), ...tile }, tile);
    }
    return true;
  } catch (error) {
    if (isSpectrailError(error, 'format')) return onDisk.stamp;
    throw error;
  } finally {
    onDisk.close();
  }
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

/** Boxes of the dataset that hold a run of pixels, in order, and where their bytes go. */
function* tilesOf({ dtype, shape, kept }: Hdf5RowsArgs, start: number, end: number) {
  const navigation = kept.slice(0, -1).map((d) => shape[d]);
  const channels = shape[kept[kept.length - 1]];
  let from = 0;
  for (const box of boxesOf(navigation, start, end)) {
    const tile = { start: shape.map(() => 0), count: shape.map(() => 1) };
    kept.forEach((d, i) => {
      tile.start[d] = box.start[i] ?? 0;
      tile.count[d] = box.count[i] ?? channels;
    });
    const length = tile.count.reduce((a, b) => a * b, DTYPES[dtype].bytes);
    yield { tile, from, length };
    from += length;
  }
}

async function readRun(
  opened: Hdf5File,
  args: Hdf5RowsArgs,
  start: number,
  end: number,
  values: NumberArray,
): Promise<void> {
  const target = new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
  for (const { tile, from, length } of tilesOf(args, start, end)) {
    await opened.read(args.path, tile, target.subarray(from, from + length));
  }
}
