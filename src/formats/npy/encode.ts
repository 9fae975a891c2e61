import type { ArrayDataset } from '../../signal/dataset.ts';
import { DTYPES } from '../../signal/dtype.ts';
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
  const shape = dtype === 'rgba8' ? [...dataset.shape, 4] : dataset.shape;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${describeNumpyType(dtype)}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const prefix = 10;
  const start = Math.ceil((prefix + text.length + 1) / 64) * 64;
  const bytes = dataset.shape.reduce((a, b) => a * b, DTYPES[dtype].bytes);
  const runs = await valueRuns(dataset, RUN_BYTES);
  let out: Uint8Array;
  try {
    out = new Uint8Array(start + bytes);
  } catch (cause) {
    throw outputError({
      code: 'too-large',
      what: `the dense array has ${bytes} bytes`,
      expected: 'an array that fits in memory',
      fix: 'crop or rebin it, or write .hspy, which is packed',
      cause,
    });
  }
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(out.buffer).setUint16(8, start - prefix, true);
  out.set(new TextEncoder().encode(`${text.padEnd(start - prefix - 1)}\n`), prefix);
  let at = start;
  for (const run of runs) {
    out.set(new Uint8Array(run.buffer, run.byteOffset, run.byteLength), at);
    at += run.byteLength;
  }
  return out;
}
