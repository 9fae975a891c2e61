import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { inflateBlocks, isCompressed, unpackedBytes } from './aacs.ts';
import { isSfs, SFS_MAGIC } from './is-sfs.ts';

/**
 * AidAim Single File System, the container of `.bcf` (and `.pan`) files. Facts: the file is cut into chunks of equal
 * size that start at byte 280; each opens with 32 bytes of its own, the first four of which number the chunk that
 * continues a chain. Byte 296 holds the chunk size, byte 320 the first chunk of the directory and its entry count. A
 * directory entry has 512 bytes: first chunk of its pointer table (0), size (4), parent entry (40), folder flag (220),
 * name (224). A pointer table lists the chunks of a file in order.
 */
const FIRST_CHUNK = 0x118;
const CHUNK_HEAD = 0x20;
const ENTRY = 0x200;
/** One read of the source covers neighbouring chunks up to this many bytes. */
const READ_AHEAD = 1 << 22;

export interface SfsEntry {
  /** With its folders: `EDSDatabase/HeaderData`. */
  readonly path: string;
  /** Bytes as stored. */
  readonly size: number;
  readonly table: number;
}

export interface Sfs {
  readonly file: ByteSource;
  readonly chunkSize: number;
  /** Files only, no folders. */
  readonly entries: readonly SfsEntry[];
  /**
   * Bytes that may still be read, as stored and unpacked: a small container can name the same chunks as a thousand files.
   */
  readonly left: { stored: number; unpacked: number };
}

/**
 * Reads the directory.
 * @throws SpectrailError `format/not-sfs`, `format/truncated`, `format/bad-sfs`.
 */
export async function openSfs(file: ByteSource): Promise<Sfs> {
  const head = await file.read(0, FIRST_CHUNK + CHUNK_HEAD + 32);
  if (!isSfs(head)) {
    throw formatError({
      code: 'not-sfs',
      where: file.name,
      what: 'the file does not start with the signature of a Bruker composite file',
      expected: SFS_MAGIC,
    });
  }
  if (head.length < FIRST_CHUNK + CHUNK_HEAD + 32) throw truncated(file, 'its header', FIRST_CHUNK + CHUNK_HEAD + 32);
  const view = new DataView(head.buffer, head.byteOffset);
  const chunkSize = view.getUint32(0x128, true);
  const [first, count] = [view.getUint32(0x140, true), view.getUint32(0x144, true)];
  if (chunkSize < ENTRY + CHUNK_HEAD || chunkSize > file.size) {
    throw damaged(file, 0x128, `a chunk size of ${chunkSize} bytes`, `${ENTRY + CHUNK_HEAD} to ${file.size}`);
  }
  if (count < 1 || count * ENTRY > file.size) {
    throw damaged(file, 0x144, `a directory of ${count} entries`, `1 to ${Math.floor(file.size / ENTRY)}`);
  }
  const left = { stored: file.size, unpacked: unpackedBytes(file.size) };
  const directory = await readChain(file, chunkSize, first, directoryBytes(count, chunkSize));
  return { file, chunkSize, entries: listFiles(directory, count, chunkSize), left };
}

/** Entries do not straddle chunks: what is left of a chunk behind its last whole entry is padding. */
function directoryBytes(count: number, chunkSize: number): number {
  const perChunk = Math.floor((chunkSize - CHUNK_HEAD) / ENTRY);
  const full = Math.floor(count / perChunk);
  return full * (chunkSize - CHUNK_HEAD) + (count - full * perChunk) * ENTRY;
}

function listFiles(directory: Uint8Array, count: number, chunkSize: number): SfsEntry[] {
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  const perChunk = Math.floor((chunkSize - CHUNK_HEAD) / ENTRY);
  const start = (i: number) => Math.floor(i / perChunk) * (chunkSize - CHUNK_HEAD) + (i % perChunk) * ENTRY;
  const nameOf = (i: number) => {
    const bytes = directory.subarray(start(i) + 0xe0, start(i) + 0x1e0);
    const end = bytes.indexOf(0);
    return new TextDecoder('windows-1252').decode(end < 0 ? bytes : bytes.subarray(0, end));
  };
  const entries: SfsEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (directory[start(i) + 0xdc] !== 0) continue;
    let path = nameOf(i);
    let parent = view.getInt32(start(i) + 0x28, true);
    for (let depth = 0; parent >= 0 && parent < count && depth < 8; depth++) {
      path = `${nameOf(parent)}/${path}`;
      parent = view.getInt32(start(parent) + 0x28, true);
    }
    entries.push({ path, size: Number(view.getBigUint64(start(i) + 4, true)), table: view.getUint32(start(i), true) });
  }
  return entries;
}

/**
 * The content of one file of the container, decompressed where it is stored compressed.
 * @throws SpectrailError `format/truncated`, `format/bad-sfs`, `format/bad-compression`, `format/zip-bomb`.
 */
export async function readSfsFile(sfs: Sfs, entry: SfsEntry): Promise<Uint8Array> {
  const { file, chunkSize, left } = sfs;
  if (entry.size > left.stored) {
    throw damaged(
      file,
      FIRST_CHUNK,
      `${entry.path} with ${entry.size} bytes`,
      `at most the ${left.stored} that are left`,
    );
  }
  left.stored -= entry.size;
  const body = chunkSize - CHUNK_HEAD;
  const count = Math.ceil(entry.size / body);
  const table = await readChain(file, chunkSize, entry.table, count * 4);
  const chunks = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const content = new Uint8Array(entry.size);
  const perRead = Math.max(1, Math.floor(READ_AHEAD / chunkSize));
  for (let i = 0; i < count; ) {
    const first = chunks.getUint32(i * 4, true);
    let run = 1;
    while (run < perRead && i + run < count && chunks.getUint32((i + run) * 4, true) === first + run) run++;
    const bytes = await file.read(FIRST_CHUNK + first * chunkSize, run * chunkSize);
    for (let k = 0; k < run; k++) {
      const at = (i + k) * body;
      const length = Math.min(body, entry.size - at);
      const start = k * chunkSize + CHUNK_HEAD;
      if (start + length > bytes.length) {
        throw truncated(file, entry.path, FIRST_CHUNK + (first + k) * chunkSize + CHUNK_HEAD + length);
      }
      content.set(bytes.subarray(start, start + length), at);
    }
    i += run;
  }
  if (!isCompressed(content)) return content;
  const unpacked = inflateBlocks(content, left.unpacked, `${file.name}, ${entry.path}`);
  left.unpacked -= unpacked.length;
  return unpacked;
}

async function readChain(file: ByteSource, chunkSize: number, first: number, length: number): Promise<Uint8Array> {
  const content = new Uint8Array(length);
  let chunk = first;
  for (let at = 0; at < length; at += chunkSize - CHUNK_HEAD) {
    const take = Math.min(chunkSize - CHUNK_HEAD, length - at);
    const start = FIRST_CHUNK + chunk * chunkSize;
    const bytes = await file.read(start, CHUNK_HEAD + take);
    if (bytes.length < CHUNK_HEAD + take) throw truncated(file, `chunk ${chunk}`, start + CHUNK_HEAD + take);
    content.set(bytes.subarray(CHUNK_HEAD), at);
    chunk = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  }
  return content;
}

function truncated(file: ByteSource, part: string, needed: number) {
  return formatError({
    code: 'truncated',
    where: file.name,
    what: `the file ends after ${file.size} bytes, inside ${part}`,
    expected: `at least ${needed} bytes`,
    fix: 'copy the file again from the instrument',
  });
}

function damaged(file: ByteSource, at: number, what: string, expected: string) {
  return formatError({
    code: 'bad-sfs',
    where: `${file.name}, byte ${at}`,
    what: `the container declares ${what}`,
    expected,
    fix: 'the file is damaged: copy it again from the instrument',
  });
}
