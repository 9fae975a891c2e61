import { lstat, readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { internalError, outputError } from '../signal/errors.ts';
import { type FileContent, writeFailure, writeFlushed } from './atomic-file.ts';
import { beginFolder } from './atomic-folder.ts';
import { contains, exists, flushFolder, makeFolders } from './folders.ts';

export interface EncodedFile {
  /** Relative, forward slashes. */
  readonly path: string;
  readonly content: FileContent;
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
 * Begins a result folder, written whole or not at all (see {@link beginFolder}).
 * @throws SpectrailError `output/not-a-folder`, `output/foreign-folder`, `output/holds-inputs`, `output/cannot-write`.
 */
export async function beginResultFolder(path: string, options: ResultFolderOptions = {}): Promise<ResultFolder> {
  const folder = await beginFolder(path, (target) => checkReplaceable(target, path, options));
  return {
    path,
    discard: folder.discard,
    async commit(files) {
      try {
        await folder.write((stop) => writeAll(folder.building, files, stop));
      } catch (cause) {
        await folder.discard();
        throw writeFailure(path, cause);
      }
      await folder.commit();
    },
  };
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
  refuseIfHolding(target, shown, keep);
  if (force || (await exists(join(target, TRAIL_FILE))) || (await readdir(target)).length === 0) return;
  throw outputError({
    code: 'foreign-folder',
    where: shown,
    what: `the folder exists and is not a result of spectrail (it has no ${TRAIL_FILE})`,
    fix: 'choose another folder with --out, or replace this one and everything in it with --force',
  });
}

/** @throws SpectrailError `output/holds-inputs` where replacing `target` would delete one of `keep`, or the folder we are in. */
export function refuseIfHolding(target: string, shown: string, keep: readonly string[]): void {
  const inside = [process.cwd(), ...keep].find((file) => contains(target, resolve(file)));
  if (inside === undefined) return;
  throw outputError({
    code: 'holds-inputs',
    where: shown,
    what: `replacing this folder would delete ${relative(target, inside) || 'the folder you are in'}`,
    fix: 'choose another folder with --out',
  });
}

/** As many as Node has threads for them: a file waits for the disk while others are written. */
const WRITERS = 4;

async function writeAll(folder: string, files: readonly EncodedFile[], stop: AbortSignal): Promise<void> {
  const folders = new Set([folder]);
  const left = files.values();
  const write = async () => {
    for (const { path, content } of left) {
      const full = resolve(folder, path);
      if (!contains(folder, full) || full === folder) {
        throw internalError({ code: 'unsafe-path', what: `the result "${path}" would lie outside its folder` });
      }
      await makeFolders(dirname(full));
      await writeFlushed(full, content, stop);
      folders.add(dirname(full));
    }
  };
  // All of them, also after a failure: whoever removes the folder then finds nobody at work in it.
  const ended = await Promise.allSettled(Array.from({ length: WRITERS }, write));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  for (const each of folders) await flushFolder(each);
}
