import { defineConformance } from '../../../test/conformance.ts';
import type { ArrayDataset, Dataset } from '../../signal/dataset.ts';

/** As the reference gives these files: header fields for metadata, axes called in the vendor's words, planes in one row. */
function asStored(dataset: Dataset): Dataset {
  if (dataset.kind !== 'array') return dataset;
  const { shape, original } = dataset;
  const axes = dataset.axes.slice(-2).map((axis) => ({ ...axis, unit: '' }));
  const [last] = axes.splice(-1);
  const navigation = axes.map((axis) => ({ ...axis, name: 'z', size: shape.slice(0, -1).reduce((a, b) => a * b, 1) }));
  const named = { ...last, name: original.xType as string };
  return {
    ...dataset,
    metadata: { ...original, subIndex: 0 },
    axes: [...navigation, named],
    shape: [...navigation.map(({ size }) => size), last.size],
  } satisfies ArrayDataset;
}

export default defineConformance({
  compare: { metadata: 'subset' },
  asReference: ({ datasets, oracle }) => ({ datasets: datasets.map(asStored), oracle }),
  exceptions: {
    'galactic-spc/4d_map.spc': ['signal 0 (Multifile, 4D spectral mapping): axis 0 "z": last position 1200, oracle 0'],
    'galactic-spc/m_evenz.spc': [
      'signal 0 (Multiple data arrays (multifile), even Z spacing, even X spacing): axis 0 "z": last position 15.5, oracle 16',
    ],
  },
});
