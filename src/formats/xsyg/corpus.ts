import { defineConformance } from '../../../test/conformance.ts';
import type { PlainTree } from '../../signal/dataset.ts';

export default defineConformance({
  // The reference prints six decimals, and metadata in the words of the file.
  compare: { metadata: 'ignore', bytes: false },
  // It gives the curves of detectors only.
  asReference: ({ datasets, oracle }) => ({
    datasets: datasets.filter(({ original }) => (original.curve as PlainTree).detector !== undefined),
    oracle,
  }),
});
