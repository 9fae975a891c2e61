import { formatError } from '../../signal/errors.ts';
import { referenceTo } from '../file-reference.ts';
import { type FolderSource, folderOfFiles } from '../folder.ts';
import type { ByteSource } from '../format.ts';
import { inflateInto } from '../inflate.ts';
import { badZip, readDirectory, type ZipEntry } from './directory.ts';

const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
/** Deflate cannot pack more than so many bytes into one. */
export const MOST_PACKED = 1032;
/** A packed file is unpacked whole; those of a data store are chunks. */
const UNPACKED_LIMIT = 2 ** 28;

export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
}

/**
 * A zip archive as a folder; where everything in it lies in one folder, that one. Files stored as they are can be read in
 * part, packed ones are unpacked whole.
 * @throws SpectrailError `format/bad-zip`, `format/unsafe-path`; from the files also `format/zip-packing`.
 */
export async function openZip(file: ByteSource): Promise<FolderSource> {
  const entries = (await readDirectory(file)).filter(({ path }) => !path.startsWith('__MACOSX/'));
  const reference = referenceTo(file);
  const [top] = entries[0]?.path.split('/') ?? [''];
  const inOneFolder = entries.length > 0 && entries.every(({ path }) => path.startsWith(`${top}/`));
  const files = entries.map(
    (entry) => [inOneFolder ? entry.path.slice(top.length + 1) : entry.path, async () => member(file, entry)] as const,
  );
  return folderOfFiles(file.name, files, reference && { zip: reference });
}

function member(archive: ByteSource, entry: ZipEntry): ByteSource {
  const where = `${archive.name}:${entry.path}`;
  let start: Promise<number> | undefined;
  const dataStart = () => {
    start ??= locate(archive, entry);
    return start;
  };
  const packed = () => dataStart().then((at) => archive.read(at, entry.stored));
  return {
    name: entry.path.slice(entry.path.lastIndexOf('/') + 1),
    size: entry.size,
    sibling: async () => undefined,
    async read(offset, length) {
      checkPacking(entry, where);
      const wanted = Math.max(0, Math.min(length, entry.size - offset));
      if (entry.method === STORED) return archive.read((await dataStart()) + offset, wanted);
      const stored = await packed();
      const whole = new Uint8Array(entry.size);
      inflateInto(stored, whole, 'deflate', where);
      return whole.slice(offset, offset + wanted);
    },
  };
}

function checkPacking({ method, encrypted, stored, size }: ZipEntry, where: string): void {
  if (encrypted || (method !== STORED && method !== DEFLATED)) {
    throw formatError({
      code: 'zip-packing',
      where,
      what: encrypted ? 'the file is encrypted' : `the file is packed with method ${method}`,
      expected: 'files stored as they are, or deflated',
      fix: 'unpack the archive',
    });
  }
  const most = method === STORED ? stored : Math.min(UNPACKED_LIMIT, stored * MOST_PACKED);
  if (!(size <= most)) throw badZip(where, `${size} bytes are said to come out of ${stored}`);
}

async function locate(archive: ByteSource, { header, stored, path }: ZipEntry): Promise<number> {
  const head = await archive.read(Math.min(header, archive.size), LOCAL_BYTES);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < LOCAL_BYTES || view.getUint32(0, true) !== LOCAL) {
    throw badZip(archive.name, `there is no file at byte ${header}, where "${path}" should be`);
  }
  const start = header + LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  if (start + stored > archive.size) throw badZip(archive.name, `"${path}" runs past the end`);
  return start;
}
