import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  folders: ['diamond-dat'],
  compare: { metadata: 'subset' },
  // The reference gives the header as it is written, but with the quotes about the date.
  asReference: ({ datasets, oracle }) => {
    const signals = oracle.signals.map(({ keyMetadata, ...signal }) => {
      const { date: _, ...kept } = keyMetadata ?? {};
      return { ...signal, keyMetadata: kept };
    });
    const written = datasets.map((dataset) => ({ ...dataset, metadata: dataset.original }));
    return { datasets: written, oracle: { ...oracle, signals } };
  },
});
