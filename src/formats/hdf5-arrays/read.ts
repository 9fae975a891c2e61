import type { ArrayDataset, Dataset, Metadata, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { hdf5Kind, hdf5Values, openHdf5 } from '../hdf5/index.ts';
import { type Attributes, textOf } from '../nexus/names.ts';
import { axesIn } from './axes.ts';
import { type Contents, contentsOf, type FoundArray, plainAttributes } from './find.ts';

/**
 * Every array of numbers in an HDF5 file of whatever kind, called by its path, in the order of paths; single values and
 * attributes are kept as the file's own tree. A warning says that nothing more is known of it.
 * @throws SpectrailError `format/no-arrays`, and those of {@link openHdf5}
 */
export async function readHdf5Arrays(source: ByteSource): Promise<Dataset[]> {
  const file = await openHdf5(source);
  try {
    const contents = await contentsOf(file);
    const kind = await hdf5Kind(file);
    if (contents.arrays.length === 0) {
      throw formatError({
        code: 'no-arrays',
        where: source.name,
        what: [
          `this HDF5 file ${kind ? `looks like ${kind}` : 'is of no known kind'}, and holds no array of numbers`,
          ...contents.notes,
        ].join('; '),
        expected: 'at least one dataset of several numbers',
        fix: 'check that this is the file with the measured data',
      });
    }
    const unknown = kind
      ? `the file looks like ${kind}, but not as such files are known: its arrays are given as they stand`
      : 'the kind of this HDF5 file is not known: its arrays are given as they stand';
    const describeAxes = axesIn(file, contents);
    const datasets: ArrayDataset[] = [];
    for (const found of contents.arrays) {
      const warnings = [unknown, ...contents.notes];
      const { order, axes } = await describeAxes(found, warnings);
      const { path, shape, dtype } = found.info;
      datasets.push({
        kind: 'array',
        title: path.slice(1),
        shape: order.map((d) => shape[d]),
        dtype: dtype!,
        axes,
        values: hdf5Values(source, { path, shape, dtype: dtype!, order }),
        metadata: metadataOf(found.attributes),
        original: originalOf(found, contents),
        warnings,
      });
    }
    return datasets;
  } finally {
    await file.close();
  }
}

/** What the values are and in which unit; when they were written (pyUSID). */
function metadataOf(attributes: Attributes): Metadata {
  const metadata: Metadata = Object.create(null);
  const name = textOf(attributes, 'long_name') || textOf(attributes, 'quantity');
  const unit = textOf(attributes, 'units');
  if (name !== '') metadata.quantity = unit === '' ? name : `${name} (${unit})`;
  else if (unit !== '') metadata.quantity = unit;
  const written = /^(\d{4})_(\d\d)_(\d\d)-(\d\d)_(\d\d)_(\d\d)$/.exec(textOf(attributes, 'timestamp'));
  if (written) {
    metadata.date = written.slice(1, 4).join('-');
    metadata.time = written.slice(4).join(':');
  }
  return metadata;
}

/** Its own attributes, and the attributes and single values of the groups it lies in. */
function originalOf({ info: { path }, attributes }: FoundArray, { groups, fields }: Contents): PlainTree {
  const around: PlainTree = Object.create(null);
  for (const [group, own] of Object.entries(groups)) {
    if (group === '/' || path.startsWith(`${group}/`)) around[group] = own;
  }
  const own: PlainTree = Object.create(null);
  for (const [field, value] of Object.entries(fields)) {
    if (path.startsWith(`/${field.slice(0, field.lastIndexOf('/') + 1)}`)) own[field] = value;
  }
  return { path, attributes: plainAttributes(attributes), groups: around, fields: own };
}
