import { type Axis, axisValue, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import { formatError } from '../../signal/errors.ts';
import type { Block } from './block.ts';
import { type Label, withoutComment } from './labels.ts';
import { badData, type Ordinates, readNumbers, readOrdinates, type TableText } from './ordinates.ts';
import { type Variable, variableOf } from './variables.ts';

/** What one table of a block holds: a spectrum on an axis, or columns that are none. */
export interface Table {
  readonly line: number;
  readonly page?: string;
  /** The quantity on the ordinate. */
  readonly ordinate: Variable;
  readonly symbol: string;
  readonly content:
    | { readonly kind: 'spectrum'; readonly axis: Axis; readonly values: Float64Array }
    | {
        readonly kind: 'columns';
        readonly rows: number;
        readonly columns: readonly { name: string; unit: string; values: Float64Array }[];
      };
  readonly warnings: readonly string[];
  /** The table has fewer points than the header claims. */
  readonly short: boolean;
}

/** Labels that hold a table of numbers. */
export const TABLES: ReadonlySet<string> = new Set(['XYDATA', 'XYPOINTS', 'PEAKTABLE', 'DATATABLE', 'RADATA']);

/**
 * Reads the table that a label holds, with the factors, units and limits that the block has stated before it.
 * @throws SpectrailError `format/bad-data`, `format/bad-axis`, `format/no-points`, `format/too-many-points`.
 */
export function readTable(block: Block, label: Label, file: string, text: string, most: number): Table {
  const head = text.slice(label.start, Math.min(label.end, label.start + 400));
  const breaks = head.search(/[\r\n]/);
  const form = withoutComment(breaks < 0 ? head : head.slice(0, breaks)).toUpperCase();
  const start = breaks < 0 ? label.end : label.start + breaks;
  const part: TableText = { file, text, start, end: label.end, line: label.line, most };
  const stepped = /\(\s*(\w{1,20})\s*\+\+\s*\(\s*(\w{1,20})\s*\.\./.exec(form);
  if (stepped) return steppedTable(block, part, stepped[1], stepped[2]);
  const listed = /\(\s*([A-Z]{1,8})\s*\.\./.exec(form);
  if (listed) return listedTable(block, part, [...listed[1]]);
  if (label.name === 'XYDATA') return steppedTable(block, part, 'X', 'Y');
  if (label.name === 'RADATA') return steppedTable(block, part, 'R', 'A');
  if (label.name !== 'DATATABLE') return listedTable(block, part, ['X', 'Y']);
  throw formatError({
    code: 'bad-data',
    where: `${file}, line ${label.line}`,
    what: `"${form.trim().slice(0, 40)}" is no form of a table`,
    expected: '(X++(Y..Y)) or (XY..XY), with the symbols of the variables',
    fix: 'export the spectrum again',
  });
}

function steppedTable(block: Block, part: TableText, x: string, y: string): Table {
  const decoded = readOrdinates(part);
  const { heads, indices, wrongChecks } = decoded;
  const raw = decoded.values;
  if (raw.length === 0) throw noPoints(part);
  const [abscissa, ordinate] = [variableOf(block, x), variableOf(block, y)];
  const warnings: string[] = [];
  if (wrongChecks.length > 0) {
    warnings.push(
      `${wrongChecks.length} lines do not begin with the last value of the line before, as differences are checked; the first is line ${wrongChecks[0]}`,
    );
  }
  const axis = steppedAxis(abscissa, raw.length, { heads, indices }, part, warnings);
  checkHeads(axis, abscissa.factor, { heads, indices }, warnings);
  return {
    line: part.line,
    page: block.page,
    ordinate,
    symbol: y,
    content: { kind: 'spectrum', axis, values: scaled(raw, ordinate.factor) },
    ...counted(abscissa.count, raw.length, warnings),
  };
}

type Heads = Pick<Ordinates, 'heads' | 'indices'>;

/**
 * First and last abscissa make the axis, as printed steps are rounded. Where the table has not as many points as claimed,
 * the step nearest to that of the heads of the lines is taken.
 */
function steppedAxis(
  { name, unit, factor, first, last, step, count }: Variable,
  size: number,
  { heads, indices }: Heads,
  part: TableText,
  warnings: string[],
): Axis {
  const offset = first ?? heads[0] * factor;
  const to = heads.length - 1;
  const span = indices[to] - indices[0];
  const slope = span > 0 ? ((heads[to] - heads[0]) * factor) / span : undefined;
  const through = (points: number) => (last === undefined || points < 2 ? undefined : (last - offset) / (points - 1));
  let scale = through(size) ?? step ?? slope;
  // What was written to the last digit is not divided anew.
  if (step !== undefined && last !== undefined && offset + step * (size - 1) === last) scale = step;
  if (count !== undefined && count !== size && slope !== undefined) {
    const choices = [through(size), through(count), step].filter((choice) => choice !== undefined);
    for (const choice of choices) {
      if (Math.abs(choice - slope) < Math.abs((scale ?? Number.POSITIVE_INFINITY) - slope)) scale = choice;
    }
  }
  if (scale === undefined && size > 1) warnings.push('nothing says how far apart the points are: 1 is assumed');
  scale ??= 1;
  if (size > 1 && !(scale !== 0 && Number.isFinite(scale))) {
    throw formatError({
      code: 'bad-axis',
      where: `${part.file}, line ${part.line}`,
      what: `the points of the table are ${scale} apart`,
      expected: 'FIRSTX and LASTX, or DELTAX, that differ from point to point',
      fix: 'correct FIRSTX and LASTX in a text editor',
    });
  }
  return uniformAxis({ name, unit, role: 'spectral', size, scale: scale || 1, offset });
}

/** More than a step away, and more than what heads are rounded to. */
function checkHeads(axis: Axis, factor: number, { heads, indices }: Heads, warnings: string[]): void {
  const step = Math.abs(axisValue(axis, 1) - axisValue(axis, 0));
  for (let i = 0; i < heads.length; i++) {
    const [head, expected] = [heads[i] * factor, axisValue(axis, indices[i])];
    if (Math.abs(head - expected) <= 1.01 * step + 1e-4 * Math.abs(expected)) continue;
    warnings.push(`a line of the table begins at ${head}, its first point is at ${expected} by the header`);
    return;
  }
}

function listedTable(block: Block, part: TableText, symbols: readonly string[]): Table {
  const numbers = readNumbers(part);
  const width = symbols.length;
  const size = numbers.length / width;
  if (numbers.length === 0) throw noPoints(part);
  if (width < 2 || !Number.isInteger(size)) {
    throw badData(part.file, part.line, `the table has ${numbers.length} numbers, in groups of ${width}`);
  }
  const variables = symbols.map((symbol) => variableOf(block, symbol));
  const columns = variables.map(({ name, unit, factor }, c) => {
    const column = Float64Array.from({ length: size }, (_, i) => numbers[i * width + c] * factor);
    return { name: c === 0 ? name : unit || symbols[c], unit, values: column };
  });
  const [{ name, unit, values: positions }] = columns;
  const spectrum = width === 2 && isMonotonic(positions);
  const warnings: string[] = [];
  if (width === 2 && !spectrum) warnings.push('the abscissa goes back and forth: the table is given as columns');
  return {
    line: part.line,
    page: block.page,
    ordinate: variables[1],
    symbol: symbols[1],
    content: spectrum
      ? { kind: 'spectrum', axis: explicitAxis({ name, unit, role: 'spectral', positions }), values: columns[1].values }
      : { kind: 'columns', rows: size, columns },
    ...counted(variables[0].count, size, warnings),
  };
}

/** Strictly, in either direction, and finite. */
export function isMonotonic(positions: Float64Array): boolean {
  const down = positions.length > 1 && positions[1] < positions[0];
  for (let i = 0; i < positions.length; i++) {
    if (!Number.isFinite(positions[i])) return false;
    if (i > 0 && !(down ? positions[i] < positions[i - 1] : positions[i] > positions[i - 1])) return false;
  }
  return true;
}

function scaled(values: Float64Array, factor: number): Float64Array {
  return factor === 1 ? values : values.map((value) => value * factor);
}

function counted(claimed: number | undefined, size: number, warnings: string[]) {
  if (claimed !== undefined && claimed !== size)
    warnings.push(`the header says ${claimed} points, the table has ${size}`);
  return { warnings, short: claimed !== undefined && size < claimed };
}

function noPoints({ file, line }: TableText) {
  return formatError({
    code: 'no-points',
    where: `${file}, line ${line}`,
    what: 'the table holds no points',
    expected: 'lines of numbers after the label',
    fix: 'export the spectrum again: it was cut short',
  });
}
