import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { writeFailure } from './atomic-file.ts';
import { exists, flushFolder, makeFolders, removeEmptyFolders } from './folders.ts';
import { onInterruption } from './interruption.ts';
import { asideOf, removeLeftovers, temporaryBeside } from './leftovers.ts';

export interface AtomicFolder {
  /** Where it is being built. */
  readonly building: string;
  /** Everything written into it: refused once it is given up, and then waited for before it is removed. */
  write<T>(work: (stop: AbortSignal) => Promise<T>): Promise<T>;
  /** Puts what was built in the place of the old one. */
  commit(): Promise<void>;
  /** Removes what was begun; nothing to do after a commit. Interruptions do it by themselves. */
  discard(): Promise<void>;
}

/**
 * Begins a folder: a sibling under a temporary name, made at once, so that an unwritable place is known before the work.
 * Readers see the old folder or the new one, whole. A kill between the two renames that put the new one in the place of the
 * old leaves neither under this name: whoever reads or writes the folder next finishes them first ({@link removeLeftovers}).
 * @param check refuses what must not be replaced, after that.
 * @throws SpectrailError `output/cannot-write`, and those of `check`.
 */
export async function beginFolder(path: string, check: (target: string) => Promise<void>): Promise<AtomicFolder> {
  const target = resolve(path);
  await removeLeftovers(target);
  await check(target);
  const building = await temporaryBeside(target);
  const stop = new AbortController();
  const making = makeBuilding(building);
  const writing = new Set<Promise<unknown>>();
  let committing: Promise<void> | undefined;
  const takeBack = async () => {
    await rm(building, { recursive: true, force: true }).catch(() => {});
    await removeEmptyFolders(await making.catch(() => undefined), dirname(target));
  };
  const leave = async () => {
    stop.abort();
    await making.catch(() => {});
    await Promise.allSettled(writing);
    if (committing) await committing.catch(() => {});
    else await takeBack();
  };
  const done = onInterruption(leave);
  const discard = () => leave().finally(done);
  const put = async () => {
    try {
      stop.signal.throwIfAborted();
      await replace(building, target);
    } catch (cause) {
      await takeBack();
      throw writeFailure(path, cause);
    }
  };
  try {
    await making;
  } catch (cause) {
    await discard();
    throw writeFailure(path, cause);
  }
  return {
    building,
    discard,
    async write(work) {
      stop.signal.throwIfAborted();
      const under = work(stop.signal);
      writing.add(under);
      return under.finally(() => writing.delete(under));
    },
    commit() {
      committing ??= put();
      return committing.finally(done);
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
