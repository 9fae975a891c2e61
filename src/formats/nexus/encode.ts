import { type Axis, axisValues } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { createHdf5, type Hdf5Writer } from '../hdf5/index.ts';
import { refuseEmpty } from '../hspy/write-experiment.ts';
import { valueRuns } from '../value-runs.ts';
import { OWN_METADATA } from './metadata.ts';
import { OWN } from './names.ts';

/** Values handed to the HDF5 library at once. */
const RUN_BYTES = 2 ** 24;
const TAKEN = ['data', 'title', 'errors'];

/**
 * A NeXus file with one NXdata: positions of every axis with their units, and their uncertainties where they are known.
 * Attributes that begin with "spectrail_" hold what NeXus has no place for, so that reading gives the same dataset back.
 * Sparse counts are made dense a run of pixels at a time. Boolean *values* become 8-bit integers.
 *
 * @throws SpectrailError `output/empty-dataset`, `output/hdf5-write`, `output/value-too-large`
 */
export async function encodeNexus(dataset: ArrayDataset): Promise<Uint8Array> {
  refuseEmpty(dataset);
  const runs = await valueRuns(dataset, RUN_BYTES);
  const file = await createHdf5();
  try {
    describe(file, dataset);
    const shape = dataset.shape.length === 0 ? [1] : dataset.shape;
    file.dataset('/entry/data/data', shape, dataset.dtype, runs);
    file.attribute('/entry/data/data', OWN.dtype, dataset.dtype);
    return file.finish();
  } finally {
    file.discard();
  }
}

function describe(file: Hdf5Writer, { title, axes, metadata }: ArrayDataset): void {
  file.attribute('/', 'NX_class', 'NXroot');
  file.attribute('/', 'default', 'entry');
  file.group('/entry');
  file.attribute('/entry', 'NX_class', 'NXentry');
  file.attribute('/entry', 'default', 'data');
  const { date, time } = metadata;
  if (typeof date === 'string' && typeof time === 'string') file.strings('/entry/start_time', [`${date}T${time}`]);
  file.group('/entry/data');
  file.attribute('/entry/data', 'NX_class', 'NXdata');
  file.attribute('/entry/data', 'signal', 'data');
  file.strings('/entry/data/title', [title]);
  const names = fieldNames(axes);
  if (names.length > 0) file.attribute('/entry/data', 'axes', names);
  const signal = axes.filter(({ role }) => role !== 'navigation').length;
  if (signal === 1 || signal === 2) {
    file.attribute('/entry/data', 'interpretation', signal === 1 ? 'spectrum' : 'image');
  }
  for (const [d, axis] of axes.entries()) writeAxis(file, names[d], axis, d);
  const [collection] = OWN_METADATA.split('/');
  file.group(`/entry/${collection}`);
  file.attribute(`/entry/${collection}`, 'NX_class', 'NXcollection');
  file.strings(`/entry/${OWN_METADATA}`, [JSON.stringify(metadata)]);
}

function writeAxis(file: Hdf5Writer, name: string, axis: Axis, d: number): void {
  const path = `/entry/data/${name}`;
  const positions = axisValues(axis);
  file.dataset(path, [axis.size], 'float64', [positions]);
  file.attribute('/entry/data', `${name}_indices`, BigInt(d));
  file.attribute(path, 'units', axis.unit);
  file.attribute(path, 'long_name', axis.unit === '' ? axis.name : `${axis.name} (${axis.unit})`);
  file.attribute(path, OWN.name, axis.name);
  file.attribute(path, OWN.role, axis.role);
  if (axis.kind === 'uniform') {
    file.attribute(path, OWN.scale, axis.scale);
    file.attribute(path, OWN.offset, axis.offset);
  }
  if (!axis.calibration) return;
  const { origin, uncertainty } = axis.calibration;
  file.attribute(path, OWN.origin, origin);
  if (uncertainty !== undefined) {
    file.dataset(`${path}_errors`, [axis.size], 'float64', [positions.fill(uncertainty)]);
  }
}

/** Names that NeXus allows, each once: letters, digits and underscores, and not those of other fields. */
function fieldNames(axes: readonly Axis[]): string[] {
  const names: string[] = [];
  for (const [d, { name }] of axes.entries()) {
    const plain = name.replace(/\W/g, '_').replace(/^\d/, '_$&').slice(0, 60);
    const usable =
      plain !== '' && !TAKEN.includes(plain) && !names.includes(plain) && !/_(?:errors|indices)$/.test(plain);
    names.push(usable ? plain : `axis_${d}`);
  }
  return names.map((name, d) => (names.indexOf(name) === d ? name : `axis_${d}_`));
}
