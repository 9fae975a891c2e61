import { formatError } from '../signal/errors.ts';
import type { FolderReference } from './folder-reference.ts';
import type { ByteSource } from './format.ts';

export interface FolderMember {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
}

/** A folder as a reader sees it: on disk, in a zip archive, or picked in a browser. Nothing outside it can be reached. */
export interface FolderSource {
  readonly kind: 'folder';
  /** Without the folders above it. */
  readonly name: string;
  /** On disk (Node). */
  readonly path?: string;
  /** How workers find it again. */
  readonly reference?: FolderReference;
  /**
   * Members of a folder inside, sorted by name; `''` is this one. Nothing there: an empty list.
   * @throws SpectrailError `format/unsafe-path`.
   */
  list(path: string): Promise<readonly FolderMember[]>;
  /**
   * A file inside, by its path from here with forward slashes; undefined when there is no such file.
   * @throws SpectrailError `format/unsafe-path` for a path that is absolute, has a part `..`, or follows a link out.
   */
  file(path: string): Promise<ByteSource | undefined>;
}

export function isFolder(source: ByteSource | FolderSource): source is FolderSource {
  return (source as FolderSource).kind === 'folder';
}

/**
 * The parts of a path inside a folder; none for the folder itself.
 * @throws SpectrailError `format/unsafe-path`.
 */
export function partsInside(path: string, where: string): string[] {
  if (path === '') return [];
  const parts = path.split('/');
  if (parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part))) return parts;
  throw unsafePath(path, where);
}

export function unsafePath(path: string, where: string) {
  return formatError({
    code: 'unsafe-path',
    where,
    what: `"${path.slice(0, 200)}" does not lie inside the folder`,
    expected: 'names of files in this folder and the folders below it',
    fix: 'do not trust this data: it tries to reach files that are not its own',
  });
}

/**
 * A folder given as a list of its files. Of several files under one path the last counts.
 * @throws SpectrailError `format/unsafe-path` for a path that leads out of it.
 */
export function folderOfFiles(
  name: string,
  files: Iterable<readonly [path: string, open: () => Promise<ByteSource>]>,
  reference?: FolderReference,
): FolderSource {
  const opened = new Map<string, () => Promise<ByteSource>>();
  const members = new Map<string, Map<string, FolderMember['kind']>>([['', new Map()]]);
  for (const [path, open] of files) {
    opened.set(path, open);
    const parts = partsInside(path, name);
    for (let depth = parts.length - 1, kind: FolderMember['kind'] = 'file'; depth >= 0; depth--, kind = 'folder') {
      const folder = parts.slice(0, depth).join('/');
      const known = members.get(folder);
      const inside = known ?? new Map<string, FolderMember['kind']>();
      inside.set(parts[depth], kind);
      if (known) break;
      members.set(folder, inside);
    }
  }
  return {
    kind: 'folder',
    name,
    reference,
    list: async (path) => {
      const inside = members.get(partsInside(path, name).join('/')) ?? [];
      return [...inside].map(([member, kind]) => ({ name: member, kind })).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    file: async (path) => opened.get(partsInside(path, name).join('/'))?.(),
  };
}
