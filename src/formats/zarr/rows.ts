import { DTYPES, type ValueArray } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { FolderSource } from '../folder.ts';
import type { ByteSource } from '../format.ts';
import { permuteAxes } from '../permute-axes.ts';
import { chunkName, type ZarrArray } from './array.ts';
import { decodeChunk, unpackedLimit } from './codecs/index.ts';
import { type Element, elementValues, fillValue } from './element.ts';

/** Chunks kept unpacked between reads. */
export interface ChunkCache {
  get(name: string): ValueArray | undefined;
  set(name: string, values: ValueArray): void;
}

/** Positions in the grid of chunks one read may look at. */
const MOST_CHUNKS = 2 ** 20;
/** Missing chunks hold the fill value; for each chunk that is there so many may be missing, and this many in any case. */
const MISSING = { perChunk: 3, free: 256 } as const;
/** As many bytes of missing chunks are made for each that those found can hold, and so many in any case. */
const FREE_BYTES = 2 ** 24;
/** Files opened at a time. */
const LANES = 16;

interface Chunk {
  readonly index: readonly number[];
  readonly name: string;
  readonly file?: ByteSource;
}

/** Rows of an array: all its dimensions but the last, flattened. */
export function rowCount({ shape }: Pick<ZarrArray, 'shape'>): number {
  return shape.slice(0, -1).reduce((a, b) => a * b, 1);
}

/**
 * Values of rows [start, end) in C order, whatever the chunks; (1 × 1 for an array without dimensions). Memory is bounded
 * by what the chunks that are there can hold.
 * @throws SpectrailError `format/unsupported-values`, `format/missing-chunks`, and those of the chunks.
 */
export async function readRows(
  folder: FolderSource,
  path: string,
  array: ZarrArray,
  start: number,
  end: number,
  cache?: ChunkCache,
): Promise<ValueArray> {
  const where = `${folder.name}/${path}`;
  const element = readableElement(array, where);
  const grid = array.shape.length === 0 ? { ...array, shape: [1], chunks: [1] } : array;
  const { make, width } = DTYPES[element.dtype];
  const chunks = await findChunks(folder, path, grid, start, end);
  const count = (end - start) * (grid.shape.at(-1) as number);
  const stored = chunks.reduce((sum, { file }) => sum + (file?.size ?? 0), 0);
  const most = FREE_BYTES + (1 + MISSING.perChunk) * unpackedLimit(grid.compressor, stored);
  if (count * DTYPES[element.dtype].bytes > most) throw tooLittle(where, count * DTYPES[element.dtype].bytes, stored);
  const out = make(count);
  const fill = chunks.some(({ file }) => file === undefined) ? filling(grid, element, where) : undefined;
  if (fill) for (let i = 0; i < out.length; i++) out[i] = fill[i % width];
  for (let at = 0; at < chunks.length; at += LANES) {
    const batch = chunks.slice(at, at + LANES).filter(({ file }) => file !== undefined);
    const unpacked = await Promise.all(batch.map((chunk) => readChunk(chunk, grid, element, where, cache)));
    for (const [i, { index, name }] of batch.entries()) {
      const whole = scatter(unpacked[i], index, grid, start, end, out, width);
      if (!whole) cache?.set(name, unpacked[i]);
    }
  }
  return out;
}

/** @throws SpectrailError `format/unsupported-values`. */
export function readableElement({ element, type, filters }: ZarrArray, where: string): Element {
  if (element && filters.length === 0) return element;
  throw formatError({
    code: 'unsupported-values',
    where,
    what: element ? `the values went through the filter "${filters[0].id}"` : `the values are of type ${type}`,
    expected: 'integers, floats, complex numbers or RGB colours, without filters',
    fix: 'save the data without filters',
  });
}

/** The chunks that rows [start, end) touch, those that are missing among them. */
async function findChunks(
  folder: FolderSource,
  path: string,
  grid: ZarrArray,
  start: number,
  end: number,
): Promise<Chunk[]> {
  if (end <= start || grid.shape.includes(0)) return [];
  const { first, last } = chunkBox(grid, start, end);
  const needed = first.reduce((product, low, d) => product * (last[d] - low + 1), 1);
  const where = `${folder.name}/${path}`;
  if (needed > MOST_CHUNKS) throw tooFew(where, 0, needed);
  const chunks: Chunk[] = [];
  let held = 0;
  const index = [...first];
  for (let more = true; more; ) {
    const batch: number[][] = [];
    while (more && batch.length < LANES) {
      batch.push([...index]);
      more = advance(index, first, last);
    }
    const names = batch.map((at) => chunkName(at, grid));
    const files = await Promise.all(names.map((name) => folder.file(`${path}/${name}`)));
    for (const [i, file] of files.entries()) {
      chunks.push({ index: batch[i], name: names[i], file });
      if (file) held++;
    }
    if (chunks.length > MISSING.free + (1 + MISSING.perChunk) * held) throw tooFew(where, held, needed);
  }
  return chunks;
}

/** First and last chunk along each dimension that rows [start, end) can touch. */
function chunkBox({ shape, chunks }: ZarrArray, start: number, end: number): { first: number[]; last: number[] } {
  const rank = shape.length;
  const first = new Array<number>(rank).fill(0);
  const last = shape.map((size, d) => Math.ceil(size / chunks[d]) - 1);
  let inner = rowCount({ shape });
  let [low, high] = [start, end - 1];
  for (let d = 0; d < rank - 1; d++) {
    inner /= shape[d];
    const [from, to] = [Math.floor(low / inner), Math.floor(high / inner)];
    first[d] = Math.floor(from / chunks[d]);
    last[d] = Math.floor(to / chunks[d]);
    if (from !== to) break;
    low -= from * inner;
    high -= to * inner;
  }
  return { first, last };
}

/** The next index of a box, last dimension fastest; false after the last. */
function advance(index: number[], first: readonly number[], last: readonly number[]): boolean {
  for (let d = index.length - 1; d >= 0; d--) {
    if (index[d] < last[d]) {
      index[d]++;
      return true;
    }
    index[d] = first[d];
  }
  return false;
}

async function readChunk(
  { name, file }: Chunk,
  { chunks, order, compressor }: ZarrArray,
  element: Element,
  where: string,
  cache?: ChunkCache,
): Promise<ValueArray> {
  const known = cache?.get(name);
  if (known) return known;
  const size = chunks.reduce((a, b) => a * b, element.bytes);
  const source = file as ByteSource;
  const stored = await source.read(0, source.size);
  const values = elementValues(await decodeChunk(compressor, stored, size, `${where}/${name}`), element);
  if (order === 'C') return values;
  const reversed = chunks.map((_, d) => chunks.length - 1 - d);
  return permuteAxes(values, [...chunks].reverse(), reversed, DTYPES[element.dtype].width);
}

/** Copies what of a chunk lies in rows [start, end) to its place; whether that was all of it. */
function scatter(
  values: ValueArray,
  index: readonly number[],
  { shape, chunks }: ZarrArray,
  start: number,
  end: number,
  out: ValueArray,
  width: number,
): boolean {
  const rank = shape.length;
  const channels = shape[rank - 1];
  const firstChannel = index[rank - 1] * chunks[rank - 1];
  const run = Math.min(chunks[rank - 1], channels - firstChannel) * width;
  const counts = chunks.slice(0, -1).map((size, d) => Math.min(size, shape[d] - index[d] * size));
  const at = new Array<number>(rank - 1).fill(0);
  const source = values as Uint8Array;
  const target = out as Uint8Array;
  let whole = true;
  for (;;) {
    let row = 0;
    let from = 0;
    for (let d = 0; d < rank - 1; d++) {
      row = row * shape[d] + index[d] * chunks[d] + at[d];
      from = from * chunks[d] + at[d];
    }
    if (row >= start && row < end) {
      const stored = from * chunks[rank - 1] * width;
      target.set(source.subarray(stored, stored + run), ((row - start) * channels + firstChannel) * width);
    } else whole = false;
    let d = rank - 2;
    for (; d >= 0; d--) {
      if (++at[d] < counts[d]) break;
      at[d] = 0;
    }
    if (d < 0) return whole;
  }
}

function filling(array: ZarrArray, element: Element, where: string): ValueArray | undefined {
  const value = fillValue(array.fill, element);
  if (!value) {
    throw formatError({
      code: 'unsupported-values',
      where,
      what: `chunks are missing, and their fill value ${JSON.stringify(array.fill)} has no meaning here`,
      expected: 'a number',
    });
  }
  return Array.from(value as ArrayLike<number | bigint>).every((part) => Number(part) === 0) ? undefined : value;
}

function tooLittle(where: string, bytes: number, stored: number) {
  return formatError({
    code: 'missing-chunks',
    where,
    what: `the chunks that were found have ${stored} bytes, too few for the ${bytes} of the array`,
    expected: 'an array most of whose chunks are there',
    fix: 'copy the whole folder again',
  });
}

function tooFew(where: string, held: number, needed: number) {
  return formatError({
    code: 'missing-chunks',
    where,
    what: `only ${held} of ${needed} chunks were found`,
    expected: 'an array most of whose chunks are there',
    fix: 'copy the whole folder again',
  });
}
