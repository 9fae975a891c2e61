import type { DatasetValues } from '../../signal/dataset.ts';
import { DTYPES, type Dtype, decodeValues, type NumberArray, type ValueArray } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import { referenceTo } from '../file-reference.ts';
import type { ByteSource } from '../format.ts';
import { permuteAxes } from '../permute-axes.ts';
import rawRows from '../raw-rows.ts';
import { denseRows, fitsBlocks } from '../stored-rows.ts';

/** Bytes of a file, or of a variable unpacked from it. */
export interface Bytes {
  readonly size: number;
  /** Bytes that they take in the file. */
  readonly stored: number;
  /** For messages. */
  readonly where: string;
  /** Exactly these. @throws SpectrailError `format/truncated` where there are fewer. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Where the bytes are those of the file itself. */
  readonly file?: ByteSource;
}

/** Numbers one after the other. */
export interface Run {
  readonly offset: number;
  readonly bytes: number;
  /** As stored, which may be narrower than what they are. */
  readonly dtype: Dtype;
}

export interface StoredNumbers {
  readonly bytes: Bytes;
  readonly littleEndian: boolean;
  readonly dims: readonly number[];
  readonly dtype: Dtype;
  readonly real: Run;
  readonly imaginary?: Run;
}

/** The type of complex numbers with such parts; integers become doubles, which are exact to 2⁵³. */
export function complexOf(dtype: Dtype): Dtype {
  return dtype === 'float32' ? 'complex64' : 'complex128';
}

/** @throws SpectrailError `format/bad-mat` where a part has not a number for each place of the array. */
export function checkRuns({ bytes, dims, real, imaginary }: StoredNumbers): void {
  const count = dims.reduce((a, b) => a * b, 1);
  for (const run of imaginary ? [real, imaginary] : [real]) {
    if (run.bytes !== count * DTYPES[run.dtype].bytes) {
      throw formatError({
        code: 'bad-mat',
        where: `${bytes.where}, byte ${run.offset}`,
        what: `${run.bytes} bytes of ${run.dtype} for an array of ${dims.join(' × ')}`,
        expected: `${count} values`,
      });
    }
  }
}

/** MATLAB's first dimension runs fastest; blocks of rows where it is the last axis. */
export function valuesOfNumbers(stored: StoredNumbers, order: readonly number[]): DatasetValues {
  const { bytes, littleEndian, dims, dtype, real, imaginary } = stored;
  const rank = dims.length;
  const reversed = [...dims].reverse();
  const own = order.map((d) => rank - 1 - d);
  const all = [...reversed.keys()].filter((d) => !own.includes(d)).concat(own);
  const file = bytes.file && referenceTo(bytes.file);
  const inPlace = own.every((d, i) => i === 0 || own[i - 1] < d) && real.dtype === dtype && !imaginary;
  const shape = order.map((d) => dims[d]);
  const args = { offset: real.offset, dtype, littleEndian, channels: shape.at(-1) ?? 1 };
  return {
    kind: 'dense',
    load: async () => permuteAxes(await loaded(stored), reversed, all, DTYPES[dtype].width),
    rows:
      file && inPlace && fitsBlocks(dtype)
        ? denseRows('rows/raw', rawRows, { file, ...args }, dtype, shape)
        : undefined,
  };
}

async function loaded({ bytes, littleEndian, dims, dtype, real, imaginary }: StoredNumbers): Promise<ValueArray> {
  const count = dims.reduce((a, b) => a * b, 1);
  const part = async (run: Run) =>
    decodeValues(await bytes.read(run.offset, run.bytes), run.dtype, count, littleEndian);
  const re = await part(real);
  if (!imaginary) return widened(re, dtype, `${bytes.where}, byte ${real.offset}`);
  const im = await part(imaginary);
  const out = DTYPES[dtype].make(count) as NumberArray;
  for (let i = 0; i < count; i++) {
    out[2 * i] = Number(re[i]);
    out[2 * i + 1] = Number(im[i]);
  }
  return out;
}

/**
 * The same numbers in the type of the variable; reals are rounded to it.
 * @throws SpectrailError `format/bad-mat` for an integer that is none, or not one of its type
 */
function widened(values: ValueArray, dtype: Dtype, where: string): ValueArray {
  const { make } = DTYPES[dtype];
  if (make(0).constructor === values.constructor) return values;
  const wide = make(values.length);
  const rounds = dtype === 'float32' || dtype === 'float64';
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    let fits = true;
    if (wide instanceof BigInt64Array || wide instanceof BigUint64Array) {
      const integer = typeof value === 'bigint' || Number.isInteger(value) ? BigInt(value) : undefined;
      wide[i] = integer ?? 0n;
      fits = wide[i] === integer;
    } else if (dtype === 'bool') wide[i] = Number(Number(value) !== 0);
    else {
      wide[i] = Number(value);
      fits = rounds || wide[i] === Number(value);
    }
    if (!fits) {
      throw formatError({
        code: 'bad-mat',
        where,
        what: `value ${i} is stored as ${value}, which is no ${dtype}`,
        expected: `numbers that are ${dtype}, however narrow they are stored`,
        fix: 'save the file again',
      });
    }
  }
  return wide;
}
