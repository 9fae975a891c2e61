import { type Axis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Metadata, PlainTree } from '../../signal/dataset.ts';
import { formatError, isSpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { elementText } from '../guarded-xml.ts';
import { type Hdf5File, hdf5Kind, hdf5Values, openHdf5 } from '../hdf5/index.ts';
import { child, type Element } from '../xml-tree.ts';
import { gridAxes, gridOf, imageAxes, type Position } from './axes.ts';
import {
  badTopSpin,
  documentMetadata,
  documentTree,
  itemOf,
  numberIn,
  parseDescription,
  type Result,
  resultsOf,
} from './description.ts';
import { seriesValues } from './series-values.ts';

/** Images, and groups of frames, are called by the number they have in the description. */
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MOST_RESULTS = 256;
const MOST_FRAMES = 1 << 22;

export async function isTopSpin(source: ByteSource): Promise<boolean> {
  const file = await openHdf5(source);
  try {
    const members = await file.list('/');
    const has = (name: string) => members.some((member) => member.name === name && member.kind === 'dataset');
    if (!has('Metadata') || !has('Version')) return false;
    if ((await file.dataset('/Metadata')).element.kind !== 'text') return false;
    const [xml = ''] = await file.strings('/Metadata');
    return /<Metadata\s[^>]{0,200}Serializer=/.test(xml.slice(0, 1000));
  } finally {
    await file.close();
  }
}

/** The document as all that is in it shares it. */
interface Document {
  readonly file: Hdf5File;
  readonly source: ByteSource;
  readonly title: string;
  readonly results: ReadonlyMap<string, Result>;
  readonly metadata: Metadata;
  readonly original: PlainTree;
}

/**
 * Images and series of frames of a document: of a scan along lines x, or y and x (nm), then the rows and columns of the
 * patterns (rad). The small picture for file lists is passed over. A result that cannot be read is left out with a warning.
 *
 * @throws SpectrailError `format/not-topspin`, `format/bad-topspin`, and those of {@link openHdf5}
 */
export async function readTopSpin(source: ByteSource): Promise<ArrayDataset[]> {
  const file = await openHdf5(source);
  try {
    const members = await file.list('/');
    if (!members.some(({ name, kind }) => name === 'Metadata' && kind === 'dataset'))
      throw await notTopSpin(file, source);
    const [xml] = await file.strings('/Metadata');
    const element = parseDescription(xml ?? '', `${source.name}:/Metadata`);
    const document: Document = {
      file,
      source,
      title: elementText(child(element, 'Title')),
      results: resultsOf(element),
      metadata: documentMetadata(element),
      original: documentTree(element),
    };
    const datasets: ArrayDataset[] = [];
    const failures: Error[] = [];
    for (const { name, kind } of members.filter(({ name }) => ID.test(name)).slice(0, MOST_RESULTS)) {
      if (kind === 'other') continue;
      try {
        datasets.push(kind === 'group' ? await readSeries(document, name) : await readImage(document, name));
      } catch (error) {
        if (!isSpectrailError(error)) throw error;
        failures.push(error);
      }
    }
    if (datasets.length === 0) {
      throw failures[0] ?? badTopSpin(source.name, 'the document holds no image and no series', 'a result');
    }
    const notes = failures.map((error) => `a result is left out: ${error.message.split('\n')[0]}`);
    return datasets.map((dataset) => ({ ...dataset, warnings: [...dataset.warnings, ...notes] }));
  } finally {
    await file.close();
  }
}

async function readImage(
  { file, source, title, results, metadata, original }: Document,
  id: string,
): Promise<ArrayDataset> {
  const path = `/${id}`;
  const { shape, dtype } = await file.dataset(path);
  if (dtype === undefined || shape.length !== 2 || shape.includes(0)) {
    throw badTopSpin(
      `${source.name}:${path}`,
      `an image of ${dtype ?? 'no numbers'}, ${shape.join(' × ')}`,
      'two sides',
    );
  }
  const result = results.get(id);
  const warnings: string[] = [];
  return {
    kind: 'array',
    title: [title, result?.name ?? ''].filter(Boolean).join(', '),
    shape,
    dtype,
    axes: imageAxes(shape, child(result?.value, 'Calibration'), warnings),
    values: hdf5Values(source, { path, shape, dtype, order: [0, 1] }),
    metadata,
    original,
    warnings,
  };
}

async function readSeries(
  { file, source, title, results, metadata, original }: Document,
  id: string,
): Promise<ArrayDataset> {
  const path = `/${id}`;
  const where = `${source.name}:${path}`;
  const names = new Set((await file.list(path)).map(({ name }) => name));
  let frames = 0;
  while (frames < MOST_FRAMES && names.has(String(frames))) frames++;
  if (frames === 0) throw badTopSpin(where, 'the series has no frame', 'groups "0", "1" …');
  const { shape: frame, dtype } = await file.dataset(`${path}/0/Data`);
  if (dtype === undefined || frame.length !== 2 || frame.includes(0)) {
    throw badTopSpin(where, `frames of ${dtype ?? 'no numbers'}, ${frame.join(' × ')}`, 'frames of two sides');
  }
  const warnings: string[] = [];
  const declared = numberIn(child(results.get(id)?.value, 'Count'));
  if (declared !== undefined && declared !== frames) {
    warnings.push(`the document speaks of ${declared} frames, the file has ${frames}`);
  }
  const description = async (i: number) => describeFrame(file, `${path}/${i}`, source.name);
  const grid = await gridOf(frames, async (i) => positionIn(await description(i)));
  const inGrid = grid ? grid.rows * grid.columns : frames;
  if (inGrid < frames)
    warnings.push(`the last line of the scan is not complete: its ${frames - inGrid} frames are left out`);
  const places: Axis[] = grid ? gridAxes(grid) : [uniformAxis({ name: 'frame', role: 'navigation', size: frames })];
  if (!grid && frames > 1) warnings.push('the frames were not taken along lines of equal steps: they are counted');
  const axes = [...places, ...imageAxes(frame, child(await description(0), 'Calibration'), warnings)];
  const shape = axes.map(({ size }) => size);
  const diffraction = axes.at(-1)?.unit === 'rad';
  return {
    kind: 'array',
    title,
    shape,
    dtype,
    axes,
    values: seriesValues(source, { path, frames: inGrid, frame, dtype }, shape),
    metadata: diffraction ? { ...metadata, signal_type: 'electron_diffraction' } : metadata,
    original,
    warnings,
  };
}

/** Undefined where a frame has no description, or one that cannot be read. */
async function describeFrame(file: Hdf5File, path: string, name: string): Promise<Element | undefined> {
  try {
    const [xml] = await file.strings(`${path}/Metadata`);
    return parseDescription(xml ?? '', `${name}:${path}`);
  } catch (error) {
    if (isSpectrailError(error, 'format')) return undefined;
    throw error;
  }
}

function positionIn(description: Element | undefined): Position | undefined {
  const position = itemOf(child(description, 'Metadata'), 'RequestedBeamPosition');
  const [x, y] = ['X', 'Y'].map((axis) => numberIn(child(position, axis)));
  return x === undefined || y === undefined ? undefined : [x, y];
}

async function notTopSpin(file: Hdf5File, source: ByteSource) {
  const kind = await hdf5Kind(file);
  return formatError({
    code: 'not-topspin',
    where: source.name,
    what: `this HDF5 file ${kind ? `looks like ${kind}` : 'is of no known kind'}: it holds no description of a document`,
    expected: 'a dataset "Metadata" with XML',
    fix: 'save the document from TopSpin',
  });
}
