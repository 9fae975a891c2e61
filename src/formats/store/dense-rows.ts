import { crc32 } from '../../kernels/crc32.ts';
import { DTYPES, type Dtype, type NumberArray, type ValueArray, valuesOver } from '../../signal/dtype.ts';
import { type Lend, newMemory } from '../../signal/lent-memory.ts';
import type { FolderSource } from '../folder.ts';
import { type FolderReference, openFolderReference } from '../folder-reference.ts';
import type { ByteSource } from '../format.ts';
import { defineRowReader } from '../row-reader.ts';
import { chunkAt, chunkPixels, type FlatChunk, type FlatChunks } from '../zarr/flat-chunks.ts';
import { damaged, damagedTile } from './damage.ts';

/** Where the values of a dense store lie, as plain data. */
export interface StoredValues {
  /** From the root of the store. */
  readonly path: string;
  readonly dtype: Dtype;
  readonly grid: FlatChunks;
  /** Pixels of a tile. */
  readonly tile: number;
  /** Of each tile. */
  readonly checksums: Uint32Array;
}

export interface DenseRowsArgs {
  readonly folder: FolderReference;
  readonly values: StoredValues;
}

/** Values of whole tiles, each checked against its checksum; nothing else of the store is read. */
export default defineRowReader<DenseRowsArgs>(async ({ folder, values }, start, end, lend) => ({
  kind: 'dense',
  pixels: end - start,
  channels: values.grid.shape[values.grid.shape.length - 1],
  values: (await readValues(await openFolderReference(folder), values, start, end, lend)) as NumberArray,
}));

/**
 * Values of pixels [start, end).
 * @throws SpectrailError `format/damaged-store` naming tile and file.
 */
export async function readValues(
  folder: FolderSource,
  { path, dtype, grid, tile, checksums }: StoredValues,
  start: number,
  end: number,
  lend: Lend = newMemory,
): Promise<ValueArray> {
  const { shape } = grid;
  const channels = shape[shape.length - 1];
  const pixels = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const row = channels * DTYPES[dtype].bytes;
  const first = Math.floor(start / tile) * tile;
  const last = Math.min(pixels, Math.ceil(end / tile) * tile);
  const opened: { chunk: FlatChunk; file: ByteSource }[] = [];
  for (let pixel = first; pixel < last; ) {
    const chunk = chunkAt(grid, pixel);
    opened.push({ chunk, file: await openChunk(folder, path, chunk, chunkPixels(grid) * row) });
    pixel = chunk.end;
  }
  const bytes = lend((last - first) * row);
  for (const { chunk, file } of opened) {
    const from = Math.max(first, chunk.start);
    const length = (Math.min(last, chunk.end) - from) * row;
    const piece = await file.read((from - chunk.start) * row, length);
    if (piece.length !== length) throw damaged(fileName(folder, path, chunk), `the file ends early`);
    bytes.set(piece, (from - first) * row);
  }
  for (let from = first; from < last; from += tile) {
    const to = Math.min(from + tile, last);
    if (crc32(bytes.subarray((from - first) * row, (to - first) * row)) === checksums[from / tile]) continue;
    const touched = opened.filter(({ chunk }) => chunk.start < to && chunk.end > from);
    const where = touched.map(({ chunk }) => fileName(folder, path, chunk)).join(', ');
    throw damagedTile(where, from / tile, from, to - 1);
  }
  const wanted = bytes.subarray((start - first) * row, (end - first) * row);
  if (wanted.length === bytes.length)
    return DTYPES[dtype].over(bytes.buffer, bytes.byteOffset, (end - start) * channels);
  return valuesOver(wanted, dtype, (end - start) * channels);
}

function fileName(folder: FolderSource, path: string, { index }: FlatChunk): string {
  return `${folder.name}/${path}/${index.join('/')}`;
}

async function openChunk(folder: FolderSource, path: string, chunk: FlatChunk, bytes: number): Promise<ByteSource> {
  const where = fileName(folder, path, chunk);
  const file = await folder.file(`${path}/${chunk.index.join('/')}`);
  if (!file) throw damaged(where, 'the file is missing');
  if (file.size === bytes) return file;
  throw damaged(where, `the file has ${file.size} bytes instead of ${bytes}`);
}
