import type { ByteSource } from '../format.ts';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const LARGEST_USER_BLOCK = 2 ** 20;

/** The signature stands at byte 0, or after a user block of 512, 1024, 2048 … bytes. */
function* places(end: number): Generator<number> {
  for (let at = 0; at < end && at <= LARGEST_USER_BLOCK; at = at === 0 ? 512 : at * 2) yield at;
}

/** Is the HDF5 signature among the first bytes of a file, where it may stand? */
export function isHdf5(head: Uint8Array): boolean {
  for (const at of places(head.length)) if (SIGNATURE.every((byte, i) => head[at + i] === byte)) return true;
  return false;
}

/** The byte at which the HDF5 signature stands; undefined where there is none. */
export async function hdf5Start(source: ByteSource): Promise<number | undefined> {
  for (const at of places(source.size)) {
    const bytes = await source.read(at, SIGNATURE.length);
    if (SIGNATURE.every((byte, i) => bytes[i] === byte)) return at;
  }
  return undefined;
}

/** By the version of the block behind the signature, the byte that says how many of them a length takes. */
const LENGTHS_AT = [14, 14, 10, 10];
const VERSION_AT = 8;

/**
 * Bytes that a length takes in a file whose signature stands at `start`, and where that is said; undefined for a version of
 * the format that is not known.
 */
export async function hdf5Lengths(source: ByteSource, start: number) {
  const block = await source.read(start, Math.max(...LENGTHS_AT) + 1);
  const at = LENGTHS_AT[block[VERSION_AT]];
  return at === undefined || at >= block.length ? undefined : { bytes: block[at], at: start + at };
}
