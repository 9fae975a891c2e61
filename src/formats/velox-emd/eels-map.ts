import { type Axis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Metadata, PlainTree } from '../../signal/dataset.ts';
import { isReal, type ValueArray } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { openHdf5 } from '../hdf5/index.ts';
import { readJsonColumn, tryJson } from '../hdf5/json-text.ts';
import { entry, numberAt, summarised } from '../json-tree.ts';
import { scanAxes } from './axes.ts';
import type { Contents } from './contents.ts';
import { groupsIn } from './groups.ts';
import { microscopeMetadata, present } from './microscope.ts';
import { lastAxisFirst } from './slabs.ts';

/** What the unit of the axes is to suit. */
const HALF_A_PIXEL = 0.5;

/**
 * An EELS map of one energy range: stored as x × energy × y, a line scan as x × energy. The pixel size stands with the
 * EDS data taken at the same time; without them the scan is in pixels.
 */
export async function readEelsMap(contents: Contents, path: string): Promise<ArrayDataset> {
  const { file, source } = contents;
  const data = `${path}/Data`;
  const { shape, dtype } = await file.dataset(data);
  if ((shape.length !== 2 && shape.length !== 3) || dtype === undefined || !isReal(dtype)) {
    throw formatError({
      code: 'bad-eels-map',
      where: `${source.name}:${data}`,
      what: `the values are ${dtype ?? 'records'} of shape ${shape.join(' × ')}`,
      expected: 'numbers of x × energy × y, or of x × energy',
    });
  }
  const [width, channels, height = 1] = shape;
  const acquisition = await readJsonColumn(file, `${path}/AcquisitionMetadata`);
  const tree = (await tryJson(() => readJsonColumn(file, `${path}/Metadata`))) ?? {};
  const scan = scanAxes(await calibrated(contents, tree), { height, width }, 'navigation', HALF_A_PIXEL);
  const navigation = shape.length === 3 ? scan : scan.slice(1);
  return {
    kind: 'array',
    title: 'EELS',
    shape: [...navigation.map(({ size }) => size), channels],
    dtype,
    axes: [...navigation, lossAxis(acquisition, channels)],
    values: { kind: 'dense', load: () => loadMap(source, data, shape.length) },
    metadata: eelsMetadata(tree, acquisition),
    original: summarised({ ...tree, EelsAcquisition: acquisition }) as PlainTree,
    warnings: cameraWarnings(acquisition),
  };
}

async function calibrated({ file }: Contents, tree: PlainTree): Promise<PlainTree> {
  if (entry(tree, 'BinaryResult', 'PixelSize') !== undefined) return tree;
  for (const place of ['/Data/SpectrumImage', '/Data/SpectrumStream']) {
    for (const group of await groupsIn(file, place)) {
      const other = await tryJson(() => readJsonColumn(file, `${group}/Metadata`));
      if (other && entry(other, 'BinaryResult', 'PixelSize') !== undefined) return other;
    }
  }
  return tree;
}

function lossAxis(acquisition: PlainTree, channels: number): Axis {
  const scale = numberAt(acquisition, 'Data', 'dispersion');
  const offset = numberAt(acquisition, 'Data', 'offset');
  const name = 'Energy-loss';
  if (!scale || offset === undefined) return uniformAxis({ name, role: 'spectral', size: channels });
  const calibration = { origin: 'file' };
  return uniformAxis({ name, unit: 'eV', role: 'spectral', size: channels, scale, offset, calibration });
}

function eelsMetadata(tree: PlainTree, acquisition: PlainTree): Metadata {
  const collection = numberAt(tree, 'CustomProperties', 'EnergyFilter.CollectionAngleRange.End', 'value');
  const detector = present({
    exposure: numberAt(acquisition, 'Data', 'exposureTime'),
    frame_number: numberAt(acquisition, 'Data', 'detectorFramesAveraged'),
    collection_angle: collection ? collection * 1000 : undefined,
    intensity_scale: numberAt(acquisition, 'Data', 'intensityScale'),
    intensity_offset: numberAt(acquisition, 'Data', 'intensityOffset'),
  });
  return { ...microscopeMetadata(tree), detector_EELS: detector, signal_type: 'EELS' };
}

function cameraWarnings(acquisition: PlainTree): string[] {
  const scale = numberAt(acquisition, 'Data', 'intensityScale');
  const offset = numberAt(acquisition, 'Data', 'intensityOffset');
  if (scale === undefined || offset === undefined || (scale === 1 && offset === 0)) return [];
  return [
    `the values are those of the camera: the file turns them into intensity by × ${scale} ${offset < 0 ? '−' : '+'} ${Math.abs(offset)}`,
  ];
}

async function loadMap(source: ByteSource, path: string, rank: number): Promise<ValueArray> {
  const file = await openHdf5(source);
  try {
    return rank === 3 ? await lastAxisFirst(file, path) : await file.read(path);
  } finally {
    await file.close();
  }
}
