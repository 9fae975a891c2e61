import type { PlainTree } from '../../signal/dataset.ts';
import { measuredAt } from '../bruker-raw/dates.ts';
import { onlyPositive } from '../diffraction-pattern.ts';
import type { UxdRange } from './ranges.ts';

/** Keywords that are texts, and what they are called here. */
const TEXTS = [
  ['SAMPLE', 'sample'],
  ['USER', 'authors'],
  ['ANODE', 'anode'],
  ['DRIVE', 'scan_axis'],
] as const;

export function rangeMetadata({ keywords, columns }: UxdRange): PlainTree {
  const text = (key: string) => keywords.get(key) ?? '';
  const number = (key: string) => (text(key) === '' ? undefined : Number(text(key)));
  const factor = /^nm$/i.test(text('WL_UNIT')) ? 10 : 1;
  const wavelength = (key: string) => (number(key) ?? Number.NaN) * factor;
  return {
    signal_type: 'XRD',
    quantity: columns.rate ? 'Intensity (Counts/s)' : 'Intensity (Counts)',
    ...Object.fromEntries(TEXTS.filter(([key]) => text(key) !== '').map(([key, name]) => [name, text(key)])),
    ...onlyPositive({
      wavelength_angstrom: wavelength('RANGE_WL'),
      wavelength_K_alpha1_angstrom: wavelength('WL1'),
      wavelength_K_alpha2_angstrom: wavelength('WL2'),
      wavelength_K_beta_angstrom: wavelength('WL3'),
      K_alpha2_to_K_alpha1: number('WLRATIO'),
      goniometer_radius_mm: number('GONIOMETER_RADIUS'),
      tube_voltage_kV: number('KV'),
      tube_current_mA: number('MA'),
      dwell_time_s: columns.time ? undefined : number('STEPTIME'),
    }),
    ...measuredAt(text('DATEMEASURED').split(/\s/)[0], text('DATEMEASURED')),
  };
}
