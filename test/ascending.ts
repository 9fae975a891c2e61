import type { Axis } from '../src/signal/axis.ts';
import type { ArrayDataset, Dataset } from '../src/signal/dataset.ts';

/** As reference readers give spectra that turn falling axes round; here they stay as recorded. */
export function ascending(dataset: Dataset): Dataset {
  if (dataset.kind !== 'array') return dataset;
  const axis = dataset.axes[dataset.axes.length - 1];
  const { size } = axis;
  if (axis.kind !== 'explicit' || !(axis.positions[0] > axis.positions[size - 1])) return dataset;
  const load = async () => {
    const values = (await dataset.values.load()) as Float32Array;
    return values.map((_, i) => values[i - (i % size) + size - 1 - (i % size)]);
  };
  const turned: Axis = { ...axis, positions: axis.positions.slice().reverse() };
  const axes = [...dataset.axes.slice(0, -1), turned];
  return { ...dataset, axes, values: { kind: 'dense', load } } satisfies ArrayDataset;
}
