import { defineConformance } from '../../../test/conformance.ts';

export default defineConformance({
  folders: ['diamond-dat'],
  compare: { metadata: 'subset' },
  // The reference gives the date with the quotes about it; here it is a date, as anywhere.
  asReference: ({ datasets, oracle }) => {
    const signals = oracle.signals.map(({ keyMetadata, ...signal }) => {
      const { date: _, ...kept } = keyMetadata ?? {};
      return { ...signal, keyMetadata: kept };
    });
    return { datasets, oracle: { ...oracle, signals } };
  },
});
