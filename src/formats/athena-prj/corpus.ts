import { defineConformance } from '../../../test/conformance.ts';
import type { Dataset, Metadata } from '../../signal/dataset.ts';

const idOf = (metadata: unknown) => (metadata as Record<string, unknown> | undefined)?.['athenaId'];

/** The reference has the name of the group, and whether the flux is beside the spectrum, among the conditions. */
function asLarch(dataset: Dataset): Dataset {
  const { id, arrays } = dataset.original;
  const metadata: Metadata = { ...dataset.metadata, athenaId: id };
  if (Array.isArray(arrays) && arrays.includes('i0')) metadata.hasI0 = true;
  return { ...dataset, metadata };
}

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
    const paired = datasets.map(asLarch).sort((a, b) => place(a.metadata) - place(b.metadata));
    return { datasets: paired, oracle: { ...oracle, signals } };
  },
  exceptions: { 'athena-prj/MoO3-tutorial.prj': ['5 signals, oracle has 4'] },
});
