import { zlibSync } from 'fflate';
import { createHdf5, type Hdf5Writer } from '../src/formats/hdf5/write.ts';

/** What a MAT-file of level 5 can hold. */
export type MatValue =
  | {
      readonly kind: 'numbers';
      readonly type: NumberClass;
      readonly dims: readonly number[];
      readonly values: Numbers;
      readonly imaginary?: Numbers;
      readonly stored?: StoredType;
      readonly logical?: boolean;
    }
  | { readonly kind: 'text'; readonly text: string; readonly stored?: 'uint16' | 'utf8' }
  | {
      readonly kind: 'struct';
      readonly fields: Readonly<Record<string, readonly MatValue[]>>;
      readonly className?: string;
    }
  | { readonly kind: 'cell'; readonly cells: readonly MatValue[] }
  | {
      readonly kind: 'sparse';
      readonly dims: readonly number[];
      readonly rows: Numbers;
      readonly columns: Numbers;
      readonly values: Numbers;
      readonly imaginary?: Numbers;
      readonly logical?: boolean;
    }
  | { readonly kind: 'other'; readonly type: number }
  | { readonly kind: 'nothing' };

type Numbers = readonly (number | bigint)[];

const CLASSES = {
  double: 6,
  single: 7,
  int8: 8,
  uint8: 9,
  int16: 10,
  uint16: 11,
  int32: 12,
  uint32: 13,
  int64: 14,
  uint64: 15,
} as const;
export type NumberClass = keyof typeof CLASSES;
const TYPES = {
  int8: 1,
  uint8: 2,
  int16: 3,
  uint16: 4,
  int32: 5,
  uint32: 6,
  single: 7,
  double: 9,
  int64: 12,
  uint64: 13,
} as const;
export type StoredType = keyof typeof TYPES;
const SIZES: Readonly<Record<StoredType, number>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  single: 4,
  double: 8,
  int64: 8,
  uint64: 8,
};

export interface MatOptions {
  readonly littleEndian?: boolean;
  readonly packed?: boolean;
  readonly text?: string;
}

export const numbers = (
  dims: readonly number[],
  values?: Numbers,
  type: NumberClass = 'double',
  more = {},
): MatValue => ({
  kind: 'numbers',
  type,
  dims,
  values: values ?? Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => (i * 7) % 11),
  ...more,
});

export const vector = (...values: number[]) => numbers([1, values.length], values);

/** A file of these variables. */
export function matFile(
  variables: Readonly<Record<string, MatValue>>,
  options: MatOptions = {},
): Uint8Array<ArrayBuffer> {
  const { littleEndian = true, packed = false, text = 'MATLAB 5.0 MAT-file, written by a test' } = options;
  const header = new Uint8Array(128).fill(32, 0, 116);
  header.set(new TextEncoder().encode(text));
  header.set(littleEndian ? [0, 1, 0x49, 0x4d] : [1, 0, 0x4d, 0x49], 124);
  const parts = Object.entries(variables).map(([name, value]) => {
    const element = matrix(name, value, littleEndian);
    return packed ? tagged(15, zlibSync(element), littleEndian, false) : element;
  });
  return joined([header, ...parts]);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Up to four bytes stand in the tag, as MATLAB writes them. */
function tagged(type: number, data: Uint8Array, little: boolean, padded = true): Uint8Array {
  if (data.length > 0 && data.length <= 4 && type < 14) {
    const small = new Uint8Array(8);
    new DataView(small.buffer).setUint32(0, (data.length << 16) | type, little);
    small.set(data, 4);
    return small;
  }
  const out = new Uint8Array(8 + (padded ? Math.ceil(data.length / 8) * 8 : data.length));
  const view = new DataView(out.buffer);
  view.setUint32(0, type, little);
  view.setUint32(4, data.length, little);
  out.set(data, 8);
  return out;
}

export function bytesOf(values: Numbers, type: StoredType, little: boolean): Uint8Array {
  const size = SIZES[type];
  const out = new Uint8Array(values.length * size);
  const view = new DataView(out.buffer);
  values.forEach((value, i) => {
    const at = i * size;
    if (type === 'double') view.setFloat64(at, Number(value), little);
    else if (type === 'single') view.setFloat32(at, Number(value), little);
    else if (size === 8) view.setBigInt64(at, BigInt(value), little);
    else if (size === 4) view.setInt32(at, Number(value), little);
    else if (size === 2) view.setInt16(at, Number(value), little);
    else view.setInt8(at, Number(value));
  });
  return out;
}

function matrix(name: string, value: MatValue, little: boolean): Uint8Array {
  if (value.kind === 'nothing') return tagged(14, new Uint8Array(0), little);
  const run = (values: Numbers, type: StoredType) => tagged(TYPES[type], bytesOf(values, type, little), little);
  const text = (letters: string) => tagged(1, new TextEncoder().encode(letters), little);
  const start = (kind: number, dims: readonly number[], flags = 0) => [
    run([kind | flags, 0], 'uint32'),
    run(dims, 'int32'),
    text(name),
  ];
  const flags = (own: { logical?: boolean; imaginary?: Numbers }) =>
    (own.logical ? 0x200 : 0) | (own.imaginary ? 0x800 : 0);
  const parts = (): Uint8Array[] => {
    switch (value.kind) {
      case 'numbers': {
        const stored = value.stored ?? value.type;
        const all = [...start(CLASSES[value.type], value.dims, flags(value)), run(value.values, stored)];
        return value.imaginary ? [...all, run(value.imaginary, stored)] : all;
      }
      case 'text': {
        const data =
          value.stored === 'utf8'
            ? tagged(16, new TextEncoder().encode(value.text), little)
            : run(
                [...value.text].map((letter) => letter.charCodeAt(0)),
                'uint16',
              );
        return [...start(4, [1, value.text.length]), data];
      }
      case 'cell':
        return [...start(1, [1, value.cells.length]), ...value.cells.map((cell) => matrix('', cell, little))];
      case 'struct': {
        const names = Object.keys(value.fields);
        const count = Object.values(value.fields)[0]?.length ?? 1;
        const width = 32;
        const list = new Uint8Array(width * names.length);
        names.forEach((field, i) => {
          list.set(new TextEncoder().encode(field), width * i);
        });
        const all = Array.from({ length: count }, (_, i) =>
          names.map((field) => matrix('', value.fields[field][i], little)),
        );
        const named = value.className === undefined ? [] : [text(value.className)];
        const kind = value.className === undefined ? 2 : 3;
        return [...start(kind, [1, count]), ...named, run([width], 'int32'), tagged(1, list, little), ...all.flat()];
      }
      case 'sparse': {
        const all = [...start(5, value.dims, flags(value)), run(value.rows, 'int32'), run(value.columns, 'int32')];
        return [...all, run(value.values, 'double'), ...(value.imaginary ? [run(value.imaginary, 'double')] : [])];
      }
      default:
        return start(value.type, [1, 1]);
    }
  };
  return tagged(14, joined(parts()), little);
}

/** A variable of level 4. */
export function level4(
  name: string,
  [rows, columns]: readonly [number, number],
  values: Numbers,
  {
    precision = 0,
    kind = 0,
    imaginary,
    little = true,
  }: { precision?: number; kind?: number; imaginary?: Numbers; little?: boolean } = {},
): Uint8Array {
  const types = ['double', 'single', 'int32', 'int16', 'uint16', 'uint8'] as const;
  const head = [(little ? 0 : 1000) + 10 * precision + kind, rows, columns, imaginary ? 1 : 0, name.length + 1];
  const type = types[precision];
  const parts = [bytesOf(head, 'int32', little), new TextEncoder().encode(`${name}\0`), bytesOf(values, type, little)];
  return joined(imaginary ? [...parts, bytesOf(imaginary, type, little)] : parts);
}

/** A file of version 7.3: HDF5 behind 512 bytes. */
export async function mat73File(make: (file: Hdf5Writer) => void): Promise<Uint8Array<ArrayBuffer>> {
  const file = await createHdf5();
  make(file);
  const header = new Uint8Array(512);
  header.set(new TextEncoder().encode('MATLAB 7.3 MAT-file'.padEnd(124)));
  header.set([0, 2, 0x49, 0x4d], 124);
  return joined([header, file.finish()]);
}
