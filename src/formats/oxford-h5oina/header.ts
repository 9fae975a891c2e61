import { type Axis, type AxisRole, uniformAxis } from '../../signal/axis.ts';
import type { Metadata, Plain, PlainTree } from '../../signal/dataset.ts';
import { formatError, isSpectrailError } from '../../signal/errors.ts';
import { type Hdf5File, singleValue } from '../hdf5/index.ts';

/** Above this voltage (kV) an electron microscope is a transmission one. */
const LARGEST_SEM_VOLTAGE = 30;
const MOST_ENTRIES = 256;
const DEGREES = 180 / Math.PI;

/** The entries of a header group by their names, those of `Stage Position` one level down. */
export type Header = PlainTree;

/** Single values of a group and of the groups named in it; what cannot be read is left out: data are read without. */
export async function headerOf(file: Hdf5File, path: string, inner: readonly string[] = []): Promise<Header> {
  const header: Header = Object.create(null);
  for (const { name, kind } of (await file.list(path)).slice(0, MOST_ENTRIES)) {
    if (kind === 'group' && inner.includes(name)) header[name] = await headerOf(file, `${path}/${name}`);
    if (kind !== 'dataset') continue;
    try {
      const value = await singleValue(file, `${path}/${name}`);
      if (typeof value === 'string' || Number.isFinite(value)) header[name] = value!;
    } catch (error) {
      if (!isSpectrailError(error)) throw error;
    }
  }
  return header;
}

export const numberIn = (header: Header, name: string): number | undefined => {
  const value = header[name];
  return typeof value === 'number' ? value : undefined;
};

const positiveIn = (header: Header, name: string) => {
  const value = numberIn(header, name);
  return value !== undefined && value > 0 ? value : undefined;
};

/** Pixels of a technique, the first row first, x fastest: `height` × `width`. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  /** µm; undefined where the file does not say. */
  readonly xStep?: number;
  readonly yStep?: number;
}

/** @throws SpectrailError `format/bad-h5oina` where the header has no size. */
export function gridOf(header: Header, where: string): Grid {
  const [width, height] = ['X Cells', 'Y Cells'].map((name) => numberIn(header, name));
  const whole = (size: number | undefined): size is number => Number.isSafeInteger(size) && size! > 0;
  if (!whole(width) || !whole(height)) {
    throw formatError({
      code: 'bad-h5oina',
      where,
      what: `the header says ${width ?? 'no'} X Cells and ${height ?? 'no'} Y Cells`,
      expected: 'the width and the height of the acquisition in pixels',
    });
  }
  return { width, height, xStep: positiveIn(header, 'X Step'), yStep: positiveIn(header, 'Y Step') };
}

/** `y`, `x`; a line has one, a point none. */
export function gridAxes({ width, height, xStep, yStep }: Grid, role: AxisRole): Axis[] {
  const axis = (name: string, size: number, step: number | undefined) =>
    uniformAxis({ name, unit: step === undefined ? '' : 'µm', role, size, scale: step ?? 1 });
  const axes = [axis('y', height, yStep), axis('x', width, xStep)];
  return axes.filter(({ name, size }) => size > 1 || (name === 'x' && height > 1));
}

/** What the common header says of microscope, place and time. */
export function commonMetadata(header: Header): Metadata {
  const stage = header['Stage Position'] as Header | undefined;
  const at = (name: string) => (stage ? numberIn(stage, name) : undefined);
  const degrees = (angle: number | undefined) => (angle === undefined ? undefined : angle * DEGREES);
  const voltage = positiveIn(header, 'Beam Voltage');
  const moment = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/.exec(String(header['Acquisition Date'] ?? ''));
  const place = present({
    rotation: degrees(at('Rotation')),
    tilt_alpha: degrees(at('Tilt')),
    x: at('X'),
    y: at('Y'),
    z: at('Z'),
  });
  return present({
    instrument: voltage === undefined ? undefined : voltage > LARGEST_SEM_VOLTAGE ? 'TEM' : 'SEM',
    beam_energy_keV: voltage,
    magnification: positiveIn(header, 'Magnification'),
    working_distance_mm: positiveIn(header, 'Working Distance'),
    stage: Object.keys(place).length > 0 ? place : undefined,
    sample: text(header['Specimen Label']),
    date: moment?.[1],
    time: moment?.[2],
  });
}

/** Angles in degrees, times in s. */
export function edsDetector(header: Header): Metadata {
  const angle = (name: string) => {
    const value = numberIn(header, name);
    return value === undefined ? undefined : value * DEGREES;
  };
  return present({
    azimuth_angle: angle('Detector Azimuth'),
    detector_serial: text(header['Detector Serial Number']),
    elevation_angle: angle('Detector Elevation'),
    number_of_frames: positiveIn(header, 'Number Frames'),
    window: text(header['Window Type']),
  });
}

const text = (value: Plain | undefined) =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

export function present(entries: Readonly<Record<string, Plain | undefined>>): Metadata {
  const found: Metadata = {};
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) found[key] = value;
  return found;
}
