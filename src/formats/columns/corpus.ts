import { AS_WRITTEN } from '../../../test/as-written.ts';
import { beginningOf, type CorpusEntry, defineConformance } from '../../../test/conformance.ts';
import type { Dataset } from '../../signal/dataset.ts';

/** Files of other formats among the columns of beamlines; and one whose rows are interrupted by sentences. */
const OTHERS: readonly string[] = ['SSRL1_2006.dat', 'PF9A_2022.dat', 'APS9BM_2006.dat', 'test2.csv'];

function isOwn(entry: CorpusEntry): boolean {
  const { name, oracle } = entry;
  if (OTHERS.includes(oracle.file) || /^# ?XDI\//.test(beginningOf(entry))) return false;
  const byTable = name.startsWith('emsa/') || name.startsWith('columns-other/');
  return byTable ? oracle.signals[0]?.kind === 'table' : oracle.reader.startsWith('manual (independent text parsing');
}

/** What xylib calls columns without a name. */
function named(dataset: Dataset): Dataset {
  if (dataset.kind !== 'table') return dataset;
  const columns = dataset.columns.map((column) => ({
    ...column,
    name: column.name.replace(/^column(\d+)$/, 'column_$1'),
  }));
  return { ...dataset, title: '', columns };
}

export default defineConformance({
  ...AS_WRITTEN,
  folders: ['emsa', 'xy', 'columns-other', 'xafs-columns', 'xps-other'],
  own: isOwn,
  asReference: ({ datasets, oracle }) => ({
    oracle,
    datasets: datasets.map((dataset) => ({
      ...(oracle.reader.startsWith('xylib') ? named(dataset) : dataset),
      metadata: dataset.original,
    })),
  }),
});
