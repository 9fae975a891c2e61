import { formatError, type SpectrailError } from '../../signal/errors.ts';
import type { ReadAt } from './heap-guard.ts';

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

export interface Place {
  readonly readAt: ReadAt;
  readonly fileSize: number;
  /** Where addresses count from. */
  readonly base: number;
  /** For messages. */
  readonly where: string;
}

/** What helps against any packing that cannot be undone. */
export const REPACK = 'repack the file: h5repack -f SHUF -f GZIP=1 in.h5 out.h5';

const LAYOUT = 0x08;
const CONTINUATION = 0x10;
const MOST_BLOCKS = 64;
const TREE = 0x45455254;

/**
 * Finds the chunks of a dataset itself, for filters that the library has not: the header of the object, its layout message of
 * version 3, and the B-tree of version 1 that it leads to (HDF5 File Format Specification 3.0, III.A.1, IV.A.1, IV.A.2.i), as
 * every program writes that does not ask for the newest features only.
 * @param header Address of the object's header, as an object reference has it.
 * @throws SpectrailError `format/hdf5-layout` for other layouts, `format/hdf5-damaged`
 */
export function chunkIndex(
  place: Place,
  header: number,
  shape: readonly number[],
  chunk: readonly number[],
): ChunkIndex {
  const layout = messagesAt(place, header).find(({ type }) => type === LAYOUT)?.data;
  if (!layout || layout.byteLength < 11) throw damaged(place, header, 'no layout of the data', 'a layout message');
  const [version, kind, dimensions] = [layout.getUint8(0), layout.getUint8(1), layout.getUint8(2)];
  if (version !== 3 || kind !== 2) {
    throw formatError({
      code: 'hdf5-layout',
      where: place.where,
      what: `the chunks are listed in the way of layout version ${version}, class ${kind}`,
      expected: 'a B-tree of version 1 (layout version 3), for a packing that is not built into the HDF5 library',
      fix: REPACK,
    });
  }
  if (dimensions !== shape.length + 1) {
    throw damaged(place, header, `${dimensions - 1} dimensions of chunks`, `${shape.length}`);
  }
  const grid = shape.map((size, d) => Math.ceil(size / chunk[d]));
  const found = new Map<number, StoredChunk>();
  const root = addressIn(layout, 3);
  if (root === undefined) return found;
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
    for (let entry = 0; entry < entries; entry++) {
      const at = entry * (bytesOfKey + 8);
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
  walk(root, undefined);
  return found;
}

interface Message {
  readonly type: number;
  readonly data: DataView;
}

/** The messages of an object header of version 1 or 2, those of its continuation blocks with them. */
function messagesAt(place: Place, address: number): Message[] {
  const head = bytesAt(place, address, 16, 'the header of the dataset');
  const messages: Message[] = [];
  const blocks: { from: number; length: number; second: boolean; order: boolean }[] = [];
  if (head.getUint32(0, false) === 0x4f484452) {
    const flags = head.getUint8(5);
    const at = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
    const bytes = 1 << (flags & 3);
    const sizes = bytesAt(place, address + at, 8, 'the size of the header');
    // 1, 2, 4 or 8 bytes; a header is never 4 GiB long.
    const length = bytes === 1 ? sizes.getUint8(0) : bytes === 2 ? sizes.getUint16(0, true) : sizes.getUint32(0, true);
    blocks.push({ from: address + at + bytes, length, second: true, order: (flags & 4) !== 0 });
  } else if (head.getUint8(0) === 1) {
    blocks.push({ from: address + 16, length: head.getUint32(8, true), second: false, order: false });
  } else throw damaged(place, address, 'no header of an object', 'version 1 or 2 of it');
  for (let b = 0; b < blocks.length && b < MOST_BLOCKS; b++) {
    const { from, length, second, order } = blocks[b];
    const body = bytesAt(place, from, length, 'a block of the header');
    const prefix = second ? (order ? 6 : 4) : 8;
    for (let at = 0; at + prefix <= length; ) {
      const type = second ? body.getUint8(at) : body.getUint16(at, true);
      const size = body.getUint16(at + (second ? 1 : 2), true);
      const start = at + prefix;
      if (start + size > length) break;
      const data = new DataView(body.buffer, body.byteOffset + start, size);
      if (type === CONTINUATION && size >= 16) {
        const next = addressIn(data, 0);
        const whole = Number(data.getBigUint64(8, true));
        // OCHK before the messages, a checksum behind.
        if (next !== undefined) {
          const inner = second ? { from: next + 4, length: whole - 8 } : { from: next, length: whole };
          blocks.push({ ...inner, second, order });
        }
      } else messages.push({ type, data });
      at = start + size;
    }
  }
  return messages;
}

/** All bits set: nowhere. */
function addressIn(view: DataView, at: number): number | undefined {
  const address = view.getBigUint64(at, true);
  return address === 0xffff_ffff_ffff_ffffn ? undefined : Number(address);
}

function bytesAt(place: Place, address: number, length: number, what: string): DataView {
  const from = address + place.base;
  if (!(Number.isSafeInteger(from) && length >= 0 && from >= 0 && from + length <= place.fileSize)) {
    throw damaged(place, address, `${what} of ${length} bytes`, `it to lie within ${place.fileSize} bytes`);
  }
  const bytes = place.readAt(from, length);
  if (bytes.length < length) throw damaged(place, address, `${bytes.length} bytes of ${what}`, `${length} bytes`);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function damaged({ where }: Place, address: number, what: string, expected: string): SpectrailError {
  return formatError({
    code: 'hdf5-damaged',
    where: `${where}, address ${address}`,
    what,
    expected,
    fix: 'copy the file again from where it was recorded',
  });
}
