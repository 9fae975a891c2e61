import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { readAhead } from '../read-ahead.ts';
import { decodeText } from '../whole-text.ts';

const MOST_PAGES = 1 << 16;
const MOST_ENTRIES = 4096;
/** A directory, and what is too long to stand in it, which mostly follows. */
const DIRECTORY_BYTES = 2048;

/** Bytes of a value by its type in the directory. */
const SIZES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};

/** A tag of a page; its values are read when they are asked for. */
interface Entry {
  readonly type: number;
  readonly count: number;
  /** Byte of the file where the values begin. */
  readonly at: number;
}

export function isTiff(head: Uint8Array): boolean {
  const [a, b, c, d] = head;
  const little = a === 0x49 && b === 0x49 && (c === 42 || c === 43) && d === 0;
  const big = a === 0x4d && b === 0x4d && c === 0 && (d === 42 || d === 43);
  return head.length >= 8 && (little || big);
}

/** The tags of one page. */
export class Directory {
  readonly source: ByteSource;
  readonly littleEndian: boolean;
  readonly entries: ReadonlyMap<number, Entry>;
  /** Byte of the file where it begins. */
  readonly at: number;

  constructor(source: ByteSource, littleEndian: boolean, entries: ReadonlyMap<number, Entry>, at: number) {
    this.source = source;
    this.littleEndian = littleEndian;
    this.entries = entries;
    this.at = at;
  }

  /** All values of a numeric tag, fractions as quotients; undefined when it is absent or no number. */
  async numbers(tag: number): Promise<number[] | undefined> {
    const entry = this.entries.get(tag);
    if (!entry || entry.type === 2 || entry.type === 7) return undefined;
    const size = SIZES[entry.type];
    const bytes = await this.source.read(entry.at, entry.count * size);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => this.#number(view, i * size, entry.type));
  }

  async number(tag: number): Promise<number | undefined> {
    return (await this.numbers(tag))?.[0];
  }

  /** Text to the first NUL; undefined when the tag is absent or no text. */
  async text(tag: number): Promise<string | undefined> {
    const entry = this.entries.get(tag);
    if (!entry || SIZES[entry.type] !== 1) return undefined;
    const [before] = decodeText(await this.source.read(entry.at, entry.count)).split('\0');
    return before;
  }

  #number(view: DataView, at: number, type: number): number {
    const little = this.littleEndian;
    switch (type) {
      case 1:
        return view.getUint8(at);
      case 3:
        return view.getUint16(at, little);
      case 4:
      case 13:
        return view.getUint32(at, little);
      case 5:
        return view.getUint32(at, little) / view.getUint32(at + 4, little);
      case 6:
        return view.getInt8(at);
      case 8:
        return view.getInt16(at, little);
      case 9:
        return view.getInt32(at, little);
      case 10:
        return view.getInt32(at, little) / view.getInt32(at + 4, little);
      case 11:
        return view.getFloat32(at, little);
      case 12:
        return view.getFloat64(at, little);
      case 17:
        return Number(view.getBigInt64(at, little));
      default:
        return Number(view.getBigUint64(at, little));
    }
  }
}

/**
 * The directories of all pages in their order, of TIFF and BigTIFF.
 * @throws SpectrailError `format/bad-tiff` for a chain that leads outside the file, or in a circle.
 */
export async function readDirectories(file: ByteSource): Promise<Directory[]> {
  const source = readAhead(file, DIRECTORY_BYTES);
  const bad = (at: number, what: string, expected: string) =>
    formatError({
      code: 'bad-tiff',
      where: `${source.name}, byte ${at}`,
      what,
      expected,
      fix: 'copy the file again: it was cut short or is damaged',
    });
  const head = await source.read(0, 16);
  if (!isTiff(head)) throw bad(0, 'there is no TIFF header', '"II" or "MM" and the number 42 or 43');
  const little = head[0] === 0x49;
  const large = head[little ? 2 : 3] === 43;
  if (large && head.length < 16) throw bad(head.length, 'the header is cut short', '16 bytes');
  const offset = (view: DataView, at: number) =>
    large ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  const [countBytes, entryBytes, wordBytes] = large ? [8, 20, 8] : [2, 12, 4];
  const pages: Directory[] = [];
  const seen = new Set<number>();
  let at = offset(new DataView(head.buffer, head.byteOffset), large ? 8 : 4);
  while (at !== 0) {
    if (seen.has(at)) throw bad(at, 'the list of pages leads in a circle', 'a list that ends');
    if (seen.size === MOST_PAGES) throw bad(at, `there are more than ${MOST_PAGES} pages`, `at most ${MOST_PAGES}`);
    seen.add(at);
    const start = await source.read(at, countBytes);
    if (start.length < countBytes) throw bad(at, 'a page is said to begin here', `a place in ${source.size} bytes`);
    const startView = new DataView(start.buffer, start.byteOffset);
    const count = large ? Number(startView.getBigUint64(0, little)) : startView.getUint16(0, little);
    const bytes = count * entryBytes + wordBytes;
    if (count > MOST_ENTRIES || at + countBytes + bytes > source.size) {
      throw bad(at, `the page has ${count} tags`, `at most ${MOST_ENTRIES}, within ${source.size} bytes`);
    }
    const body = await source.read(at + countBytes, bytes);
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    const entries = new Map<number, Entry>();
    for (let e = 0; e < count; e++) {
      const from = e * entryBytes;
      const type = view.getUint16(from + 2, little);
      const values = offset(view, from + 4);
      const inline = from + 4 + wordBytes;
      const size = values * (SIZES[type] ?? Number.POSITIVE_INFINITY);
      const place = size <= wordBytes ? at + countBytes + inline : offset(view, inline);
      // A tag of a kind that nobody knows, or outside the file, is as good as absent.
      if (place + size <= source.size) entries.set(view.getUint16(from, little), { type, count: values, at: place });
    }
    pages.push(new Directory(source, little, entries, at));
    at = offset(view, count * entryBytes);
  }
  if (pages.length === 0) throw bad(4, 'the file has no page', 'at least one');
  return pages;
}
