import type { Filter, Metadata } from 'h5wasm';
import { unshuffled } from '../../kernels/unshuffle.ts';
import { formatError } from '../../signal/errors.ts';
import { type ChunkIndex, chunkIndex, type StoredChunk } from './chunk-index.ts';
import { CLASS } from './element.ts';
import { type Layout, layoutOf, REPACK } from './layout.ts';
import { unpackLzf } from './lzf.ts';
import type { Place } from './object-header.ts';
import type { Tile } from './tiles.ts';

export const LZF = 32000;
const SHUFFLE = 2;

/** Filters that are undone here, without the library. */
export const OWN_FILTERS: ReadonlySet<number> = new Set([LZF, SHUFFLE]);

/** A dataset that is read here, as plain data. */
export interface StoredDataset {
  /** For messages. */
  readonly where: string;
  readonly shape: readonly number[];
  /** Of one piece: all of it. */
  readonly chunk: readonly number[];
  readonly elementBytes: number;
  /** Of {@link OWN_FILTERS}, in the order in which they were applied. */
  readonly filters: readonly Filter[];
  readonly layout: Layout;
  /** Where addresses count from. */
  readonly base: number;
}

/** A file as it is read here. */
export interface StoredBytes extends Pick<Place, 'readAt' | 'fileSize'> {
  /** Fills `target` from `position`; returns how many bytes there were. */
  readonly readInto: (target: Uint8Array, position: number) => number;
  /** The values of a box of which nothing was written. */
  readonly unwritten: (box: Tile) => Uint8Array;
}

/** Bytes of a box of an array, in C order. */
export interface Box extends Tile {
  readonly bytes: Uint8Array;
}

/** Is it of a kind that the library would hand out as it lies in the file, and quicker read without it? */
export function isPlain({ shape, size, type, littleEndian }: Metadata, filters: readonly Filter[]): boolean {
  const number = type === CLASS.integer || type === CLASS.float || type === CLASS.enum;
  const shuffledAsNumbers = ({ id, cd_values: [width] }: Filter) => id === SHUFFLE && (!width || width === size);
  return (
    number &&
    (shape?.length ?? 0) > 0 &&
    [1, 2, 4, 8].includes(size) &&
    (littleEndian || size === 1) &&
    filters.length <= 1 &&
    filters.every(shuffledAsNumbers)
  );
}

/**
 * Where a dataset lies.
 * @param reference An HDF5 object reference to it: the address of its header, 8 bytes.
 * @throws SpectrailError `format/hdf5-layout`, `format/hdf5-damaged`
 */
export function storedDataset(
  place: Place,
  reference: Uint8Array<ArrayBuffer>,
  { shape, chunks, size, littleEndian }: Metadata,
  filters: readonly Filter[],
): StoredDataset {
  const { where, base } = place;
  if (!shape || (!littleEndian && size > 1)) {
    throw formatError({
      code: 'hdf5-layout',
      where,
      what: 'the values are big-endian, and packed in a way that is not built into the HDF5 library',
      expected: 'little-endian values',
      fix: REPACK,
    });
  }
  const header = Number(new DataView(reference.buffer).getBigUint64(0, true));
  const layout = layoutOf(place, header, shape.length);
  const chunk = layout.kind === 'chunks' ? chunks : shape;
  if (chunk) return { where, shape, chunk, elementBytes: size, filters, layout, base };
  throw damaged(where, 'there are chunks, but they have no size', 'a size of chunks');
}

/**
 * Puts the values of `part` in their places in `box`, which holds it; each chunk in it is looked up and unpacked once.
 * @throws SpectrailError `format/hdf5-damaged`
 */
export function fillBox(stored: StoredDataset, file: StoredBytes, box: Box, part: Tile): void {
  const { where, shape, chunk, elementBytes } = stored;
  if (part.count.includes(0)) return;
  if (part.start.length !== shape.length || part.start.some((at, d) => !(at + part.count[d] <= shape[d]))) {
    throw damaged(where, `dimensions of ${shape.join(' × ')}`, 'those that it had before');
  }
  const grid = shape.map((size, d) => Math.ceil(size / chunk[d]));
  const first = part.start.map((at, d) => Math.floor(at / chunk[d]));
  const last = part.start.map((at, d) => Math.floor((at + part.count[d] - 1) / chunk[d]));
  const index = chunksOf(stored, file, first, last);
  const at = [...first];
  for (;;) {
    const place = at.reduce((sum, position, d) => sum * grid[d] + position, 0);
    const from = at.map((position, d) => position * chunk[d]);
    const found = index.get(place);
    const common = sharedBox(part, { start: from, count: chunk });
    if (!found) copyRuns({ bytes: file.unwritten(common), ...common }, box, common, elementBytes);
    else if (stored.filters.some(({ id }) => id === LZF)) {
      copyRuns({ bytes: unpacked(stored, file, found), start: from, count: chunk }, box, common, elementBytes);
    } else fillFromChunk(stored, file, found, from, box, common);
    let d = at.length - 1;
    for (; d >= 0; d--) {
      if (++at[d] <= last[d]) break;
      at[d] = first[d];
    }
    if (d < 0) return;
  }
}

function chunksOf(
  stored: StoredDataset,
  file: StoredBytes,
  first: readonly number[],
  last: readonly number[],
): ChunkIndex {
  const { where, shape, chunk, elementBytes, layout, base } = stored;
  if (layout.kind === 'chunks') {
    const place = { where, base, readAt: file.readAt, fileSize: file.fileSize };
    return chunkIndex(place, layout.tree, shape, chunk, { first, last });
  }
  const size = shape.reduce((a, b) => a * b, elementBytes);
  return new Map([[0, { address: layout.address + base, size, mask: 0 }]]);
}

/** All of a chunk, through all of its filters. */
function unpacked(stored: StoredDataset, { readAt }: StoredBytes, chunk: StoredChunk): Uint8Array {
  const { where, elementBytes, filters } = stored;
  const size = stored.chunk.reduce((a, b) => a * b, elementBytes);
  let bytes: Uint8Array | undefined = readAt(chunk.address, Math.min(chunk.size, 2 * size + 64));
  for (let i = filters.length - 1; i >= 0 && bytes; i--) {
    if ((chunk.mask >>> i) & 1) continue;
    bytes = filters[i].id === LZF ? unpackLzf(bytes, size) : inOrder(bytes, filters[i].cd_values[0] || elementBytes);
  }
  if (bytes?.length === size) return bytes;
  throw damaged(
    where,
    `the chunk of ${chunk.size} bytes at byte ${chunk.address} does not unpack`,
    `${size} bytes in it`,
  );
}

/** First bytes of all elements, then second bytes …: back to elements. What is left over stays at the end. */
function inOrder(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const elements = Math.floor(bytes.length / elementBytes);
  const out = bytes.slice();
  for (let b = 0; b < elementBytes; b++) {
    for (let e = 0; e < elements; e++) out[e * elementBytes + b] = bytes[b * elements + e];
  }
  return out;
}

/** Runs from this many bytes on are read one by one to where they belong; shorter ones with what lies between them. */
const LONG_RUN = 2 ** 13;

/** From a chunk of an {@link isPlain} dataset: no more is read of it than is wanted. */
function fillFromChunk(
  stored: StoredDataset,
  file: StoredBytes,
  { address, size, mask }: StoredChunk,
  start: readonly number[],
  box: Box,
  common: Tile,
): void {
  const { where, chunk: count, elementBytes: width, filters } = stored;
  const elements = count.reduce((a, b) => a * b, 1);
  if (size !== elements * width || !(address + size <= file.fileSize)) {
    throw damaged(where, `a chunk of ${size} bytes at byte ${address}`, `${elements * width} bytes within the file`);
  }
  const shuffled = width > 1 && filters.some(({ id }, i) => id === SHUFFLE && !((mask >>> i) & 1));
  const read = (target: Uint8Array, position: number) => {
    const filled = file.readInto(target, position);
    if (filled === target.length) return;
    throw damaged(where, `the file ends at byte ${position + filled}`, `values up to byte ${position + target.length}`);
  };
  /** Elements from `first` on. */
  const readElements = (target: Uint8Array, first: number) => {
    if (!shuffled) return read(target, address + first * width);
    unshuffled(
      width,
      target.length / width,
      (bytes, plane, from) => read(bytes, address + plane * elements + first + from),
      (bytes, from) => target.set(bytes, from * width),
    );
  };
  const chunk = { start, count };
  const run = runLength(chunk, box, common) * width;
  if (run >= LONG_RUN) {
    eachRun(chunk, box, common, (from, to) => readElements(box.bytes.subarray(to * width, to * width + run), from));
    return;
  }
  const first = offsetIn(chunk, common.start);
  const last = offsetIn(
    chunk,
    common.start.map((at, d) => at + common.count[d] - 1),
  );
  const between = new Uint8Array((last + 1 - first) * width);
  readElements(between, first);
  eachRun(chunk, box, common, (from, to) => {
    box.bytes.set(between.subarray((from - first) * width, (from - first) * width + run), to * width);
  });
}

/** Bytes of the runs of a box that lie together both in one piece of the dataset and in the box. */
export function runBytes({ shape, elementBytes }: StoredDataset, box: Tile): number {
  const whole = { start: shape.map(() => 0), count: shape };
  return runLength(whole, box, box) * elementBytes;
}

function copyRuns(from: Box, to: Box, common: Tile, elementBytes: number): void {
  const run = runLength(from, to, common) * elementBytes;
  eachRun(from, to, common, (source, target) => {
    const at = source * elementBytes;
    to.bytes.set(from.bytes.subarray(at, at + run), target * elementBytes);
  });
}

/** What two boxes that touch have in common. */
function sharedBox(a: Tile, b: Tile): Tile {
  const start = a.start.map((at, d) => Math.max(at, b.start[d]));
  const count = start.map((at, d) => Math.min(a.start[d] + a.count[d], b.start[d] + b.count[d]) - at);
  return { start, count };
}

/** The last dimension that a run does not cover as a whole: those after it are whole in both boxes. */
function runDimension(a: Tile, b: Tile, common: Tile): number {
  let d = common.count.length - 1;
  while (d > 0 && common.count[d] === a.count[d] && common.count[d] === b.count[d]) d--;
  return d;
}

/** Elements of `common` that lie together in both boxes. */
function runLength(a: Tile, b: Tile, common: Tile): number {
  return common.count.slice(runDimension(a, b, common)).reduce((product, size) => product * size, 1);
}

/** Where in two boxes each run of what they have in common begins. */
function eachRun(a: Tile, b: Tile, common: Tile, use: (inA: number, inB: number) => void): void {
  const outer = runDimension(a, b, common);
  const at = [...common.start];
  for (;;) {
    use(offsetIn(a, at), offsetIn(b, at));
    let d = outer - 1;
    for (; d >= 0; d--) {
      if (++at[d] < common.start[d] + common.count[d]) break;
      at[d] = common.start[d];
    }
    if (d < 0) return;
  }
}

function offsetIn({ start, count }: Tile, at: readonly number[]): number {
  return at.reduce((sum, position, d) => sum * count[d] + position - start[d], 0);
}

function damaged(where: string, what: string, expected: string) {
  return formatError({
    code: 'hdf5-damaged',
    where,
    what,
    expected,
    fix: 'copy the file again from where it was recorded',
  });
}
