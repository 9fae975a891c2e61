import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { temporaryBeside, writeFailure } from './atomic-file.ts';
import { exists, flushFolder, makeFolders, removeEmptyFolders } from './folders.ts';

export interface AtomicFolder {
  /** Where it is being built. */
  readonly building: string;
  /** Puts what was built in the place of the old one. */
  commit(): Promise<void>;
  /** Removes what was begun; nothing to do after a commit. */
  discard(): Promise<void>;
}

/**
 * Begins a folder: a sibling under a temporary name, made at once, so that an unwritable place is known before the work.
 * Readers see the old folder or the new one, whole; only a kill in the instant between two renames leaves neither under
 * this name, and then both stand beside it under hidden names.
 * @throws SpectrailError `output/cannot-write`.
 */
export async function beginFolder(path: string): Promise<AtomicFolder> {
  const target = resolve(path);
  const building = temporaryBeside(target);
  let madeParents: string | undefined;
  try {
    madeParents = await makeFolders(dirname(target));
    await mkdir(building);
  } catch (cause) {
    await removeEmptyFolders(madeParents, dirname(target));
    throw writeFailure(path, cause);
  }
  let open = true;
  const discard = async () => {
    if (!open) return;
    open = false;
    await rm(building, { recursive: true, force: true });
    await removeEmptyFolders(madeParents, dirname(target));
  };
  return {
    building,
    discard,
    async commit() {
      try {
        await replace(building, target);
        open = false;
      } catch (cause) {
        await discard();
        throw writeFailure(path, cause);
      }
    },
  };
}

async function replace(building: string, target: string): Promise<void> {
  if (!(await exists(target))) {
    await rename(building, target);
  } else {
    const old = temporaryBeside(target).replace(/\.partial$/, '.old');
    await rename(target, old);
    try {
      await rename(building, target);
    } catch (error) {
      await rename(old, target);
      throw error;
    }
    await rm(old, { recursive: true, force: true });
  }
  await flushFolder(dirname(target));
}
