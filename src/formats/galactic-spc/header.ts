import type { SpectrailError } from '../../signal/errors.ts';
import { formatError } from '../../signal/errors.ts';

/** What stands before the values, of all three kinds of file. */
export interface SpcHeader {
  /** 0x4b: new; 0x4c: new, big-endian; 0x4d: old. */
  readonly version: number;
  readonly littleEndian: boolean;
  readonly flags: Readonly<Record<keyof typeof FLAGS, boolean>>;
  /** Of 2, to scale whole numbers; -128: values are floats. */
  readonly exponent: number;
  /** Points of each spectrum; in XYXY files the place of a directory, or 0. */
  readonly points: number;
  readonly first: number;
  readonly last: number;
  /** Spectra; undefined: as many as there are (old files do not say). */
  readonly spectra?: number;
  readonly xType: number;
  readonly yType: number;
  readonly zType: number;
  /** YYYY-MM-DD and hh:mm; absent when not set or impossible. */
  readonly date?: string;
  readonly time?: string;
  /** The date as the bits have it. */
  readonly storedDate?: string;
  readonly comment: string;
  readonly labels?: readonly string[];
  /** Byte of the log; 0: none. */
  readonly logOffset: number;
  readonly zStep: number;
  readonly wPlanes: number;
  readonly wStep: number;
  readonly wType: number;
  /** Byte where the x values, or the first spectrum, begin. */
  readonly dataOffset: number;
}

/** Bits of the first byte. */
export const FLAGS = {
  TSPREC: 1,
  TCGRAM: 2,
  TMULTI: 4,
  TRANDM: 8,
  TORDRD: 16,
  TALABS: 32,
  TXYXYS: 64,
  TXVALS: 128,
} as const;

export const FLOATS = -128;
const NEW_BYTES = 512;
const OLD_BYTES = 256;
export const SUB_BYTES = 32;
/** Numbers of axis types in use; 255 is a double interferogram. */
const MOST_AXIS_TYPE = 30;

const isAxisType = (type: number) => type <= MOST_AXIS_TYPE || type === 255;

/** Ends of an axis: bytes that mean something else rarely make two such numbers. */
const isPlausible = (end: number) => end === 0 || (Math.abs(end) > 1e-12 && Math.abs(end) < 1e12);

/** Do these first bytes hold what a header must? */
export function isSpcHeader(head: Uint8Array): boolean {
  const version = head[1];
  if (head.length < OLD_BYTES || (version !== 0x4b && version !== 0x4c && version !== 0x4d)) return false;
  if (version === 0x4d) {
    const { points, first, last, xType, month, day, hour, minute } = oldNumbers(head);
    const numbers = isPlausible(first) && isPlausible(last) && Number.isInteger(points) && points > 0;
    return numbers && xType <= MOST_AXIS_TYPE && month <= 12 && day <= 31 && hour <= 23 && minute <= 59;
  }
  if (head.length < NEW_BYTES) return false;
  const view = viewOf(head);
  const littleEndian = version === 0x4b;
  const ends = [view.getFloat64(8, littleEndian), view.getFloat64(16, littleEndian)];
  return ends.every(isPlausible) && isAxisType(head[28]) && (head[29] <= MOST_AXIS_TYPE || head[29] >> 2 === 32);
}

/** @throws SpectrailError `format/bad-spc` */
export function readHeader(bytes: Uint8Array, where: string): SpcHeader {
  if (!isSpcHeader(bytes))
    throw badSpc(`${where}, byte 0`, 'it does not begin with a header', 'a header of Galactic SPC');
  const flags = Object.fromEntries(Object.entries(FLAGS).map(([name, bit]) => [name, (bytes[0] & bit) !== 0]));
  const shared = { version: bytes[1], flags: flags as SpcHeader['flags'] };
  return bytes[1] === 0x4d ? oldHeader(bytes, shared) : newHeader(bytes, shared);
}

type Shared = Pick<SpcHeader, 'version' | 'flags'>;

function newHeader(bytes: Uint8Array, shared: Shared): SpcHeader {
  const view = viewOf(bytes);
  const little = shared.version === 0x4b;
  const packed = view.getUint32(32, little);
  const [year, month, day] = [packed >>> 20, (packed >>> 16) & 15, (packed >>> 11) & 31];
  const [hour, minute] = [(packed >>> 6) & 31, packed & 63];
  return {
    ...shared,
    littleEndian: little,
    exponent: view.getInt8(3),
    points: view.getUint32(4, little),
    first: view.getFloat64(8, little),
    last: view.getFloat64(16, little),
    spectra: Math.max(1, view.getUint32(24, little)),
    xType: bytes[28],
    yType: bytes[29],
    zType: bytes[30],
    ...dateOf(year, month, day, hour, minute),
    storedDate: `${digits(year, 4)}-${digits(month)}-${digits(day)} ${digits(hour)}:${digits(minute)}`,
    comment: textOf(bytes.subarray(88, 218)),
    labels: shared.flags.TALABS ? labelsOf(bytes.subarray(218, 248)) : undefined,
    logOffset: view.getUint32(248, little),
    zStep: view.getFloat32(312, little),
    wPlanes: view.getUint32(316, little),
    wStep: view.getFloat32(320, little),
    wType: bytes[324],
    dataOffset: NEW_BYTES,
  };
}

function oldHeader(bytes: Uint8Array, shared: Shared): SpcHeader {
  const { points, first, last, xType, year, zType, month, day, hour, minute } = oldNumbers(bytes);
  const exponent = viewOf(bytes).getInt16(2, true);
  return {
    ...shared,
    littleEndian: true,
    exponent: exponent === 128 ? FLOATS : exponent,
    points,
    first,
    last,
    xType,
    yType: bytes[17],
    zType,
    ...dateOf(year, month, day, hour, minute),
    comment: textOf(bytes.subarray(64, 194)),
    labels: shared.flags.TALABS ? labelsOf(bytes.subarray(194, 224)) : undefined,
    logOffset: 0,
    zStep: 0,
    wPlanes: 0,
    wStep: 0,
    wType: 0,
    // The header of the first spectrum is the end of that of the file.
    dataOffset: OLD_BYTES - SUB_BYTES,
  };
}

function oldNumbers(bytes: Uint8Array) {
  const view = viewOf(bytes);
  const year = view.getUint16(18, true);
  return {
    points: view.getFloat32(4, true),
    first: view.getFloat32(8, true),
    last: view.getFloat32(12, true),
    xType: bytes[16],
    year: year & 0xfff,
    zType: year >>> 12,
    month: bytes[20],
    day: bytes[21],
    hour: bytes[22],
    minute: bytes[23],
  };
}

function dateOf(year: number, month: number, day: number, hour: number, minute: number) {
  if (year < 1900 || year > 2999 || month < 1 || month > 12 || day < 1 || day > 31) return {};
  const date = `${year}-${digits(month)}-${digits(day)}`;
  return hour < 24 && minute < 60 ? { date, time: `${digits(hour)}:${digits(minute)}:00` } : { date };
}

const digits = (value: number, count = 2) => String(value).padStart(count, '0');

/** Names of the x, y and z axes, each ended by NUL. */
function labelsOf(bytes: Uint8Array): string[] {
  const parts = new TextDecoder('windows-1252').decode(bytes).split('\0');
  return [0, 1, 2].map((i) => parts[i] ?? '');
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('windows-1252').decode(bytes).split('\0', 1)[0].trimEnd();
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function badSpc(where: string, what: string, expected: string): SpectrailError {
  return formatError({ code: 'bad-spc', where, what, expected, fix: 'export it again: it is cut short or damaged' });
}
