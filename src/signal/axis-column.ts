import type { Axis } from './axis.ts';
import { columnLabel } from './column-label.ts';

/** Names that say by themselves that a column is a spectral axis, without blanks and marks. */
const AXES =
  /^(?:(?:photon|incident|mono|requested|achieved|binding|kinetic|xray|bragg)?energy|energyloss|binding|be|2th(?:eta)?|2θ|twotheta|ramanshift|wavenumbers?|wavelength)$/;
/** Names that say so together with a unit of such an axis. */
const AXES_WITH_UNIT = /^(?:e|loss|shift|th(?:eta)?|θ|tth|angle|lambda|λ|k|q|x|position|)$/;
const AXIS_UNITS: readonly string[] = ['eV', 'keV', 'meV', 'nm', 'Å', 'µm', '°', '1/cm', '1/A', 'rad', 'mrad'];

/** What we write before the name, if any, of an axis that does not say by itself that it is one; its unit follows in brackets. */
const DECLARED = 'spectral axis';

/** A name in lower case, without its unit, blanks and marks. */
export const plainName = (label: string) =>
  columnLabel(label)
    .name.toLowerCase()
    .replace(/[\s_-]+/g, '');

/** Name and unit of the spectral axis that a column is by its label; undefined where it does not say so. */
export function axisOfColumn(name: string, unit: string): { name: string; unit: string } | undefined {
  const bracket = name.startsWith(DECLARED) && name.endsWith(')') ? name.lastIndexOf(' (') : -1;
  if (bracket >= DECLARED.length) {
    const called = name.slice(DECLARED.length, bracket);
    if (called === '' || called.startsWith(': ')) return { name: called.slice(2), unit: name.slice(bracket + 2, -1) };
  }
  const label = columnLabel(name);
  const measured = unit || label.unit;
  const word = plainName(name);
  if (!AXES.test(word) && !(AXES_WITH_UNIT.test(word) && AXIS_UNITS.includes(measured))) return undefined;
  return { name: label.name, unit: measured };
}

/** A label by which {@link axisOfColumn} knows a spectral axis again: `Energy loss (eV)`. */
export function axisColumnLabel({ name, unit }: Pick<Axis, 'name' | 'unit'>): string {
  const label = unit ? `${name} (${unit})` : name;
  const found = axisOfColumn(label, '');
  if (found?.name === name && found.unit === unit) return label;
  return `${DECLARED}${name && `: ${name}`} (${unit})`;
}
