import { type FileHandle, lstat, open as openFile, readdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { FileTarget, FolderTarget } from '../formats/format.ts';
import { internalError, outputError } from '../signal/errors.ts';
import { checkFree, writeFailure } from './atomic-file.ts';
import { beginFolder } from './atomic-folder.ts';
import { contains, flushFolder, makeFolders } from './folders.ts';
import { refuseIfHolding } from './result-folder.ts';

/** A folder of data being written by a format. */
export interface DataFolder {
  readonly target: FolderTarget;
  /** Makes it stand under its name; the bytes it has. */
  commit(): Promise<number>;
  /** Removes what was begun; nothing to do after a commit. */
  discard(): Promise<void>;
}

export interface DataFolderOptions {
  /** Replace a file or a Zarr folder of this name. */
  readonly force?: boolean;
  /** Must survive, unless it is what is replaced. */
  readonly keep?: readonly string[];
}

/**
 * Begins a folder of data, written whole or not at all (see {@link beginFolder}); every file is on the disk before it
 * stands under its name.
 * @throws SpectrailError `output/file-exists`, `output/foreign-folder`, `output/holds-inputs`, `output/cannot-write`.
 */
export async function beginDataFolder(path: string, options: DataFolderOptions = {}): Promise<DataFolder> {
  const { building, write, commit, discard } = await beginFolder(path, async (target) => {
    if (!options.force) await checkFree(path);
    await checkReplaceable(target, path, options.keep ?? []);
  });
  const written = new Map<string, number>();
  const open = new Set<FileHandle>();
  const closeAll = async () => {
    for (const handle of open) await handle.close().catch(() => {});
    open.clear();
  };
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await write(work);
    } catch (cause) {
      throw writeFailure(path, cause);
    }
  };
  const create = async (inside: string): Promise<FileTarget> => {
    const full = resolve(building, inside);
    if (!contains(building, full) || full === building) {
      throw internalError({ code: 'unsafe-path', what: `"${inside}" would lie outside its folder` });
    }
    const handle = await guarded(async () => {
      await makeFolders(dirname(full));
      return openFile(full, 'wx');
    });
    open.add(handle);
    let bytes = 0;
    return {
      async write(piece) {
        await guarded(() => handle.writeFile(piece));
        bytes += piece.length;
      },
      async close() {
        await guarded(() => handle.sync());
        await handle.close();
        open.delete(handle);
        written.set(full, bytes);
      },
    };
  };
  const clear = async () => {
    await closeAll();
    await guarded(async () => {
      for (const name of await readdir(building)) await rm(join(building, name), { recursive: true });
    });
    written.clear();
  };
  return {
    target: { create, clear },
    async discard() {
      await closeAll();
      await discard();
    },
    async commit() {
      const folders = new Set([building]);
      for (const file of written.keys()) {
        for (let folder = dirname(file); folder !== building; folder = dirname(folder)) folders.add(folder);
      }
      for (const folder of folders) await flushFolder(folder);
      await commit();
      return [...written.values()].reduce((sum, bytes) => sum + bytes, 0);
    },
  };
}

async function checkReplaceable(target: string, path: string, keep: readonly string[]): Promise<void> {
  const info = await lstat(target).catch(() => undefined);
  if (!info?.isDirectory()) return;
  refuseIfHolding(
    target,
    path,
    keep.filter((file) => resolve(file) !== target),
  );
  const names = await readdir(target);
  if (names.length === 0 || names.includes('.zgroup')) return;
  throw outputError({
    code: 'foreign-folder',
    where: path,
    what: 'there is a folder of this name, and it holds no data that spectrail could have written',
    fix: 'choose another name',
  });
}
