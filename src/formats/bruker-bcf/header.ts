import type { PlainTree } from '../../signal/dataset.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { child, type Element } from '../xml-tree.ts';
import { bad, isoDate, isoTime, numbers, readSpectrum, type SumSpectrum } from './spectrum.ts';
import {
  children,
  imageText,
  instance,
  instances,
  numberOf,
  parseXml,
  plainTree,
  positive,
  textOf,
} from './xml-node.ts';

/** What `EDSDatabase/HeaderData` says; everything the data can be read without is optional. */
export interface Header {
  readonly name?: string;
  /** ISO 8601. */
  readonly date?: string;
  readonly time?: string;
  /** keV. */
  readonly highVoltage?: number;
  readonly magnification?: number;
  /** Pixel size in µm. */
  readonly dx?: number;
  readonly dy?: number;
  readonly stage: PlainTree;
  /** Images taken with the map, then overview images. */
  readonly images: readonly ImagePlane[];
  /** Size of the scan in pixels, where the header has it. */
  readonly scan?: { readonly width: number; readonly height: number };
  /** Acquisition time of the map in s, from the scan parameters and the lines scanned. */
  readonly realTime?: number;
  readonly elements: readonly { readonly symbol: string; readonly line?: string }[];
  /** By the N of `SpectrumDataN`. */
  readonly spectra: ReadonlyMap<number, SumSpectrum>;
  readonly original: PlainTree;
}

export interface ImagePlane {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** 1, 2 or 4. */
  readonly bytesPerPixel: number;
  /** µm; undefined where not calibrated. */
  readonly dx?: number;
  readonly dy?: number;
  readonly base64: string;
}

const MAX_IMAGE_BYTES = 1 << 30;

/** @throws SpectrailError `format/bad-header` when the XML, a sum spectrum's calibration or an image cannot be used. */
export function parseHeader(bytes: Uint8Array, where: string): Header {
  try {
    const { root, images } = parseXml(bytes);
    const database = child(child(root, 'TRTSpectrumDatabase'), 'ClassInstance');
    if (!database)
      throw bad(where, 'the header has no spectrum database', 'TRTSpectrumDatabase with its ClassInstance');
    return readDatabase(database, images, where);
  } catch (cause) {
    if (isSpectrailError(cause)) throw cause;
    const why = cause instanceof Error ? cause.message : cause;
    throw bad(where, `the header is not readable XML (${why})`, 'XML as Esprit writes it', cause);
  }
}

function readDatabase(database: Element, base64: readonly string[], where: string): Header {
  const sem = instance(database, 'TRTSEMData');
  const map = instances(database, 'TRTImageData').find((image) => textOf(image, '@_Name') === undefined);
  const container = children(instance(database, 'TRTContainerClass'));
  const overview = container.filter((node) => textOf(node, '@_Name') === 'OverviewImages').flatMap(children);
  const [dx, dy] = [positive(sem, 'DX'), positive(sem, 'DY')];
  const scan = map && imageSize(map);
  const lines = numbers(textOf(database, 'LineCounter'));
  return {
    name: textOf(database, '@_Name')?.trim() || undefined,
    date: isoDate(textOf(child(database, 'Header'), 'Date')),
    time: isoTime(textOf(child(database, 'Header'), 'Time')),
    highVoltage: positive(sem, 'HV'),
    magnification: positive(sem, 'Mag'),
    dx,
    dy,
    stage: readStage(instance(database, 'TRTSEMStageData')),
    images: [
      ...(map ? planes(map, base64, dx, dy, where) : []),
      ...overview
        .filter((node) => textOf(node, '@_Type') === 'TRTImageData')
        .flatMap((node) => planes(node, base64, positive(node, 'XCalibration'), positive(node, 'YCalibration'), where)),
    ],
    scan,
    realTime: scan && mapTime(instance(database, 'TRTDSPConfiguration'), lines, scan.width),
    elements: readElements(container),
    spectra: readSpectra(database, where),
    original: plainTree(database),
  };
}

/** Microseconds per pixel and line pass, times passes and pixels per line. */
function mapTime(scan: Element | undefined, lines: readonly number[], width: number): number | undefined {
  const [pixel, pixelAverage, lineAverage] = ['PixelTime', 'PixelAverage', 'LineAverage'].map((key) =>
    positive(scan, key),
  );
  if (!pixel || !pixelAverage || !lineAverage || lines.length === 0) return undefined;
  const passes = lines.reduce((sum, count) => sum + count, 0);
  return (passes * lineAverage * pixelAverage * pixel * width) / 1e6;
}

function readStage(node: Element | undefined): PlainTree {
  const stage: PlainTree = {};
  const fields = { Rotation: 'rotation', Tilt: 'tilt_alpha', X: 'x', Y: 'y', Z: 'z' };
  for (const [field, key] of Object.entries(fields)) {
    const value = numberOf(node, field);
    if (value === undefined) continue;
    stage[key] = value;
    if (field.length === 1) stage[`${key}_units`] = 'µm';
  }
  return stage;
}

function planes(
  image: Element,
  base64: readonly string[],
  dx: number | undefined,
  dy: number | undefined,
  where: string,
): ImagePlane[] {
  const found: ImagePlane[] = [];
  const { width, height } = imageSize(image);
  const bytesPerPixel = numberOf(image, 'ItemSize') ?? 2;
  for (let i = 0; ; i++) {
    const plane = child(image, `Plane${i}`);
    if (!plane) return found;
    const content = imageText(plane, base64);
    const title = textOf(plane, 'Description') ?? textOf(plane, 'Name') ?? `image ${i}`;
    const unused = textOf(plane, 'Valid') === '0' && /^[A=\s]*$/.test(content);
    if (unused || content === '') continue;
    const bytes = width * height * bytesPerPixel;
    if (![1, 2, 4].includes(bytesPerPixel) || !(bytes > 0 && bytes <= MAX_IMAGE_BYTES)) {
      const declared = `image "${title}" declares ${width} × ${height} pixels of ${bytesPerPixel} bytes`;
      throw bad(where, declared, `pixels of 1, 2 or 4 bytes, ${MAX_IMAGE_BYTES} bytes at most`);
    }
    if (Math.ceil(bytes / 3) * 4 > content.length) {
      throw bad(where, `image "${title}" has ${content.length} letters`, `${width} × ${height} pixels in base64`);
    }
    found.push({ title, width, height, bytesPerPixel, dx, dy, base64: content });
  }
}

function imageSize(image: Element): { width: number; height: number } {
  return { width: positive(image, 'Width') ?? 0, height: positive(image, 'Height') ?? 0 };
}

/** The elements chosen for the map; lists for line scans and points may follow in the same file. */
function readElements(container: readonly Element[]): { symbol: string; line?: string }[] {
  const lists = container.filter((node) => textOf(node, '@_Type') === 'TRTElementInformationList');
  const list = lists.find((node) => textOf(node, '@_Name') === 'MapElements') ?? lists[0];
  return children(instance(list, 'TRTSpectrumRegionList'))
    .map((region) => ({ symbol: textOf(region, '@_Name') ?? '', line: textOf(region, 'Line') }))
    .filter(({ symbol }) => /^[A-Z][a-z]?$/.test(symbol))
    .sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
}

function readSpectra(database: Element, where: string): Map<number, SumSpectrum> {
  const spectra = new Map<number, SumSpectrum>();
  for (const key of Object.keys(database)) {
    const index = /^SpectrumData(\d{1,3})$/.exec(key)?.[1];
    const spectrum = index === undefined ? undefined : instance(child(database, key), 'TRTSpectrum');
    if (spectrum) spectra.set(Number(index), readSpectrum(spectrum, `${where}, ${key}`));
  }
  return spectra;
}
