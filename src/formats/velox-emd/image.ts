import type { ArrayDataset } from '../../signal/dataset.ts';
import { DTYPES, type ValueArray } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { openHdf5 } from '../hdf5/index.ts';
import { readJsonColumn } from '../hdf5/json-text.ts';
import { summarised, textAt } from '../json-tree.ts';
import { frameAxis, scanAxes } from './axes.ts';
import type { Contents } from './contents.ts';
import { microscopeMetadata } from './microscope.ts';
import { lastAxisFirst } from './slabs.ts';

/**
 * An image or a series of images: stored as height × width × frames. Real values are given as float64, complex ones
 * (a Fourier transform, of which Velox keeps half; differential phase contrast) as they are.
 */
export async function readImage(contents: Contents, path: string): Promise<ArrayDataset> {
  const { file, source, labels } = contents;
  const data = `${path}/Data`;
  const { shape, dtype } = await file.dataset(data);
  const complex = dtype === 'complex64' || dtype === 'complex128';
  if (shape.length !== 3 || dtype === undefined || (DTYPES[dtype].width !== 1 && !complex)) {
    throw formatError({
      code: 'bad-image',
      where: `${source.name}:${data}`,
      what: `the values are ${dtype ?? 'records'} of shape ${shape.join(' × ')}`,
      expected: 'numbers of height × width × frames',
    });
  }
  const [height, width, frames] = shape;
  const tree = await readJsonColumn(file, `${path}/Metadata`);
  const single = frames === 1;
  return {
    kind: 'array',
    title: labels.get(path) ?? detectorName(tree),
    shape: single ? [height, width] : [frames, height, width],
    dtype: complex ? dtype : 'float64',
    axes: [...(single ? [] : [frameAxis(tree, frames)]), ...scanAxes(tree, { height, width }, 'signal')],
    values: { kind: 'dense', load: () => loadImage(source, data, complex) },
    metadata: microscopeMetadata(tree),
    original: summarised(tree) as ArrayDataset['original'],
    warnings: [],
  };
}

function detectorName(tree: ArrayDataset['original']): string {
  const index = textAt(tree, 'BinaryResult', 'DetectorIndex');
  const name = index === undefined ? undefined : textAt(tree, 'Detectors', `Detector-${index}`, 'DetectorName');
  return name ?? textAt(tree, 'BinaryResult', 'Detector') ?? 'Image';
}

async function loadImage(source: ByteSource, path: string, complex: boolean): Promise<ValueArray> {
  const file = await openHdf5(source);
  try {
    const values = await lastAxisFirst(file, path);
    return complex ? values : asDoubles(values);
  } finally {
    await file.close();
  }
}

function asDoubles(values: ValueArray): Float64Array {
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) return Float64Array.from(values, Number);
  return values instanceof Float64Array ? values : new Float64Array(values);
}
