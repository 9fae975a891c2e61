import { axisValues } from '../src/signal/axis.ts';
import type { Dataset } from '../src/signal/dataset.ts';
import type { Compared, Conformance } from './conformance.ts';
import type { Oracle } from './oracle.ts';

/** Of formats whose reference reader (xylib) gives tables of printed numbers, with metadata in the words of the file. */
export const PRINTED: Conformance = {
  compare: { metadata: 'ignore', bytes: false, title: false },
  asReference: async ({ datasets, oracle }: Compared) => ({
    oracle,
    datasets: await Promise.all(datasets.map((dataset, i) => printed(dataset, oracle.signals[i]))),
  }),
};

/** A spectrum in the columns of a table. */
async function printed(dataset: Dataset, { columns = [] }: Oracle['signals'][number]): Promise<Dataset> {
  if (dataset.kind === 'table') return dataset;
  const { title, metadata, original, warnings } = dataset;
  const values = [axisValues(dataset.axes[0]), Float64Array.from((await dataset.values.load()) as Float64Array)];
  const named = values.map((column, c) => ({ name: columns[c].name, unit: '', values: column }));
  return { kind: 'table', title, rows: dataset.shape[0], columns: named, metadata, original, warnings };
}
