import type { Metadata, Plain, PlainTree } from '../../signal/dataset.ts';
import { at, type LsxNode } from './tree.ts';

const EXPERIMENT = 0x6c62d4d9;
const SETTINGS = 0x8716361;
const PROJECT = 0x7c73e2d2;
const HISTORY = 0x7cecdbd7;
const NAME = 0x6d6d616e;
const VALUE = 0x7d6c61db;
/** The same value as a number: lines per mm of a grating, per cent of a filter. */
const POSITION = 0x8736f70;
/** Of two entries called "Range", the one that says whether several ranges were glued, and that of the spectrometer. */
const GLUED = 0x6f6e61d7;
const SPECTRAL_RANGE = 0x7d7369ec;

const PROCESSING: Readonly<Record<string, string>> = {
  Autofocus: 'autofocus',
  SWIFT: 'swift',
  AutoExposure: 'auto_exposure',
  'Spike filter': 'spike_filter',
  DeNoise: 'de_noise',
  'ICS correction': 'ics_correction',
  'Dark correction': 'dark_correction',
  'Inst. Process': 'inst_process',
};

interface Setting {
  readonly id: number;
  readonly name: string;
  readonly value: string;
  readonly position: number;
}

/** Laser (nm), spectrometer, detector (s, °C) and date as LabSpec notes them; what is not there is absent. */
export function labSpecMetadata(tree: LsxNode, unit: string): Metadata {
  const settings = settingsOf(at(tree, EXPERIMENT, SETTINGS));
  const named = (name: string) =>
    settings.find((setting) => setting.name === name) ??
    settings.find(({ name: full }) => full.startsWith(`${name} (`));
  const word = (name: string) => named(name)?.value || undefined;
  const value = (name: string) => finite(Number(named(name)?.value || Number.NaN));
  const position = (name: string) => finite(named(name)?.position ?? Number.NaN);
  const byId = (id: number) => settings.find((setting) => setting.id === id)?.value || undefined;
  const filter = position('ND Filter');
  const [exposure, frames] = [value('Acq. time'), value('Accumulations')];
  const glued = byId(GLUED);
  const processing = Object.entries(PROCESSING).map(([name, key]): [string, Plain | undefined] => [key, word(name)]);
  const acquired = settingsOf(at(tree, EXPERIMENT, HISTORY)).find(({ name }) => name === 'Acquired')?.value ?? '';
  const [, day, month, year, time] = /^(\d\d)\.(\d\d)\.(\d{4})(?: (\d\d:\d\d:\d\d))?/.exec(acquired) ?? [];
  const notes = settingsOf(at(tree, EXPERIMENT, PROJECT)).find(({ name }) => name === 'Remark')?.value || undefined;
  return prune({
    instrument_Laser: {
      wavelength: position('Laser (nm)'),
      objective_magnification: position('Objective'),
      Filter: { transmission: filter === undefined ? undefined : filter / 100 },
      Polarizer: { polarizer_type: word('Laser. Pol.'), angle: value('Laser Pol.') },
    },
    instrument_Spectrometer: {
      model: word('Instrument'),
      central_wavelength: value('Spectro (nm)'),
      pinhole_um: position('Hole'),
      spectral_range: byId(SPECTRAL_RANGE),
      Grating: { groove_density: position('Grating') },
      Polarizer: { polarizer_type: word('Raman. Pol.'), angle: value('Raman Pol.') },
    },
    instrument_Detector: {
      model: word('Detector'),
      temperature: value('Detector temperature'),
      delay_time: value('Delay time'),
      binning: value('Binning'),
      exposure_per_frame: exposure,
      frames,
      integration_time: exposure === undefined || frames === undefined ? undefined : exposure * frames,
      glued_spectrum: glued === undefined ? undefined : glued !== 'Off',
      processing: Object.fromEntries(processing),
    },
    date: year === undefined ? undefined : `${year}-${month}-${day}`,
    time,
    notes,
    quantity: quantityOf(unit),
  });
}

/** Every setting under its name, for the file's own tree. */
export function labSpecOriginal(tree: LsxNode): PlainTree {
  const groups = [SETTINGS, PROJECT, HISTORY].flatMap((id) => settingsOf(at(tree, EXPERIMENT, id)));
  return Object.fromEntries(groups.map(({ name, value }): [string, Plain] => [name, value.slice(0, 200)]));
}

function settingsOf(node: LsxNode | undefined): Setting[] {
  return (node?.children ?? [])
    .map((entry) => ({
      id: entry.id,
      name: at(entry, NAME)?.text ?? '',
      value: at(entry, VALUE)?.text ?? '',
      position: Number(at(entry, POSITION)?.text || Number.NaN),
    }))
    .filter(({ name }) => name !== '');
}

function quantityOf(unit: string): string | undefined {
  if (unit === 'Cnt/sec') return 'Intensity (Counts/s)';
  if (unit === 'Cnt') return 'Intensity (Counts)';
  return unit === '' ? undefined : `Intensity (${unit})`;
}

const finite = (value: number) => (Number.isFinite(value) ? value : undefined);

type Sparse = { [key: string]: Plain | undefined | Sparse };

/** Without what is not known. */
function prune(sparse: Sparse): PlainTree {
  const entries: [string, Plain][] = [];
  for (const [key, value] of Object.entries(sparse)) {
    if (value === undefined) continue;
    if (typeof value !== 'object') entries.push([key, value]);
    else {
      const branch = prune(value as Sparse);
      if (Object.keys(branch).length > 0) entries.push([key, branch]);
    }
  }
  return Object.fromEntries(entries);
}
