import type { Dtype } from '../../signal/dtype.ts';
import { decodeText } from '../whole-text.ts';

/** Bytes that hold the header of every version. */
export const HEADER_BYTES = 384;

export interface WaveDimension {
  readonly size: number;
  readonly scale: number;
  readonly offset: number;
  readonly unit: string;
}

/** What the two headers of a wave say, as far as it is of use. */
export interface WaveHeader {
  readonly version: number;
  readonly littleEndian: boolean;
  /** Words of the headers add up to 0, as Igor makes them. */
  readonly checked: boolean;
  readonly type: number;
  readonly points: number;
  readonly name: string;
  readonly unit: string;
  /** From the one that runs fastest. */
  readonly dimensions: readonly WaveDimension[];
  /** Where the values begin. */
  readonly offset: number;
  /** Where the parts of variable length begin, and how long they are, in their order. */
  readonly tail: number;
  readonly formulaBytes: number;
  readonly noteBytes: number;
  readonly unitBytes: number;
  readonly dimensionUnitBytes: readonly number[];
}

/** Bytes of the first header; it is followed by a wave header of 110 bytes, of 320 in version 5. */
const BIN_HEADER: Readonly<Record<number, number>> = { 1: 8, 2: 16, 3: 20, 5: 64 };
const WAVE_HEADER_2 = 110;
const WAVE_HEADER_5 = 320;

/** The headers of versions 1, 2, 3 and 5, in either byte order; undefined where the version is another, or bytes lack. */
export function parseHeader(bytes: Uint8Array): WaveHeader | undefined {
  if (bytes.length < 2) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = bytes[0] !== 0;
  const version = view.getInt16(0, littleEndian);
  const start = Object.hasOwn(BIN_HEADER, version) ? BIN_HEADER[version] : 0;
  const length = start + (version === 5 ? WAVE_HEADER_5 : WAVE_HEADER_2);
  if (start === 0 || bytes.length < length) return undefined;
  const fields = new Fields(view, littleEndian);
  let sum = 0;
  for (let at = 0; at < length; at += 2) sum += view.getInt16(at, littleEndian);
  const common = { version, littleEndian, checked: (sum & 0xffff) === 0, offset: length };
  return version === 5 ? { ...common, ...parse5(fields) } : { ...common, ...parse2(fields, version, start) };
}

type Rest = Omit<WaveHeader, 'version' | 'littleEndian' | 'checked' | 'offset'>;

/** Versions 1 to 3: one dimension. */
function parse2(fields: Fields, version: number, start: number): Rest {
  const points = fields.int(start + 42);
  return {
    type: fields.short(start),
    points,
    name: fields.text(start + 6, 20),
    unit: fields.text(start + 34, 4),
    dimensions: [
      {
        size: points,
        scale: fields.double(start + 48),
        offset: fields.double(start + 56),
        unit: fields.text(start + 38, 4),
      },
    ],
    tail: start + fields.int(2),
    // In version 3 the note stands before the formula.
    formulaBytes: 0,
    noteBytes: version === 1 ? 0 : fields.int(6),
    unitBytes: 0,
    dimensionUnitBytes: [],
  };
}

/** Version 5: up to four dimensions, the first of size 0 ends them. */
function parse5(fields: Fields): Rest {
  const start = BIN_HEADER[5];
  const all = [0, 1, 2, 3];
  const sizes = all.map((d) => fields.int(start + 68 + 4 * d));
  const rank = sizes.includes(0) ? sizes.indexOf(0) : 4;
  return {
    type: fields.short(start + 16),
    points: fields.int(start + 12),
    name: fields.text(start + 28, 32),
    unit: fields.text(start + 148, 4),
    dimensions: all.slice(0, rank).map((d) => ({
      size: sizes[d],
      scale: fields.double(start + 84 + 8 * d),
      offset: fields.double(start + 116 + 8 * d),
      unit: fields.text(start + 152 + 4 * d, 4),
    })),
    tail: start + fields.int(4),
    formulaBytes: fields.int(8),
    noteBytes: fields.int(12),
    unitBytes: fields.int(16),
    dimensionUnitBytes: all.map((d) => fields.int(20 + 4 * d)),
  };
}

class Fields {
  readonly #view: DataView;
  readonly #littleEndian: boolean;

  constructor(view: DataView, littleEndian: boolean) {
    this.#view = view;
    this.#littleEndian = littleEndian;
  }

  short(at: number): number {
    return this.#view.getInt16(at, this.#littleEndian);
  }

  int(at: number): number {
    return this.#view.getInt32(at, this.#littleEndian);
  }

  double(at: number): number {
    return this.#view.getFloat64(at, this.#littleEndian);
  }

  /** Up to the first NUL. */
  text(at: number, length: number): string {
    return decodeText(new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length)).split('\0', 1)[0];
  }
}

const COMPLEX = 0x01;
const UNSIGNED = 0x40;
const REAL_TYPES: Readonly<Record<number, Dtype>> = {
  2: 'float32',
  4: 'float64',
  8: 'int8',
  16: 'int16',
  32: 'int32',
  128: 'int64',
};

/** Undefined for texts (type 0), references and complex whole numbers. */
export function dtypeOfWave(type: number): Dtype | undefined {
  if (type === (2 | COMPLEX)) return 'complex64';
  if (type === (4 | COMPLEX)) return 'complex128';
  const signed = type & ~UNSIGNED;
  const dtype = Object.hasOwn(REAL_TYPES, signed) ? REAL_TYPES[signed] : undefined;
  if (dtype === undefined || (type & UNSIGNED) === 0) return dtype;
  return dtype.startsWith('int') ? (`u${dtype}` as Dtype) : undefined;
}
