import type { Plain } from '../../signal/dataset.ts';
import { DTYPES, type Dtype, decodeValues, type ValueArray } from '../../signal/dtype.ts';
import { describeNumpyType, type NumpyType, numpyType } from '../numpy-types.ts';

/** How one element of an array becomes a value. */
export interface Element extends NumpyType {
  /** Bytes of an element as stored: colours without transparency have 3. */
  readonly bytes: number;
}

/** The element a `dtype` of `.zarray` describes; undefined for objects, text, dates and records that are not colours. */
export function elementOf(described: Plain | undefined): Element | undefined {
  if (typeof described === 'string') {
    const type = numpyType(described);
    return type && { ...type, bytes: DTYPES[type.dtype].bytes };
  }
  if (!Array.isArray(described)) return undefined;
  const fields = described.map((field) =>
    Array.isArray(field) && field.length === 2 && field[1] === '|u1' ? field[0] : '',
  );
  const names = fields.join('');
  if (names !== 'RGB' && names !== 'RGBA') return undefined;
  return { dtype: 'rgba8', littleEndian: true, bytes: names.length };
}

/** `dtype` as `.zarray` writes it, little-endian. */
export function describeElement(dtype: Dtype): Plain {
  if (dtype === 'rgba8') return ['R', 'G', 'B', 'A'].map((field) => [field, '|u1']);
  return describeNumpyType(dtype);
}

/** Values of stored bytes; colours without transparency become opaque. */
export function elementValues(stored: Uint8Array, { dtype, littleEndian, bytes }: Element): ValueArray {
  const count = Math.floor(stored.length / bytes);
  if (bytes === DTYPES[dtype].bytes) return decodeValues(stored, dtype, count, littleEndian);
  const out = new Uint8Array(count * 4).fill(255);
  for (let i = 0; i < count; i++) for (let k = 0; k < 3; k++) out[4 * i + k] = stored[3 * i + k];
  return out;
}

const WORDS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** One value from a `fill_value`; undefined where it cannot be told what it means. */
export function fillValue(fill: Plain | undefined, { dtype }: Element): ValueArray | undefined {
  const { make, width } = DTYPES[dtype];
  const value = make(1);
  if (fill === null || fill === undefined || fill === 0 || fill === false) return value;
  const parts = dtype.startsWith('complex') && Array.isArray(fill) ? fill : [fill];
  const numbers = parts.map((part) => {
    if (typeof part === 'string') return Object.hasOwn(WORDS, part) ? WORDS[part] : undefined;
    return typeof part === 'boolean' ? Number(part) : typeof part === 'number' ? part : undefined;
  });
  if (dtype === 'rgba8' || numbers.length > width || numbers.includes(undefined)) return undefined;
  for (const [k, number] of (numbers as number[]).entries()) {
    if (value instanceof BigInt64Array || value instanceof BigUint64Array) {
      if (!Number.isSafeInteger(number)) return undefined;
      value[k] = BigInt(number);
    } else value[k] = number;
  }
  return value;
}
