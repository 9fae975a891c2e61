import { type Axis, explicitAxis, uniformAxis } from './axis.ts';
import { axisOfColumn, plainName } from './axis-column.ts';
import { columnLabel } from './column-label.ts';
import type { ArrayDataset, TableColumn, TableDataset } from './dataset.ts';
import { inputError } from './errors.ts';
import { evenStep } from './even-positions.ts';

const UNCERTAINTY = /^(?:sigma|σ|esd|err(?:or)?|std(?:dev|err)?|uncertainty|d(?:y|i|mu|intensity))$/;
/** Names of columns of values that are no names of what was measured. */
export const SAYS_NOTHING = /^(?:value|column\d+)$/;
/** Absorption as made from the detectors, among the columns of a beamline. */
const ABSORPTION = /^(?:x?mu|xmu|mu(?:trans|fluor|norm)?|xmutrans|xmufluor|norm)$/;

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
  const measured = others.filter(({ name }) => !UNCERTAINTY.test(plainName(name)));
  const values = declared
    ? table.columns[declared.values]
    : (onlyOne(others) ?? onlyOne(measured) ?? onlyOne(others.filter(isAbsorption)));
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
    metadata: SAYS_NOTHING.test(values.name) ? table.metadata : { quantity: quantityOf(values), ...table.metadata },
    original: table.original,
    warnings: table.warnings,
  };
}

const isAxis = ({ name, unit }: TableColumn) => axisOfColumn(name, unit) !== undefined;

/** With the unit that the name does not say. VAMAS has the unit `d` for numbers without one. */
function quantityOf({ name, unit }: TableColumn): string {
  const said = unit === '' || unit === 'd' || columnLabel(name).unit === unit || name.endsWith(`[${unit}]`);
  return said ? name : `${name} (${unit})`;
}

const isAbsorption = ({ name }: TableColumn) => ABSORPTION.test(plainName(name));

const onlyOne = (columns: readonly TableColumn[]) => (columns.length === 1 ? columns[0] : undefined);

function axisOf({ name, unit, values }: TableColumn, declared?: string): Axis {
  const { name: own = columnLabel(name).name, unit: measured = unit || columnLabel(name).unit } =
    axisOfColumn(name, unit) ?? {};
  const described = { name: declared ?? own, unit: measured, role: 'spectral' } as const;
  const size = values.length;
  const scale = evenStep(values);
  return scale
    ? uniformAxis({ ...described, size, scale, offset: values[0] })
    : explicitAxis({ ...described, positions: values });
}

/** The first row whose position does not follow that before it in the way of the whole; 0 where there is none. */
function firstTurn(positions: Float64Array): number {
  const way = Math.sign(positions[positions.length - 1] - positions[0]);
  for (let i = 1; i < positions.length; i++) if (Math.sign(positions[i] - positions[i - 1]) !== way) return i;
  return 0;
}
