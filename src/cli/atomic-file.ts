import { open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { outputError, type SpectrailError } from '../signal/errors.ts';
import { exists, flushFolder, makeFolders, removeEmptyFolders } from './folders.ts';
import { onInterruption } from './interruption.ts';
import { removeLeftovers, temporaryBeside } from './leftovers.ts';

/** What a file is to hold: text, bytes, or bytes in pieces. */
export type FileContent = string | Uint8Array | readonly Uint8Array[];

export function bytesOf(content: FileContent): number {
  if (typeof content === 'string') return Buffer.byteLength(content);
  return content instanceof Uint8Array ? content.byteLength : content.reduce((sum, piece) => sum + piece.byteLength, 0);
}

/**
 * Writes a file whole or not at all: under a temporary name in the same folder, flushed to disk, then renamed. A failure or
 * an interruption leaves nothing; what a killed process has left is removed by the next one that writes this file.
 * @throws SpectrailError `output/file-exists` unless `force`, `output/cannot-write` when the disk or a permission says no.
 */
export async function writeFileAtomically(
  path: string,
  content: FileContent,
  options: { force?: boolean } = {},
): Promise<void> {
  const target = resolve(path);
  await removeLeftovers(target);
  if (!options.force) await checkFree(path);
  const stop = new AbortController();
  const writing = writeAside(target, content, stop.signal);
  const done = onInterruption(() => {
    stop.abort();
    return writing;
  });
  try {
    await writing;
  } catch (cause) {
    throw writeFailure(path, cause);
  } finally {
    done();
  }
}

async function writeAside(target: string, content: FileContent, stop: AbortSignal): Promise<void> {
  const temporary = await temporaryBeside(target);
  let madeParents: string | undefined;
  try {
    madeParents = await makeFolders(dirname(target));
    await writeFlushed(temporary, content, stop);
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    await removeEmptyFolders(madeParents, dirname(target));
    throw cause;
  }
  await flushFolder(dirname(target));
}

/** @throws SpectrailError `output/file-exists` when the name is taken. */
export async function checkFree(path: string): Promise<void> {
  if (!(await exists(path))) return;
  throw outputError({
    code: 'file-exists',
    where: path,
    what: 'there is already a file of this name',
    fix: 'choose another name, or replace it with --force',
  });
}

/** A new file on disk, not only in the cache of the system; given up between two pieces when told to. */
export async function writeFlushed(path: string, content: FileContent, stop: AbortSignal): Promise<void> {
  stop.throwIfAborted();
  const handle = await open(path, 'wx');
  try {
    const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
    for (const piece of pieces) await handle.writeFile(piece, { signal: stop });
    await handle.sync();
  } finally {
    await handle.close();
  }
  stop.throwIfAborted();
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'writing is not permitted there',
  EPERM: 'writing is not permitted there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it is larger than files may be there',
  EIO: 'the disk reports a fault',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a part of the path is a file, not a folder',
  EISDIR: 'there is a folder of this name',
  ENOTEMPTY: 'another run has just written it',
  ENAMETOOLONG: 'the name is too long for the file system',
  ENOENT: 'the folder cannot be made there',
};

/** A failed write in the user's words. */
export function writeFailure(path: string, cause: unknown): SpectrailError {
  const code = (cause as NodeJS.ErrnoException)?.code ?? '';
  const reason = Object.hasOwn(REASONS, code) ? REASONS[code] : ((cause as Error)?.message ?? String(cause));
  return outputError({
    code: 'cannot-write',
    where: path,
    what: `the result cannot be written: ${reason}`,
    fix: 'choose another place; nothing was left behind',
    cause,
  });
}
