import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  // The reference prints six decimals, and metadata in the words of the file.
  compare: { metadata: 'ignore', bytes: false },
  // It gives the curves of detectors only.
  asReference: ({ datasets, oracle }) => ({
    datasets: datasets.filter(({ metadata }) => metadata.detector !== undefined),
    oracle,
  }),
});
