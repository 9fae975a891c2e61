import { closeSync, openSync, readSync, type Stats } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { formatError, inputError, type SpectrailError } from '../signal/errors.ts';
import type { ByteRange, ByteSource } from './format.ts';

/**
 * A file on disk as a reader sees it. Each `read` opens and closes the file, so a source needs no closing and holds no
 * handle; `sibling` finds names in the same folder only, `below` also in folders inside it: exact spelling first, then
 * without regard to case.
 *
 * @throws SpectrailError `format/file-not-found`, `format/not-a-file`, `format/no-permission`, `format/unreadable-file`;
 * from `read` also `input/bad-range`, and from `sibling` and `below` `format/unsafe-sibling` for a name that is not a plain file name.
 */
export async function openNodeFile(path: string): Promise<ByteSource> {
  const full = resolve(path);
  let info: Stats;
  try {
    info = await stat(full);
  } catch (cause) {
    throw fileError(path, cause);
  }
  if (!info.isFile()) {
    throw formatError({
      code: 'not-a-file',
      where: path,
      what: info.isDirectory() ? 'this is a folder' : 'this is not a regular file',
      expected: 'a file',
    });
  }
  await readRange(full, 0, 0, info.size);
  return {
    name: basename(full),
    size: info.size,
    path: full,
    read: (offset, length) => readRange(full, offset, length, info.size),
    readParts: (parts) => readParts(full, parts),
    sibling: (name) => findBelow(full, [name]),
    below: (names) => findBelow(full, names),
  };
}

async function readRange(path: string, offset: number, length: number, size: number): Promise<Uint8Array> {
  if (!Number.isSafeInteger(offset) || offset < 0 || !Number.isSafeInteger(length) || length < 0) {
    throw inputError({
      code: 'bad-range',
      where: path,
      what: `cannot read ${length} bytes from byte ${offset}`,
      expected: 'a whole offset and length of at least 0',
    });
  }
  const bytes = room(Math.max(0, Math.min(length, size - offset)));
  try {
    const handle = await open(path, 'r');
    try {
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled === bytes.length ? bytes : bytes.slice(0, filled);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw fileError(path, cause);
  }
}

/**
 * Fills `target` from byte `offset` of a file; returns how many bytes there were. All in one go: for large ranges, which go
 * where they are wanted, by those who have nothing else to do meanwhile.
 * @throws SpectrailError as {@link openNodeFile}
 */
export function readInto(path: string, offset: number, target: Uint8Array): number {
  let handle: number | undefined;
  try {
    handle = openSync(path, 'r');
    return fill(handle, target, offset);
  } catch (cause) {
    throw fileError(path, cause);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** One call may give less than there is, and no more than 2 GiB. */
function fill(handle: number, target: Uint8Array, offset: number): number {
  let filled = 0;
  while (filled < target.length) {
    const read = readSync(handle, target, filled, target.length - filled, offset + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}

/** Bytes that are going to be overwritten: to clear them first would take as long as to read them. */
function room(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer as ArrayBuffer);
}

/** All in one go, while the file is open once: a wait for each of thousands of small ranges would take longer than they. */
async function readParts(path: string, parts: readonly ByteRange[]): Promise<Uint8Array> {
  const bytes = room(parts.reduce((sum, { length }) => sum + length, 0));
  try {
    const handle = await open(path, 'r');
    try {
      let filled = 0;
      for (const { offset, length } of parts) {
        const read = fill(handle.fd, bytes.subarray(filled, filled + length), offset);
        filled += read;
        if (read < length) return bytes.slice(0, filled);
      }
      return bytes;
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw fileError(path, cause);
  }
}

async function findBelow(path: string, names: readonly string[]): Promise<ByteSource | undefined> {
  let place = dirname(path);
  for (const [i, name] of names.entries()) {
    const found = await findIn(place, name, path, i > 0);
    if (found === undefined) return undefined;
    place = join(place, found);
  }
  return openNodeFile(place);
}

/** @param inner The folder was named by a file: it may be anything else. */
async function findIn(folder: string, name: string, path: string, inner: boolean): Promise<string | undefined> {
  if (name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name)) {
    throw formatError({
      code: 'unsafe-sibling',
      where: path,
      what: `the companion file "${name}" is not a plain file name`,
      expected: 'the name of a file in the same folder',
    });
  }
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    if (inner && (cause as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw fileError(folder, cause);
  }
  const wanted = name.toLowerCase();
  return names.includes(name) ? name : names.find((candidate) => candidate.toLowerCase() === wanted);
}

/** What the system said about a file or a folder, in the user's words. */
export function fileError(path: string, cause: unknown): SpectrailError {
  const reason = (cause as NodeJS.ErrnoException)?.code;
  const where = path;
  if (reason === 'ENOENT' || reason === 'ENOTDIR') {
    return formatError({ code: 'file-not-found', where, what: 'there is no such file', fix: 'check the path', cause });
  }
  if (reason === 'EACCES' || reason === 'EPERM') {
    return formatError({
      code: 'no-permission',
      where,
      what: 'the file may not be read',
      fix: 'give yourself read permission, or copy the file',
      cause,
    });
  }
  return formatError({
    code: 'unreadable-file',
    where,
    what: `the file could not be read (${reason ?? String(cause)})`,
    fix: 'check the disk or the network drive, or copy the file',
    cause,
  });
}
