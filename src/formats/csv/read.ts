import type { ArrayDataset, Dataset } from '../../signal/dataset.ts';
import { readColumns } from '../columns/read.ts';
import type { ByteSource } from '../format.ts';
import { badSheet, labelledSpectra, readSheetRows, type SheetRows } from '../labelled-spectra.ts';
import { TextLines } from '../text-lines.ts';
import { decodeText, readWholeText } from '../whole-text.ts';
import { axisAt, type Image, type Layout, layoutOf, type SpectraInColumns } from './layout.ts';

/** Lines longer than this are no lines of a sheet. */
const LOOK_BYTES = 1 << 20;

/** The layout that the beginning of a file shows; a last line that is cut counts where it is the first. */
export function layoutInHead(head: Uint8Array, complete: boolean): Layout | undefined {
  if (head.includes(0)) return undefined;
  const lines = filledLines(new TextLines(decodeText(head)));
  const [first, second] = lines;
  if (first === undefined) return undefined;
  if (complete || lines.length > 2) return layoutOf(first, second);
  if (lines.length === 2) return layoutOf(first, undefined);
  return layoutOf(first.replace(/[,;\t][^,;\t]*$/, ''), undefined);
}

/** The first three lines that are not blank. */
function filledLines(lines: TextLines): string[] {
  const found: string[] = [];
  while (found.length < 3 && lines.next()) if (!lines.isBlank) found.push(lines.line);
  return found;
}

/** Are the first two lines those of a sheet of spectra or an image? */
export async function isOwnSheet(file: ByteSource): Promise<boolean> {
  const head = await file.read(0, Math.min(file.size, LOOK_BYTES));
  return layoutInHead(head, file.size <= LOOK_BYTES) !== undefined;
}

/**
 * Spectra in columns under their places, or in rows under their positions, or an image, as one dataset; any other sheet as a
 * table.
 * @throws SpectrailError `format/bad-sheet`, `format/no-table`, `input/too-large`.
 */
export async function readSheet(file: ByteSource): Promise<Dataset[]> {
  const text = await readWholeText(file);
  const [first, second] = filledLines(new TextLines(text));
  const layout = first === undefined ? undefined : layoutOf(first, second);
  if (!layout) return readColumns(file);
  const lines = new TextLines(text);
  do lines.next();
  while (lines.isBlank);
  if (layout.kind === 'rows') {
    const labels = layout.labels.map(({ index }) => index);
    const content = readSheetRows(lines, { ...layout, name: file.name, labels, mayMiss: true });
    const names = layout.labels.map(({ name }) => name);
    return [labelledSpectra(file.name, layout.positions, content, names)];
  }
  const numbers = Array.from({ length: layout.width }, (_, i) => i);
  const sheet: SheetRows = { ...layout, name: file.name, numbers, labels: [], mayMiss: false };
  const { rows, values } = readSheetRows(lines, sheet);
  const positions = Float64Array.from({ length: rows }, (_, row) => values[row * layout.width]);
  const bad = positions.findIndex((position) => !Number.isFinite(position));
  if (bad >= 0) throw badSheet(`${file.name}, row ${bad + 1}`, `the position is ${positions[bad]}`, 'a finite number');
  return [
    layout.kind === 'columns'
      ? spectra(layout, positions, values, file.name)
      : grid(layout, positions, values, file.name),
  ];
}

function spectra(
  { spectral, navigation, width }: SpectraInColumns,
  positions: Float64Array,
  cells: Float64Array,
  title: string,
) {
  const [pixels, channels] = [width - 1, positions.length];
  const values = new Float64Array(pixels * channels);
  for (let j = 0; j < channels; j++)
    for (let i = 0; i < pixels; i++) values[i * channels + j] = cells[j * width + 1 + i];
  return arrayOf(title, [...navigation, axisAt(positions, spectral, 'spectral')], values);
}

function grid({ down, across, width }: Image, positions: Float64Array, cells: Float64Array, title: string) {
  const values = new Float64Array(positions.length * across.size);
  for (let i = 0; i < positions.length; i++)
    values.set(cells.subarray(i * width + 1, (i + 1) * width), i * across.size);
  return arrayOf(title, [axisAt(positions, down, 'signal'), across], values);
}

function arrayOf(title: string, axes: ArrayDataset['axes'], values: Float64Array): ArrayDataset {
  return {
    kind: 'array',
    title,
    shape: axes.map(({ size }) => size),
    dtype: 'float64',
    axes,
    values: { kind: 'dense', load: async () => values.slice() },
    metadata: {},
    original: {},
    warnings: [],
  };
}
