import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { heapsAreSound, type ReadAt } from './heap-guard.ts';
import type { Hdf5Library } from './library.ts';
import { PagedBytes } from './paged-bytes.ts';

/** "Input/output error", in the library's numbering. */
const EIO = 29;

export interface Mounted {
  /** Name inside the library's own file system. */
  readonly path: string;
  /** The bytes of the file itself. */
  readonly readAt: ReadAt;
  /** Fills `target` from `position`; returns how many bytes there were. */
  readInto(target: Uint8Array, position: number): number;
  /** Where the file gives its bytes only later: what came of what a call into the library asked for. */
  readonly paged?: PagedBytes;
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
 * Makes a file visible to the library under a name of its own, read on demand. The library sees nothing else of the disk,
 * so links inside a file lead nowhere.
 */
export async function mount(library: Hdf5Library, source: ByteSource): Promise<Mounted> {
  const { FS } = library.module;
  const { ErrnoError } = FS as unknown as { ErrnoError: new (code: number) => Error };
  const path = privateName('source');
  const { size } = source;
  const paged = source.path === undefined ? await PagedBytes.of(source) : undefined;
  const file = paged ? ofPages(paged) : await onDisk(source.path!);
  FS.writeFile(path, new Uint8Array(0));
  const node = FS.lookupPath(path, {}).node as unknown as Node;
  node.stream_ops = {
    open: () => {},
    close: () => {},
    llseek: (stream: Stream, offset: number, whence: number) =>
      offset + (whence === 1 ? stream.position : whence === 2 ? size : 0),
    read: (_stream: Stream, buffer: Uint8Array, offset: number, length: number, position: number) => {
      const wanted = buffer.subarray(offset, offset + Math.max(0, Math.min(length, size - position)));
      try {
        const read = file.readInto(wanted, position);
        if (heapsAreSound(wanted.subarray(0, read), position, size, file.readAt)) return read;
      } catch {
        // Only an error of its own kind gets through the library.
      }
      throw new ErrnoError(EIO);
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
    readInto: file.readInto,
    paged,
    unmount: () => {
      file.close();
      FS.unlink(path);
    },
  };
}

/** A file that gives its bytes when they are asked for. */
export interface Opened {
  readonly readAt: ReadAt;
  /** Fills `target` from `position`; returns how many bytes there were. */
  readInto(target: Uint8Array, position: number): number;
  close(): void;
}

function ofPages(paged: PagedBytes): Opened {
  return {
    readAt: (position, length) => paged.readAt(position, length),
    readInto: (target, position) => paged.readInto(target, position),
    close: () => {},
  };
}

/** A file on disk, open; `stamp` tells it from what it was before, or is later. */
export async function onDisk(path: string): Promise<Opened & { readonly stamp: string; readonly size: number }> {
  const { closeSync, fstatSync, openSync, readSync } = await import('node:fs');
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (cause) {
    throw formatError({ code: 'unreadable-file', where: path, what: 'the file could not be opened', cause });
  }
  const readInto = (target: Uint8Array, position: number) => readSync(handle, target, 0, target.length, position);
  const { dev, ino, size, mtimeMs, ctimeMs } = fstatSync(handle);
  return {
    readAt: (position, length) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readInto(bytes, position));
    },
    readInto,
    close: () => closeSync(handle),
    stamp: [dev, ino, size, mtimeMs, ctimeMs].join(),
    size,
  };
}
