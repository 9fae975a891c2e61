import { ELEMENTS } from '../../reference/elements.ts';
import type { ArrayDataset, Dataset } from '../../signal/dataset.ts';
import { formatError, isSpectrailError, type SpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { type Hdf5File, hdf5Kind, openHdf5 } from '../hdf5/index.ts';
import { readJsonText, tryJson } from '../hdf5/json-text.ts';
import { textAt } from '../json-tree.ts';
import type { Contents } from './contents.ts';
import { readEelsMap } from './eels-map.ts';
import { groupsIn, membersOf } from './groups.ts';
import { readImage } from './image.ts';
import { readLabels } from './labels.ts';
import type { ScanSize } from './scan-size.ts';
import { readElements } from './settings.ts';
import { readSpectrum } from './spectrum.ts';
import { readSpectrumMap } from './spectrum-map.ts';

/** Written by Velox, or by Thermo Fisher's own tools. */
const WRITERS = ['Velox', 'DevelopersKit'];

export async function isVeloxFile(source: ByteSource): Promise<boolean> {
  const file = await openHdf5(source);
  try {
    return await isVelox(file);
  } finally {
    await file.close();
  }
}

async function isVelox(file: Hdf5File): Promise<boolean> {
  const root = await file.list('/');
  const has = (name: string, kind: string) => root.some((member) => member.name === name && member.kind === kind);
  if (!has('Data', 'group') || !has('Version', 'dataset')) return false;
  const version = await tryJson(() => readJsonText(file, '/Version'));
  return WRITERS.includes(textAt(version, 'format') ?? '');
}

/**
 * Spectra first, then images, EELS maps and the EDS map. A part that cannot be read is left out with a warning.
 * @throws SpectrailError `format/not-velox`, `format/no-signal`, and those of the parts and of {@link openHdf5}
 */
export async function readVelox(source: ByteSource): Promise<Dataset[]> {
  const file = await openHdf5(source);
  try {
    if (!(await isVelox(file))) throw await notVelox(file, source);
    return await readParts(file, source);
  } finally {
    await file.close();
  }
}

async function readParts(file: Hdf5File, source: ByteSource): Promise<Dataset[]> {
  const elements = (await readElements(file))?.flatMap((z) => ELEMENTS[z - 1]?.symbol ?? []);
  const contents: Contents = { file, source, labels: await readLabels(file), elements };
  const failures: { path: string; error: SpectrailError }[] = [];
  const attempt = async <T>(path: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!isSpectrailError(error)) throw error;
      failures.push({ path, error });
      return undefined;
    }
  };
  const every = async (place: string, read: (contents: Contents, path: string) => Promise<ArrayDataset>) => {
    const found: (ArrayDataset | undefined)[] = [];
    for (const path of await groupsIn(file, place)) found.push(await attempt(path, () => read(contents, path)));
    return found.filter((dataset) => dataset !== undefined);
  };
  const spectra = await every('/Data/Spectrum', readSpectrum);
  const images = await every('/Data/Image', readImage);
  const eels = await every('/Data/EelsSpectrumImage', readEelsMap);
  const map = await attempt('/Data/SpectrumStream', () => readSpectrumMap(contents, images.map(sizeOf)));
  const datasets = [...spectra, ...images, ...eels, ...(map ? [map] : [])];
  const notes = failures.map(({ path, error }) => `"${path}" is left out: ${error.what}`);
  if (await isPruned(file)) {
    notes.push('the EDS map is stored in a form that only Velox reads: save the file in Velox without pruning it');
  }
  if (datasets.length > 0) return datasets.map((dataset) => noted(dataset, notes));
  if (failures.length > 0) throw failures[0].error;
  throw formatError({
    code: 'no-signal',
    where: source.name,
    what: notes[0] ?? 'the file holds no image and no spectrum',
    expected: 'images, spectra or a spectrum stream in the group "Data"',
  });
}

function noted(dataset: ArrayDataset, notes: readonly string[]): ArrayDataset {
  const { values } = dataset;
  const warnings = [...dataset.warnings, ...notes];
  if (values.kind === 'dense' || !values.settle) return { ...dataset, warnings };
  const { settle } = values;
  return { ...dataset, warnings, values: { ...values, settle: async () => noted(await settle(), notes) } };
}

function sizeOf({ shape }: ArrayDataset): ScanSize {
  const [height, width] = shape.slice(-2);
  return { height, width };
}

async function isPruned(file: Hdf5File): Promise<boolean> {
  const [stored, streams] = [await groupsIn(file, '/Data/SpectrumImage'), await groupsIn(file, '/Data/SpectrumStream')];
  return stored.length > 0 && streams.length === 0;
}

async function notVelox(file: Hdf5File, source: ByteSource): Promise<SpectrailError> {
  const kind = await hdf5Kind(file);
  const held = (await membersOf(file, '/')).slice(0, 6).map(({ name }) => `"${name}"`);
  return formatError({
    code: 'not-velox',
    where: source.name,
    what: `this HDF5 file ${kind ? `looks like ${kind}` : 'is of no known kind'}: it holds ${held.join(', ') || 'nothing'}`,
    expected: 'a file saved by Velox (a group "Data" and a "Version" that names Velox)',
    fix: 'save it in Velox, or convert it with the program that wrote it',
  });
}
