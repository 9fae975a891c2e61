import { beginningOf, defineConformance, withoutMetadata } from '../../../test/conformance.ts';

export default defineConformance({
  folders: ['xafs-columns'],
  own: ({ name }) => name === 'xafs-columns/APS9BM_2006.dat',
  // The reference calls the scan by the name of its file.
  compare: { title: false },
  // It numbers the columns that the line #L names.
  asReference: ({ datasets, oracle }, entry) => {
    const names = /^#L (.*)$/m.exec(beginningOf(entry))?.[1].split(/ {2,}/) ?? [];
    const signals = withoutMetadata(oracle).signals.map((signal) => ({
      ...signal,
      columns: signal.columns?.map((column, i) => ({ ...column, name: names[i] })),
    }));
    return { datasets, oracle: { ...oracle, signals } };
  },
});
