import { defineConformance } from '../../../test/conformance.ts';
import { axisValues, explicitAxis } from '../../signal/axis.ts';
import type { Dataset, PlainTree } from '../../signal/dataset.ts';

/**
 * As the reference gives these files: called AB whatever they are, with the vendor's letters, the last position as stated
 * (it differs in the last bit from that of a uniform axis).
 */
function asBlock(dataset: Dataset): Dataset {
  if (dataset.kind !== 'array') return dataset;
  const status = dataset.original.status as PlainTree;
  const positions = axisValues(dataset.axes[0]);
  positions[positions.length - 1] = status.LXV as number;
  const axis = explicitAxis({ name: 'wavenumber', unit: 'WN', role: 'spectral', positions });
  return { ...dataset, title: 'AB', axes: [axis], metadata: status };
}

export default defineConformance({
  folders: ['opus'],
  own: ({ path }) => path.endsWith('.0'),
  asReference: ({ datasets, oracle }) => ({ datasets: datasets.map(asBlock), oracle }),
});
