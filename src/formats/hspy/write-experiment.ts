import { type Axis, axisValues } from '../../signal/axis.ts';
import type { ArrayDataset, Plain, PlainTree } from '../../signal/dataset.ts';
import { outputError } from '../../signal/errors.ts';
import type { ContainerWriter } from './container.ts';
import { EXPERIMENTS } from './experiments.ts';
import { emptyTree, isTree, unflattenMetadata } from './vocabulary.ts';

/**
 * Everything of a HyperSpy file but the values: marks, axes, title and both trees. Returns the path the values go to, and
 * their shape there (HyperSpy has no arrays without dimensions).
 * @throws SpectrailError `output/empty-dataset`
 */
export function writeExperiment(
  file: ContainerWriter,
  dataset: ArrayDataset,
  format: string,
): { path: string; shape: readonly number[] } {
  refuseEmpty(dataset);
  file.attribute('/', 'file_format', format);
  file.attribute('/', 'file_format_version', '3.1');
  file.group(EXPERIMENTS);
  const path = `${EXPERIMENTS}/${linkName(dataset.title) || '__unnamed__'}`;
  file.group(path);
  file.attribute(path, 'package', '');
  file.attribute(path, 'package_version', '');
  file.attribute(path, 'spectrail_dtype', dataset.dtype);
  dataset.axes.forEach((axis, i) => {
    writeAxis(file, `${path}/axis-${i}`, axis, isBinned(axis, dataset));
  });
  if (dataset.axes.length === 0) writeScalarAxis(file, `${path}/axis-0`);
  const { metadata, original } = fileTrees(dataset);
  writeTree(file, `${path}/metadata`, metadata);
  writeTree(file, `${path}/original_metadata`, original);
  file.group(`${path}/learning_results`);
  return { path: `${path}/data`, shape: dataset.shape.length === 0 ? [1] : dataset.shape };
}

/** @throws SpectrailError `output/empty-dataset` */
export function refuseEmpty(dataset: ArrayDataset): void {
  if (dataset.shape.includes(0)) {
    throw outputError({
      code: 'empty-dataset',
      what: `"${dataset.title}" has no values (shape ${dataset.shape.join(' × ')})`,
      expected: 'at least one value',
    });
  }
}

/** A dataset read from a HyperSpy file gives its own trees back; any other's original tree goes in whole. */
function fileTrees(dataset: ArrayDataset): { metadata: PlainTree; original: PlainTree } {
  const { metadata: base, original_metadata: original } = dataset.original;
  const fromHyperSpy = isTree(base) && isTree(original) && Object.keys(dataset.original).length === 2;
  return {
    metadata: unflattenMetadata(dataset.metadata, fromHyperSpy ? base : emptyTree(), dataset.title),
    original: fromHyperSpy ? original : dataset.original,
  };
}

/** HyperSpy divides by the channel width only where an axis is not binned; recorded EELS and EDS counts are. */
function isBinned(axis: Axis, dataset: ArrayDataset): boolean {
  return axis.role === 'spectral' && /^(EELS|EDS)/.test(String(dataset.metadata.signal_type ?? ''));
}

function writeAxis(file: ContainerWriter, path: string, axis: Axis, binned: boolean): void {
  file.group(path);
  const uniform = axis.kind === 'uniform';
  file.attribute(path, '_type', uniform ? 'UniformDataAxis' : 'DataAxis');
  if (axis.name) file.attribute(path, 'name', axis.name);
  if (axis.unit) file.attribute(path, 'units', axis.unit);
  file.attribute(path, 'navigate', axis.role === 'navigation');
  file.attribute(path, 'is_binned', binned);
  if (uniform) {
    file.attribute(path, 'size', BigInt(axis.size));
    file.attribute(path, 'scale', axis.scale);
    file.attribute(path, 'offset', axis.offset);
  } else {
    file.numbers(`${path}/axis`, axisValues(axis));
  }
}

function writeScalarAxis(file: ContainerWriter, path: string): void {
  writeAxis(file, path, { kind: 'uniform', name: '', unit: '', role: 'spectral', size: 1, scale: 1, offset: 0 }, false);
}

function writeTree(file: ContainerWriter, path: string, tree: PlainTree): void {
  file.group(path);
  for (const [key, value] of Object.entries(tree)) writeEntry(file, path, linkName(key) || '_', value);
}

function writeEntry(file: ContainerWriter, path: string, name: string, value: Plain): void {
  if (value === null) file.attribute(path, name, '_None_');
  else if (Array.isArray(value)) writeList(file, path, name, value);
  else if (typeof value === 'object') writeTree(file, `${path}/${name}`, value);
  else file.attribute(path, name, value);
}

function writeList(file: ContainerWriter, path: string, name: string, list: readonly Plain[]): void {
  if (list.length === 0) {
    file.attribute(path, `_list_empty_${name}`, '_None_');
  } else if (list.every((item): item is string => typeof item === 'string')) {
    file.strings(`${path}/_list_${name}`, list);
  } else if (list.every((item): item is number => typeof item === 'number')) {
    file.numbers(`${path}/_list_${name}`, Float64Array.from(list));
  } else {
    const group = `${path}/_list_${list.length}_${name}`;
    file.group(group);
    list.forEach((item, i) => {
      writeEntry(file, group, String(i), item);
    });
  }
}

/** HDF5 and Zarr split names at '/', take '.' for the group itself, and end them at NUL. */
function linkName(text: string): string {
  const name = text.replaceAll('/', '-').replaceAll('\0', '');
  return /^\.+$/.test(name) ? name.replaceAll('.', '_') : name;
}
