import type { Axis } from '../../signal/axis.ts';
import type { ArrayDataset, Dataset, PlainTree } from '../../signal/dataset.ts';
import { DTYPES } from '../../signal/dtype.ts';
import { formatError, isSpectrailError, type SpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { type Hdf5File, hdf5Kind, openHdf5 } from '../hdf5/index.ts';
import { permuteAxes } from '../permute-axes.ts';
import { readAxes } from './axes.ts';
import { modernMetadata } from './old-metadata.ts';
import { readTree, type TreeReading, treeBudget } from './tree.ts';
import { emptyTree, flattenMetadata } from './vocabulary.ts';

const EXPERIMENTS = '/Experiments';
const MOST_EXPERIMENTS = 512;

/**
 * Every experiment of a HyperSpy file. Values are read when asked, from the file opened anew.
 * @throws SpectrailError `format/not-hyperspy`, `format/no-signal` and those of {@link openHdf5}
 */
export async function readHspy(source: ByteSource): Promise<Dataset[]> {
  const file = await openHdf5(source);
  try {
    return await readExperiments(file, source);
  } finally {
    await file.close();
  }
}

async function readExperiments(file: Hdf5File, source: ByteSource): Promise<Dataset[]> {
  const root = await file.list('/');
  if (!root.some(({ name, kind }) => name === 'Experiments' && kind === 'group')) {
    const kind = await hdf5Kind(file);
    const held = root.slice(0, 6).map(({ name }) => `"${name}"`);
    throw formatError({
      code: 'not-hyperspy',
      where: source.name,
      what: `this HDF5 file ${kind ? `looks like ${kind}` : 'is of no known kind'}: it holds ${held.join(', ') || 'nothing'}`,
      expected: 'a file saved by HyperSpy (a group "Experiments")',
      fix: 'open it in HyperSpy and save it as .hspy',
    });
  }
  const version = Number.parseFloat(String((await file.attributes('/')).file_format_version?.value ?? '1.0'));
  const datasets: ArrayDataset[] = [];
  const failures: { path: string; error: SpectrailError }[] = [];
  const budget = treeBudget();
  const experiments = (await file.list(EXPERIMENTS)).filter(({ kind }) => kind === 'group');
  for (const { name } of experiments.slice(0, MOST_EXPERIMENTS)) {
    const path = `${EXPERIMENTS}/${name}`;
    try {
      datasets.push(await readExperiment({ file, budget, warnings: [] }, source, path, version));
    } catch (error) {
      if (!isSpectrailError(error)) throw error;
      failures.push({ path, error });
    }
  }
  if (datasets.length > 0) {
    const warnings = failures.map(({ path, error }) => `"${path}" is left out: ${error.what}`);
    const more = experiments.length - MOST_EXPERIMENTS;
    if (more > 0) warnings.push(`the file holds ${more} more signals: the first ${MOST_EXPERIMENTS} are read`);
    return datasets.map((dataset) => ({ ...dataset, warnings: [...dataset.warnings, ...warnings] }));
  }
  if (failures.length > 0) throw failures[0].error;
  throw formatError({
    code: 'no-signal',
    where: source.name,
    what: 'the group "Experiments" is empty',
    expected: 'at least one signal',
  });
}

async function readExperiment(
  reading: TreeReading,
  source: ByteSource,
  path: string,
  version: number,
): Promise<ArrayDataset> {
  const { file, warnings } = reading;
  const members = await file.list(path);
  const has = (name: string) => members.some((member) => member.name === name && member.kind === 'group');
  const data = `${path}/data`;
  const info = await file.dataset(data);
  if (info.dtype === undefined) {
    throw formatError({
      code: 'unsupported-values',
      where: `${source.name}:${data}`,
      what: `the values are ${info.element.kind === 'other' ? info.element.what : 'text'}`,
      expected: 'integers, floats, complex numbers or RGB colours',
    });
  }
  const attributes = await file.attributes(path);
  const dtype = attributes.spectrail_dtype?.value === 'bool' ? 'bool' : info.dtype;
  const tree = async (name: string) => (has(name) ? readTree(reading, `${path}/${name}`) : emptyTree());
  const metadata = modernMetadata(await tree(version < 1.2 ? 'mapped_parameters' : 'metadata'), version);
  const original: PlainTree = emptyTree();
  original.metadata = metadata;
  original.original_metadata = await tree(version < 1.2 ? 'original_parameters' : 'original_metadata');

  const { Signal: signal, General: general } = metadata as { Signal?: PlainTree; General?: PlainTree };
  const stored = await readAxes(file, path, info.shape, signal?.record_by);
  warnings.push(...stored.warnings);
  const order = navigationFirst(stored.axes);
  const { width } = DTYPES[dtype];
  return {
    kind: 'array',
    title: typeof general?.title === 'string' ? general.title : '',
    shape: order.map((d) => info.shape[d]),
    dtype,
    axes: order.map((d) => stored.axes[d]),
    values: {
      kind: 'dense',
      load: async () => permuteAxes(await loadValues(source, data), info.shape, order, width),
    },
    metadata: flattenMetadata(metadata),
    original,
    warnings,
  };
}

async function loadValues(source: ByteSource, path: string) {
  const file = await openHdf5(source);
  try {
    return await file.read(path);
  } finally {
    await file.close();
  }
}

/** Dimensions with the navigation axes first, otherwise in their order. */
function navigationFirst(axes: readonly Axis[]): number[] {
  const dimensions = axes.map((_, d) => d);
  const navigation = dimensions.filter((d) => axes[d].role === 'navigation');
  return [...navigation, ...dimensions.filter((d) => axes[d].role !== 'navigation')];
}
