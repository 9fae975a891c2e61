import type { StoredRows } from '../../signal/dataset.ts';
import { DTYPES, type Dtype, decodeValues, type ValueArray } from '../../signal/dtype.ts';
import { formatError, inputError } from '../../signal/errors.ts';
import { referenceTo } from '../file-reference.ts';
import type { ByteSource } from '../format.ts';
import planeRows from '../plane-rows.ts';
import rawRows from '../raw-rows.ts';
import { denseRows, fitsBlocks } from '../stored-rows.ts';

/** Dtype by Gatan's DataType number; 8 and 23 are stored B, G, R, A. */
export const DATA_TYPES: Readonly<Record<number, Dtype>> = {
  1: 'int16',
  2: 'float32',
  3: 'complex64',
  6: 'uint8',
  7: 'int32',
  8: 'rgba8',
  9: 'int8',
  10: 'uint16',
  11: 'uint32',
  12: 'float64',
  13: 'complex128',
  14: 'bool',
  23: 'rgba8',
};

/** Packed complex: half of the Fourier transform of a real image. */
export const PACKED_COMPLEX: ReadonlySet<number> = new Set([5, 27, 28]);

export interface StoredArray {
  readonly source: ByteSource;
  readonly offset: number;
  readonly dtype: Dtype;
  readonly littleEndian: boolean;
  /** Values in all. */
  readonly size: number;
  /** Stored energy-first: this many channels of `size / channels` pixels each. 0: stored as wanted. */
  readonly slowChannels: number;
}

const SLAB_BYTES = 1 << 24;

/**
 * Loads the array slab by slab, so that little more than the result itself is in memory; energy-first arrays come out
 * energy-last.
 *
 * @throws SpectrailError `format/truncated` when the file ends early, `input/too-large` when it does not fit in memory.
 */
export async function loadValues(array: StoredArray): Promise<ValueArray> {
  const { source, dtype, size, slowChannels, littleEndian } = array;
  const { width, bytes } = DTYPES[dtype];
  const out = allocate(array);
  const pixels = slowChannels > 0 ? size / slowChannels : 1;
  const perSlab = Math.max(1, Math.floor(SLAB_BYTES / (bytes * pixels))) * pixels;
  for (let start = 0; start < size; start += perSlab) {
    const count = Math.min(perSlab, size - start);
    const raw = await source.read(array.offset + start * bytes, count * bytes);
    if (raw.length < count * bytes) {
      throw formatError({
        code: 'truncated',
        where: `${source.name}, byte ${array.offset + start * bytes + raw.length}`,
        what: `the array needs ${count * bytes - raw.length} more bytes than the file has`,
        expected: `${size * bytes} bytes from byte ${array.offset}`,
        fix: 'copy the file again: it was cut short since it was opened',
      });
    }
    const slab = decodeValues(raw, dtype, count, littleEndian);
    if (dtype === 'rgba8') toRgba(slab as Uint8Array, littleEndian);
    if (dtype === 'bool') toBits(slab as Uint8Array);
    if (slowChannels > 0) scatter(slab, out, start / pixels, count / pixels, pixels, slowChannels, width);
    else (out as Float64Array).set(slab as Float64Array, start * width);
  }
  return out;
}

/**
 * The same values by runs of pixels; undefined where blocks cannot hold them, and where they are not as stored.
 * @param shape As the dataset has it, channels last.
 */
export function rowsOf(array: StoredArray, shape: readonly number[]): StoredRows | undefined {
  const { source, offset, dtype, size, slowChannels, littleEndian } = array;
  const file = referenceTo(source);
  if (!file || !fitsBlocks(dtype) || dtype === 'bool') return undefined;
  const place = { file, offset, dtype, littleEndian, channels: shape.at(-1) ?? 1 };
  if (slowChannels === 0) return denseRows('rows/raw', rawRows, place, dtype, shape);
  return denseRows('rows/planes', planeRows, { ...place, pixels: size / slowChannels }, dtype, shape);
}

function allocate({ source, dtype, size }: StoredArray): ValueArray {
  try {
    return DTYPES[dtype].make(size);
  } catch (cause) {
    throw inputError({
      code: 'too-large',
      where: source.name,
      what: `${size} values of ${dtype} do not fit in memory`,
      expected: 'an array that this machine can hold',
      fix: 'crop or bin the data in DigitalMicrograph first, or use a computer with more memory',
      cause,
    });
  }
}

const TILE = 64;

/** Channels [first, first + channels) of all pixels, from channel-major to pixel-major, tile by tile for the cache. */
function scatter(
  slab: ValueArray,
  out: ValueArray,
  first: number,
  channels: number,
  pixels: number,
  allChannels: number,
  width: number,
): void {
  for (let p0 = 0; p0 < pixels; p0 += TILE) {
    const p1 = Math.min(p0 + TILE, pixels);
    for (let c0 = 0; c0 < channels; c0 += TILE) {
      const c1 = Math.min(c0 + TILE, channels);
      for (let p = p0; p < p1; p++) {
        for (let c = c0; c < c1; c++) {
          const from = (c * pixels + p) * width;
          const to = (p * allChannels + first + c) * width;
          for (let w = 0; w < width; w++) out[to + w] = slab[from + w];
        }
      }
    }
  }
}

/** B, G, R, A to R, G, B, A; a big-endian file has the four bytes the other way round. */
function toRgba(bytes: Uint8Array, littleEndian: boolean): void {
  for (let i = 0; i < bytes.length; i += 4) {
    if (!littleEndian) bytes.subarray(i, i + 4).reverse();
    const blue = bytes[i];
    bytes[i] = bytes[i + 2];
    bytes[i + 2] = blue;
  }
}

function toBits(bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] = bytes[i] === 0 ? 0 : 1;
}
