import { type FolderSource, folderOfFiles } from '../src/formats/folder.ts';
import type { FolderTarget } from '../src/formats/format.ts';
import { memoryFile } from './memory-file.ts';

/** Files of a folder that exists only in a test, by path. */
export type MemoryFolder = Map<string, Uint8Array<ArrayBuffer>>;

export function memoryFolder(files: MemoryFolder, name = 'memory'): FolderSource {
  const opened = [...files].map(
    ([path, bytes]) => [path, async () => memoryFile(path.slice(path.lastIndexOf('/') + 1), bytes)] as const,
  );
  return folderOfFiles(name, opened);
}

/** A target whose files land in the map when they are closed. */
export function memoryTarget(): { target: FolderTarget; files: MemoryFolder } {
  const files: MemoryFolder = new Map();
  const target: FolderTarget = {
    async create(path) {
      if (files.has(path)) throw new Error(`${path} is written twice`);
      const parts: Uint8Array[] = [];
      return {
        write: async (bytes) => void parts.push(bytes.slice()),
        close: async () => void files.set(path, Uint8Array.from(Buffer.concat(parts))),
      };
    },
    clear: async () => files.clear(),
  };
  return { target, files };
}
