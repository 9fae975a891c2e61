import type { Metadata } from 'h5wasm';
import { DTYPES, type Dtype, type ValueArray } from '../../signal/dtype.ts';

/** HDF5 type classes, by their numbers in the file format. */
export const CLASS = { integer: 0, float: 1, string: 3, compound: 6, enum: 8, vlen: 9 } as const;

/** How one element of an HDF5 dataset or attribute becomes a value. */
export type Element =
  | { readonly kind: 'values'; readonly dtype: Dtype; readonly opaqueAlpha: boolean }
  | { readonly kind: 'text'; readonly variable: boolean }
  | { readonly kind: 'other'; readonly what: string };

const INTEGERS: Readonly<Record<number, readonly [Dtype, Dtype]>> = {
  1: ['uint8', 'int8'],
  2: ['uint16', 'int16'],
  4: ['uint32', 'int32'],
  8: ['uint64', 'int64'],
};
const FLOATS: Readonly<Record<number, Dtype>> = { 4: 'float32', 8: 'float64' };

/** Integers, floats, booleans (the FALSE/TRUE enumeration), complex (r, i; realFloat, imagFloat) and colour (R, G, B[, A]) pairs, and text. */
export function elementOf(type: Metadata): Element {
  const values = (dtype: Dtype | undefined, what: string): Element =>
    dtype ? { kind: 'values', dtype, opaqueAlpha: false } : { kind: 'other', what };
  switch (type.type) {
    case CLASS.integer:
      return values(INTEGERS[type.size]?.[type.signed ? 1 : 0], `${type.size * 8}-bit integers`);
    case CLASS.float:
      return values(FLOATS[type.size], `${type.size * 8}-bit floats`);
    case CLASS.string:
      return { kind: 'text', variable: type.vlen };
    case CLASS.enum: {
      const names = Object.keys(type.enum_type?.members ?? {}).sort();
      if (names.join() === 'FALSE,TRUE' && type.size === 1) return values('bool', '');
      return values(INTEGERS[type.size]?.[type.signed ? 1 : 0], 'an enumeration');
    }
    case CLASS.compound:
      return compoundElement(type);
    case CLASS.vlen:
      return { kind: 'other', what: 'ragged arrays (a different length at each position)' };
    default:
      return { kind: 'other', what: `elements of HDF5 class ${type.type}` };
  }
}

function compoundElement(type: Metadata): Element {
  const members = type.compound_type?.members ?? [];
  const names = members.map((member) => member.name).join('');
  const packed = members.every((member, i) => member.size === members[0].size && member.offset === i * member.size);
  const [first] = members;
  const other: Element = { kind: 'other', what: `records with the fields ${members.map((m) => m.name).join(', ')}` };
  if (!packed || !first || type.size !== first.size * members.length) return other;
  if (isComplex(members.map(({ name }) => name)) && members.every((member) => member.type === CLASS.float)) {
    if (first.size === 4) return { kind: 'values', dtype: 'complex64', opaqueAlpha: false };
    if (first.size === 8) return { kind: 'values', dtype: 'complex128', opaqueAlpha: false };
  }
  if ((names === 'RGB' || names === 'RGBA') && first.size === 1) {
    return { kind: 'values', dtype: 'rgba8', opaqueAlpha: names === 'RGB' };
  }
  return other;
}

/** `r`, `i` as h5py writes them; `realFloat`, `imagFloat` and longer names as Velox does. */
function isComplex(names: readonly string[]): boolean {
  return (
    names.length === 2 &&
    /^r(eal\w*)?$/.test(names[0]) &&
    names[1] === names[0].replace('real', 'imag').replace(/^r$/, 'i')
  );
}

/** Typed values over bytes as HDF5 hands them out (little-endian); three-byte colours get an opaque alpha. */
export function valuesOf(bytes: Uint8Array, element: Element & { kind: 'values' }): ValueArray {
  const { dtype } = element;
  if (element.opaqueAlpha) {
    const pixels = bytes.length / 3;
    const out = new Uint8Array(pixels * 4).fill(255);
    for (let i = 0; i < pixels; i++) out.set(bytes.subarray(3 * i, 3 * i + 3), 4 * i);
    return out;
  }
  return DTYPES[dtype].over(bytes.buffer, bytes.byteOffset, bytes.byteLength / DTYPES[dtype].bytes);
}

/** UTF-8 where it is, Latin-1 where it is not; ends at the first NUL. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const body = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return new TextDecoder('latin1').decode(body);
  }
}

/** The HDF5 type that stores a dtype; `bool` becomes int8 because the library cannot write enumerations. */
export function typeOf(dtype: Dtype): Pick<Metadata, 'type' | 'size' | 'signed' | 'vlen' | 'littleEndian'> & {
  compound_type?: Metadata['compound_type'];
} {
  const scalar = (type: number, size: number, signed: boolean) => ({
    type,
    size,
    signed,
    vlen: false,
    littleEndian: true,
  });
  const record = (names: string[], member: ReturnType<typeof scalar>) => ({
    ...scalar(CLASS.compound, member.size * names.length, false),
    compound_type: {
      nmembers: names.length,
      members: names.map((name, i) => ({ ...member, name, offset: i * member.size })) as never,
    },
  });
  switch (dtype) {
    case 'bool':
      return scalar(CLASS.integer, 1, true);
    case 'float32':
    case 'float64':
      return scalar(CLASS.float, DTYPES[dtype].bytes, false);
    case 'complex64':
    case 'complex128':
      return record(['r', 'i'], scalar(CLASS.float, DTYPES[dtype].bytes / 2, false));
    case 'rgba8':
      return record(['R', 'G', 'B', 'A'], scalar(CLASS.integer, 1, false));
    default:
      return scalar(CLASS.integer, DTYPES[dtype].bytes, dtype.startsWith('int'));
  }
}
