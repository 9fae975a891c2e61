import { type Axis, axisValues } from '../../signal/axis.ts';
import { axisColumnLabel } from '../../signal/axis-column.ts';
import { columnLabel } from '../../signal/column-label.ts';
import type { ArrayDataset, TableColumn, TableDataset } from '../../signal/dataset.ts';
import { isReal, type ValueArray } from '../../signal/dtype.ts';
import { outputError } from '../../signal/errors.ts';
import { shortest, shortestNumbers } from '../shortest-number.ts';
import { valueRuns } from '../value-runs.ts';
import { axisLabel, CORNER, UNNAMED } from './layout.ts';

/** As many columns as spreadsheets take. */
const MOST_COLUMNS = 16384;

/**
 * Text for spreadsheets, in the layout that suits the data:
 * - spectra: the spectral axis is the first column, then one column per spectrum, headed by its position;
 * - images and maps (two axes of one kind): one row per position of the first axis, headed by the positions of both;
 * - a single axis of any kind: two columns.
 *
 * Numbers have as many digits as it takes to read the same value back.
 * @throws SpectrailError `output/csv-shape`, `output/csv-values`, `output/csv-positions` where neighbours on an axis are one
 * number, `output/inexact` for integers that a double cannot hold.
 */
export async function encodeCsv(dataset: ArrayDataset): Promise<Uint8Array> {
  if (!isReal(dataset.dtype)) {
    throw outputError({
      code: 'csv-values',
      what: `${dataset.dtype} values have more than one number each`,
      expected: 'real numbers',
      fix: 'write .npy or .hspy, or take the modulus first',
    });
  }
  const axes = dataset.axes.filter((axis, d) => dataset.shape[d] > 1 || axis.role === 'spectral');
  const last = axes.at(-1);
  const columns = last?.role === 'spectral' ? axes.slice(0, -1) : axes.slice(1);
  const count = columns.reduce((product, axis) => product * axis.size, 1);
  const twoDimensional = last?.role === 'spectral' || axes.length <= 2;
  if (!twoDimensional || count > MOST_COLUMNS) {
    throw outputError({
      code: 'csv-shape',
      what: `${dataset.shape.join(' × ')} values do not fit a sheet`,
      expected: `one image, or at most ${MOST_COLUMNS} spectra`,
      fix: 'write .hspy or .npy, or sum or crop first',
    });
  }
  const runs = [...(await valueRuns(dataset, Number.MAX_SAFE_INTEGER))];
  const rows =
    last?.role === 'spectral' ? spectraRows(dataset, columns, last, runs[0]) : gridRows(dataset, axes, runs[0]);
  return new TextEncoder().encode(`${rows.join('\n')}\n`);
}

function spectraRows(dataset: ArrayDataset, navigation: readonly Axis[], spectral: Axis, values: ValueArray): string[] {
  const print = shortestNumbers(dataset.dtype);
  const pixels = navigation.reduce((product, axis) => product * axis.size, 1);
  const positions = navigation.map(axisValues);
  const heads = Array.from({ length: pixels }, (_, pixel) => {
    let left = pixel;
    const parts: string[] = [];
    for (let d = navigation.length - 1; d >= 0; d--) {
      const { name, unit, size } = navigation[d];
      const called = (name || `axis ${d}`).replaceAll('; ', ', ').replaceAll(' = ', '=');
      const at = shortest(positions[d][left % size]);
      parts.unshift(`${called} = ${at}${unit ? ` ${unit.replaceAll('; ', ', ')}` : ''}`);
      left = Math.floor(left / size);
    }
    return parts.join('; ');
  });
  const one = navigation.length === 0;
  const label = one ? axisColumnLabel(spectral) : axisLabel(spectral, UNNAMED.spectral);
  const rows = [[label, ...(one ? [dataset.title || 'value'] : heads)].map(one ? quotedName : quoted).join(',')];
  const along = positionsOf(spectral);
  for (let j = 0; j < spectral.size; j++) {
    const row = [shortest(along[j])];
    for (let i = 0; i < pixels; i++) row.push(print(values[i * spectral.size + j]));
    rows.push(row.join(','));
  }
  return rows;
}

function gridRows(dataset: ArrayDataset, axes: readonly Axis[], values: ValueArray): string[] {
  const print = shortestNumbers(dataset.dtype);
  const [down, across] = axes;
  if (!down) return [quoted(dataset.title || 'value'), print(values[0])];
  const y = positionsOf(down);
  if (!across) {
    const head = [axisLabel(down, 'position'), dataset.title || 'value'].map(quotedName).join(',');
    return [head, ...Array.from(y, (at, i) => `${shortest(at)},${print(values[i])}`)];
  }
  const corner = quoted(`${axisLabel(down, UNNAMED.down)}${CORNER}${axisLabel(across, UNNAMED.across)}`);
  const rows = [`${corner},${Array.from(positionsOf(across), shortest).join(',')}`];
  for (let i = 0; i < down.size; i++) {
    const row = [shortest(y[i])];
    for (let j = 0; j < across.size; j++) row.push(print(values[i * across.size + j]));
    rows.push(row.join(','));
  }
  return rows;
}

/** All positions of an axis that has each of them once. */
function positionsOf(axis: Axis): Float64Array {
  const positions = axisValues(axis);
  const at = positions.findIndex((position, i) => !Number.isFinite(position) || position === positions[i - 1]);
  if (at < 0) return positions;
  throw outputError({
    code: 'csv-positions',
    what: `position ${at} of the axis "${axis.name || 'unnamed'}" is ${positions[at]}${at > 0 ? `, the one before it ${positions[at - 1]}` : ''}`,
    expected: 'finite positions that a double tells apart',
    fix: 'write .hspy, or shift the axis first',
  });
}

/**
 * A table as a sheet: a line of names, with units in brackets where the names do not say them, then the rows.
 * @throws SpectrailError `output/csv-shape` for more columns than a sheet has, or none.
 */
export async function encodeCsvTable({ title, columns, rows }: TableDataset): Promise<Uint8Array> {
  if (columns.length === 0 || columns.length > MOST_COLUMNS) {
    throw outputError({
      code: 'csv-shape',
      where: title || undefined,
      what: `a table of ${columns.length} columns is no sheet`,
      expected: `1 to ${MOST_COLUMNS} columns`,
    });
  }
  const names = columns.map(nameInSheet);
  // In quotes a number is a name.
  const cell = names.every((name) => name.trim() !== '' && Number.isFinite(Number(name))) ? inQuotes : quotedName;
  const lines = [names.map(cell).join(',')];
  for (let i = 0; i < rows; i++) lines.push(columns.map(({ values }) => shortest(values[i])).join(','));
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

function nameInSheet({ name, unit }: TableColumn, index: number): string {
  const called = name.trim() || `column${index + 1}`;
  return unit === '' || columnLabel(name).unit === unit ? called : `${called} (${unit})`;
}

/** On one line, in quotes where it has to be. */
function quoted(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line end would begin another row
  const line = text.replace(/[\u0000-\u0008\u000a-\u001f\u0085\u2028\u2029]+/g, ' ');
  return /^[#%;*!/\s]|[",\t]|\s$/.test(line) ? inQuotes(line) : line;
}

/** The name of a column of a table, for readers that take semicolons for separators too. */
const quotedName = (text: string) => (text.includes(';') ? inQuotes(text) : quoted(text));

const inQuotes = (text: string) => `"${text.replaceAll('"', '""')}"`;
