import { addressIn, bytesAt, damaged, type Place } from './object-header.ts';

/** A chunk as it lies in the file. */
export interface StoredChunk {
  readonly address: number;
  /** Bytes stored. */
  readonly size: number;
  /** Bit i: the filter i was passed over for this chunk. */
  readonly mask: number;
}

/** The chunks of a dataset by their place in the grid of chunks, counted in C order. Chunks never written are absent. */
export type ChunkIndex = ReadonlyMap<number, StoredChunk>;

/** Chunks from one to another in C order, by their positions in the grid of chunks. */
export interface ChunkRange {
  readonly first: readonly number[];
  readonly last: readonly number[];
}

const TREE = 0x45455254;

/**
 * Finds chunks of a dataset in the B-tree of version 1 that its layout leads to (HDF5 File Format Specification 3.0, III.A.1).
 * @param range Only nodes that can lead to these are read; what else is found on the way may be in the index or not.
 * @throws SpectrailError `format/hdf5-damaged`
 */
export function chunkIndex(
  place: Place,
  tree: number | undefined,
  shape: readonly number[],
  chunk: readonly number[],
  range?: ChunkRange,
): ChunkIndex {
  const dimensions = shape.length + 1;
  const grid = shape.map((size, d) => Math.ceil(size / chunk[d]));
  const found = new Map<number, StoredChunk>();
  if (tree === undefined) return found;
  const bytesOfKey = 8 + 8 * dimensions;
  const most = Math.min(
    grid.reduce((a, b) => a * b, 1),
    Math.floor(place.fileSize / bytesOfKey),
  );
  let nodes = 0;
  const walk = (address: number, level: number | undefined): void => {
    const head = bytesAt(place, address, 24, 'a node of the tree of chunks');
    const [own, entries] = [head.getUint8(5), head.getUint16(6, true)];
    const sound = head.getUint32(0, true) === TREE && head.getUint8(4) === 1 && (level === undefined || own === level);
    if (!sound || ++nodes > 2 * most + 2) {
      throw damaged(place, address, 'no node of a tree of chunks', 'one node for some of the chunks, a level below');
    }
    const body = bytesAt(place, address + 24, entries * (bytesOfKey + 8) + bytesOfKey, 'the keys of a node');
    /** Does the key at `at` come before these positions (−1), is it theirs, or does it come after them? */
    const compare = (at: number, positions: readonly number[]): number => {
      for (const [d, position] of positions.entries()) {
        const key = Number(body.getBigUint64(at + 8 + 8 * d, true));
        if (key !== position * chunk[d]) return key < position * chunk[d] ? -1 : 1;
      }
      return 0;
    };
    for (let entry = 0; entry < entries; entry++) {
      const at = entry * (bytesOfKey + 8);
      // Of chunks themselves, all in a node are looked at: what is damaged there should be seen.
      if (range && own > 0 && compare(at, range.last) > 0) return;
      if (range && own > 0 && compare(at + bytesOfKey + 8, range.first) <= 0) continue;
      const child = addressIn(body, at + bytesOfKey);
      if (child === undefined) throw damaged(place, address, 'a chunk without a place', 'an address');
      if (own > 0) {
        walk(child, own - 1);
        continue;
      }
      let index = 0;
      for (const [d, size] of grid.entries()) {
        const offset = Number(body.getBigUint64(at + 8 + 8 * d, true)) / chunk[d];
        if (!Number.isSafeInteger(offset) || offset >= size) {
          throw damaged(place, address, `a chunk at ${offset} of dimension ${d}`, `one of ${size}`);
        }
        index = index * size + offset;
      }
      if (found.has(index) || found.size >= most) throw damaged(place, address, 'a chunk twice', 'each chunk once');
      const [size, mask] = [body.getUint32(at, true), body.getUint32(at + 4, true)];
      found.set(index, { address: child + place.base, size, mask });
    }
  };
  walk(tree, undefined);
  return found;
}
