import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  compare: { metadata: 'ignore' },
  // The reference has a table with a column for each element of the detector, and no axis.
  asReference: async ({ datasets, oracle }) => {
    const spectra = await Promise.all(datasets.map((each) => (each.kind === 'array' ? each.values.load() : [])));
    const columns = spectra.map((values, c) => ({
      name: `column${c + 1}`,
      unit: '',
      values: Float64Array.from(values as ArrayLike<number>),
    }));
    const title = oracle.signals[0].title ?? '';
    return { oracle, datasets: [{ ...datasets[0], title, kind: 'table', rows: columns[0].values.length, columns }] };
  },
});
