import type { Dataset, Plain, PlainTree } from '../../signal/dataset.ts';
import type { ByteSource } from '../format.ts';
import { badSheet, labelledSpectra, readSheetRows, type SheetRows } from '../labelled-spectra.ts';
import { TextLines } from '../text-lines.ts';
import { decodeText, readWholeText } from '../whole-text.ts';
import { flaggedHeader, type OrangeHeader, orangeHeader, spectralColumns } from './header.ts';

const LOOK_BYTES = 1 << 20;

/** Do its first three lines give names, types and roles, or the first one names with flags? */
export async function isOrange(file: ByteSource): Promise<boolean> {
  const head = await file.read(0, Math.min(file.size, LOOK_BYTES));
  return headerOf(decodeText(head)) !== undefined;
}

export function headerOf(text: string): OrangeHeader | undefined {
  const lines = firstLines(text);
  return orangeHeader(lines) ?? flaggedHeader(lines);
}

function firstLines(text: string): string[] {
  const lines = new TextLines(text);
  const found: string[] = [];
  while (found.length < 3 && lines.next()) found.push(lines.line);
  return found;
}

/**
 * Where the features are called by numbers, one dataset of spectra, a row each, with all other columns as labels; else a table
 * of the columns of numbers.
 * @throws SpectrailError `format/bad-sheet`, `input/too-large`.
 */
export async function readOrange(file: ByteSource): Promise<Dataset[]> {
  const text = await readWholeText(file);
  const header = headerOf(text);
  if (!header) {
    throw badSheet(
      `${file.name}, line 1`,
      'the first lines are no header of Orange',
      'names, types and roles, or names with flags',
    );
  }
  const lines = new TextLines(text);
  for (let i = 0; i < header.lines; i++) lines.next();
  const spectral = spectralColumns(header);
  return [spectral ? spectra(lines, header, spectral, file.name) : table(lines, header, file.name)];
}

const sheetOf = ({ separator, columns }: OrangeHeader, name: string, numbers: readonly number[]): SheetRows => ({
  name,
  separator,
  width: columns.length,
  numbers,
  labels: columns.map(({ index }) => index).filter((index) => !numbers.includes(index)),
  mayMiss: true,
});

function spectra(
  lines: TextLines,
  header: OrangeHeader,
  spectral: readonly { index: number; position: number }[],
  name: string,
): Dataset {
  const numbers = spectral.map(({ index }) => index);
  const sheet = sheetOf(header, name, numbers);
  const positions = Float64Array.from(spectral, ({ position }) => position);
  const names = sheet.labels.map((index) => header.columns[index].name);
  return labelledSpectra(name, positions, readSheetRows(lines, sheet), names);
}

function table(lines: TextLines, header: OrangeHeader, name: string): Dataset {
  const numeric = header.columns.filter((column) => column.numeric);
  const sheet = sheetOf(
    header,
    name,
    numeric.map(({ index }) => index),
  );
  const { rows, values, labels } = readSheetRows(lines, sheet);
  const kept: PlainTree = Object.create(null);
  for (const [i, index] of sheet.labels.entries()) kept[header.columns[index].name] = labels[i] as Plain[];
  return {
    kind: 'table',
    title: name,
    rows,
    columns: numeric.map(({ name: called }, c) => ({
      name: called,
      unit: '',
      values: Float64Array.from({ length: rows }, (_, row) => values[row * numeric.length + c]),
    })),
    metadata: {},
    original: labels.length > 0 ? { labels: kept } : {},
    warnings: [],
  };
}
