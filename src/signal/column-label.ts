import { canonicalUnit, isKnownUnit } from './units.ts';

/** Spellings that only stand in the labels of columns, and what they mean. */
const LABEL_UNITS: Readonly<Record<string, string>> = {
  'cm-1': '1/cm',
  'cm^-1': '1/cm',
  'cm^{-1}': '1/cm',
  'cm⁻¹': '1/cm',
  'cm−1': '1/cm',
  '1/cm': '1/cm',
  '1/a': '1/A',
  'a-1': '1/A',
  'a^-1': '1/A',
  'å-1': '1/A',
  'å^-1': '1/A',
  'å⁻¹': '1/A',
  '1/å': '1/A',
  counts: 'counts',
  cps: 'cps',
  'counts/s': 'counts/s',
  degree: '°',
  angstroms: 'Å',
};

export interface ColumnLabel {
  /** Without the unit. */
  readonly name: string;
  /** Canonical; '' where the label says none that is known. */
  readonly unit: string;
}

const LONGEST = 80;

/**
 * Takes a known unit from the end of a label: `energy (eV)`, `Energy [keV]`, `Raman shift / cm-1`, `wavelength, nm`,
 * `energy_eV`; a label that is nothing but a unit is one. What stands there but is no unit (`chi(k)`) stays in the name.
 */
export function columnLabel(label: string): ColumnLabel {
  const text = label.trim();
  if (text.length > LONGEST) return { name: text, unit: '' };
  const alone = unitOf(text);
  if (alone) return { name: '', unit: alone };
  for (const pattern of [
    /^(.*\S)\s*[([{]([^()[\]{}]+)[)\]}]$/,
    /^([^/]*[^/\s])\s*\/\s*(\S+)$/,
    /^(.*[^,\s])\s*,\s*(\S+)$/,
    /^(.+)_([^_]+)$/,
  ]) {
    const match = pattern.exec(text);
    const unit = match && unitOf(match[2]);
    if (unit) return { name: match[1], unit };
  }
  return { name: text, unit: '' };
}

/** One letter is a unit only in a spelling of its own: `m`, `h` and `A` are names of columns as often. */
function unitOf(text: string): string | undefined {
  const word = text.trim();
  const spelled = word.toLowerCase();
  if (Object.hasOwn(LABEL_UNITS, spelled)) return LABEL_UNITS[spelled];
  if (word.length < 2 && word !== '°' && word !== 'Å') return undefined;
  return [word, spelled].map(canonicalUnit).find(isKnownUnit);
}
