import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { type FolderSource, partsInside, unsafePath } from './folder.ts';
import type { ByteSource } from './format.ts';
import { fileError, openNodeFile } from './node-file.ts';

/**
 * A file or a folder on disk, whichever it is.
 * @throws SpectrailError as {@link openNodeFile} does.
 */
export async function openNodePath(path: string): Promise<ByteSource | FolderSource> {
  const info = await stat(path).catch((cause) => {
    throw fileError(path, cause);
  });
  return info.isDirectory() ? openNodeFolder(path) : openNodeFile(path);
}

/**
 * A folder on disk. Links are followed while they stay inside it.
 * @throws SpectrailError `format/file-not-found`, `format/no-permission`, `format/unreadable-file`.
 */
export async function openNodeFolder(path: string): Promise<FolderSource> {
  const full = resolve(path);
  const root = await realpath(full).catch((cause) => {
    throw fileError(path, cause);
  });
  /** Where a path inside really lies; undefined when nothing is there. */
  const locate = async (inside: string): Promise<string | undefined> => {
    const wanted = join(root, ...partsInside(inside, path));
    let real: string;
    try {
      real = await realpath(wanted);
    } catch (cause) {
      const reason = (cause as NodeJS.ErrnoException).code;
      if (reason === 'ENOENT' || reason === 'ENOTDIR') return undefined;
      throw fileError(wanted, cause);
    }
    if (real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)) return real;
    throw unsafePath(inside, path);
  };
  return {
    kind: 'folder',
    name: basename(full),
    path: full,
    reference: { path: full },
    async list(inside) {
      const real = await locate(inside);
      if (real === undefined) return [];
      try {
        const found = await readdir(real, { withFileTypes: true });
        return found
          .map((entry) => ({
            name: entry.name,
            kind: entry.isDirectory() ? ('folder' as const) : entry.isFile() ? ('file' as const) : ('other' as const),
          }))
          .sort((a, b) => (a.name < b.name ? -1 : 1));
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOTDIR') return [];
        throw fileError(real, cause);
      }
    },
    async file(inside) {
      const real = await locate(inside);
      if (real === undefined) return undefined;
      const info = await stat(real).catch((cause) => {
        throw fileError(real, cause);
      });
      return info.isFile() ? openNodeFile(real) : undefined;
    },
  };
}
