import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { outputError, type SpectrailError } from '../signal/errors.ts';
import { exists, flushFolder, makeFolders } from './folders.ts';

/**
 * Writes a file whole or not at all: under a temporary name in the same folder, flushed to disk, then renamed.
 * @throws SpectrailError `output/file-exists` unless `force`, `output/cannot-write` when the disk or a permission says no.
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  options: { force?: boolean } = {},
) {
  if (!options.force) await checkFree(path);
  const temporary = temporaryBeside(path);
  try {
    await makeFolders(dirname(path));
    await writeFlushed(temporary, content);
    await rename(temporary, path);
    await flushFolder(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writeFailure(path, cause);
  }
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

/** A name beside `path` that nobody uses: same disk, so that a rename is one act. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.partial`);
}

/** A new file on disk, not only in the cache of the system. */
export async function writeFlushed(path: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'writing is not permitted there',
  EPERM: 'writing is not permitted there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a part of the path is a file, not a folder',
  EISDIR: 'there is a folder of this name',
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
