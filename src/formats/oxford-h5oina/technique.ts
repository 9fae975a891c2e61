import type { Axis } from '../../signal/axis.ts';
import type { ArrayDataset, Metadata, PlainTree } from '../../signal/dataset.ts';
import { formatError, isSpectrailError, type SpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { type Hdf5DatasetInfo, type Hdf5File, hdf5Values } from '../hdf5/index.ts';
import { type Grid, gridAxes } from './header.ts';

/** One technique of one acquisition: a group with `Data` and `Header`. */
export interface Technique {
  readonly file: Hdf5File;
  readonly source: ByteSource;
  readonly path: string;
  /** Begins titles where a file has several: acquisition, detector. */
  readonly label: string;
}

export interface Described {
  readonly title: string;
  readonly metadata: Metadata;
  readonly original: PlainTree;
}

/** Datasets in a group, in the order of the file; none where there is no such group. */
export async function datasetsIn({ file, path }: Technique, group: string): Promise<string[]> {
  let at = path;
  for (const step of group.split('/')) {
    if (!(await file.list(at)).some(({ name, kind }) => name === step && kind === 'group')) return [];
    at += `/${step}`;
  }
  return (await file.list(at)).filter(({ kind }) => kind === 'dataset').map(({ name }) => name);
}

/**
 * Values that have a row for each pixel, `size` or `size` × …, as an array over the grid: one value a pixel is an image, more
 * lie along `inner`.
 * @throws SpectrailError `format/bad-h5oina` where there are other numbers of pixels, or no numbers
 */
export async function overGrid(
  { file, source, label }: Technique,
  path: string,
  grid: Grid,
  inner: (shape: readonly number[]) => readonly Axis[],
  { title, metadata, original }: Described,
): Promise<ArrayDataset> {
  const info = await file.dataset(path);
  const { shape, dtype } = info;
  const pixels = grid.width * grid.height;
  const rows = rowsOf(info);
  if (dtype === undefined || shape.length === 0 || shape.length > 3 || shape[0] !== pixels) {
    throw formatError({
      code: 'bad-h5oina',
      where: `${source.name}:${path}`,
      what: `the values are ${dtype ?? 'no numbers'} of shape ${shape.join(' × ')}`,
      expected: `numbers for each of ${grid.width} × ${grid.height} pixels`,
    });
  }
  const image = rows.length === 0;
  const axes = [...gridAxes(grid, image ? 'signal' : 'navigation'), ...inner(rows)];
  // A single number is a point of no axis.
  const all = axes.length > 0 ? axes : gridAxes({ ...grid, height: 2 }, 'signal').slice(1);
  const order = image ? [0] : shape.map((_, d) => d);
  const values = hdf5Values(source, { path, shape, dtype, order });
  return {
    kind: 'array',
    title: label === '' ? title : `${label} ${title}`,
    shape: all.map(({ size }) => size),
    dtype,
    axes: all,
    // Rows of pixels are not the rows of an image.
    values: image && values.kind === 'dense' ? { kind: 'dense', load: values.load } : values,
    metadata,
    original,
    warnings: [],
  };
}

/** What each pixel has: nothing more where it has one value. */
const rowsOf = ({ shape: [, ...rows] }: Hdf5DatasetInfo) => (rows.every((size) => size === 1) ? [] : rows);

/** Reads what can be read; the reasons for the rest go to `left`. */
export async function each(
  names: readonly string[],
  left: SpectrailError[],
  read: (name: string) => Promise<ArrayDataset>,
): Promise<ArrayDataset[]> {
  const found: ArrayDataset[] = [];
  for (const name of names) {
    try {
      found.push(await read(name));
    } catch (error) {
      if (!isSpectrailError(error)) throw error;
      left.push(error);
    }
  }
  return found;
}
