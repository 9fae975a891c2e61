import { DTYPES, type Dtype } from '../signal/dtype.ts';

/** What NumPy's array protocol calls the types, without the byte order. */
const NAMES: Readonly<Record<string, Dtype>> = {
  b1: 'bool',
  u1: 'uint8',
  i1: 'int8',
  u2: 'uint16',
  i2: 'int16',
  u4: 'uint32',
  i4: 'int32',
  u8: 'uint64',
  i8: 'int64',
  f4: 'float32',
  f8: 'float64',
  c8: 'complex64',
  c16: 'complex128',
};

export interface NumpyType {
  readonly dtype: Dtype;
  readonly littleEndian: boolean;
}

/** The type of `<u2`, `>f8`, `|b1` or `=i4`; undefined for anything that is not a plain number. */
export function numpyType(described: string): NumpyType | undefined {
  const [, order, name] = /^([<>|=])([a-z]\d+)$/.exec(described) ?? [];
  if (name === undefined || !Object.hasOwn(NAMES, name)) return undefined;
  return { dtype: NAMES[name], littleEndian: order !== '>' };
}

/** A type as NumPy writes it, little-endian; of colours, one of their bytes. */
export function describeNumpyType(dtype: Dtype): string {
  if (dtype === 'rgba8') return '|u1';
  const name = Object.keys(NAMES).find((key) => NAMES[key] === dtype) as string;
  return `${DTYPES[dtype].bytes === 1 ? '|' : '<'}${name}`;
}
