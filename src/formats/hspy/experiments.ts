import type { Axis } from '../../signal/axis.ts';
import type { ArrayDataset, Dataset, DatasetValues, PlainTree } from '../../signal/dataset.ts';
import type { Dtype } from '../../signal/dtype.ts';
import { formatError, isSpectrailError, type SpectrailError } from '../../signal/errors.ts';
import { readAxes } from './axes.ts';
import type { Container } from './container.ts';
import { modernMetadata } from './old-metadata.ts';
import { readTree, type TreeReading, treeBudget } from './tree.ts';
import { emptyTree, flattenMetadata } from './vocabulary.ts';

export const EXPERIMENTS = '/Experiments';
const MOST_EXPERIMENTS = 512;

/** The array of one signal, as it lies in its container. */
export interface StoredArray {
  readonly path: string;
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** Dimensions of the dataset in terms of those stored: navigation first. */
  readonly order: readonly number[];
}

/**
 * Every signal in the group `Experiments`; `valuesOf` says how its values are read when they are asked for.
 * @throws SpectrailError `format/no-signal`, `format/unsupported-values`, and those of the container.
 */
export async function readExperiments(
  container: Container,
  where: string,
  valuesOf: (array: StoredArray) => Promise<DatasetValues>,
): Promise<Dataset[]> {
  const version = Number.parseFloat(String((await container.attributes('/')).file_format_version?.value ?? '1.0'));
  const datasets: ArrayDataset[] = [];
  const failures: { path: string; error: SpectrailError }[] = [];
  const budget = treeBudget();
  const experiments = (await container.list(EXPERIMENTS)).filter(({ kind }) => kind === 'group');
  for (const { name } of experiments.slice(0, MOST_EXPERIMENTS)) {
    const path = `${EXPERIMENTS}/${name}`;
    try {
      datasets.push(await readExperiment({ container, budget, warnings: [] }, where, path, version, valuesOf));
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
    where,
    what: 'the group "Experiments" is empty',
    expected: 'at least one signal',
  });
}

async function readExperiment(
  reading: TreeReading,
  where: string,
  path: string,
  version: number,
  valuesOf: (array: StoredArray) => Promise<DatasetValues>,
): Promise<ArrayDataset> {
  const { container, warnings } = reading;
  const members = await container.list(path);
  const has = (name: string) => members.some((member) => member.name === name && member.kind === 'group');
  const data = `${path}/data`;
  const info = await container.dataset(data);
  if (info.dtype === undefined) {
    throw formatError({
      code: 'unsupported-values',
      where: `${where}:${data}`,
      what: `the values are ${info.element.kind === 'other' ? info.element.what : 'text'}`,
      expected: 'integers, floats, complex numbers or RGB colours',
    });
  }
  const attributes = await container.attributes(path);
  const dtype = attributes.spectrail_dtype?.value === 'bool' ? 'bool' : info.dtype;
  const tree = async (name: string) => (has(name) ? readTree(reading, `${path}/${name}`) : emptyTree());
  const metadata = modernMetadata(await tree(version < 1.2 ? 'mapped_parameters' : 'metadata'), version);
  const original: PlainTree = emptyTree();
  original.metadata = metadata;
  original.original_metadata = await tree(version < 1.2 ? 'original_parameters' : 'original_metadata');

  const { Signal: signal, General: general } = metadata as { Signal?: PlainTree; General?: PlainTree };
  const stored = await readAxes(container, path, info.shape, signal?.record_by);
  warnings.push(...stored.warnings);
  const order = navigationFirst(stored.axes);
  return {
    kind: 'array',
    title: typeof general?.title === 'string' ? general.title : '',
    shape: order.map((d) => info.shape[d]),
    dtype,
    axes: order.map((d) => stored.axes[d]),
    values: await valuesOf({ path: data, shape: info.shape, dtype, order }),
    metadata: flattenMetadata(metadata),
    original,
    warnings,
  };
}

/** Dimensions with the navigation axes first, otherwise in their order. */
function navigationFirst(axes: readonly Axis[]): number[] {
  const dimensions = axes.map((_, d) => d);
  const navigation = dimensions.filter((d) => axes[d].role === 'navigation');
  return [...navigation, ...dimensions.filter((d) => axes[d].role !== 'navigation')];
}
