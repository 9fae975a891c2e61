import { type Axis, uniformAxis } from '../../signal/axis.ts';
import type { EventsBlock } from '../../signal/block.ts';
import type { Dataset, Metadata } from '../../signal/dataset.ts';
import { type Dtype, decodeValues, dtypeOf } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { decodeBase64 } from './base64.ts';
import { edsDetector, energyAxis, instrumentOf, QUANTITY } from './eds-vocabulary.ts';
import { type Header, type ImagePlane, parseHeader } from './header.ts';
import { type DecodedMap, decodeMap } from './pixels.ts';
import { openSfs, readSfsFile, type Sfs, type SfsEntry } from './sfs.ts';
import type { SumSpectrum } from './spectrum.ts';

/** Detectors of one map; each takes memory for every pixel. */
const MOST_MAPS = 16;

/** The stored sum spectrum may run a last, unfinished frame ahead of the map: 0.04 % in files seen. */
const SUM_TOLERANCE = 0.01;

/**
 * Images first, then one map per detector. Energies in keV, pixel sizes in µm (`pix` where not calibrated).
 * @throws SpectrailError `format/no-eds` for a composite file without an EDS map; others when the file is damaged.
 */
export async function readBcf(file: ByteSource): Promise<Dataset[]> {
  const sfs = await openSfs(file);
  const find = (path: string) => sfs.entries.find((entry) => entry.path === path);
  const headerEntry = find('EDSDatabase/HeaderData');
  if (!headerEntry) throw noEds(sfs);
  const header = parseHeader(await readSfsFile(sfs, headerEntry), `${file.name}, EDSDatabase/HeaderData`);
  const maps: Dataset[] = [];
  for (const [index, spectrum] of header.spectra) {
    const entry = find(`EDSDatabase/SpectrumData${index}`);
    if (!entry) continue;
    if (maps.length === MOST_MAPS) throw tooManyMaps(file);
    maps.push(await readMap(sfs, entry, header, spectrum, maps.length));
  }
  if (maps.length === 0) throw noEds(sfs);
  return [...header.images.map((image) => imageDataset(image, header, file.name)), ...maps];
}

async function readMap(
  sfs: Sfs,
  entry: SfsEntry,
  header: Header,
  spectrum: SumSpectrum,
  order: number,
): Promise<Dataset> {
  const map = decodeMap(await readSfsFile(sfs, entry), spectrum.channels, `${sfs.file.name}, ${entry.path}`);
  const { height, width, block } = map;
  return {
    kind: 'array',
    title: order === 0 ? 'EDX' : `EDX ${order + 1}`,
    shape: [height, width, spectrum.channels],
    dtype: dtypeOf(block.count),
    axes: [...scanAxes(height, width, header.dy, header.dx, 'navigation'), energyAxis(spectrum, spectrum.channels)],
    values: { kind: 'events', load: async () => block },
    metadata: mapMetadata(header, spectrum),
    original: header.original,
    warnings: mapWarnings(map, header, spectrum),
  };
}

function imageDataset(image: ImagePlane, header: Header, file: string): Dataset {
  const { title, width, height, bytesPerPixel, base64 } = image;
  const dtype: Dtype = bytesPerPixel === 1 ? 'uint8' : bytesPerPixel === 2 ? 'uint16' : 'uint32';
  const load = async () => {
    const bytes = decodeBase64(base64, width * height * bytesPerPixel, `${file}, image "${title}"`);
    return decodeValues(bytes, dtype, width * height);
  };
  return {
    kind: 'array',
    title,
    shape: [height, width],
    dtype,
    axes: scanAxes(height, width, image.dy, image.dx, 'signal'),
    values: { kind: 'dense', load },
    metadata: microscope(header, header.highVoltage),
    original: header.original,
    warnings: [],
  };
}

function scanAxes(
  height: number,
  width: number,
  dy: number | undefined,
  dx: number | undefined,
  role: 'navigation' | 'signal',
): Axis[] {
  const axis = (name: string, size: number, scale: number | undefined) =>
    uniformAxis({ name, unit: scale === undefined ? 'pix' : 'µm', role, size, scale: scale ?? 1 });
  return [axis('height', height, dy), axis('width', width, dx)];
}

function microscope(header: Header, energy: number | undefined): Metadata {
  const metadata: Metadata = {};
  if (energy !== undefined) metadata.instrument = instrumentOf(energy);
  if (energy !== undefined) metadata.beam_energy_keV = energy;
  if (header.magnification !== undefined) metadata.magnification = header.magnification;
  if (Object.keys(header.stage).length > 0) metadata.stage = { ...header.stage };
  return metadata;
}

function mapMetadata(header: Header, spectrum: SumSpectrum): Metadata {
  const energy = spectrum.primaryEnergy ?? header.highVoltage;
  const metadata = microscope(header, energy);
  metadata.detector_EDS = edsDetector(spectrum, header.realTime);
  if (header.date !== undefined) metadata.date = header.date;
  if (header.time !== undefined) metadata.time = header.time;
  metadata.signal_type = energy === undefined ? 'EDS' : `EDS_${metadata.instrument}`;
  metadata.quantity = QUANTITY;
  metadata.elements = header.elements.map(({ symbol }) => symbol);
  metadata.xray_lines = header.elements.flatMap(({ symbol, line }) => (line ? [`${symbol}_${siegbahn(line)}`] : []));
  return metadata;
}

/** `KA`, `K` → `Ka`; `LA` → `La`: a family alone stands for its strongest line. */
function siegbahn(line: string): string {
  return line[0].toUpperCase() + (line.slice(1).toLowerCase() || 'a');
}

function mapWarnings(map: DecodedMap, header: Header, spectrum: SumSpectrum): string[] {
  const { height, width, beyondAxis } = map;
  const warnings: string[] = [];
  const { scan } = header;
  if (scan && (scan.width !== width || scan.height !== height)) {
    warnings.push(`the header says ${scan.height} × ${scan.width} pixels, the map has ${height} × ${width}`);
  }
  if (beyondAxis > 0) {
    warnings.push(`${beyondAxis} counts lie beyond channel ${spectrum.channels - 1}, the end of the energy axis`);
  }
  const total = totalOf(map.block) + beyondAxis;
  const stored = spectrum.counts.reduce((sum, count) => sum + count, 0);
  if (spectrum.counts.length === spectrum.channels && Math.abs(stored - total) > SUM_TOLERANCE * stored) {
    warnings.push(`the stored sum spectrum holds ${stored} counts, the map ${total}`);
  }
  return warnings;
}

function tooManyMaps(file: ByteSource) {
  return formatError({
    code: 'too-many-maps',
    where: file.name,
    what: `the file holds more than ${MOST_MAPS} maps`,
    expected: `one for each detector, ${MOST_MAPS} at most`,
  });
}

function totalOf({ count }: EventsBlock): number {
  let total = 0;
  for (let e = 0; e < count.length; e++) total += count[e];
  return total;
}

function noEds(sfs: Sfs) {
  const folders = [...new Set(sfs.entries.map(({ path }) => path.split('/')[0]))];
  return formatError({
    code: 'no-eds',
    where: sfs.file.name,
    what: 'this composite file has no EDS map',
    expected: `EDSDatabase/HeaderData with its SpectrumData; the file holds ${folders.join(', ') || 'nothing'}`,
    fix: 'EBSD maps and particle lists are not read: export the EDS map from Esprit',
  });
}
