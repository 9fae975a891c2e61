import type { DatasetValues, PlainTree } from '../../signal/dataset.ts';
import { decodeValues } from '../../signal/dtype.ts';
import { referenceTo } from '../file-reference.ts';
import type { ByteSource } from '../format.ts';
import rawRows from '../raw-rows.ts';
import { denseRows } from '../stored-rows.ts';
import { damaged, truncated } from './fields.ts';

/** One range: a scan with a constant step, whatever the version of the file. */
export interface Range {
  readonly axisName: string;
  readonly unit: string;
  readonly start: number;
  readonly step: number;
  readonly size: number;
  /** Where its first record lies. */
  readonly at: number;
  /** Bytes of a record; the first four are the intensity, a 32-bit real. */
  readonly record: number;
  readonly metadata: PlainTree;
  readonly original: PlainTree;
  readonly warnings: readonly string[];
}

/** What all ranges have in common, and they. */
export interface RangesFile {
  readonly sample: string;
  readonly metadata: PlainTree;
  readonly original: PlainTree;
  readonly ranges: readonly Range[];
  readonly warnings: readonly string[];
}

/** More than any pole figure has. */
export const MOST_RANGES = 1 << 14;

/**
 * The first byte after the values of a range.
 * @throws SpectrailError `format/truncated` when the file ends before, `format/bad-header` for an impossible axis.
 */
export function endOfRange(file: ByteSource, header: number, range: Range): number {
  const { start, step, size, at, record } = range;
  if (!Number.isFinite(start) || !Number.isFinite(step) || (step === 0 && size > 1)) {
    throw damaged(
      file,
      header,
      `the range starts at ${start} and steps by ${step}`,
      'a start, and a step other than 0',
    );
  }
  if (record < 4) throw damaged(file, header, `a point has ${record} bytes`, 'at least 4 bytes: a 32-bit real');
  const length = size * record;
  if (at + length > file.size) throw truncated(file, at, length, `a range of ${size} points`);
  return at + length;
}

export function rangeValues(file: ByteSource, { at, size, record }: Range): DatasetValues {
  const load = async () => {
    const bytes = await file.read(at, size * record);
    if (bytes.length < size * record) throw truncated(file, at, size * record, `a range of ${size} points`);
    if (record === 4) return decodeValues(bytes, 'float32', size, true);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = view.getFloat32(i * record, true);
    return values;
  };
  const reference = referenceTo(file);
  if (record !== 4 || !reference) return { kind: 'dense', load };
  const args = { file: reference, offset: at, dtype: 'float32' as const, littleEndian: true, channels: size };
  return { kind: 'dense', load, rows: denseRows('rows/raw', rawRows, args, 'float32', [size]) };
}
