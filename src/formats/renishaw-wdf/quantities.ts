/** Units by their number; '' has none. */
const UNITS: readonly string[] = [
  '',
  '1/cm',
  'nm',
  'nm',
  'eV',
  'µm',
  'counts',
  'electrons',
  'mm',
  'm',
  'K',
  'Pa',
  's',
  'ms',
  'h',
  'd',
  'px',
  '',
  '',
  '°',
  'rad',
  '°C',
  '°F',
  'K/min',
  '',
  'µs',
];
export const FILE_TIME = 24;
export const COUNTS = 6;

const SPECTRAL: Readonly<Record<number, string>> = { 1: 'Raman Shift', 2: 'Wavelength', 3: 'Wavelength', 4: 'Energy' };
const KINDS: Readonly<Record<number, string>> = {
  3: 'X',
  4: 'Y',
  5: 'Z',
  6: 'R',
  7: 'Theta',
  8: 'Phi',
  9: 'Temperature',
  10: 'Pressure',
  11: 'Time',
  13: 'Polarization',
  14: 'FocusTrack',
  15: 'Ramp Rate',
  18: 'Elapsed Time',
};
const UNTOLD = 'Unknown';

export const unitName = (unit: number): string => UNITS[unit] ?? '';

/** Name of the axis along which a spectrum runs. */
export const spectralName = (unit: number): string => SPECTRAL[unit] ?? UNTOLD;

/** Name of a quantity that spectra of a series differ in. */
export const quantityName = (kind: number): string => KINDS[kind] ?? UNTOLD;

export const X = 3;
export const Y = 4;
export const Z = 5;
export const TIME = 11;
