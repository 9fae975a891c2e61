import { formatError } from '../../signal/errors.ts';
import { child, type Element } from '../xml-tree.ts';
import { instance, numberOf, positive, textOf } from './xml-node.ts';

/** A `TRTSpectrum`: a spectrum of its own, or the sum over a map. */
export interface SumSpectrum {
  readonly channels: number;
  /** Energy of channel 0, keV. */
  readonly offset: number;
  /** keV per channel. */
  readonly scale: number;
  /** keV. */
  readonly primaryEnergy?: number;
  readonly magnification?: number;
  /** ISO 8601. */
  readonly date?: string;
  readonly time?: string;
  /** Degrees. */
  readonly elevation?: number;
  readonly azimuth?: number;
  readonly detectorType?: string;
  /** s, as counted by the detector's electronics. */
  readonly realTime?: number;
  readonly liveTime?: number;
  /** As listed; empty where the list is absent or holds anything but numbers. */
  readonly counts: readonly number[];
}

const MAX_CHANNELS = 1 << 16;

/** @throws SpectrailError `format/bad-header` when the number of channels or the calibration is missing or makes no sense. */
export function readSpectrum(spectrum: Element, where: string): SumSpectrum {
  const calibration = instance(spectrum, 'TRTSpectrumHeader');
  const [channels, offset, scale] = ['ChannelCount', 'CalibAbs', 'CalibLin'].map((key) => numberOf(calibration, key));
  if (channels === undefined || !Number.isInteger(channels) || channels < 1 || channels > MAX_CHANNELS) {
    throw bad(where, `the spectrum has ${channels ?? 'no number of'} channels`, `1 to ${MAX_CHANNELS}`);
  }
  if (offset === undefined || scale === undefined || scale <= 0) {
    const found = `the energy calibration is CalibAbs ${offset}, CalibLin ${scale}`;
    throw bad(where, found, 'a number and a number above 0');
  }
  const headers = child(spectrum, 'TRTHeaderedClass');
  const conditions = instance(headers, 'TRTESMAHeader');
  const hardware = instance(headers, 'TRTSpectrumHardwareHeader');
  const counts = numbers(textOf(spectrum, 'Channels'));
  const seconds = (key: string) => {
    const milliseconds = positive(hardware, key);
    return milliseconds === undefined ? undefined : milliseconds / 1000;
  };
  return {
    channels,
    offset,
    scale,
    primaryEnergy: positive(conditions, 'PrimaryEnergy'),
    magnification: positive(conditions, 'Magnification'),
    date: isoDate(textOf(calibration, 'Date')),
    time: isoTime(textOf(calibration, 'Time')),
    elevation: numberOf(conditions, 'ElevationAngle'),
    azimuth: numberOf(conditions, 'AzimutAngle'),
    detectorType: textOf(instance(headers, 'TRTDetectorHeader'), 'Type'),
    realTime: seconds('RealTime'),
    liveTime: seconds('LifeTime'),
    counts,
  };
}

/** A list with commas between its numbers, and perhaps one behind the last; empty when anything in it is no number. */
export function numbers(text: string | undefined): number[] {
  const values = text?.trim().replace(/,$/, '').split(',').map(Number) ?? [];
  return values.every(Number.isFinite) ? values : [];
}

/** Day.month.year, as the instrument writes it. */
export function isoDate(text: string | undefined): string | undefined {
  const match = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text?.trim() ?? '');
  return match ? `${match[3]}-${match[2].padStart(2, '0')}-${match[1].padStart(2, '0')}` : undefined;
}

export function isoTime(text: string | undefined): string | undefined {
  const match = /^(\d{1,2}):(\d{1,2}):(\d{1,2})$/.exec(text?.trim() ?? '');
  return match
    ?.slice(1)
    .map((part) => part.padStart(2, '0'))
    .join(':');
}

export function bad(where: string, what: string, expected: string, cause?: unknown) {
  return formatError({
    code: 'bad-header',
    where,
    what,
    expected,
    fix: 'the file is damaged or of an unknown kind: open it in Esprit and save it again',
    cause,
  });
}
