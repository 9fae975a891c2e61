import { defineConformance } from '../../../test/conformance.ts';
import type { Dataset } from '../../signal/dataset.ts';

/** As the reference gives exports: the header for metadata, the column's own name, and the ends of the lines kept. */
function asText(dataset: Dataset): Dataset {
  if (dataset.kind !== 'array') return dataset;
  const metadata = Object.fromEntries(Object.entries(dataset.original).map(([key, value]) => [key, `${value}\r`]));
  const axes = dataset.axes.map((axis) => ({ ...axis, name: 'X-Axis' }));
  return { ...dataset, title: `${dataset.title}\r`, metadata, axes };
}

export default defineConformance({
  folders: ['witec-txt'],
  compare: { metadata: 'subset' },
  asReference: ({ datasets, oracle }) => ({ datasets: datasets.map(asText), oracle }),
});
