import { access, mkdir, open, rmdir } from 'node:fs/promises';
import { dirname, sep } from 'node:path';

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Whether `path` is `folder` or lies inside it; both absolute. */
export function contains(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/**
 * Makes a folder and the parents it lacks; the outermost that was made, where one was. One at a time: Node's own
 * recursive mode never returns on file systems that refuse folders with "no such file", as /proc does. A failure takes
 * back what was made.
 */
export async function makeFolders(path: string): Promise<string | undefined> {
  if (await exists(path)) return undefined;
  const parent = dirname(path);
  const outermost = parent === path ? undefined : await makeFolders(parent);
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return outermost;
    await removeEmptyFolders(outermost, parent);
    throw error;
  }
  return outermost ?? path;
}

/** Takes back folders that were made for nothing: from the innermost up to the outermost, as far as they are empty. */
export async function removeEmptyFolders(outermost: string | undefined, innermost: string): Promise<void> {
  if (outermost === undefined) return;
  for (let folder = innermost; contains(outermost, folder); folder = dirname(folder)) {
    const removed = await rmdir(folder).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}

/** Makes renames in a folder durable, where the file system lets a folder be flushed. */
export async function flushFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (!handle) return;
  await handle.sync().catch(() => {});
  await handle.close();
}
