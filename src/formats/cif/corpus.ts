import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  folders: ['pdcif', 'rod-cif', 'cif'],
  // Metadata stand in the words of the file, and are tested beside the reader.
  compare: { metadata: 'ignore' },
  // Of a powder CIF the reference gives the table only; the spectrum of its best columns, and the atoms, stand beside.
  asReference: ({ datasets, oracle }, { name }) => ({
    oracle,
    datasets: name.startsWith('pdcif/') ? datasets.filter(({ kind }) => kind === 'table').slice(0, 1) : datasets,
  }),
  exceptions: {
    'pdcif/1517474.cif': [
      'column 4 row 3295: NaN, oracle 0',
      'column 5 min: 286.9, oracle 0',
      'column 5 row 3295: NaN, oracle 0',
      'column 6 min: 320.9, oracle 0',
      'column 6 row 0: NaN, oracle 0',
      'column 6 row 3295: NaN, oracle 0',
    ].map((difference) => `signal 0 (1517474): ${difference}`),
  },
});
