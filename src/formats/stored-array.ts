import type { DatasetValues, StoredRows } from '../signal/dataset.ts';
import { DTYPES, type Dtype, decodeValues, type ValueArray } from '../signal/dtype.ts';
import { formatError } from '../signal/errors.ts';
import { referenceTo } from './file-reference.ts';
import type { ByteSource } from './format.ts';
import framedRows from './framed-rows.ts';
import rawRows from './raw-rows.ts';
import { denseRows, fitsBlocks } from './stored-rows.ts';

/** An uncompressed array in a file, in C order; the last axis is the row. */
export interface StoredArray {
  readonly source: ByteSource;
  /** Bytes before the first value, or before the header of the first frame. */
  readonly offset: number;
  readonly dtype: Dtype;
  readonly littleEndian: boolean;
  readonly shape: readonly number[];
  /** Where each frame of the last two axes lies behind a header of so many bytes; default 0: the frames touch. */
  readonly frameHeader?: number;
  /** Where frames have headers: the last row of each is stored first. Default false. */
  readonly bottomUp?: boolean;
}

const SLAB_BYTES = 1 << 24;

/**
 * Its values: loaded slab by slab, and by rows where the file can be found again.
 * @throws SpectrailError `format/truncated` at once when the file is too short for the shape, and on loading when it has
 * become so; `format/too-large` on loading what does not fit in memory.
 */
export function storedValues(array: StoredArray): DatasetValues {
  const { source, offset, dtype, shape, frameHeader = 0 } = array;
  const frames = frameHeader > 0 ? count(shape.slice(0, -2)) : 0;
  const need = offset + frames * frameHeader + count(shape) * DTYPES[dtype].bytes;
  if (!(need <= source.size)) {
    throw formatError({
      code: 'truncated',
      where: `${source.name}, byte ${source.size}`,
      what: `the file ends after ${source.size} bytes`,
      expected: `${need} bytes for ${shape.join(' × ')} values of ${dtype} from byte ${offset}`,
      fix: 'copy the file again from where it was recorded: it was cut short or its header is damaged',
    });
  }
  return { kind: 'dense', load: () => loadStored(array), rows: rowsOf(array) };
}

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

function rowsOf(array: StoredArray): StoredRows | undefined {
  const { source, offset, dtype, littleEndian, shape, frameHeader = 0, bottomUp = false } = array;
  const file = referenceTo(source);
  if (!file || !fitsBlocks(dtype)) return undefined;
  const channels = shape[shape.length - 1];
  const place = { file, offset, dtype, littleEndian, channels };
  if (frameHeader === 0) return denseRows('rows/raw', rawRows, place, dtype, shape);
  const args = { ...place, header: frameHeader, rowsPerFrame: shape[shape.length - 2], bottomUp };
  return denseRows('rows/framed', framedRows, args, dtype, shape);
}

async function loadStored(array: StoredArray): Promise<ValueArray> {
  const { source, offset, dtype, littleEndian, shape, frameHeader = 0, bottomUp = false } = array;
  const { bytes, width, make } = DTYPES[dtype];
  const values = count(shape);
  const out = allocate(source.name, values, dtype, make);
  const perRun = frameHeader > 0 ? count(shape.slice(-2)) : Math.max(1, Math.floor(SLAB_BYTES / bytes));
  for (let start = 0, at = offset; start < values; start += perRun) {
    const length = Math.min(perRun, values - start);
    at += frameHeader;
    const raw = await source.read(at, length * bytes);
    if (raw.length < length * bytes) {
      throw formatError({
        code: 'truncated',
        where: `${source.name}, byte ${at + raw.length}`,
        what: 'the file has become shorter since it was opened',
        expected: `${length * bytes} bytes from byte ${at}`,
        fix: 'open it again when nothing writes to it',
      });
    }
    const run = decodeValues(raw, dtype, length, littleEndian);
    if (frameHeader > 0 && bottomUp) turnOver(run, shape[shape.length - 1] * width);
    (out as Float64Array).set(run as Float64Array, start * width);
    at += length * bytes;
  }
  return out;
}

/** Brings the last row of a frame first. */
function turnOver(frame: ValueArray, row: number): void {
  for (let top = 0, bottom = frame.length - row; top < bottom; top += row, bottom -= row) {
    const kept = frame.slice(top, top + row);
    frame.copyWithin(top, bottom, bottom + row);
    (frame as Float64Array).set(kept as Float64Array, bottom);
  }
}

function allocate(where: string, values: number, dtype: Dtype, make: (length: number) => ValueArray): ValueArray {
  try {
    return make(values);
  } catch (cause) {
    throw formatError({
      code: 'too-large',
      where,
      what: `${values} values of ${dtype} do not fit in memory`,
      expected: 'an array that this machine can hold',
      fix: 'read it by rows, or crop the data where they were recorded',
      cause,
    });
  }
}
