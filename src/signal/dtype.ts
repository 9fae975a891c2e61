import { inputError } from './errors.ts';

/** Element types as a file may store them. Complex values are interleaved (re, im); `rgba8` is four bytes R, G, B, A. */
export type Dtype =
  | 'bool'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'uint32'
  | 'int32'
  | 'uint64'
  | 'int64'
  | 'float32'
  | 'float64'
  | 'complex64'
  | 'complex128'
  | 'rgba8';

/** Typed arrays whose elements are JavaScript numbers: what kernels accept. */
export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Everything a Dataset can hold: as above, and the 64-bit integers. */
export type ValueArray = NumberArray | BigInt64Array | BigUint64Array;

interface DtypeInfo {
  /** Typed-array elements per value (complex: 2, rgba8: 4). */
  readonly width: number;
  readonly bytes: number;
  readonly make: (length: number) => ValueArray;
  readonly over: (buffer: ArrayBufferLike, byteOffset: number, length: number) => ValueArray;
}

const info = (
  ctor: {
    new (length: number): ValueArray;
    new (buffer: ArrayBufferLike, byteOffset: number, length: number): ValueArray;
    BYTES_PER_ELEMENT: number;
  },
  width = 1,
): DtypeInfo => ({
  width,
  bytes: ctor.BYTES_PER_ELEMENT * width,
  make: (length) => new ctor(length * width),
  over: (buffer, byteOffset, length) => new ctor(buffer, byteOffset, length * width),
});

export const DTYPES: Readonly<Record<Dtype, DtypeInfo>> = {
  bool: info(Uint8Array),
  uint8: info(Uint8Array),
  int8: info(Int8Array),
  uint16: info(Uint16Array),
  int16: info(Int16Array),
  uint32: info(Uint32Array),
  int32: info(Int32Array),
  uint64: info(BigUint64Array),
  int64: info(BigInt64Array),
  float32: info(Float32Array),
  float64: info(Float64Array),
  complex64: info(Float32Array, 2),
  complex128: info(Float64Array, 2),
  rgba8: info(Uint8Array, 4),
};

/** True for values that are a plain real number (not complex, not colour). */
export function isReal(dtype: Dtype): boolean {
  return DTYPES[dtype].width === 1;
}

export function isInteger(dtype: Dtype): boolean {
  return isReal(dtype) && !dtype.startsWith('float');
}

/** The dtype of a number array. */
export function dtypeOf(array: ValueArray): Dtype {
  const name = array.constructor.name.replace('Array', '').replace('Big', '').toLowerCase();
  return name as Dtype;
}

/**
 * Reads `length` values of `dtype` from raw bytes, swapping byte order where the file's differs from the machine's.
 * @throws SpectrailError `input/short-buffer` when the bytes cannot hold that many values.
 */
export function decodeValues(bytes: Uint8Array, dtype: Dtype, length: number, littleEndian = true): ValueArray {
  const { bytes: size, width, over } = DTYPES[dtype];
  const need = size * length;
  if (bytes.byteLength < need) {
    throw inputError({
      code: 'short-buffer',
      what: `${bytes.byteLength} bytes cannot hold ${length} values of ${dtype}`,
      expected: `${need} bytes`,
    });
  }
  const copy = bytes.slice(0, need);
  const element = size / width;
  if (!littleEndian && element > 1) swapBytes(copy, element);
  return over(copy.buffer, 0, length);
}

/**
 * The same without a copy where the bytes lie well: for bytes just read, that nobody else holds. They become the values.
 * Throws as {@link decodeValues}.
 */
export function valuesOver(bytes: Uint8Array, dtype: Dtype, length: number, littleEndian = true): ValueArray {
  const { bytes: size, width, over } = DTYPES[dtype];
  const element = size / width;
  const inPlace = bytes.byteLength >= size * length && bytes.byteOffset % element === 0;
  if (!inPlace) return decodeValues(bytes, dtype, length, littleEndian);
  if (!littleEndian && element > 1) swapBytes(bytes.subarray(0, size * length), element);
  return over(bytes.buffer, bytes.byteOffset, length);
}

/** Elements of 2, 4 or 8 bytes, turned where they are; the first lies as its type must. */
function swapBytes({ buffer, byteOffset, byteLength }: Uint8Array, element: number): void {
  if (element === 2) {
    const words = new Uint16Array(buffer, byteOffset, byteLength / 2);
    for (let i = 0; i < words.length; i++) words[i] = (words[i] << 8) | (words[i] >> 8);
    return;
  }
  const words = new Uint32Array(buffer, byteOffset, byteLength / 4);
  if (element === 4) {
    for (let i = 0; i < words.length; i++) words[i] = turned(words[i]);
    return;
  }
  for (let i = 0; i < words.length; i += 2) {
    const first = words[i];
    words[i] = turned(words[i + 1]);
    words[i + 1] = turned(first);
  }
}

/** The four bytes of a word, last first. */
function turned(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
