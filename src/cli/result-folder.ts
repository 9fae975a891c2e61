import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { internalError, outputError } from '../signal/errors.ts';
import { writeFailure, writeFlushed } from './atomic-file.ts';
import { contains, exists, flushFolder, makeFolders, removeEmptyFolders } from './folders.ts';
import { onInterruption } from './interruption.ts';
import { asideOf, removeLeftovers, temporaryBeside } from './leftovers.ts';

export interface EncodedFile {
  /** Relative, forward slashes. */
  readonly path: string;
  readonly content: string | Uint8Array;
}

export interface ResultFolder {
  readonly path: string;
  /** Writes everything, then puts the new folder in the place of the old one. */
  commit(files: readonly EncodedFile[]): Promise<void>;
  /** Removes what was begun; nothing to do after a commit. Interruptions do it by themselves. */
  discard(): Promise<void>;
}

/** The file that tells our folders from others. */
export const TRAIL_FILE = 'trail.json';

export interface ResultFolderOptions {
  /** Replace a folder that is not a result of ours. */
  readonly force?: boolean;
  /** Files that must survive: a folder holding one of them is never replaced. */
  readonly keep?: readonly string[];
}

/**
 * Begins a result folder: a sibling under a temporary name, made at once, so that an unwritable place is known before
 * the work. Readers see the old folder or the new one, whole. A kill between the two renames that put the new one in the
 * place of the old leaves neither under this name: whoever reads or writes the folder next finishes them first
 * ({@link removeLeftovers}).
 * @throws SpectrailError `output/not-a-folder`, `output/foreign-folder`, `output/holds-inputs`, `output/cannot-write`.
 */
export async function beginResultFolder(path: string, options: ResultFolderOptions = {}): Promise<ResultFolder> {
  const target = resolve(path);
  await removeLeftovers(target);
  await checkReplaceable(target, path, options);
  const building = await temporaryBeside(target);
  const stop = new AbortController();
  const making = makeBuilding(building);
  let committing: Promise<void> | undefined;
  const takeBack = async () => {
    await rm(building, { recursive: true, force: true }).catch(() => {});
    await removeEmptyFolders(await making.catch(() => undefined), dirname(target));
  };
  const write = async (files: readonly EncodedFile[]) => {
    try {
      await writeAll(building, files, stop.signal);
      await replace(building, target);
    } catch (cause) {
      await takeBack();
      throw writeFailure(path, cause);
    }
  };
  const leave = async () => {
    stop.abort();
    await making.catch(() => {});
    if (committing) await committing.catch(() => {});
    else await takeBack();
  };
  const done = onInterruption(leave);
  const discard = () => leave().finally(done);
  try {
    await making;
  } catch (cause) {
    await discard();
    throw writeFailure(path, cause);
  }
  return {
    path,
    discard,
    commit(files) {
      committing = write(files);
      return committing;
    },
  };
}

/** The outermost folder that had to be made for it, where one had. */
async function makeBuilding(building: string): Promise<string | undefined> {
  const parent = dirname(building);
  const outermost = await makeFolders(parent);
  try {
    await mkdir(building);
  } catch (error) {
    await removeEmptyFolders(outermost, parent);
    throw error;
  }
  return outermost;
}

async function checkReplaceable(
  target: string,
  shown: string,
  { force, keep = [] }: ResultFolderOptions,
): Promise<void> {
  const info = await lstat(target).catch(() => undefined);
  if (!info) return;
  if (!info.isDirectory()) {
    throw outputError({
      code: 'not-a-folder',
      where: shown,
      what: info.isSymbolicLink() ? 'this is a link' : 'there is a file of this name',
      expected: 'a folder, or a name not yet taken',
      fix: 'choose another folder with --out',
    });
  }
  const inside = [process.cwd(), ...keep].find((file) => contains(target, resolve(file)));
  if (inside !== undefined) {
    throw outputError({
      code: 'holds-inputs',
      where: shown,
      what: `replacing this folder would delete ${relative(target, inside) || 'the folder you are in'}`,
      fix: 'choose another folder with --out',
    });
  }
  if (force || (await exists(join(target, TRAIL_FILE))) || (await readdir(target)).length === 0) return;
  throw outputError({
    code: 'foreign-folder',
    where: shown,
    what: `the folder exists and is not a result of spectrail (it has no ${TRAIL_FILE})`,
    fix: 'choose another folder with --out, or replace this one and everything in it with --force',
  });
}

async function writeAll(folder: string, files: readonly EncodedFile[], stop: AbortSignal): Promise<void> {
  const folders = new Set([folder]);
  for (const { path, content } of files) {
    const full = resolve(folder, path);
    if (!contains(folder, full) || full === folder) {
      throw internalError({ code: 'unsafe-path', what: `the result "${path}" would lie outside its folder` });
    }
    await makeFolders(dirname(full));
    await writeFlushed(full, content, stop);
    folders.add(dirname(full));
  }
  for (const each of folders) await flushFolder(each);
}

/** From the first rename on an interruption waits for the last. */
async function replace(building: string, target: string): Promise<void> {
  const aside = asideOf(building);
  if (await exists(target)) await rename(target, aside);
  try {
    await rename(building, target);
  } catch (error) {
    await rename(aside, target).catch(() => {});
    throw error;
  } finally {
    await flushFolder(dirname(target));
    if (await exists(target)) await rm(aside, { recursive: true, force: true }).catch(() => {});
  }
}
