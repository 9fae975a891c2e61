import type { Conformance } from './conformance.ts';

/** Of formats whose reference keeps the names and the spelling of the file: what stands in `original` here. */
export const AS_WRITTEN: Conformance = {
  compare: { metadata: 'subset' },
  asReference: ({ datasets, oracle }) => ({
    oracle,
    datasets: datasets.map((dataset) => ({ ...dataset, metadata: dataset.original })),
  }),
};
