import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  folders: ['columns-other'],
  own: ({ oracle }) => oracle.file === 'collagen.csv',
  // The file names neither the quantity nor the unit of its positions, nor the spectra; the reference has supplied them, and
  // leaves out the axis of the rows.
  asReference: ({ datasets, oracle }) => ({
    datasets,
    oracle: {
      ...oracle,
      signals: oracle.signals.map(({ axes = [], ...signal }) => ({
        ...signal,
        title: oracle.file,
        axes: [
          { name: 'row', units: '', navigate: true, size: 731, scale: 1, offset: 0 },
          ...axes.map((axis) => ({ ...axis, name: '', units: '' })),
        ],
      })),
    },
  }),
  made: [
    '19850.0\t19860.0\t19875.5\tedge_jump\ncontinuous\tcontinuous\tcontinuous\tcontinuous\n\t\t\tmeta\n0.1\t0.2\t?\t0.998\n',
  ],
});
