import { ELEMENTS } from '../../reference/elements.ts';
import { uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Metadata } from '../../signal/dataset.ts';
import { decodeValues } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { kindOf, MOST_ELEMENTS, SPECTRUM } from './kind.ts';

/** Above this voltage (kV) an electron microscope is a transmission one. */
const LARGEST_SEM_VOLTAGE = 30;

/** What the header of a spectrum says, of itself or of the map beside it. */
export interface SpectrumHeader {
  readonly channels: number;
  readonly dataStart: number;
  readonly label: string;
  /** keV per channel, and at channel 0. */
  readonly scale: number;
  readonly offset: number;
  readonly metadata: Metadata;
}

/** @throws SpectrailError `format/bad-edax` when the file is no spectrum, or its calibration makes no sense. */
export async function readHeader(file: ByteSource): Promise<SpectrumHeader> {
  const head = await file.read(0, SPECTRUM.bytes);
  if (kindOf(head) !== 'spectrum') {
    throw damaged(file.name, 0, 'this is no header of a spectrum', 'a version below 1, channels and eV per channel');
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const offset = view.getFloat32(SPECTRUM.startEnergy, true);
  if (!Number.isFinite(offset)) throw damaged(file.name, SPECTRUM.startEnergy, 'the spectrum starts nowhere', 'keV');
  const label = new TextDecoder('windows-1252').decode(head.subarray(SPECTRUM.label, SPECTRUM.label + 256));
  return {
    channels: view.getInt16(SPECTRUM.channels, true),
    dataStart: view.getInt32(SPECTRUM.dataStart, true),
    label: label.split('\0')[0].trim(),
    scale: view.getInt32(SPECTRUM.evPerChannel, true) / 1000,
    offset,
    metadata: headerMetadata(view),
  };
}

/** Counts of 32 bits behind a header. */
export async function readSpectrum(file: ByteSource): Promise<ArrayDataset> {
  const { channels, dataStart, label, scale, offset, metadata } = await readHeader(file);
  const bytes = await file.read(dataStart, 4 * channels);
  if (bytes.length < 4 * channels) {
    throw damaged(file.name, dataStart, `${bytes.length} bytes for ${channels} channels`, `${4 * channels} bytes`);
  }
  return {
    kind: 'array',
    title: 'EDS Spectrum',
    shape: [channels],
    dtype: 'uint32',
    axes: [energyAxis(channels, scale, offset)],
    values: { kind: 'dense', load: async () => decodeValues(bytes, 'uint32', channels) },
    metadata,
    original: label ? { label } : {},
    warnings: [],
  };
}

export function energyAxis(size: number, scale: number, offset: number) {
  const calibration = { origin: 'file' };
  return uniformAxis({ name: 'Energy', unit: 'keV', role: 'spectral', size, scale, offset, calibration });
}

function headerMetadata(view: DataView): Metadata {
  const number = (at: number) => {
    const value = view.getFloat32(at, true);
    return Number.isFinite(value) ? value : undefined;
  };
  const positive = (at: number) => {
    const value = number(at);
    return value !== undefined && value > 0 ? value : undefined;
  };
  const metadata: Metadata = {};
  const voltage = positive(SPECTRUM.voltage);
  if (voltage !== undefined) {
    metadata.instrument = voltage > LARGEST_SEM_VOLTAGE ? 'TEM' : 'SEM';
    metadata.beam_energy_keV = voltage;
  }
  const tilt = number(SPECTRUM.tilt);
  if (tilt !== undefined) metadata.stage = { tilt_alpha: tilt };
  const detector: Metadata = {};
  const entries = {
    azimuth_angle: number(SPECTRUM.azimuth),
    elevation_angle: number(SPECTRUM.elevation),
    energy_resolution_MnKa: positive(SPECTRUM.resolution),
    live_time: positive(SPECTRUM.liveTime),
  };
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) detector[key] = value;
  metadata.detector_EDS = detector;
  addMoment(metadata, view);
  metadata.signal_type = voltage === undefined ? 'EDS' : `EDS_${metadata.instrument}`;
  const elements = elementsOf(view);
  if (elements.length > 0) metadata.elements = elements;
  return metadata;
}

function addMoment(metadata: Metadata, view: DataView): void {
  const year = view.getInt16(SPECTRUM.year, true);
  const [month, day, hour, minute, second] = (['month', 'day', 'hour', 'minute', 'second'] as const).map((field) =>
    view.getUint8(SPECTRUM[field]),
  );
  const moment = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const real = year > 1980 && year < 2120 && moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day;
  if (!real || hour > 23 || minute > 59 || second > 59) return;
  const [date, time] = moment.toISOString().split('T');
  metadata.date = date;
  metadata.time = time.slice(0, 8);
}

function elementsOf(view: DataView): string[] {
  const count = Math.min(Math.max(view.getInt16(SPECTRUM.elementCount, true), 0), MOST_ELEMENTS);
  const numbers = Array.from({ length: count }, (_, i) => view.getUint16(SPECTRUM.elements + 2 * i, true));
  return [...new Set(numbers.flatMap((z) => ELEMENTS[z - 1]?.symbol ?? []))].sort();
}

export function damaged(name: string, at: number, what: string, expected: string) {
  return formatError({
    code: 'bad-edax',
    where: `${name}, byte ${at}`,
    what,
    expected,
    fix: 'the file is damaged or of an unknown kind: copy it again from the instrument',
  });
}
