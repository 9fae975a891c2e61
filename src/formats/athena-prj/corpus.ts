import { defineConformance } from '../../../test/conformance.ts';

const idOf = (metadata: unknown) => (metadata as Record<string, unknown> | undefined)?.['athenaId'];

export default defineConformance({
  // The reference gives the settings as they are written, without the common vocabulary.
  compare: { metadata: 'subset' },
  // It sorts the groups by a name that it makes of the label; here they stand in the order of the project.
  asReference: ({ datasets, oracle }) => {
    const wanted = oracle.signals.map(({ keyMetadata }) => idOf(keyMetadata));
    const place = (metadata: unknown) => (wanted.indexOf(idOf(metadata)) + wanted.length + 1) % (wanted.length + 1);
    const signals = oracle.signals.map(({ keyMetadata, ...signal }) => {
      const { group: _, ...kept } = keyMetadata ?? {};
      return { ...signal, keyMetadata: kept };
    });
    const paired = [...datasets].sort((a, b) => place(a.metadata) - place(b.metadata));
    return { datasets: paired, oracle: { ...oracle, signals } };
  },
  exceptions: { 'athena-prj/MoO3-tutorial.prj': ['5 signals, oracle has 4'] },
});
