import { ascending } from '../../../test/ascending.ts';
import { defineConformance } from '../../../test/conformance.ts';
import type { ArrayDataset, Dataset } from '../../signal/dataset.ts';

/** The reference turns falling wavelengths round, widens all integers, and takes both axes for the signal's. */
function asReference(given: Dataset): Dataset {
  const dataset = ascending(given);
  if (dataset.kind !== 'array' || dataset.values.kind !== 'dense') return dataset;
  const { load } = dataset.values;
  const wide = async () => BigInt64Array.from((await load()) as Uint32Array, BigInt);
  return {
    ...dataset,
    dtype: 'int64',
    axes: dataset.axes.map((axis) => ({ ...axis, role: 'signal' })),
    values: { kind: 'dense', load: wide },
  } satisfies ArrayDataset;
}

export default defineConformance({
  // The reference calls the image after its file; the image has no title.
  compare: { metadata: 'subset', title: false },
  asReference: ({ datasets, oracle }) => ({ datasets: datasets.map(asReference), oracle }),
});
