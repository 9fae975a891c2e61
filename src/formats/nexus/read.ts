import type { ArrayDataset, Dataset } from '../../signal/dataset.ts';
import type { Dtype } from '../../signal/dtype.ts';
import { formatError, isSpectrailError, type SpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { groupsOf, type Hdf5File, type Hdf5Group, hdf5Kind, hdf5Values, openHdf5, singleValue } from '../hdf5/index.ts';
import { nexusAxes } from './axes.ts';
import { nexusMetadata } from './metadata.ts';
import { OWN, textOf } from './names.ts';
import { nameIn, type Plot, readPlot } from './plot.ts';

const MOST_DATASETS = 512;

const isPlot = ({ attributes }: Hdf5Group) => textOf(attributes, 'NX_class') === 'NXdata';

export async function isNexusFile(source: ByteSource): Promise<boolean> {
  const file = await openHdf5(source);
  try {
    for await (const group of groupsOf(file)) if (isPlot(group)) return true;
    return false;
  } finally {
    await file.close();
  }
}

/**
 * The signals of every NXdata group: the signal itself, called by its group, then its auxiliary signals and errors, called by
 * their own names. Groups that links lead to are given wherever they are found. A group that cannot be read is left out with a
 * warning.
 * @throws SpectrailError `format/not-nexus`, `format/bad-nxdata`, and those of {@link openHdf5}
 */
export async function readNexus(source: ByteSource): Promise<Dataset[]> {
  const file = await openHdf5(source);
  try {
    const datasets: ArrayDataset[] = [];
    const failures: { path: string; error: SpectrailError }[] = [];
    for await (const group of groupsOf(file)) {
      if (!isPlot(group) || datasets.length >= MOST_DATASETS) continue;
      try {
        datasets.push(...(await describePlot(file, source, await readPlot(file, group, source.name))));
      } catch (error) {
        if (!isSpectrailError(error)) throw error;
        failures.push({ path: group.path, error });
      }
    }
    if (datasets.length === 0) throw failures[0]?.error ?? (await notNexus(file, source));
    const notes = failures.map(({ path, error }) => `"${path}" is left out: ${error.what}`);
    return datasets.map((dataset) => ({ ...dataset, warnings: [...dataset.warnings, ...notes] }));
  } finally {
    await file.close();
  }
}

async function describePlot(file: Hdf5File, source: ByteSource, plot: Plot): Promise<ArrayDataset[]> {
  const { group, signals, attributes } = plot;
  const warnings: string[] = [];
  const { order, axes } = nexusAxes(plot, warnings);
  const { metadata, original } = await nexusMetadata(file, group.path);
  const titled = group.members.some(({ name, kind }) => name === 'title' && kind === 'dataset');
  const title = titled ? await singleValue(file, `${group.path}/title`) : undefined;
  const unit = textOf(attributes, 'units');
  return signals.map((info, i) => {
    const dtype: Dtype = i === 0 && textOf(attributes, OWN.dtype) === 'bool' ? 'bool' : info.dtype!;
    return {
      kind: 'array',
      title: i > 0 ? nameIn(info) : typeof title === 'string' ? title : nameIn({ ...info, path: group.path }),
      shape: order.map((d) => info.shape[d]),
      dtype,
      axes,
      values: hdf5Values(source, { path: info.path, shape: info.shape, dtype, order }),
      metadata,
      original: { ...original, path: info.path, ...(unit !== '' && { units: unit }) },
      warnings,
    };
  });
}

async function notNexus(file: Hdf5File, source: ByteSource): Promise<SpectrailError> {
  const kind = await hdf5Kind(file);
  return formatError({
    code: 'not-nexus',
    where: source.name,
    what: `this HDF5 file ${kind ? `looks like ${kind}` : 'is of no known kind'}: no group in it is of the class NXdata`,
    expected: 'a NeXus file with data to plot',
    fix: 'save it with NXdata groups',
  });
}
