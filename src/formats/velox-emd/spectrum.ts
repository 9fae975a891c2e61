import { type Axis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { isReal, type ValueArray } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { openHdf5 } from '../hdf5/index.ts';
import { readJsonColumn } from '../hdf5/json-text.ts';
import { summarised } from '../json-tree.ts';
import { permuteAxes } from '../permute-axes.ts';
import { energyAxis } from './axes.ts';
import type { Contents } from './contents.ts';
import { edsMetadata } from './eds-metadata.ts';
import { detectorsOf } from './microscope.ts';

/** A summed EDS spectrum, of one segment of the detector or of all; several, when the dataset has more columns than one. */
export async function readSpectrum(contents: Contents, path: string): Promise<ArrayDataset> {
  const { file, source } = contents;
  const data = `${path}/Data`;
  const { shape, dtype } = await file.dataset(data);
  if (shape.length !== 2 || dtype === undefined || !isReal(dtype)) {
    throw formatError({
      code: 'bad-spectrum',
      where: `${source.name}:${data}`,
      what: `the values are ${dtype ?? 'records'} of shape ${shape.join(' × ')}`,
      expected: 'numbers of channels × spectra',
    });
  }
  const [channels, spectra] = shape;
  const tree = await readJsonColumn(file, `${path}/Metadata`);
  const detectors = detectorsOf(tree);
  const stack: Axis[] = spectra === 1 ? [] : [uniformAxis({ name: 'Stack', role: 'navigation', size: spectra })];
  return {
    kind: 'array',
    title: 'EDS',
    shape: [...stack.map(({ size }) => size), channels],
    dtype,
    axes: [...stack, energyAxis('Energy', detectors[0], channels)],
    values: { kind: 'dense', load: () => loadSpectra(source, data, shape) },
    metadata: edsMetadata(tree, detectors, contents.elements),
    original: summarised(tree) as ArrayDataset['original'],
    warnings: [],
  };
}

async function loadSpectra(source: ByteSource, path: string, shape: readonly number[]): Promise<ValueArray> {
  const file = await openHdf5(source);
  try {
    return permuteAxes(await file.read(path), shape, [1, 0]);
  } finally {
    await file.close();
  }
}
