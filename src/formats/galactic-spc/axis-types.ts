/** Name and unit of x axes by their number. */
const X_TYPES: readonly (readonly [string, string])[] = [
  ['Arbitrary', ''],
  ['Wavenumber', '1/cm'],
  ['Micrometers', 'µm'],
  ['Nanometers', 'nm'],
  ['Seconds', 's'],
  ['Minutes', 'min'],
  ['Hertz', 'Hz'],
  ['Kilohertz', 'kHz'],
  ['Megahertz', 'MHz'],
  ['Mass', 'M/z'],
  ['Parts per million', 'ppm'],
  ['Days', 'd'],
  ['Years', 'a'],
  ['Raman Shift', '1/cm'],
  ['Electron Volts', 'eV'],
  ['Labels', ''],
  ['Diode Number', ''],
  ['Channel', ''],
  ['Degrees', '°'],
  ['Temperature', '°F'],
  ['Temperature', '°C'],
  ['Temperature', 'K'],
  ['Data Points', ''],
  ['Milliseconds', 'ms'],
  ['Microseconds', 'µs'],
  ['Nanoseconds', 'ns'],
  ['Gigahertz', 'GHz'],
  ['Centimeters', 'cm'],
  ['Meters', 'm'],
  ['Millimeters', 'mm'],
  ['Hours', 'h'],
];

/** Quantities that are called by their units are called by what they measure. */
const QUANTITIES: Readonly<Record<string, string>> = {
  Micrometers: 'Wavelength',
  Nanometers: 'Wavelength',
  'Electron Volts': 'Energy',
};

const Y_TYPES: readonly string[] = [
  'Arbitrary',
  'Interferogram',
  'Absorbance',
  'Kubelka-Munk',
  'Counts',
  'Volts',
  'Degrees',
  'Milliamps',
  'Millimeters',
  'Millivolts',
  'log(1/R)',
  'Percent',
  'Intensity',
  'Relative intensity',
  'Energy',
  '',
  'Decibel',
  '',
  '',
  'Temperature (F)',
  'Temperature (C)',
  'Temperature (K)',
  'Index of refraction',
  'Extinction coefficient',
  'Real',
  'Imaginary',
  'Complex',
];
const Y_HIGH: Readonly<Record<number, string>> = {
  128: 'Transmission',
  129: 'Reflectance',
  130: 'Valley',
  131: 'Emission',
};

/** Name and unit of an axis of number `type`; a label such as "Wavelength (nm)" in the file goes before. */
export function axisType(type: number, label = ''): { name: string; unit: string } {
  const written = /^([^()]{1,30}?) *\(([^()]{1,12})\)$/.exec(label.trim());
  if (written) return { name: written[1], unit: written[2] === 'cm-1' ? '1/cm' : written[2] };
  if (label.trim() !== '') return { name: label.trim(), unit: '' };
  const [name, unit] = X_TYPES[type] ?? X_TYPES[0];
  return { name: QUANTITIES[name] ?? name, unit };
}

/** The number in the vendor's words. */
export function storedXType(type: number): string {
  const [name, unit] = X_TYPES[type] ?? X_TYPES[0];
  const written = unit === '1/cm' ? 'cm-1' : unit;
  return name === 'Wavenumber' || name === 'Raman Shift' || name === 'Mass' ? `${name} (${written})` : name;
}

/** What the values are; undefined where the file does not say. */
export function quantityOf(type: number, label = ''): string | undefined {
  if (label.trim() !== '') return label.trim();
  const name = Y_HIGH[type] ?? Y_TYPES[type];
  return name === undefined || name === '' || name === 'Arbitrary' ? undefined : name;
}
