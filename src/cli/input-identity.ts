import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type FolderSource, isFolder } from '../formats/folder.ts';
import type { ByteSource } from '../formats/format.ts';
import { inputError } from '../signal/errors.ts';

/** What tells an input from any other: bytes and SHA-256, in hex. */
export interface Identity {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Of a file as `sha256sum` prints it. Of a folder, that of the lines `sha256sum` prints for its files, by their paths from
 * it, in the order of the bytes of these paths: `find . -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum |
 * sha256sum`.
 * @throws SpectrailError `input/unreadable-file`.
 */
export async function identityOf(source: ByteSource | FolderSource, path: string): Promise<Identity> {
  if (!isFolder(source)) return { bytes: source.size, sha256: await fileHash(path) };
  const digest = createHash('sha256');
  let bytes = 0;
  for (const inside of (await filesIn(source, '')).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    const file = await source.file(inside);
    if (!file) continue;
    bytes += file.size;
    digest.update(`${await fileHash(join(path, inside))}  ${inside}\n`);
  }
  return { bytes, sha256: digest.digest('hex') };
}

async function filesIn(folder: FolderSource, path: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name, kind } of await folder.list(path)) {
    const inside = path === '' ? name : `${path}/${name}`;
    if (kind === 'folder') found.push(...(await filesIn(folder, inside)));
    else found.push(inside);
  }
  return found;
}

/** One buffer for the whole file: a stream makes one for every 64 kB, and that takes longer than the hash. */
const PIECE_BYTES = 2 ** 20;

async function fileHash(path: string): Promise<string> {
  const digest = createHash('sha256');
  const piece = new Uint8Array(PIECE_BYTES);
  try {
    const handle = await open(path);
    try {
      for (;;) {
        const { bytesRead } = await handle.read(piece);
        if (bytesRead === 0) break;
        digest.update(piece.subarray(0, bytesRead));
      }
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw inputError({ code: 'unreadable-file', where: path, what: 'the file could not be read to its end', cause });
  }
  return digest.digest('hex');
}
