import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Bytes of a file and where they stand; between them, and after them, there are zeros. */
export interface SparseFile {
  /** With the folders on the way to it. */
  readonly name: string;
  readonly size: number;
  readonly pieces: readonly { readonly at: number; readonly bytes: Uint8Array }[];
}

/** What is behind `head` is zeros, up to `size`. */
export function headed(name: string, head: Uint8Array, size: number): SparseFile {
  return { name, size, pieces: [{ at: 0, bytes: head }] };
}

/** On disk, where zeros take no room. */
export function writeSparse(folder: string, { name, size, pieces }: SparseFile): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w');
  try {
    ftruncateSync(file, size);
    for (const { at, bytes } of pieces) writeSync(file, bytes, 0, bytes.length, at);
  } finally {
    closeSync(file);
  }
}

const ZEROS = new Blob([new Uint8Array(2 ** 24)]);

/** What was asked of files. */
export interface Tally {
  bytes: number;
  reads: number;
}

/** A file as a browser holds it, its zeros all the same few; it counts what is read of it. */
export class CountedFile extends File {
  readonly #tally: Tally;

  constructor({ name, size, pieces }: SparseFile, tally: Tally) {
    const parts: BlobPart[] = [];
    let end = 0;
    const zeros = (to: number) => {
      for (; to - end >= ZEROS.size; end += ZEROS.size) parts.push(ZEROS);
      if (to > end) parts.push(ZEROS.slice(0, to - end));
      end = to;
    };
    for (const { at, bytes } of pieces) {
      zeros(at);
      parts.push(Uint8Array.from(bytes));
      end += bytes.length;
    }
    zeros(size);
    super(parts, name.slice(name.lastIndexOf('/') + 1));
    Object.defineProperty(this, 'webkitRelativePath', { value: name.includes('/') ? name : '' });
    this.#tally = tally;
  }

  override slice(start = 0, end = this.size, type?: string): Blob {
    this.#tally.bytes += Math.max(0, Math.min(end, this.size) - start);
    this.#tally.reads++;
    return super.slice(start, end, type);
  }
}
