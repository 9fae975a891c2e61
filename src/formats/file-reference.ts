import { formatError } from '../signal/errors.ts';
import type { ByteSource } from './format.ts';

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
 * Exactly `length` bytes from `offset`.
 * @throws SpectrailError `format/changed-file` when the file is shorter than it was.
 */
export async function readReference(file: FileReference, offset: number, length: number): Promise<Uint8Array> {
  return readExactly(await openReference(file), file, offset, length);
}

/** The same from a file that has been opened already. Throws as {@link readReference}. */
export async function readExactly(
  source: ByteSource,
  file: FileReference,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = await source.read(offset, length);
  if (bytes.length === length) return bytes;
  throw formatError({
    code: 'changed-file',
    where: source.name,
    what: `the file ends at byte ${offset + bytes.length}; it had ${file.size} bytes when it was opened`,
    expected: 'a file that does not change while it is read',
    fix: 'run again when nothing writes to it',
  });
}

/** @throws SpectrailError `format/…` when it is gone. */
export async function openReference(file: FileReference): Promise<ByteSource> {
  if ('blob' in file) return (await import('./blob-file.ts')).blobFile(file.blob, file.name);
  return (await import('./node-file.ts')).openNodeFile(file.path);
}
