import type { Filter, Metadata } from 'h5wasm';
import { formatError } from '../../signal/errors.ts';
import { type ChunkIndex, chunkIndex, type Place, REPACK, type StoredChunk } from './chunk-index.ts';
import type { ReadAt } from './heap-guard.ts';
import { unpackLzf } from './lzf.ts';
import type { Tile } from './tiles.ts';

export const LZF = 32000;
const SHUFFLE = 2;

/** Filters that are undone here, without the library. */
export const OWN_FILTERS: ReadonlySet<number> = new Set([LZF, SHUFFLE]);

export interface PackedDataset {
  /** For messages. */
  readonly where: string;
  readonly shape: readonly number[];
  readonly chunk: readonly number[];
  readonly elementBytes: number;
  /** Of {@link OWN_FILTERS}, in the order in which they were applied. */
  readonly filters: readonly Filter[];
  readonly index: ChunkIndex;
  readonly readAt: ReadAt;
  /** The values of a box of which nothing was written. */
  readonly unwritten: (box: Tile) => Uint8Array;
}

/**
 * A dataset whose chunks are unpacked here.
 * @param reference An HDF5 object reference to it: the address of its header, 8 bytes.
 * @throws SpectrailError `format/hdf5-layout`, `format/hdf5-damaged`
 */
export function packedDataset(
  place: Place,
  reference: Uint8Array<ArrayBuffer>,
  { shape, chunks, size, littleEndian }: Metadata,
  filters: readonly Filter[],
  unwritten: PackedDataset['unwritten'],
): PackedDataset {
  const { where, readAt } = place;
  if (!shape || !chunks || (!littleEndian && size > 1)) {
    throw formatError({
      code: 'hdf5-layout',
      where,
      what: 'the values are big-endian, and packed in a way that is not built into the HDF5 library',
      expected: 'little-endian values',
      fix: REPACK,
    });
  }
  const header = Number(new DataView(reference.buffer).getBigUint64(0, true));
  const index = chunkIndex(place, header, shape, chunks);
  return { where, shape, chunk: chunks, elementBytes: size, filters, index, readAt, unwritten };
}

/**
 * The bytes of a box of a dataset whose chunks are unpacked here, in C order; each chunk in it is unpacked once.
 * @throws SpectrailError `format/hdf5-damaged`
 */
export function boxOfChunks(packed: PackedDataset, { start, count }: Tile): Uint8Array<ArrayBuffer> {
  const { shape, chunk, elementBytes, index } = packed;
  const out = new Uint8Array(count.reduce((a, b) => a * b, elementBytes));
  const grid = shape.map((size, d) => Math.ceil(size / chunk[d]));
  const first = start.map((at, d) => Math.floor(at / chunk[d]));
  const last = start.map((at, d) => Math.floor((at + count[d] - 1) / chunk[d]));
  if (count.includes(0)) return out;
  const at = [...first];
  for (;;) {
    const place = at.reduce((sum, position, d) => sum * grid[d] + position, 0);
    const from = at.map((position, d) => position * chunk[d]);
    const stored = index.get(place);
    const size = stored ? chunk : chunk.map((length, d) => Math.min(length, shape[d] - from[d]));
    const bytes = stored ? unpacked(packed, stored) : packed.unwritten({ start: from, count: size });
    copyShared({ bytes, start: from, count: size }, { bytes: out, start, count }, elementBytes);
    let d = at.length - 1;
    for (; d >= 0; d--) {
      if (++at[d] <= last[d]) break;
      at[d] = first[d];
    }
    if (d < 0) return out;
  }
}

function unpacked({ where, chunk, elementBytes, filters, readAt }: PackedDataset, stored: StoredChunk): Uint8Array {
  const size = chunk.reduce((a, b) => a * b, elementBytes);
  let bytes: Uint8Array | undefined = readAt(stored.address, Math.min(stored.size, 2 * size + 64));
  for (let i = filters.length - 1; i >= 0 && bytes; i--) {
    if ((stored.mask >>> i) & 1) continue;
    bytes = filters[i].id === LZF ? unpackLzf(bytes, size) : unshuffled(bytes, filters[i].cd_values[0] || elementBytes);
  }
  if (bytes?.length === size) return bytes;
  throw formatError({
    code: 'hdf5-damaged',
    where,
    what: `the chunk of ${stored.size} bytes at byte ${stored.address} does not unpack`,
    expected: `${size} bytes in it`,
    fix: 'copy the file again from where it was recorded',
  });
}

/** First bytes of all elements, then second bytes …: back to elements. What is left over stays at the end. */
function unshuffled(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const elements = Math.floor(bytes.length / elementBytes);
  const out = bytes.slice();
  for (let b = 0; b < elementBytes; b++) {
    for (let e = 0; e < elements; e++) out[e * elementBytes + b] = bytes[b * elements + e];
  }
  return out;
}

interface Box extends Tile {
  readonly bytes: Uint8Array;
}

/** Copies what two boxes of one array have in common. */
function copyShared(from: Box, to: Box, elementBytes: number): void {
  const rank = to.start.length;
  const low = to.start.map((at, d) => Math.max(at, from.start[d]));
  const high = to.start.map((at, d) => Math.min(at + to.count[d], from.start[d] + from.count[d]));
  if (low.some((at, d) => at >= high[d])) return;
  const offset = ({ start, count }: Tile, at: readonly number[]) =>
    at.reduce((sum, position, d) => sum * count[d] + position - start[d], 0) * elementBytes;
  const run = rank === 0 ? elementBytes : (high[rank - 1] - low[rank - 1]) * elementBytes;
  const at = [...low];
  for (;;) {
    const source = offset(from, at);
    to.bytes.set(from.bytes.subarray(source, source + run), offset(to, at));
    let d = rank - 2;
    for (; d >= 0; d--) {
      if (++at[d] < high[d]) break;
      at[d] = low[d];
    }
    if (d < 0) return;
  }
}
