import type { ArrayDataset } from '../../signal/dataset.ts';
import { createHdf5 } from '../hdf5/index.ts';
import { valueRuns } from '../value-runs.ts';
import { writeExperiment } from './write-experiment.ts';

/** Values handed to the HDF5 library at once. */
const RUN_BYTES = 2 ** 24;

/**
 * A file that HyperSpy (1.5 and later) opens with `hs.load`: values gzip-packed in chunks of whole spectra, axes, title,
 * signal type and metadata. Sparse counts are made dense a run of pixels at a time. Boolean *values* become 8-bit integers.
 *
 * @throws SpectrailError `output/empty-dataset`, `output/hdf5-write`, `output/value-too-large`
 */
export async function encodeHspy(dataset: ArrayDataset): Promise<Uint8Array> {
  const runs = await valueRuns(dataset, RUN_BYTES);
  const file = await createHdf5();
  try {
    const numbers = (path: string, values: Float64Array) => file.dataset(path, [values.length], 'float64', [values]);
    const { path, shape } = writeExperiment({ ...file, numbers }, dataset, 'HyperSpy');
    file.dataset(path, shape, dataset.dtype, runs);
    return file.finish();
  } finally {
    file.discard();
  }
}
