import { type Axis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Metadata } from '../../signal/dataset.ts';
import { dtypeOf } from '../../signal/dtype.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { readDirectories } from '../tiff/ifd.ts';
import { readTiff } from '../tiff/read.ts';
import { readWhole } from '../whole-text.ts';
import { type FeiImage, readFeiImage } from './fei-image.ts';
import { analysisMetadata, analysisOriginal, contradictsItself } from './metadata.ts';
import {
  type Analysis,
  type Conditions,
  MAGIC,
  type ProjectImage,
  readProject,
  type Scan,
  type Spectrum,
} from './project.ts';
import { Unpacked } from './unpacked.ts';

const MOST_BYTES = 2 ** 30;
/** Packed, a block is no longer. */
const FIRST_BLOCK = 1 << 20;
/** The tag in which FEI microscopes keep XML. */
const FEI_XML = 34683;

/**
 * The images of a project, each followed by its analyses: spectra, line scans and maps, these as counts that are not 0.
 * Energies in keV, sides of pixels in µm.
 *
 * @throws SpectrailError `format/bad-elid`, `format/truncated`, `format/bad-compression`, `format/zip-bomb`,
 * `input/too-large`.
 */
export async function readElid(file: ByteSource): Promise<ArrayDataset[]> {
  const from = new Unpacked(await readWhole(file, MOST_BYTES), file.name);
  const { version, images, analyses } = readProject(from);
  const datasets: ArrayDataset[] = [];
  for (const [i, image] of images.entries()) {
    const { dataset, field } = await readImage(image, `${file.name}, image ${i + 1}`);
    if (dataset) datasets.push(dataset);
    for (const analysis of image.analyses) datasets.push(describe(analysis, image.label, version, field));
  }
  for (const analysis of analyses) datasets.push(describe(analysis, '', version, NO_FIELD));
  if (datasets.length > 0) return datasets;
  throw from.bad('the project is empty', 'an image or an analysis');
}

/** What an image says for its analyses. */
interface Field {
  /** The longer side, µm; scaled as maps are. */
  readonly side?: number;
  readonly metadata: Metadata;
}

const NO_FIELD: Field = { metadata: {} };

async function readImage({ tiff, label }: ProjectImage, where: string) {
  if (tiff.length === 0) return { field: NO_FIELD };
  const source: ByteSource = {
    name: where,
    size: tiff.length,
    read: async (offset, length) => tiff.subarray(offset, offset + length),
    sibling: async () => undefined,
  };
  const [page] = await readTiff(source);
  const [directory] = await readDirectories(source);
  const warnings = [...page.warnings];
  const notes = await directory.text(FEI_XML);
  const fei: FeiImage | undefined = notes === undefined ? undefined : readFeiImage(notes, warnings);
  const [height, width] = page.shape;
  const axis = (name: string, size: number, scale: number | undefined) =>
    uniformAxis({ name, unit: scale === undefined ? '' : 'µm', role: 'signal', size, scale });
  const calibrated =
    page.shape.length === 2 ? [axis('y', height, fei?.pixel?.height), axis('x', width, fei?.pixel?.width)] : page.axes;
  const dataset: ArrayDataset = {
    ...page,
    title: label,
    axes: calibrated,
    metadata: fei?.metadata ?? {},
    original: fei?.original ?? {},
    warnings,
  };
  const side = fei?.pixel && Math.max(fei.pixel.width * width, fei.pixel.height * height) * fei.scanScale;
  return { dataset, field: { side, metadata: dataset.metadata } };
}

function describe(analysis: Analysis, label: string, version: number, field: Field): ArrayDataset {
  const { kind, numbers, spectrum, scan } = analysis;
  const name = `${kind} ${numbers.join(' - ')}`;
  const common = {
    kind: 'array' as const,
    title: label === '' ? name : `${label}, ${name}`,
    metadata: analysisMetadata(analysis, field.metadata),
    original: analysisOriginal(analysis, version),
    warnings: contradictsItself(analysis.conditions) ? [timesWarning(analysis.conditions)] : [],
  };
  if (!scan) {
    const axes = [energyAxis('Energy', spectrum, spectrum.counts.length)];
    const load = async () => spectrum.counts.slice();
    return { ...common, shape: [axes[0].size], dtype: 'uint32', axes, values: { kind: 'dense', load } };
  }
  const axes = [...placeAxes(scan, kind === 'Map', field.side), energyAxis('X-ray energy', scan, scan.channels)];
  return {
    ...common,
    shape: axes.map(({ size }) => size),
    dtype: dtypeOf(scan.counts.count),
    axes,
    values: { kind: 'events', load: async () => scan.counts },
  };
}

const shown = (seconds: number) => Number(seconds.toPrecision(6));
const timesWarning = ({ liveTime, realTime }: Conditions) =>
  `the file has a live time of ${shown(liveTime)} s, above its real time of ${shown(realTime)} s: neither is taken, both are in the original`;

function placeAxes({ points, lines, frame }: Scan, map: boolean, side: number | undefined): Axis[] {
  const axis = (name: string, size: number, part: number) => {
    const length = side === undefined ? Number.NaN : side * part;
    if (!(length > 0 && Number.isFinite(length))) return uniformAxis({ name, role: 'navigation', size });
    return uniformAxis({ name, unit: 'µm', role: 'navigation', size, scale: length / size });
  };
  if (!map) return [uniformAxis({ name: 'i', role: 'navigation', size: points })];
  const [left, top, right, bottom] = frame;
  return [axis('y', lines, bottom - top), axis('x', points, right - left)];
}

function energyAxis(name: string, { offset, dispersion }: Omit<Spectrum, 'counts'>, size: number): Axis {
  const energies = { scale: dispersion / 1e3, offset: offset / 1e3 };
  return uniformAxis({ name, unit: 'keV', role: 'spectral', size, ...energies, calibration: { origin: 'file' } });
}

/** Does it unpack to a project? */
export async function isElid(file: ByteSource): Promise<boolean> {
  const head = await file.read(0, Math.min(file.size, FIRST_BLOCK));
  try {
    return new TextDecoder('latin1').decode(new Unpacked(head, file.name).bytes(MAGIC.length)) === MAGIC;
  } catch (error) {
    if (isSpectrailError(error, 'format')) return false;
    throw error;
  }
}
