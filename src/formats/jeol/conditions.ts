import { type Axis, uniformAxis } from '../../signal/axis.ts';
import type { Metadata } from '../../signal/dataset.ts';

/** Above this voltage (kV) an electron microscope is a transmission one. */
const LARGEST_SEM_VOLTAGE = 30;

export const QUANTITY = 'X-rays (Counts)';

/** @param voltage kV; undefined where the file does not say. */
export function microscope(voltage: number | undefined, magnification: number | undefined): Metadata {
  const metadata: Metadata = {};
  if (voltage !== undefined) {
    metadata.instrument = voltage > LARGEST_SEM_VOLTAGE ? 'TEM' : 'SEM';
    metadata.beam_energy_keV = voltage;
  }
  if (magnification !== undefined) metadata.magnification = magnification;
  return metadata;
}

export function signalType({ instrument }: Metadata): string {
  return typeof instrument === 'string' ? `EDS_${instrument}` : 'EDS';
}

/** Entries that are known. */
export function known(entries: Readonly<Record<string, string | number | undefined>>): Metadata {
  const metadata: Metadata = {};
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) metadata[key] = value;
  return metadata;
}

const DAY_MS = 86_400_000;
const EPOCH = Date.UTC(1899, 11, 30);

/** @param days Since 30 December 1899, local time of the instrument. */
export function addMoment(metadata: Metadata, days: number | undefined): void {
  if (days === undefined || !(days > 1) || days > 200_000) return;
  const [date, time] = new Date(EPOCH + Math.round((days * DAY_MS) / 1000) * 1000).toISOString().split('T');
  metadata.date = date;
  metadata.time = time.slice(0, 8);
}

/** How many mm are a µm. */
const MICROMETRES = 1000;

/**
 * Axes y and x of a scan over a square field; in pixels where its size is not known.
 * @param field Side of the field at magnification 1, mm.
 */
export function scanAxes(
  { width, height }: { readonly width: number; readonly height: number },
  role: 'navigation' | 'signal',
  field: number | undefined,
  magnification: number | undefined,
): Axis[] {
  const extent = field !== undefined && magnification !== undefined ? (field / magnification) * MICROMETRES : undefined;
  const axis = (name: string, size: number) =>
    extent === undefined
      ? uniformAxis({ name, role, size })
      : uniformAxis({ name, unit: 'µm', role, size, scale: extent / size, calibration: { origin: 'file' } });
  return [axis('y', height), axis('x', width)];
}

export function energyAxis(size: number, scale: number, offset: number): Axis {
  const calibration = { origin: 'file' };
  return uniformAxis({ name: 'Energy', unit: 'keV', role: 'spectral', size, scale, offset, calibration });
}
