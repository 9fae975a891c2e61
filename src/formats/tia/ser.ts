import { DTYPES, type Dtype } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';

const BYTE_ORDER = 0x4949;
const SERIES = 0x0197;
const NARROW = 0x0210;
const WIDE = 0x0220;
const SPECTRA = 0x4120;
const IMAGES = 0x4122;
const TIME = 0x4152;
const TIME_AND_POSITION = 0x4142;

/** Element types by their number in the file; 0 is none. */
const ELEMENTS: readonly (Dtype | undefined)[] = [
  undefined,
  'uint8',
  'uint16',
  'uint32',
  'int8',
  'int16',
  'int32',
  'float32',
  'float64',
  'complex64',
  'complex128',
];

const MOST_DIMENSIONS = 16;
const LONGEST_TEXT = 1024;
/** Fixed header, with offsets of 64 bits. */
const HEADER_BYTES = 34;
/** A tag: its type, two unused bytes, the time, and the place where it has one. */
const TAG_BYTES = { [TIME]: 8, [TIME_AND_POSITION]: 24 } as const;

/** A line of positions: that of element `element` is `offset`, the next ones are `delta` apart. SI units, or eV. */
export interface SerCalibration {
  readonly offset: number;
  readonly delta: number;
  readonly element: number;
}

/** A dimension of the series itself; the first one runs fastest. */
export interface SerDimension extends SerCalibration {
  readonly size: number;
  readonly description: string;
  readonly unit: string;
}

/** What stands before the values of every element of the series. */
export interface SerElement {
  readonly rank: 1 | 2;
  /** Width, then height. */
  readonly calibrations: readonly SerCalibration[];
  readonly dtype: Dtype;
  readonly width: number;
  /** 1 for spectra. */
  readonly height: number;
  /** Bytes from the start of the element to its first value. */
  readonly headerBytes: number;
}

export interface SerFile {
  readonly version: number;
  readonly rank: 1 | 2;
  readonly dimensions: readonly SerDimension[];
  /** Elements the series was made for; of these the first `valid` were recorded. */
  readonly total: number;
  readonly valid: number;
  /** Where the valid elements begin. */
  readonly offsets: readonly number[];
  readonly element: SerElement;
  /** Of the first element: seconds since 1970 on the clock of the microscope, and place in m where it was tagged. */
  readonly tag?: { readonly time: number; readonly position?: readonly [number, number] };
}

export function isSer(head: Uint8Array): boolean {
  if (head.length < 6) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const version = view.getUint16(4, true);
  return (
    view.getUint16(0, true) === BYTE_ORDER &&
    view.getUint16(2, true) === SERIES &&
    (version === NARROW || version === WIDE)
  );
}

export function badSer(where: string, what: string, expected: string) {
  return formatError({
    code: 'bad-ser',
    where,
    what,
    expected,
    fix: 'copy the .ser file again from where it was recorded',
  });
}

/**
 * The header of a `.ser` file, the places of its elements, and the description of the first.
 * @throws SpectrailError `format/bad-ser`
 */
export async function readSer(file: ByteSource): Promise<SerFile> {
  const bad = (what: string, expected: string) => badSer(file.name, what, expected);
  const head = await viewOf(file, 0, HEADER_BYTES);
  if (!isSer(new Uint8Array(head.buffer, head.byteOffset, head.byteLength)) || head.byteLength < HEADER_BYTES - 4) {
    throw bad(
      'byte 0: the file does not begin as a series',
      '49 49 97 01 and version 0x0210 or 0x0220 in at least 30 bytes',
    );
  }
  const version = head.getUint16(4, true);
  const [type, tags] = [6, 10].map((at) => head.getUint32(at, true));
  if (type !== SPECTRA && type !== IMAGES) {
    throw bad(`byte 6: the type of the elements is 0x${type.toString(16)}`, '0x4120 (spectra) or 0x4122 (images)');
  }
  const wide = version === WIDE;
  const pointer = wide ? 8 : 4;
  const total = head.getUint32(14, true);
  const valid = head.getUint32(18, true);
  const table = wide ? Number(head.getBigUint64(22, true)) : head.getUint32(22, true);
  const dimensionCount = (await viewOf(file, 22 + pointer, 4)).getUint32(0, true);
  if (dimensionCount > MOST_DIMENSIONS) {
    throw bad(`byte ${22 + pointer}: the series has ${dimensionCount} dimensions`, `at most ${MOST_DIMENSIONS}`);
  }
  if (valid > total) throw bad(`byte 18: ${valid} of ${total} elements are valid`, `at most ${total}`);
  if (valid === 0) throw bad('byte 18: no element of the series was recorded', 'at least one');
  if (!(table + 2 * total * pointer <= file.size)) {
    throw bad(
      `byte 14: the places of ${total} elements are said to stand from byte ${table}`,
      `all of them within the ${file.size} bytes of the file`,
    );
  }
  const places = await viewOf(file, table, 2 * total * pointer);
  const placeAt = (i: number) => (wide ? Number(places.getBigUint64(i * 8, true)) : places.getUint32(i * 4, true));
  const offsets = Array.from({ length: valid }, (_, i) => placeAt(i));
  const rank = type === SPECTRA ? 1 : 2;
  const element = await readElement(file, offsets[0], rank);
  const bytes = element.headerBytes + element.width * element.height * DTYPES[element.dtype].bytes;
  const outside = offsets.findIndex((at) => !(at + bytes <= file.size));
  if (outside >= 0) {
    throw bad(
      `element ${outside} is said to begin at byte ${offsets[outside]}`,
      `${bytes} bytes from there within the ${file.size} of the file`,
    );
  }
  // Elements share no bytes: a file that says so would unpack to many times its size.
  if (valid * bytes > file.size) throw bad(`${valid} elements of ${bytes} bytes`, `at most ${file.size} bytes`);
  return {
    version,
    rank,
    dimensions: await readDimensions(file, 26 + pointer, dimensionCount, bad),
    total,
    valid,
    offsets,
    element,
    tag: await readTag(file, placeAt(total), tags),
  };
}

async function viewOf(file: ByteSource, offset: number, length: number): Promise<DataView> {
  const bytes = await file.read(Math.min(offset, file.size), length);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function readDimensions(
  file: ByteSource,
  start: number,
  count: number,
  bad: (what: string, expected: string) => Error,
): Promise<SerDimension[]> {
  const view = await viewOf(file, start, count * (32 + 2 * LONGEST_TEXT));
  const dimensions: SerDimension[] = [];
  let at = 0;
  const need = (bytes: number) => {
    if (at + bytes > view.byteLength) throw bad(`dimension ${dimensions.length} ends the file`, 'a complete header');
  };
  const text = () => {
    need(4);
    const length = view.getUint32(at, true);
    at += 4;
    if (length > LONGEST_TEXT)
      throw bad(`byte ${start + at - 4}: a text of ${length} bytes`, `at most ${LONGEST_TEXT}`);
    need(length);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, length);
    at += length;
    return new TextDecoder('latin1').decode(bytes).replace(/\0+$/, '').trim();
  };
  for (let d = 0; d < count; d++) {
    need(24);
    const size = view.getUint32(at, true);
    const [offset, delta] = [view.getFloat64(at + 4, true), view.getFloat64(at + 12, true)];
    const element = view.getUint32(at + 20, true);
    at += 24;
    const description = text();
    dimensions.push({ size, offset, delta, element, description, unit: text() });
  }
  return dimensions;
}

/** The description of the element at `offset`. */
export async function readElement(file: ByteSource, offset: number, rank: 1 | 2): Promise<SerElement> {
  const headerBytes = rank === 1 ? 26 : 50;
  const view = await viewOf(file, offset, headerBytes);
  if (view.byteLength < headerBytes) {
    throw badSer(file.name, `byte ${offset}: the element is cut`, `${headerBytes} bytes before its values`);
  }
  return { ...parseElement(view, rank, file.name, offset), headerBytes };
}

function parseElement(view: DataView, rank: 1 | 2, where: string, offset: number): Omit<SerElement, 'headerBytes'> {
  const calibrations = Array.from({ length: rank }, (_, d) => ({
    offset: view.getFloat64(20 * d, true),
    delta: view.getFloat64(20 * d + 8, true),
    element: view.getUint32(20 * d + 16, true),
  }));
  const type = view.getUint16(20 * rank, true);
  const dtype = ELEMENTS[type];
  if (dtype === undefined) {
    throw badSer(where, `byte ${offset + 20 * rank}: values of type ${type}`, 'a type from 1 to 10');
  }
  const width = view.getUint32(20 * rank + 2, true);
  const height = rank === 1 ? 1 : view.getUint32(20 * rank + 6, true);
  if (width === 0 || height === 0) {
    throw badSer(where, `byte ${offset + 20 * rank + 2}: an element of ${width} × ${height} values`, 'at least one');
  }
  return { rank, calibrations, dtype, width, height };
}

async function readTag(file: ByteSource, at: number, type: number): Promise<SerFile['tag']> {
  if (type !== TIME && type !== TIME_AND_POSITION) return undefined;
  const view = await viewOf(file, at, TAG_BYTES[type]);
  if (view.byteLength < TAG_BYTES[type] || view.getUint16(0, true) !== type) return undefined;
  const time = view.getUint32(4, true);
  return type === TIME ? { time } : { time, position: [view.getFloat64(8, true), view.getFloat64(16, true)] };
}
