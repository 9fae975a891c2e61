import { formatError } from '../signal/errors.ts';
import type { Lend } from '../signal/lent-memory.ts';
import type { ByteRange, ByteSource } from './format.ts';

const ABREAST = 32;

/** A file as plain data that crosses worker boundaries: a path where there is a file system, else the browser's Blob. */
export type FileReference =
  | { readonly path: string; readonly size: number }
  | { readonly blob: Blob; readonly name: string; readonly size: number };

/** How workers find the file again; undefined for a source that is neither on disk nor a Blob. */
export function referenceTo(file: ByteSource): FileReference | undefined {
  if (file.path !== undefined) return { path: file.path, size: file.size };
  if (file.blob !== undefined) return { blob: file.blob, name: file.name, size: file.size };
  return undefined;
}

/**
 * Exactly `length` bytes from `offset`, in memory that was lent for them where there is a file system.
 * @throws SpectrailError `format/changed-file` when the file is shorter than it was.
 */
export async function readReference(
  file: FileReference,
  offset: number,
  length: number,
  lend?: Lend,
): Promise<Uint8Array> {
  if (lend && 'path' in file && offset + length <= file.size) {
    const lent = lend(length);
    const filled = (await import('./node-file.ts')).readInto(file.path, offset, lent);
    if (filled === length) return lent;
  }
  const source = await openReference(file);
  const bytes = await source.read(offset, length);
  if (bytes.length === length) return bytes;
  throw changed(file, source, offset + bytes.length);
}

/**
 * Exactly these ranges, one behind the other, from a file that has been opened already.
 * @throws SpectrailError `format/changed-file` when the file is shorter than it was.
 */
export async function readParts(
  source: ByteSource,
  file: FileReference,
  parts: readonly ByteRange[],
): Promise<Uint8Array> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = source.readParts ? await source.readParts(parts) : await oneByOne(source, parts, length);
  if (bytes.length === length) return bytes;
  throw changed(file, source, source.size);
}

/** Small ranges far apart: some are asked for at a time. */
async function oneByOne(source: ByteSource, parts: readonly ByteRange[], length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  for (let i = 0; i < parts.length; i += ABREAST) {
    const asked = parts.slice(i, i + ABREAST);
    const found = await Promise.all(asked.map((part) => source.read(part.offset, part.length)));
    for (const [k, piece] of found.entries()) {
      bytes.set(piece, filled);
      filled += piece.length;
      if (piece.length < asked[k].length) return bytes.subarray(0, filled);
    }
  }
  return bytes;
}

function changed(file: FileReference, source: ByteSource, end: number) {
  return formatError({
    code: 'changed-file',
    where: source.name,
    what: `the file ends at byte ${end}; it had ${file.size} bytes when it was opened`,
    expected: 'a file that does not change while it is read',
    fix: 'run again when nothing writes to it',
  });
}

/** @throws SpectrailError `format/…` when it is gone. */
export async function openReference(file: FileReference): Promise<ByteSource> {
  if ('blob' in file) return (await import('./blob-file.ts')).blobFile(file.blob, file.name);
  return (await import('./node-file.ts')).openNodeFile(file.path);
}
