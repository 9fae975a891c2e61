import type { FolderSource } from '../folder.ts';
import type { ByteSource } from '../format.ts';
import { damaged } from './damage.ts';

/** A list of items of fixed size in uncompressed chunks. */
export interface FlatArray {
  /** From the root of the store. */
  readonly path: string;
  readonly itemBytes: number;
  readonly length: number;
  /** Items in a chunk; the last is filled up. */
  readonly chunk: number;
}

/** Chunks opened at a time. */
const LANES = 4;

/** The files that hold items [from, to), for messages. */
export function filesOf({ path, chunk }: FlatArray, from: number, to: number): string {
  const [first, last] = [Math.floor(from / chunk), Math.floor(Math.max(from, to - 1) / chunk)];
  return first === last ? `${path}/${first}` : `${path}/${first} to ${last}`;
}

/**
 * The bytes of items [from, to). Every file is looked at before memory is taken, so a store cannot claim more than it has.
 * @throws SpectrailError `format/damaged-store` where a chunk is missing or cut.
 */
export async function readItems(
  folder: FolderSource,
  array: FlatArray,
  from: number,
  to: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (to <= from) return new Uint8Array(0);
  const { itemBytes, chunk } = array;
  const first = Math.floor(from / chunk);
  const files: ByteSource[] = [];
  for (let k = first; k * chunk < to; k++) files.push(await openChunk(folder, array, k));
  const pieces = files.map((file, i) => {
    const base = (first + i) * chunk;
    const start = Math.max(from, base) - base;
    return { file, offset: start * itemBytes, length: (Math.min(to, base + chunk) - base - start) * itemBytes };
  });
  const out = new Uint8Array((to - from) * itemBytes);
  let at = 0;
  for (let i = 0; i < pieces.length; i += LANES) {
    const read = await Promise.all(pieces.slice(i, i + LANES).map((piece) => readPiece(folder, array, piece)));
    for (const bytes of read) {
      out.set(bytes, at);
      at += bytes.length;
    }
  }
  return out;
}

async function openChunk(folder: FolderSource, { path, chunk, itemBytes }: FlatArray, k: number): Promise<ByteSource> {
  const where = `${folder.name}/${path}/${k}`;
  const file = await folder.file(`${path}/${k}`);
  if (!file) throw damaged(where, 'the file is missing');
  if (file.size === chunk * itemBytes) return file;
  throw damaged(where, `the file has ${file.size} bytes instead of ${chunk * itemBytes}`);
}

interface Piece {
  readonly file: ByteSource;
  readonly offset: number;
  readonly length: number;
}

async function readPiece(folder: FolderSource, { path }: FlatArray, { file, offset, length }: Piece) {
  const bytes = await file.read(offset, length);
  if (bytes.length === length) return bytes;
  throw damaged(`${folder.name}/${path}/${file.name}`, `the file ends at byte ${offset + bytes.length}`);
}
