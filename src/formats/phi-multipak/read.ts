import { type Axis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Dataset, Metadata, PlainTree } from '../../signal/dataset.ts';
import { DTYPES, decodeValues } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { plainNumber } from '../plain-number.ts';
import { type Condition, readConditions } from '../text-conditions.ts';
import { type PhiHeader, readHeader, type SpectralRegion } from './header.ts';
import { readSpectra, type StoredSpectrum } from './spectra.ts';

/**
 * A spectrum, or a series of them (cycle, energy), for each spectral region of each area.
 * @throws SpectrailError `format/not-phi`, `format/bad-region`, `format/truncated`, `format/unsupported-layout`.
 */
export async function readPhi(file: ByteSource): Promise<Dataset[]> {
  const header = await readHeader(file);
  const spectra = await readSpectra(file, header.end);
  const original = originalTree(header);
  return spectra.map((stored, s) => describe(file, header, original, regionOf(header, stored, s, file), stored));
}

/** Regions follow each other, area by area; their numbers of points must agree. */
function regionOf({ regions }: PhiHeader, { points }: StoredSpectrum, s: number, file: ByteSource): SpectralRegion {
  const region = regions[s % Math.max(regions.length, 1)];
  if (region?.points === points) return region;
  throw formatError({
    code: 'bad-region',
    where: `${file.name}, spectrum ${s + 1}`,
    what: `it has ${points} points, and its region ${region ? region.points : 'is missing'}`,
    expected: 'a line SpectralRegDef with as many points for each spectrum',
    fix: 'save the file with MultiPak again',
  });
}

function describe(
  file: ByteSource,
  header: PhiHeader,
  original: PlainTree,
  region: SpectralRegion,
  { points, cycles, dtype, unit, offset }: StoredSpectrum,
): ArrayDataset {
  const metadata = metadataOf(header, region);
  if (unit !== '') metadata['quantity'] = unit;
  const binding = metadata['energy_axis'] === 'binding';
  const energy = uniformAxis({
    name: binding ? 'Binding energy' : 'Kinetic energy',
    unit: 'eV',
    role: 'spectral',
    size: points,
    scale: region.step,
    offset: region.start,
  });
  const series: Axis[] = cycles > 1 ? [uniformAxis({ name: 'cycle', role: 'navigation', size: cycles })] : [];
  const count = points * cycles;
  const bytes = count * DTYPES[dtype].bytes;
  return {
    kind: 'array',
    title: region.name,
    shape: [...series.map(({ size }) => size), points],
    dtype,
    axes: [...series, energy],
    values: { kind: 'dense', load: async () => decodeValues(await file.read(offset, bytes), dtype, count) },
    metadata,
    original,
    warnings:
      cycles > 1 ? [`${cycles} spectra are stored as one block: they are taken to follow each other, one a cycle`] : [],
  };
}

const CONDITIONS: readonly Condition[] = [
  { entry: 'Technique', key: 'signal_type', kind: 'text' },
  { entry: 'InstrumentModel', key: 'instrument', kind: 'text' },
  { entry: 'Institution', key: 'facility', kind: 'text' },
  { entry: 'Operator', key: 'authors', kind: 'text' },
  { entry: 'AnalyserMode', key: 'analyser_mode', kind: 'text' },
  { entry: 'XraySource', key: 'source', kind: 'text' },
];

function metadataOf({ entries }: PhiHeader, region: SpectralRegion): Metadata {
  const text = (key: string) => entries.get(key)?.[0] ?? '';
  const metadata = readConditions(CONDITIONS, text);
  metadata['region'] = region.name;
  const put = (key: string, value: number | undefined) => {
    if (value !== undefined && value > 0) metadata[key] = value;
  };
  put('pass_energy_eV', region.passEnergy);
  // Counts per second times this time are whole numbers: it is that of all sweeps together.
  put('dwell_time_s', region.timePerStep);
  put('source_energy_eV', plainNumber(text('XraySource').split(/\s+/, 2)[1] ?? ''));
  put('work_function_eV', plainNumber(/^(\S{1,40}) eV$/.exec(text('AnalyserWorkFcn'))?.[1] ?? ''));
  const date = /^(\d{4}) (\d{1,2}) (\d{1,2})$/.exec(text('AcqFileDate'));
  if (date) metadata['date'] = [date[1], date[2].padStart(2, '0'), date[3].padStart(2, '0')].join('-');
  // MultiPak keeps photoelectron spectra on the binding, Auger spectra on the kinetic energy.
  metadata['energy_axis'] = metadata['signal_type'] === 'AES' ? 'kinetic' : 'binding';
  return metadata;
}

const MOST_LISTED = 32;

function originalTree({ entries }: PhiHeader): PlainTree {
  const tree: PlainTree = Object.create(null);
  for (const [key, values] of entries) tree[key] = values.length === 1 ? values[0] : values.slice(0, MOST_LISTED);
  return tree;
}
