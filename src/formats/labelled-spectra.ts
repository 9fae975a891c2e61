import { type Axis, explicitAxis, uniformAxis } from '../signal/axis.ts';
import type { ArrayDataset, Plain, PlainTree } from '../signal/dataset.ts';
import { formatError } from '../signal/errors.ts';
import { evenStep } from '../signal/even-positions.ts';
import { cellNumber, delimitedCells } from './delimited-cells.ts';
import type { TextLines } from './text-lines.ts';

/** How the rows of a sheet are cut, and what stands in which of their cells. */
export interface SheetRows {
  readonly name: string;
  readonly separator: string;
  readonly decimalComma?: boolean;
  /** Cells in a row. */
  readonly width: number;
  /** Cells of numbers, in the order in which they are wanted. */
  readonly numbers: readonly number[];
  /** Cells of text. */
  readonly labels: readonly number[];
  /** May a cell of a number be empty? */
  readonly mayMiss: boolean;
}

export interface SheetContent {
  readonly rows: number;
  /** Row after row. */
  readonly values: Float64Array;
  /** For each cell of text the texts, row after row. */
  readonly labels: readonly (readonly string[])[];
}

/**
 * The rows that follow in a sheet, blank ones passed over.
 * @throws SpectrailError `format/bad-sheet` for a row of another length, a cell that is no number, or no rows.
 */
export function readSheetRows(lines: TextLines, sheet: SheetRows): SheetContent {
  const { name, separator, decimalComma, width, numbers, labels, mayMiss } = sheet;
  const bad = (what: string, expected: string, line = lines.number) =>
    badSheet(`${name}, line ${line}`, what, expected);
  const { rows, letters } = lines.ahead();
  if (rows === 0) throw bad('no rows follow the header', 'at least one');
  // Cells have separators between them, and those of numbers a letter each.
  const least = width - 1 + (mayMiss ? 0 : numbers.length);
  if (rows * least > letters) {
    throw bad(`${letters} letters follow in ${rows} rows`, `${width} cells in each`);
  }
  const values = new Float64Array(rows * numbers.length);
  const texts = labels.map((): string[] => []);
  let at = 0;
  while (lines.next()) {
    if (lines.isBlank) continue;
    const cells = delimitedCells(lines.line, separator);
    if (cells.length !== width) throw bad(`the row has ${cells.length} cells`, `${width}, as the header has`);
    for (const index of numbers) {
      const value = cellNumber(cells[index], decimalComma);
      if (value === undefined || (cells[index] === '' && !mayMiss)) {
        throw bad(`cell ${index + 1} is "${cells[index].slice(0, 40)}"`, 'a number');
      }
      values[at++] = value;
    }
    for (const [i, index] of labels.entries()) texts[i].push(cells[index]);
  }
  return { rows, values, labels: texts };
}

export function badSheet(where: string, what: string, expected: string) {
  return formatError({
    code: 'bad-sheet',
    where,
    what,
    expected,
    fix: 'correct the row in a text editor, or export the sheet again',
  });
}

/** Spectra that stand in rows under their positions. Columns of labels are kept in `original.labels`. */
export function labelledSpectra(
  title: string,
  positions: Float64Array,
  { rows, values, labels }: SheetContent,
  names: readonly string[],
): ArrayDataset {
  const missing = values.reduce((count, value) => (Number.isNaN(value) ? count + 1 : count), 0);
  const kept: PlainTree = Object.create(null);
  for (const [i, texts] of labels.entries()) kept[names[i]] = texts as Plain[];
  return {
    kind: 'array',
    title,
    shape: [rows, positions.length],
    dtype: 'float64',
    axes: [uniformAxis({ name: 'row', role: 'navigation', size: rows }), spectralAxis(positions)],
    values: { kind: 'dense', load: async () => values.slice() },
    metadata: {},
    original: labels.length > 0 ? { labels: kept } : {},
    warnings: missing > 0 ? [`${missing} values are missing or not a number`] : [],
  };
}

function spectralAxis(positions: Float64Array): Axis {
  const scale = evenStep(positions);
  return scale
    ? uniformAxis({ role: 'spectral', size: positions.length, scale, offset: positions[0] })
    : explicitAxis({ role: 'spectral', positions });
}
