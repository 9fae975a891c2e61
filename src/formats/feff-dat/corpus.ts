import { defineConformance } from '../../../test/conformance.ts';
import type { PlainTree } from '../../signal/dataset.ts';

export default defineConformance({
  // The reference takes the first word of the first line for the title, "name:" for one.
  compare: { metadata: 'subset', title: false },
  // It has the path beside the conditions, not among them.
  asReference: ({ datasets, oracle }) => ({
    datasets: datasets.map((dataset) => ({
      ...dataset,
      metadata: { ...(dataset.metadata['scattering_path'] as PlainTree), edge: dataset.original['edge'] },
    })),
    oracle,
  }),
});
