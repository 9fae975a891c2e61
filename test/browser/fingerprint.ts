import type { Dataset } from '../../src/signal/dataset.ts';

/** What stands in the datasets of a file, in short. Sent into pages as its own text: it uses nothing of this module. */
export async function fingerprint(datasets: readonly Dataset[]): Promise<unknown[]> {
  const hash = async (...arrays: readonly ArrayBufferView[]) => {
    const bytes = await new Blob(arrays as BlobPart[]).arrayBuffer();
    const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return Array.from(sum, (byte) => byte.toString(16).padStart(2, '0')).join('');
  };
  const found: unknown[] = [];
  for (const dataset of datasets) {
    const { kind, title, metadata, warnings } = dataset;
    // As text, because what comes out of a page has lost its prototypes and its negative zeros.
    const said = JSON.stringify({ kind, title, metadata, warnings });
    if (dataset.kind === 'table') {
      const columns = dataset.columns.map(({ name, unit }) => `${name} ${unit}`);
      found.push({ said, columns, values: await hash(...dataset.columns.map(({ values }) => values)) });
      continue;
    }
    const axes = dataset.axes.map((axis) =>
      JSON.stringify(axis.kind === 'uniform' ? axis : { ...axis, positions: Array.from(axis.positions) }),
    );
    const loaded = await dataset.values.load();
    const values = 'kind' in loaded ? [loaded.offsets, loaded.channel, loaded.count] : [loaded];
    found.push({ said, axes, shape: [...dataset.shape], dtype: dataset.dtype, values: await hash(...values) });
  }
  return found;
}
