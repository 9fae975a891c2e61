import { type Axis, type AxisRole, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import { axisOfColumn } from '../../signal/axis-column.ts';
import { exactStep } from '../../signal/even-positions.ts';
import { cellNumber, delimitedCells } from '../delimited-cells.ts';

/** Between the names of the two axes of an image, in its corner. */
export const CORNER = ' \\ ';
/** What unnamed axes are called in a sheet. */
export const UNNAMED = { spectral: 'channel', down: 'row', across: 'column' };
const SEPARATORS = [',', '\t', ';'] as const;
const MOST_COLUMNS = 16385;
const FEWEST_POSITIONS = 3;

/** What the cells of a sheet are, as its first lines say. */
export type Layout = SpectraInColumns | Image | SpectraInRows;

interface Sheet {
  readonly separator: string;
  readonly width: number;
}

/** Positions down the first column, one spectrum in each other, headed by its place: as we write spectra. */
export interface SpectraInColumns extends Sheet {
  readonly kind: 'columns';
  readonly spectral: Label;
  readonly navigation: readonly Axis[];
}

/** Positions of both axes in the first column and row: as we write images and maps. */
export interface Image extends Sheet {
  readonly kind: 'image';
  readonly down: Label;
  readonly across: Axis;
}

/** Spectral positions in the first row, then a spectrum a row, with labels beside it. */
export interface SpectraInRows extends Sheet {
  readonly kind: 'rows';
  readonly decimalComma: boolean;
  readonly positions: Float64Array;
  readonly numbers: readonly number[];
  readonly labels: readonly { readonly index: number; readonly name: string }[];
}

export interface Label {
  readonly name: string;
  readonly unit: string;
}

/** The layout that the first line, and the one after it where it is there, show; undefined for any other sheet. */
export function layoutOf(first: string, second: string | undefined): Layout | undefined {
  const separators = SEPARATORS.filter((separator) => first.includes(separator));
  for (const separator of separators) {
    const cells = delimitedCells(first, separator);
    if (cells.length < 3 || cells.length > MOST_COLUMNS) continue;
    const sheet = { separator, width: cells.length };
    const own = separator === ',' ? (spectraInColumns(cells, sheet) ?? image(cells, sheet)) : undefined;
    const layout =
      own ?? spectraInRows(cells, second === undefined ? undefined : delimitedCells(second, separator), sheet);
    if (layout) return layout;
  }
  return undefined;
}

function spectraInColumns([corner, ...heads]: readonly string[], sheet: Sheet): SpectraInColumns | undefined {
  const places = heads.map(placeOf);
  const [first] = places;
  if (!first || !places.every((place) => place?.length === first.length)) return undefined;
  const grid = places as Place[][];
  const navigation = axesOfGrid(grid);
  return navigation && { ...sheet, kind: 'columns', spectral: labelOf(corner, UNNAMED.spectral), navigation };
}

interface Place extends Label {
  readonly at: number;
}

/** `y = 0.5 nm; x = 2 nm` */
function placeOf(head: string): Place[] | undefined {
  const places: Place[] = [];
  for (const part of head.split('; ')) {
    const equals = part.indexOf(' = ');
    if (equals < 0) return undefined;
    const value = part.slice(equals + 3);
    const blank = value.indexOf(' ');
    const at = cellNumber(blank < 0 ? value : value.slice(0, blank));
    if (at === undefined || !Number.isFinite(at)) return undefined;
    places.push({ name: part.slice(0, equals), unit: blank < 0 ? '' : value.slice(blank + 1), at });
  }
  return places;
}

/** The axes whose positions, the last fastest, these are; undefined where they are not those of a full grid. */
function axesOfGrid(grid: readonly (readonly Place[])[]): Axis[] | undefined {
  const axes: Axis[] = [];
  let stride = 1;
  for (let d = grid[0].length - 1; d >= 0; d--) {
    const same = (i: number) => grid[0].slice(0, d).every(({ at }, e) => grid[i][e].at === at);
    let size = 1;
    while (size * stride < grid.length && same(size * stride)) size++;
    const positions = Float64Array.from({ length: size }, (_, k) => grid[k * stride][d].at);
    const { name, unit } = grid[0][d];
    axes.unshift(axisAt(positions, { name: name === `axis ${d}` ? '' : name, unit }, 'navigation'));
    const [step, inner] = [size, stride];
    const fits = (place: readonly Place[], i: number) =>
      place[d].name === name && place[d].unit === unit && place[d].at === positions[Math.floor(i / inner) % step];
    if (!grid.every(fits)) return undefined;
    stride *= size;
  }
  return stride === grid.length ? axes : undefined;
}

function image([corner, ...heads]: readonly string[], sheet: Sheet): Image | undefined {
  const middle = corner.indexOf(CORNER);
  const positions = positionsOf(heads, false);
  if (middle < 0 || !positions) return undefined;
  const across = axisAt(positions, labelOf(corner.slice(middle + CORNER.length), UNNAMED.across), 'signal');
  return { ...sheet, kind: 'image', down: labelOf(corner.slice(0, middle), UNNAMED.down), across };
}

function spectraInRows(
  cells: readonly string[],
  second: readonly string[] | undefined,
  sheet: Sheet,
): SpectraInRows | undefined {
  const decimalComma = sheet.separator !== ',';
  const isNumeric = (cell: string | undefined) =>
    cell !== undefined && Number.isFinite(cellNumber(cell, decimalComma) ?? Number.NaN);
  const numbers = cells.flatMap((cell, i) => (isNumeric(cell) ? [i] : []));
  const labels = cells.flatMap((name, index) =>
    isNumeric(name) ? [] : [{ index, name: name || `column${index + 1}` }],
  );
  if (labels.length === 0 || new Set(labels.map(({ name }) => name)).size < labels.length) return undefined;
  const positions = positionsOf(
    numbers.map((i) => cells[i]),
    decimalComma,
  );
  if (!positions || positions.length < FEWEST_POSITIONS || isNumbering(positions)) return undefined;
  if (second) {
    if (second.length !== cells.length) return undefined;
    if (numbers.some((i) => cellNumber(second[i], decimalComma) === undefined)) return undefined;
    // Numbers under the name of an axis: its positions, and columns that are called by numbers.
    const [only] = labels;
    if (labels.length === 1 && isNumeric(second[only.index]) && axisOfColumn(only.name, '')) return undefined;
  }
  return { ...sheet, kind: 'rows', decimalComma, positions, numbers, labels };
}

/** Rising or falling all the way, or undefined. */
function positionsOf(cells: readonly string[], decimalComma: boolean): Float64Array | undefined {
  const positions = Float64Array.from(cells, (cell) => cellNumber(cell, decimalComma) ?? Number.NaN);
  const way = Math.sign(positions[positions.length - 1] - positions[0]);
  const rises = (position: number, i: number) => i === 0 || Math.sign(position - positions[i - 1]) === way;
  return way !== 0 && positions.every((position, i) => Number.isFinite(position) && rises(position, i))
    ? positions
    : undefined;
}

/** 0, 1, 2 … or 1, 2, 3 … count columns; they are no positions. */
const isNumbering = (positions: Float64Array) =>
  (positions[0] === 0 || positions[0] === 1) && positions.every((position, i) => position === positions[0] + i);

/** `Energy (eV)` as it was written by {@link axisLabel}. */
function labelOf(text: string, unnamed: string): Label {
  const bracket = text.endsWith(')') ? text.lastIndexOf(' (') : -1;
  const label =
    bracket < 0 ? { name: text, unit: '' } : { name: text.slice(0, bracket), unit: text.slice(bracket + 2, -1) };
  return label.name === unnamed ? { ...label, name: '' } : label;
}

/** Name and unit of an axis in a cell. */
export function axisLabel({ name, unit }: Axis, unnamed: string): string {
  const called = name || unnamed;
  return unit || called.endsWith(')') ? `${called} (${unit})` : called;
}

/** The axis at these positions: even where one step gives all of them to the last bit. */
export function axisAt(positions: Float64Array, label: Label, role: AxisRole): Axis {
  const still = positions.length > 1 && positions.every((position) => position === positions[0]);
  const scale = positions.length === 1 ? 1 : still && role !== 'spectral' ? 0 : exactStep(positions);
  return scale === undefined || (scale === 0 && role === 'spectral')
    ? explicitAxis({ ...label, role, positions })
    : uniformAxis({ ...label, role, size: positions.length, scale, offset: positions[0] });
}
