import { type Axis, axisValues } from '../../signal/axis.ts';
import { axisColumnLabel } from '../../signal/axis-column.ts';
import type { ArrayDataset, PlainTree, TableDataset } from '../../signal/dataset.ts';
import { isReal } from '../../signal/dtype.ts';
import { outputError } from '../../signal/errors.ts';
import { SAYS_NOTHING } from '../../signal/table-spectrum.ts';
import { shortest } from '../shortest-number.ts';
import { valueRuns } from '../value-runs.ts';
import { type OwnHeader, ownHeaderLines } from './own-header.ts';

const MOST_COLUMNS = 3;
const LONGEST_NAME = 1000;

/**
 * One spectrum as two columns between tabs: position and value, with as many digits as bring back the same numbers. Title
 * and metadata stand as JSON in comment lines, then the names of the columns, by which the table is known for this spectrum.
 * A dataset states no uncertainties; tables that have a column of them keep it ({@link encodeTableAsColumns}).
 *
 * @throws SpectrailError `output/not-a-spectrum` for images, maps and complex values, `output/empty` for a spectrum without
 * channels, `output/equal-positions` where neighbours on the axis are one number, `output/inexact` for integers that a
 * double cannot hold.
 */
export async function encodeSpectrumAsColumns(dataset: ArrayDataset): Promise<Uint8Array> {
  const axis = axisOf(dataset);
  const [values] = [...(await valueRuns(dataset, Number.MAX_SAFE_INTEGER))];
  const positions = axisValues(axis);
  checkPositions(positions, dataset.title);
  const metadata: PlainTree = { ...dataset.metadata };
  const { quantity } = metadata;
  const named = typeof quantity === 'string' && isPlainName(quantity) && !SAYS_NOTHING.test(quantity);
  if (named) delete metadata['quantity'];
  const label = axis.role === 'spectral' ? axisColumnLabel(axis) : `${axis.name || 'position'} (${axis.unit})`;
  const names = [oneLine(label), named ? quantity : 'value'];
  const rows = Array.from(positions, (position, i) => `${shortest(position)}\t${shortest(values[i])}`);
  return textOf({ title: dataset.title, metadata }, names, rows);
}

/**
 * A table of two or three columns (position, value, its uncertainty) as it is, names and units included.
 * @throws SpectrailError `output/not-columns` for a table of another count of columns or without rows.
 */
export async function encodeTableAsColumns(table: TableDataset): Promise<Uint8Array> {
  const { title, metadata, columns, rows } = table;
  if (columns.length < 2 || columns.length > MOST_COLUMNS || rows === 0) {
    throw outputError({
      code: 'not-columns',
      where: title || undefined,
      what: `the table has ${columns.length} columns and ${rows} rows`,
      expected: 'two columns, or three with the uncertainties',
      fix: 'write .csv, which takes tables of any size',
    });
  }
  const lines = Array.from({ length: rows }, (_, i) => columns.map(({ values }) => shortest(values[i])).join('\t'));
  const names = columns.map(({ name }, i) => (isPlainName(name) ? name : `column${i + 1}`));
  return textOf({ title, metadata, columns }, names, lines);
}

function textOf(header: OwnHeader, names: readonly string[], rows: readonly string[]): Uint8Array {
  return new TextEncoder().encode([...ownHeaderLines(header), `# ${names.join('\t')}`, ...rows, ''].join('\n'));
}

function axisOf({ shape, axes, dtype, title }: ArrayDataset): Axis {
  const long = shape.findIndex((n) => n > 1);
  const axis = axes[long < 0 ? axes.length - 1 : long];
  const size = shape.reduce((product, n) => product * n, 1);
  if (!isReal(dtype) || !axis || axis.size !== size) {
    throw outputError({
      code: 'not-a-spectrum',
      where: title || undefined,
      what: `two columns hold one spectrum of real numbers, this is ${shape.join(' × ')} of ${dtype}`,
      fix: 'sum or select one spectrum first, or write .csv or .hspy',
    });
  }
  if (size === 0) throw outputError({ code: 'empty', where: title || undefined, what: 'the spectrum has no channels' });
  return axis;
}

function checkPositions(positions: Float64Array, title: string): void {
  const at = positions.findIndex((position, i) => !Number.isFinite(position) || position === positions[i - 1]);
  if (at < 0) return;
  throw outputError({
    code: 'equal-positions',
    where: title || undefined,
    what: `position ${at} is ${positions[at]}${at > 0 ? `, the one before it ${positions[at - 1]}` : ''}`,
    expected: 'finite positions that a double tells apart',
    fix: 'write .hspy, or shift the axis first',
  });
}

/** Comes back as it is when it is one of several names between tabs. */
function isPlainName(name: string): boolean {
  return name !== '' && name === name.trim() && name === oneLine(name) && name.length <= LONGEST_NAME;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a tab or a line end would begin another column or row
const oneLine = (text: string) => text.replace(/[\u0000-\u001f\u0085\u2028\u2029]+/g, ' ');
