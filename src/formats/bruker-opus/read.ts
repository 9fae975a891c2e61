import { portablePow } from '../../kernels/portable-math.ts';
import { type Axis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Metadata, Plain, PlainTree } from '../../signal/dataset.ts';
import { decodeValues } from '../../signal/dtype.ts';
import type { ByteSource } from '../format.ts';
import { badOpus, type OpusBlock, readDirectory, readParameters } from './blocks.ts';

/** Of a type: bits 0-1 real, imaginary or amplitude; 2-3 of what; 4-9 which parameters, 0 for values; 10-16 which result. */
const PARTS = { of: 2, parameters: 4, result: 10 } as const;
const RATIO = 3;
const STATUS = 1;
/** Parameters of the whole measurement, and what of them is wanted. */
const GROUPS: Readonly<Record<number, string>> = {
  2: 'instrument',
  3: 'acquisition',
  4: 'transform',
  6: 'optics',
  10: 'sample',
};
const RESULTS: Readonly<Record<number, string>> = {
  1: 'Single channel spectrum',
  2: 'Interferogram',
  3: 'Phase',
  4: 'Absorbance',
  5: 'Transmittance',
  6: 'Kubelka-Munk',
  10: 'Raman',
  11: 'Emission',
  12: 'Reflectance',
  15: 'Log reflectance',
  16: 'ATR',
  17: 'Photoacoustic',
};
const SOURCES: Readonly<Record<number, string>> = { 1: 'sample', 2: 'reference' };
const UNITS: Readonly<Record<string, readonly [string, string]>> = {
  WN: ['Wavenumber', '1/cm'],
  MI: ['Wavelength', 'µm'],
  NM: ['Wavelength', 'nm'],
  PNT: ['Point', ''],
  MIN: ['Time', 'min'],
};

interface Found {
  readonly block: OpusBlock;
  readonly status: PlainTree;
}

/**
 * The results of a measurement (absorbance, reflectance, Raman …), in the order of the file; where there is none, the
 * spectra and interferograms that results are made of.
 * @throws SpectrailError `format/bad-opus`
 */
export async function readOpus(file: ByteSource): Promise<ArrayDataset[]> {
  const warnings: string[] = [];
  const blocks = await readDirectory(file, warnings);
  const shared: [string, PlainTree][] = [];
  for (const block of blocks) {
    const group = part(block, 'of') === 2 ? undefined : GROUPS[part(block, 'parameters')];
    if (group !== undefined && !shared.some(([name]) => name === group)) {
      shared.push([group, await readParameters(file, block)]);
    }
  }
  const parameters: PlainTree = Object.fromEntries(shared);
  const found = await withStatus(file, blocks);
  const results = found.filter(({ block }) => part(block, 'of') === RATIO);
  const chosen = results.length > 0 ? results : found;
  const whole = chosen.filter(({ block, status }) => {
    const fits = Number(status.NPT) * 4 <= block.size;
    if (!fits) warnings.push(`a result of ${status.NPT} points has ${block.size} bytes: it is left out`);
    return fits;
  });
  if (whole.length === 0)
    throw badOpus(file.name, 'there is no spectrum that is whole', 'values with their parameters');
  return whole.map(({ block, status }) => describe(file, block, status, parameters, warnings));
}

/** Values with the parameters that have the same type, first by the place among equals, then by the order of the file. */
async function withStatus(file: ByteSource, blocks: readonly OpusBlock[]): Promise<Found[]> {
  const left = blocks.filter((block) => part(block, 'parameters') === STATUS && isResult(block));
  const found: Found[] = [];
  for (const block of blocks) {
    if (part(block, 'parameters') !== 0 || !isResult(block)) continue;
    const wanted = block.type + portablePow(2, PARTS.parameters) * STATUS;
    const exact = left.findIndex(({ type }) => type === wanted);
    const i = exact >= 0 ? exact : left.findIndex(({ type }) => type % 2 ** 17 === wanted % 2 ** 17);
    if (i < 0) continue;
    const status = await readParameters(file, left[i]);
    left.splice(i, 1);
    if (Number.isInteger(status.NPT) && Number(status.NPT) > 0) found.push({ block, status });
  }
  return found;
}

/** Bits of the type. */
function part({ type }: OpusBlock, which: keyof typeof PARTS): number {
  const width = { of: 2, parameters: 6, result: 7 }[which];
  return Math.floor(type / portablePow(2, PARTS[which])) % portablePow(2, width);
}

const isResult = (block: OpusBlock) => part(block, 'of') > 0 && part(block, 'result') > 0 && block.type % 4 > 0;

function describe(
  file: ByteSource,
  block: OpusBlock,
  status: PlainTree,
  parameters: PlainTree,
  warnings: readonly string[],
): ArrayDataset {
  const points = Number(status.NPT);
  const result = RESULTS[part(block, 'result')] ?? `Result ${part(block, 'result')}`;
  const source = SOURCES[part(block, 'of')];
  const scale = typeof status.CSF === 'number' ? status.CSF : 1;
  const notes = [...warnings];
  return {
    kind: 'array',
    title: source === undefined ? result : `${result} (${source})`,
    shape: [points],
    dtype: 'float64',
    axes: [spectralAxis(status, points, notes)],
    values: { kind: 'dense', load: () => load(file, block, points, scale) },
    metadata: metadataOf(result, status, parameters),
    original: { status, ...parameters },
    warnings: notes,
  };
}

function spectralAxis(status: PlainTree, size: number, warnings: string[]): Axis {
  const [first, last] = [status.FXV, status.LXV];
  const stated = typeof status.DXU === 'string' ? status.DXU : '';
  const [name, unit] = Object.hasOwn(UNITS, stated) ? UNITS[stated] : [stated, ''];
  const role = 'spectral' as const;
  if (typeof first !== 'number' || typeof last !== 'number' || (first === last && size > 1)) {
    warnings.push('the ends of the axis are not stated: points are counted');
    return uniformAxis({ name: 'Point', role, size });
  }
  return uniformAxis({ name, unit, role, size, offset: first, scale: size > 1 ? (last - first) / (size - 1) : 1 });
}

async function load(file: ByteSource, { offset }: OpusBlock, points: number, scale: number): Promise<Float64Array> {
  const bytes = await file.read(offset, 4 * points);
  if (bytes.length < 4 * points)
    throw badOpus(file.name, `the file ends at byte ${offset + bytes.length}`, 'all values');
  return Float64Array.from(decodeValues(bytes, 'float32', points, true) as Float32Array, (value) => value * scale);
}

/** Sample, spectrometer, laser (nm, of Raman), scans and date. */
function metadataOf(result: string, status: PlainTree, parameters: PlainTree): Metadata {
  const group = (name: string) => (Object.hasOwn(parameters, name) ? (parameters[name] as PlainTree) : {});
  const word = (plain: Plain | undefined) => (typeof plain === 'string' && plain !== '' ? plain : undefined);
  const positive = (plain: Plain | undefined) => (typeof plain === 'number' && plain > 0 ? plain : undefined);
  const metadata: Metadata = {};
  const put = (tree: PlainTree, key: string, value: Plain | undefined) => {
    if (value !== undefined) tree[key] = value;
  };
  const laser = positive(group('acquisition').RLW) ?? positive(group('instrument').RLW);
  if (laser !== undefined) metadata.instrument_Laser = { wavelength: 1e7 / laser };
  const detector: PlainTree = {};
  put(detector, 'model', word(group('optics').DTC));
  put(detector, 'frames', positive(group('instrument').ASS) ?? positive(group('acquisition').NSS));
  if (Object.keys(detector).length > 0) metadata.instrument_Detector = detector;
  const spectrometer: PlainTree = {};
  put(spectrometer, 'model', word(group('instrument').INS));
  put(spectrometer, 'resolution_per_cm', positive(group('acquisition').RES));
  if (Object.keys(spectrometer).length > 0) metadata.instrument_Spectrometer = spectrometer;
  put(metadata, 'sample', word(group('sample').SNM));
  const date = word(status.DAT) ?? '';
  const [, year, month, day] = /^(\d{4})[/.](\d\d)[/.](\d\d)$/.exec(date) ?? [];
  const [, lastDay, lastMonth, lastYear] = /^(\d\d)[/.](\d\d)[/.](\d{4})$/.exec(date) ?? [];
  if (year) metadata.date = `${year}-${month}-${day}`;
  else if (lastYear) metadata.date = `${lastYear}-${lastMonth}-${lastDay}`;
  put(metadata, 'time', /^\d\d:\d\d:\d\d/.exec(word(status.TIM) ?? '')?.[0]);
  metadata.quantity = result;
  return metadata;
}
