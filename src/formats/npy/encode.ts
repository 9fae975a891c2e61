import type { ArrayDataset } from '../../signal/dataset.ts';
import { DTYPES, type Dtype } from '../../signal/dtype.ts';
import { outputError } from '../../signal/errors.ts';
import { describeNumpyType } from '../numpy-types.ts';
import { valueRuns } from '../value-runs.ts';

const RUN_BYTES = 2 ** 24;

/**
 * NPY format version 1.0 (numpy.lib.format): the values alone, C order, little-endian; sparse counts made dense, and
 * colours bytes with one more axis of length 4. Axes and
 * metadata are not kept.
 * @throws SpectrailError `output/too-large` when the dense array does not fit in memory
 */
export async function encodeNpy(dataset: ArrayDataset): Promise<Uint8Array> {
  const { dtype } = dataset;
  const head = npyHead(dtype, dtype === 'rgba8' ? [...dataset.shape, 4] : dataset.shape);
  const bytes = dataset.shape.reduce((a, b) => a * b, DTYPES[dtype].bytes);
  const runs = await valueRuns(dataset, RUN_BYTES);
  let out: Uint8Array;
  try {
    out = new Uint8Array(head.length + bytes);
  } catch (cause) {
    throw outputError({
      code: 'too-large',
      what: `the dense array has ${bytes} bytes`,
      expected: 'an array that fits in memory',
      fix: 'crop or rebin it, or write .hspy, which is packed',
      cause,
    });
  }
  out.set(head);
  let at = head.length;
  for (const run of runs) {
    out.set(new Uint8Array(run.buffer, run.byteOffset, run.byteLength), at);
    at += run.byteLength;
  }
  return out;
}

/** What stands before the values of an array in C order. */
export function npyHead(dtype: Dtype, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${describeNumpyType(dtype)}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const prefix = 10;
  const head = new Uint8Array(Math.ceil((prefix + text.length + 1) / 64) * 64);
  head.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(head.buffer).setUint16(8, head.length - prefix, true);
  head.set(new TextEncoder().encode(`${text.padEnd(head.length - prefix - 1)}\n`), prefix);
  return head;
}
