import { type Axis, explicitAxis, uniformAxis } from './axis.ts';
import { columnLabel } from './column-label.ts';
import type { ArrayDataset, TableColumn, TableDataset } from './dataset.ts';
import { inputError } from './errors.ts';

/** Names that say by themselves that a column is a spectral axis, without blanks and marks. */
const AXES =
  /^(?:(?:photon|incident|mono|requested|achieved|binding|kinetic|xray|bragg)?energy|energyloss|binding|be|2th(?:eta)?|2θ|twotheta|ramanshift|wavenumbers?|wavelength)$/;
/** Names that say so together with a unit of such an axis. */
const AXES_WITH_UNIT = /^(?:e|loss|shift|th(?:eta)?|θ|tth|angle|lambda|λ|k|q|x|position|)$/;
const AXIS_UNITS: readonly string[] = ['eV', 'keV', 'meV', 'nm', 'Å', 'µm', '°', '1/cm', '1/A', 'rad', 'mrad'];
const UNCERTAINTY = /^(?:sigma|σ|esd|err(?:or)?|std(?:dev|err)?|uncertainty|d(?:y|i|mu|intensity))$/;
/** Absorption as made from the detectors, among the columns of a beamline. */
const ABSORPTION = /^(?:x?mu|xmu|mu(?:trans|fluor|norm)?|xmutrans|xmufluor|norm)$/;

/** Evenly listed to this part of a step is even: printed positions are rounded. */
const EVEN = 1e-6;

/**
 * The spectrum in a table whose format, or else whose column names say which column is the axis and which the values: the
 * first column named, or measured in a unit, as a spectral axis is, and beside it one other column, uncertainties not
 * counted, or one of absorption.
 * @throws SpectrailError `input/not-a-signal` where the names do not say so, or positions do not go one way.
 */
export function tableSpectrum(table: TableDataset): ArrayDataset {
  const refuse = (what: string, expected: string, fix?: string) =>
    inputError({ code: 'not-a-signal', where: table.title || undefined, what, expected, fix });
  const declared = table.spectrum;
  const axisColumn = declared ? table.columns[declared.axis] : table.columns.find(isAxis);
  if (!axisColumn) {
    throw refuse(
      'it is a table of columns without a declared axis',
      'an array with a spectral axis',
      'name the columns in the line above them, with units: "energy (eV), mu"',
    );
  }
  const others = table.columns.filter((column) => column !== axisColumn);
  const values = declared
    ? table.columns[declared.values]
    : (onlyOne(others.filter(({ name }) => !UNCERTAINTY.test(plain(name)))) ?? onlyOne(others.filter(isAbsorption)));
  if (!values) {
    throw refuse(
      `it is a table with the axis "${axisColumn.name}" and ${others.length} more columns; which of them is the spectrum is not said`,
      'one column of values, or one that is called mu',
      'write the axis and the column that is meant into a file of two columns',
    );
  }
  const turn = firstTurn(axisColumn.values);
  if (turn > 0) {
    throw refuse(
      `positions in "${axisColumn.name}" do not go one way: ${axisColumn.values[turn - 1]} is followed by ${axisColumn.values[turn]} in row ${turn + 1}`,
      'positions that rise, or fall, from row to row',
      'take one scan out of the file, or average rows of equal position',
    );
  }
  return {
    kind: 'array',
    title: table.title,
    shape: [table.rows],
    dtype: 'float64',
    axes: [axisOf(axisColumn, declared?.axisName)],
    values: { kind: 'dense', load: async () => values.values.slice() },
    metadata: { quantity: quantityOf(values), ...table.metadata },
    original: table.original,
    warnings: table.warnings,
  };
}

const plain = (label: string) =>
  columnLabel(label)
    .name.toLowerCase()
    .replace(/[\s_-]+/g, '');

function isAxis({ name, unit }: TableColumn): boolean {
  const word = plain(name);
  return AXES.test(word) || (AXES_WITH_UNIT.test(word) && AXIS_UNITS.includes(unit || columnLabel(name).unit));
}

/** VAMAS has the unit `d` for numbers without one. */
const quantityOf = ({ name, unit }: TableColumn) => (unit === '' || unit === 'd' ? name : `${name} (${unit})`);

const isAbsorption = ({ name }: TableColumn) => ABSORPTION.test(plain(name));

const onlyOne = (columns: readonly TableColumn[]) => (columns.length === 1 ? columns[0] : undefined);

function axisOf({ name, unit, values }: TableColumn, declared?: string): Axis {
  const label = columnLabel(name);
  const described = { name: declared ?? label.name, unit: unit || label.unit, role: 'spectral' } as const;
  const size = values.length;
  const scale = size > 1 ? (values[size - 1] - values[0]) / (size - 1) : 1;
  const even = values.every((position, i) => Math.abs(position - (values[0] + scale * i)) <= EVEN * Math.abs(scale));
  return even && size > 1
    ? uniformAxis({ ...described, size, scale, offset: values[0] })
    : explicitAxis({ ...described, positions: values });
}

/** The first row whose position does not follow that before it in the way of the whole; 0 where there is none. */
function firstTurn(positions: Float64Array): number {
  const way = Math.sign(positions[positions.length - 1] - positions[0]);
  for (let i = 1; i < positions.length; i++) if (Math.sign(positions[i] - positions[i - 1]) !== way) return i;
  return 0;
}
