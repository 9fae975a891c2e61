import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';

/** One file in an archive, as its central directory describes it. */
export interface ZipEntry {
  /** As written; nothing is checked. */
  readonly path: string;
  readonly method: number;
  readonly encrypted: boolean;
  /** Bytes in the archive, and unpacked. */
  readonly stored: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly header: number;
}

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const ENTRY = 0x02014b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 65535;
const ENTRY_BYTES = 46;
/** About half a million files. */
const DIRECTORY_LIMIT = 2 ** 26;
const FULL = 0xffffffff;

/**
 * The central directory of a zip archive (PKWARE APPNOTE 6.3.3, zip64 included), in its order; folders are left out.
 * @throws SpectrailError `format/bad-zip`.
 */
export async function readDirectory(file: ByteSource): Promise<ZipEntry[]> {
  const bad = (what: string) => badZip(file.name, what);
  const { start, length } = await locateDirectory(file, bad);
  if (!(start + length <= file.size) || length > DIRECTORY_LIMIT) {
    throw bad(`its directory is said to have ${length} bytes from byte ${start}`);
  }
  const bytes = await file.read(start, length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = new TextDecoder();
  const entries: ZipEntry[] = [];
  for (let at = 0; at + ENTRY_BYTES <= bytes.length; ) {
    if (view.getUint32(at, true) !== ENTRY) throw bad(`entry ${entries.length} of its directory does not begin as one`);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const end = at + ENTRY_BYTES + nameBytes + extraBytes + commentBytes;
    if (end > bytes.length) throw bad(`entry ${entries.length} of its directory is cut`);
    const path = text.decode(bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes));
    const extra = at + ENTRY_BYTES + nameBytes;
    const wide = wideFields(view, extra, extra + extraBytes);
    const field = (offset: number) => {
      const value = view.getUint32(at + offset, true);
      return value === FULL && wide.length > 0 ? (wide.shift() as number) : value;
    };
    const size = field(24);
    const stored = field(20);
    const header = field(42);
    if (!path.endsWith('/')) {
      entries.push({
        path,
        method: view.getUint16(at + 10, true),
        encrypted: (view.getUint16(at + 8, true) & 1) !== 0,
        stored,
        size,
        header,
      });
    }
    at = end;
  }
  return entries;
}

async function locateDirectory(file: ByteSource, bad: (what: string) => Error) {
  const tailStart = Math.max(0, file.size - END_BYTES - LONGEST_COMMENT);
  const tail = await file.read(tailStart, file.size - tailStart);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  let end = tail.length - END_BYTES;
  while (end >= 0 && view.getUint32(end, true) !== END) end--;
  if (end < 0) throw bad('the end of its directory is missing');
  const narrow = { start: view.getUint32(end + 16, true), length: view.getUint32(end + 12, true) };
  const locator = end - 20;
  if (locator < 0 || view.getUint32(locator, true) !== LOCATOR64) return narrow;
  const at = Number(view.getBigUint64(locator + 8, true));
  const record = await file.read(Number.isSafeInteger(at) ? at : file.size, 56);
  const wide = new DataView(record.buffer, record.byteOffset, record.byteLength);
  if (record.length < 56 || wide.getUint32(0, true) !== END64) throw bad('its 64-bit directory record is missing');
  return { start: Number(wide.getBigUint64(48, true)), length: Number(wide.getBigUint64(40, true)) };
}

/** The 64-bit values of the extra field 1, in the order of the fields they stand for. */
function wideFields(view: DataView, start: number, end: number): number[] {
  for (let at = start; at + 4 <= end; ) {
    const length = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1 && at + 4 + length <= end) {
      return Array.from({ length: length >> 3 }, (_, i) => Number(view.getBigUint64(at + 4 + 8 * i, true)));
    }
    at += 4 + length;
  }
  return [];
}

export function badZip(where: string, what: string, cause?: unknown) {
  return formatError({
    code: 'bad-zip',
    where,
    what: `the zip archive is damaged: ${what}`,
    expected: 'a complete archive',
    fix: 'copy the archive again, or pack the folder anew',
    cause,
  });
}
