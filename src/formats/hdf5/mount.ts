import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { heapsAreSound, type ReadAt } from './heap-guard.ts';
import type { Hdf5Library } from './library.ts';

/** Largest file that is copied into memory where there is no path to read from. */
const IN_MEMORY_LIMIT = 2 ** 31 - 1;

/** "Input/output error", in the library's numbering. */
const EIO = 29;

export interface Mounted {
  /** Name inside the library's own file system. */
  readonly path: string;
  /** The bytes of the file itself. */
  readonly readAt: ReadAt;
  unmount(): void;
}

interface Stream {
  position: number;
}

interface Node {
  id: number;
  mode: number;
  contents?: unknown;
  stream_ops: Record<string, unknown>;
  node_ops: Record<string, unknown>;
}

/** No link inside a file can guess the name of another one that is open, or being written. */
export function privateName(kind: string): string {
  return `/${kind}-${Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16)).join('')}`;
}

/**
 * Makes a file visible to the library under a name of its own: read on demand where there is a path, copied into memory
 * where there is not. The library sees nothing else of the disk, so links inside a file lead nowhere.
 */
export async function mount(library: Hdf5Library, source: ByteSource): Promise<Mounted> {
  const { FS } = library.module;
  const { ErrnoError } = FS as unknown as { ErrnoError: new (code: number) => Error };
  const path = privateName('source');
  const { size } = source;
  const file = source.path === undefined ? await inMemory(source) : await onDisk(source.path);
  FS.writeFile(path, new Uint8Array(0));
  const node = FS.lookupPath(path, {}).node as unknown as Node;
  node.stream_ops = {
    open: () => {},
    close: () => {},
    llseek: (stream: Stream, offset: number, whence: number) =>
      offset + (whence === 1 ? stream.position : whence === 2 ? size : 0),
    read: (_stream: Stream, buffer: Uint8Array, offset: number, length: number, position: number) => {
      const wanted = buffer.subarray(offset, offset + Math.max(0, Math.min(length, size - position)));
      let read: number;
      try {
        read = file.readInto(wanted, position);
      } catch {
        throw new ErrnoError(EIO);
      }
      if (!heapsAreSound(wanted.subarray(0, read), position, size, file.readAt)) throw new ErrnoError(EIO);
      return read;
    },
  };
  const time = new Date(0);
  node.node_ops = {
    ...node.node_ops,
    getattr: ({ id, mode }: Node) => ({
      dev: 1,
      ino: id,
      mode,
      nlink: 1,
      uid: 0,
      gid: 0,
      rdev: 0,
      size,
      atime: time,
      mtime: time,
      ctime: time,
      blksize: 4096,
      blocks: Math.ceil(size / 4096),
    }),
  };
  return {
    path,
    readAt: file.readAt,
    unmount: () => {
      file.close();
      FS.unlink(path);
    },
  };
}

interface Opened {
  readonly readAt: ReadAt;
  /** Fills `target` from `position`; returns how many bytes there were. */
  readInto(target: Uint8Array, position: number): number;
  close(): void;
}

async function inMemory(source: ByteSource): Promise<Opened> {
  if (source.size > IN_MEMORY_LIMIT) {
    throw formatError({
      code: 'hdf5-too-large',
      where: source.name,
      what: `${source.size} bytes cannot be held in memory at once`,
      expected: `at most ${IN_MEMORY_LIMIT} bytes where the file is not on a local disk`,
      fix: 'open the file from a local disk',
    });
  }
  const bytes = await source.read(0, source.size);
  const readAt: ReadAt = (position, length) => bytes.subarray(position, position + length);
  return {
    readAt,
    readInto: (target, position) => {
      const found = readAt(position, target.length);
      target.set(found);
      return found.length;
    },
    close: () => {},
  };
}

async function onDisk(path: string): Promise<Opened> {
  const { closeSync, openSync, readSync } = await import('node:fs');
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (cause) {
    throw formatError({ code: 'unreadable-file', where: path, what: 'the file could not be opened', cause });
  }
  const readInto = (target: Uint8Array, position: number) => readSync(handle, target, 0, target.length, position);
  return {
    readAt: (position, length) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readInto(bytes, position));
    },
    readInto,
    close: () => closeSync(handle),
  };
}
