import type { Dtype } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';

/** What an `.rpl` file says about its `.raw`. */
export interface RippleHeader {
  /** All keys in lower case, values as written; without a prototype. */
  readonly entries: Readonly<Record<string, string>>;
  /** File, and the line that says this, where one does. */
  readonly place: (key: string) => string;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** Bytes to skip at the start of the `.raw`. */
  readonly offset: number;
  readonly dtype: Dtype;
  readonly littleEndian: boolean;
  readonly recordBy: 'vector' | 'image' | 'dont-care';
}

const DTYPES: Readonly<Record<string, Dtype>> = {
  'unsigned 1': 'uint8',
  'unsigned 2': 'uint16',
  'unsigned 4': 'uint32',
  'unsigned 8': 'uint64',
  'signed 1': 'int8',
  'signed 2': 'int16',
  'signed 4': 'int32',
  'signed 8': 'int64',
  'float 4': 'float32',
  'float 8': 'float64',
};

/**
 * Reads the key-value lines of an `.rpl` file (Lispix "ripple" format): one key, a tab or spaces, one value; names and
 * values without regard to case; lines that start with ';' are comments.
 * @throws SpectrailError `format/bad-ripple-header`
 */
export function parseRipple(text: string, where: string): RippleHeader {
  const entries: Record<string, string> = Object.create(null);
  const lines = new Map<string, number>();
  for (const [i, line] of text.split(/\r\n|\r|\n/).entries()) {
    const content = line.trim();
    if (content.startsWith(';')) continue;
    const gap = content.includes('\t') ? content.indexOf('\t') : content.search(/\s/);
    if (gap <= 0) continue;
    const key = content.slice(0, gap).trim().toLowerCase();
    entries[key] = content.slice(gap).trim();
    lines.set(key, i + 1);
  }
  const place = (key: string) => (lines.has(key) ? `${where}, line ${lines.get(key)}` : where);
  const bad = (key: string, what: string, expected: string) =>
    formatError({
      code: 'bad-ripple-header',
      where: place(key),
      what,
      expected,
      fix: 'correct the .rpl file in a text editor',
    });
  const whole = (key: string, least: number) => {
    const value = Number(entries[key]);
    if (entries[key] === undefined || entries[key] === '' || !Number.isSafeInteger(value) || value < least) {
      throw bad(
        key,
        entries[key] === undefined ? `"${key}" is missing` : `${key} is "${entries[key]}"`,
        `a whole number of at least ${least}`,
      );
    }
    return value;
  };
  const word = (key: string, otherwise?: string) => (entries[key] ?? otherwise ?? '').toLowerCase();

  const type = `${word('data-type')} ${word('data-length')}`;
  const dtype = Object.hasOwn(DTYPES, type) ? DTYPES[type] : undefined;
  if (!dtype) {
    throw bad(
      'data-type',
      `data-type "${entries['data-type'] ?? ''}" with data-length "${entries['data-length'] ?? ''}"`,
      'signed or unsigned of 1, 2, 4 or 8 bytes, or float of 4 or 8',
    );
  }
  const order = word('byte-order', 'dont-care');
  if (!['little-endian', 'big-endian', 'dont-care'].includes(order)) {
    throw bad('byte-order', `byte-order is "${order}"`, 'little-endian, big-endian or dont-care');
  }
  const recordBy = word('record-by', 'dont-care');
  if (recordBy !== 'vector' && recordBy !== 'image' && recordBy !== 'dont-care') {
    throw bad('record-by', `record-by is "${recordBy}"`, 'vector, image or dont-care');
  }
  return {
    entries,
    place,
    width: whole('width', 1),
    height: whole('height', 1),
    depth: whole('depth', 1),
    offset: entries.offset === undefined ? 0 : whole('offset', 0),
    dtype,
    littleEndian: order !== 'big-endian',
    recordBy,
  };
}
