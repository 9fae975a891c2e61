import type { Metadata, PlainTree } from '../../signal/dataset.ts';
import { onlyPositive } from '../diffraction-pattern.ts';
import { plainNumber } from '../plain-number.ts';

/** What was measured: the label and unit of its positions, its signal type. */
export interface Technique {
  readonly axisName: string;
  readonly unit: string;
  readonly signalType?: string;
}

const RAMAN: Technique = { axisName: 'Raman shift', unit: '1/cm', signalType: 'Raman' };
const INFRARED: Technique = { axisName: 'Wavenumber', unit: '1/cm', signalType: 'IR' };
const DIFFRACTION: Technique = { axisName: '2θ', unit: '°', signalType: 'XRD' };
export const UNKNOWN: Technique = { axisName: '', unit: '' };

export type Labels = ReadonlyMap<string, string>;

const LASER = ['RAMAN WAVELENGTH', 'LASER_WAVELENGTH', 'LASER WAVELENGTH'];

/** What the header says was measured, or else the name under which the database gives its files. */
export function techniqueOf(labels: Labels, fileName: string): Technique {
  const words = [labels.get('FILETYPE') ?? '', fileName.slice(0, 400)];
  if (LASER.some((label) => labels.get(label))) return RAMAN;
  if (labels.get('X-RAY WAVELENGTH')) return DIFFRACTION;
  for (const word of words) {
    if (/infrared/i.test(word)) return INFRARED;
    if (/raman|broad[_ ]scan/i.test(word)) return RAMAN;
    if (/x-?ray|powder|diffraction/i.test(word)) return DIFFRACTION;
  }
  return UNKNOWN;
}

const TEXTS: readonly (readonly [string, string])[] = [
  ['NAMES', 'sample'],
  ['NAME', 'sample'],
  ['DESCRIPTION', 'notes'],
];

/** The header in the common vocabulary; labels without a value are absent. */
export function metadataOf(labels: Labels, { signalType }: Technique): Metadata {
  const metadata: Metadata = {};
  if (signalType) metadata.signal_type = signalType;
  for (const [label, key] of TEXTS) {
    const text = labels.get(label);
    if (text) metadata[key] ??= text;
  }
  const ideal = labels.get('IDEAL CHEMISTRY');
  if (ideal) metadata.chemical_formula = formula(ideal);
  const laser = onlyPositive({
    wavelength: plainNumber(LASER.map((label) => labels.get(label)).find((text) => text) ?? ''),
  });
  const cell = cellOf(labels.get('CELL PARAMETERS') ?? '');
  return {
    ...metadata,
    ...onlyPositive({ wavelength_angstrom: plainNumber(labels.get('X-RAY WAVELENGTH') ?? '') }),
    ...(Object.keys(laser).length > 0 && { instrument_Laser: laser }),
    ...(Object.keys(cell).length > 0 && { cell }),
  };
}

/** `Al_2_O_3_`, `Fe^3+^`: what stands between the marks is set lower or higher. */
const formula = (text: string) => text.replaceAll(/[_^]/g, '');

/** `a: 4.76 b: 4.76 c: 13.0 alpha: 90 …` */
function cellOf(text: string): PlainTree {
  const found = new Map<string, number | undefined>();
  for (const [, name, value] of text.slice(0, 400).matchAll(/\b(a|b|c|alpha|beta|gamma): ?([\d.]{1,20})/g)) {
    found.set(name, plainNumber(value));
  }
  return onlyPositive({
    a_angstrom: found.get('a'),
    b_angstrom: found.get('b'),
    c_angstrom: found.get('c'),
    alpha_deg: found.get('alpha'),
    beta_deg: found.get('beta'),
    gamma_deg: found.get('gamma'),
  });
}
