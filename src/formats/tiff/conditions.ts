import type { Metadata, PlainTree } from '../../signal/dataset.ts';
import type { Directory } from './ifd.ts';

/** Calibration of an image; positions of pixels in `unit`. */
export interface Calibration {
  readonly unit: string;
  readonly scale: number;
  readonly offset: number;
}

/** How the pages of an ImageJ stack follow each other; every number at least 1. */
export interface Hyperstack {
  readonly frames: number;
  readonly slices: number;
  readonly channels: number;
  readonly spacing?: Calibration;
}

export interface Conditions {
  readonly x?: Calibration;
  readonly y?: Calibration;
  readonly stack?: Hyperstack;
  readonly metadata: Metadata;
  readonly original: PlainTree;
}

/** Text and lists longer than this are not kept. */
const MOST_TEXT = 1 << 16;
const TEXTS: Readonly<Record<number, string>> = {
  269: 'document_name',
  270: 'description',
  271: 'make',
  272: 'model',
  305: 'software',
  306: 'date_time',
  315: 'artist',
  316: 'host_computer',
};
const NUMBERS: Readonly<Record<number, string>> = {
  254: 'new_subfile_type',
  256: 'width',
  257: 'height',
  258: 'bits_per_sample',
  259: 'compression',
  262: 'photometric',
  277: 'samples_per_pixel',
  282: 'x_resolution',
  283: 'y_resolution',
  296: 'resolution_unit',
  317: 'predictor',
  339: 'sample_format',
};
const FEI: readonly number[] = [34680, 34682];

/**
 * What ImageJ, DigitalMicrograph and FEI microscopes note in a page beyond the TIFF standard; the resolution alone is that
 * of a printer and calibrates nothing.
 */
export async function readConditions(page: Directory): Promise<Conditions> {
  const original: PlainTree = {};
  for (const [tag, name] of Object.entries(TEXTS)) {
    const text = await page.text(Number(tag));
    if (text && text.length <= MOST_TEXT) original[name] = text;
  }
  for (const [tag, name] of Object.entries(NUMBERS)) {
    const numbers = await page.numbers(Number(tag));
    if (!numbers || numbers.length > 16 || !numbers.every(Number.isFinite)) continue;
    original[name] = numbers.length === 1 ? numbers[0] : numbers;
  }
  const metadata: Metadata = {};
  const dated = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec((await page.text(306)) ?? '');
  if (dated && Number(dated[1]) > 0) {
    metadata.date = dated.slice(1, 4).join('-');
    metadata.time = dated[4];
  }
  const artist = await page.text(315);
  if (artist) metadata.authors = artist;
  const own = (await imageJ(page)) ?? (await gatan(page)) ?? (await fei(page, metadata, original));
  return { ...own, metadata, original };
}

async function imageJ(page: Directory): Promise<Pick<Conditions, 'x' | 'y' | 'stack'> | undefined> {
  const description = await page.text(270);
  if (!description?.startsWith('ImageJ=')) return undefined;
  const settings = new Map(
    description.split('\n').map((line) => {
      const equals = line.indexOf('=');
      return [line.slice(0, equals), line.slice(equals + 1).trim()] as const;
    }),
  );
  const unit = (settings.get('unit') ?? '').replace(/\\u00B5m/i, 'µm');
  const calibration = (scale: number | undefined): Calibration | undefined =>
    unit !== '' && unit !== 'pixel' && scale !== undefined && scale > 0 && Number.isFinite(scale)
      ? { unit, scale, offset: 0 }
      : undefined;
  const perUnit = async (tag: number) => {
    const value = await page.number(tag);
    return value === undefined ? undefined : 1 / value;
  };
  const count = (key: string) => {
    const value = Number(settings.get(key) ?? 1);
    return Number.isSafeInteger(value) && value >= 1 ? value : 1;
  };
  const [channels, frames] = [count('channels'), count('frames')];
  const slices = settings.has('slices') || settings.has('frames') ? count('slices') : count('images') / channels;
  const spacing = settings.has('spacing') ? calibration(Number(settings.get('spacing'))) : undefined;
  return {
    x: calibration(await perUnit(282)),
    y: calibration(await perUnit(283)),
    stack: { frames, slices, channels, spacing },
  };
}

/** Tags 65003 to 65027 of DigitalMicrograph. */
async function gatan(page: Directory): Promise<Pick<Conditions, 'x' | 'y'> | undefined> {
  const axis = async (k: number): Promise<Calibration | undefined> => {
    const [offset, scale] = [await page.number(65006 + k), await page.number(65009 + k)];
    if (scale === undefined || scale === 0 || !Number.isFinite(scale)) return undefined;
    const named = (await page.text(65012 + k)) ?? '';
    const units: Readonly<Record<string, string>> = { micrometer: 'µm', nanometer: 'nm', millimeter: 'mm', meter: 'm' };
    const unit = Object.hasOwn(units, named) ? units[named] : named;
    return { unit, scale, offset: offset !== undefined && Number.isFinite(offset) ? offset : 0 };
  };
  return page.entries.has(65009) ? { x: await axis(0), y: await axis(1) } : undefined;
}

/** The text of FEI microscopes: `[Section]` and `key=value`, in SI units. */
async function fei(page: Directory, metadata: Metadata, original: PlainTree): Promise<Pick<Conditions, 'x' | 'y'>> {
  const text = (await page.text(FEI[0])) ?? (await page.text(FEI[1]));
  if (!text || text.length > MOST_TEXT) return {};
  const sections = new Map<string, string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trim();
    if (trimmed.startsWith('[') && trimmed.endsWith(']')) section = trimmed.slice(1, -1);
    const equals = trimmed.indexOf('=');
    if (equals > 0) sections.set(`${section}.${trimmed.slice(0, equals)}`, trimmed.slice(equals + 1));
  }
  original.fei = text;
  const number = (key: string) => {
    const value = Number(sections.get(key) || Number.NaN);
    return Number.isFinite(value) ? value : undefined;
  };
  const volts = number('Beam.HV');
  if (volts !== undefined && volts > 0) metadata.beam_energy_keV = volts / 1000;
  const dwell = number('Scan.Dwelltime');
  if (dwell !== undefined) metadata.dwell_time_s = dwell;
  const width = (key: string): Calibration | undefined => {
    const scale = number(key);
    return scale !== undefined && scale > 0 ? { unit: 'm', scale, offset: 0 } : undefined;
  };
  return { x: width('Scan.PixelWidth'), y: width('Scan.PixelHeight') };
}
