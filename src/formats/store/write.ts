import type { ArrayDataset } from '../../signal/dataset.ts';
import { DTYPES } from '../../signal/dtype.ts';
import type { FolderTarget, Written } from '../format.ts';
import { refuseEmpty, writeExperiment } from '../hspy/write-experiment.ts';
import { type PixelRows, pixelRows } from '../pixel-rows.ts';
import { flatChunks } from '../zarr/flat-chunks.ts';
import { type ZarrFiles, zarrFiles } from '../zspy/container-writer.ts';
import { countsOf, type Form, guessForm, mostSparse } from './guess.ts';
import { CHECKSUMS, CHECKSUMS_CHUNK, DENSE_CHUNK_BYTES, describeDataset, SUMS } from './layout.ts';
import { sumsOf } from './sums.ts';
import { writeDense } from './write-dense.ts';
import { type CountType, writeEvents } from './write-events.ts';

/**
 * Writes a dataset as a store, a tile at a time. Counts of which fewer than a quarter are not 0 become events, other values
 * stay dense, in a layout that HyperSpy opens as a `.zspy`. Which it is a few looks tell; where the rest proves them wrong,
 * the other is written from the beginning.
 * @throws SpectrailError `output/empty-dataset`, `output/wrong-length`, and those of the values' own reader.
 */
export async function writeStore(dataset: ArrayDataset, target: FolderTarget, given?: PixelRows): Promise<Written> {
  const rows = given ?? (await pixelRows(dataset));
  let sparseRefused = false;
  for (let form = await guessForm(dataset, rows); ; ) {
    const outcome: Written | Form =
      form.kind === 'events'
        ? await writeAsEvents(form.type, dataset, target, rows)
        : await writeAsDense(dataset, target, rows, sparseRefused);
    if ('entries' in outcome) return outcome;
    await target.clear();
    sparseRefused ||= outcome.kind === 'dense';
    form = outcome;
  }
}

/** What was written; the form to try next where this one does not fit. */
async function writeAsEvents(
  type: CountType,
  dataset: ArrayDataset,
  target: FolderTarget,
  rows: PixelRows,
): Promise<Written | Form> {
  refuseEmpty(dataset);
  const zarr = zarrFiles();
  const most = dataset.values.kind === 'events' ? Number.POSITIVE_INFINITY : mostSparse(rows);
  const written = await writeEvents(target, zarr, rows, type, countsOf, most);
  if (written.kind === 'wider') return { kind: 'events', type: written.type };
  if (written.kind === 'not-sparse') return { kind: 'dense' };
  zarr.plain('/', 'spectrail', describeDataset(dataset, 'events', written.facts));
  await finish(target, zarr, written.checksums, 3);
  return { kind: 'events', entries: written.entries };
}

/** @param final the values are to stay dense, however few are not 0. */
async function writeAsDense(
  dataset: ArrayDataset,
  target: FolderTarget,
  rows: PixelRows,
  final: boolean,
): Promise<Written | Form> {
  const zarr = zarrFiles();
  const { shape, path } = writeExperiment(zarr, dataset, 'ZSpy');
  const grid = flatChunks(shape, DTYPES[dataset.dtype].bytes, DENSE_CHUNK_BYTES);
  const data = zarr.array(path, { shape, chunks: grid.chunks, dtype: dataset.dtype, separator: '/' });
  const { facts, checksums, entries } = await writeDense(target, data, grid, dataset, rows);
  const sparse = facts?.whole && facts.min >= 0 && facts.nonZero <= mostSparse(rows) && rows.pixels > 1;
  if (sparse && !final) return { kind: 'events', type: 'uint16' };
  zarr.plain('/', 'spectrail', describeDataset(dataset, 'dense', facts, data));
  await finish(target, zarr, checksums, 1);
  return { kind: 'dense', entries };
}

/** Checksums, every file that describes, and the sums of these. */
async function finish(target: FolderTarget, zarr: ZarrFiles, checksums: Uint32Array, columns: number): Promise<void> {
  const tiles = checksums.length / columns;
  zarr.array(`/${CHECKSUMS}`, { shape: [tiles, columns], chunks: [Math.max(1, tiles), columns], dtype: 'uint32' });
  const files = zarr.files();
  files.set(CHECKSUMS_CHUNK, Uint8Array.from(new Uint8Array(checksums.buffer)));
  for (const [path, bytes] of [...files, [SUMS, await sumsOf(files)] as const]) {
    const file = await target.create(path);
    await file.write(bytes);
    await file.close();
  }
}
