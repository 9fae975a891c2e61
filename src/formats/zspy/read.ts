import type { Dataset, DatasetValues } from '../../signal/dataset.ts';
import { DTYPES } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { FolderSource } from '../folder.ts';
import { readExperiments, type StoredArray } from '../hspy/experiments.ts';
import { permuteAxes } from '../permute-axes.ts';
import { denseRows, fitsBlocks } from '../stored-rows.ts';
import { readArray, readRows, rowCount, type ZarrArray } from '../zarr/index.ts';
import { zarrContainer } from './container.ts';
import rowReader from './rows.ts';

let openings = 0;

/**
 * Every signal of a folder that HyperSpy wrote. Values are read when asked, by runs of pixels where they are real numbers
 * of at most 32 bits, or doubles, and the axes lie as in the dataset.
 * @throws SpectrailError `format/not-hyperspy`, `format/no-signal`, `format/bad-json`, `format/bad-array`.
 */
export async function readZspy(folder: FolderSource): Promise<Dataset[]> {
  const container = zarrContainer(folder);
  const members = await container.list('/');
  if (!members.some(({ name, kind }) => name === 'Experiments' && kind === 'group')) {
    throw formatError({
      code: 'not-hyperspy',
      where: folder.name,
      what: `this Zarr folder holds ${
        members
          .map(({ name }) => name)
          .slice(0, 6)
          .join(', ') || 'nothing'
      }`,
      expected: 'data saved by HyperSpy (a group "Experiments")',
      fix: 'open it in HyperSpy and save it as .zspy',
    });
  }
  const opened = `${Date.now().toString(36)}-${openings++}`;
  return readExperiments(container, folder.name, async (stored) => {
    const path = stored.path.slice(1);
    const array = (await readArray(folder, path)) as ZarrArray;
    return valuesOf(folder, path, array, stored, `${opened}/${path}`);
  });
}

function valuesOf(
  folder: FolderSource,
  path: string,
  array: ZarrArray,
  { shape, dtype, order }: StoredArray,
  opened: string,
): DatasetValues {
  const load = async () =>
    permuteAxes(await readRows(folder, path, array, 0, rowCount(array)), shape, order, DTYPES[dtype].width);
  const { reference } = folder;
  const inPlace = shape.length > 0 && order.every((axis, d) => axis === d);
  if (!reference || !inPlace || !fitsBlocks(dtype)) return { kind: 'dense', load };
  const args = { folder: reference, path, array, opened };
  return { kind: 'dense', load, rows: denseRows('rows/zarr', rowReader, args, dtype, shape) };
}
