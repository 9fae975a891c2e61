import { columnLabel } from '../../signal/column-label.ts';
import { formatError } from '../../signal/errors.ts';
import { delimitedCells } from '../delimited-cells.ts';
import { isNumber } from '../plain-number.ts';
import { TextLines } from '../text-lines.ts';
import { DECIMAL_COMMA, DECIMAL_POINT, type Dialect, readNumbers } from './number-row.ts';

/** The block of numbers in a text file. */
export interface NumberTable {
  readonly columns: Float64Array[];
  /** Lines of words before the first row. */
  readonly headerLines: number;
  /** Lines of numbers that have another count of columns. */
  readonly rowsWithOtherLength: number;
  readonly names: string[];
  /** Of the columns, as the names or a line of units under them say; '' where they say none. */
  readonly units: string[];
  /** The first lines before the first row, shortened. */
  readonly header: string[];
}

/** As many columns as a sheet has, and its axis. */
const MOST_COLUMNS = 16385;
const HEADER_LINES = 200;
const HEADER_LINE = 1000;
/** A line of names is not longer than this. */
const NAMES_LINE = 1 << 20;

const COMMENT = /^\s*(?:#|%|;|\*|!|\/\/)+\s*/;

/** Does the text begin with a comment line? */
export function isComment(text: string): boolean {
  return COMMENT.test(text);
}

/**
 * Finds the table: the longest run of lines with the same count (at least `fewest`) of numbers, blank and comment lines
 * inside it passed over. Everything before is header; the names are those of the nearest header line with as many words, not
 * all of them numbers.
 * Undefined when no line has that many numbers.
 * @throws SpectrailError `format/too-many-columns`
 */
export function findTable(text: string, fewest = 2): NumberTable | undefined {
  const numbers = new Float64Array(MOST_COLUMNS);
  const plain = { dialect: DECIMAL_POINT, run: longestRun(text, DECIMAL_POINT, fewest, numbers) };
  const { run, dialect } = text.includes(',') ? better(text, plain, fewest, numbers) : plain;
  if (run.rows === 0) return undefined;
  const columns = Array.from({ length: run.width }, () => new Float64Array(run.rows));
  const header: string[] = [];
  const lines = new TextLines(text);
  let headerLines = 0;
  let row = 0;
  let others = 0;
  while (lines.next()) {
    const width = readNumbers(text, lines.start, lines.end, dialect, numbers);
    if (lines.number < run.start) {
      if (header.length < HEADER_LINES)
        header.push(text.slice(lines.start, Math.min(lines.end, lines.start + HEADER_LINE)));
      if (width < fewest && !lines.isBlank) headerLines++;
    }
    if (lines.number >= run.start && lines.number <= run.end && width === run.width) {
      for (let c = 0; c < width; c++) columns[c][row] = numbers[c];
      row++;
    } else if (width >= fewest) others++;
  }
  return {
    columns,
    headerLines,
    rowsWithOtherLength: others,
    ...columnLabels(text.slice(0, run.at), run.width),
    header,
  };
}

interface Run {
  /** Numbers of its first and last line. */
  start: number;
  end: number;
  /** Where in the text it begins. */
  at: number;
  width: number;
  rows: number;
}

interface Candidate {
  readonly dialect: Dialect;
  readonly run: Run;
}

function better(text: string, plain: Candidate, fewest: number, numbers: Float64Array): Candidate {
  const comma = { dialect: DECIMAL_COMMA, run: longestRun(text, DECIMAL_COMMA, fewest, numbers) };
  if (comma.run.rows === plain.run.rows) return usesDecimalComma(text) ? comma : plain;
  return comma.run.rows > plain.run.rows ? comma : plain;
}

function longestRun(text: string, dialect: Dialect, fewest: number, numbers: Float64Array): Run {
  const none: Run = { start: 0, end: -1, at: 0, width: 0, rows: 0 };
  let best = none;
  let run = none;
  const lines = new TextLines(text);
  while (lines.next()) {
    const width = readNumbers(text, lines.start, lines.end, dialect, numbers);
    if (width > numbers.length) throw tooManyColumns(lines.number);
    if (width < fewest) {
      if (!lines.isBlank && !isComment(text.slice(lines.start, Math.min(lines.end, lines.start + HEADER_LINE))))
        run = none;
      continue;
    }
    if (run.width === width) {
      run.rows++;
      run.end = lines.number;
    } else run = { start: lines.number, end: lines.number, at: lines.start, width, rows: 1 };
    if (run.rows > best.rows) best = run;
  }
  return best;
}

function tooManyColumns(line: number) {
  return formatError({
    code: 'too-many-columns',
    where: `line ${line}`,
    what: `the line holds more than ${MOST_COLUMNS} numbers`,
    expected: `at most ${MOST_COLUMNS} columns`,
    fix: 'export the table with one spectrum a column',
  });
}

/** Lines such as `400,5<tab>1,25` or `400,5; 1,25`: a comma inside words that something else separates. */
function usesDecimalComma(text: string): boolean {
  const lines = new TextLines(text);
  let rows = 0;
  let marked = 0;
  while (lines.next()) {
    const { line } = lines;
    if (!/^\s*[+-]?\d/.test(line)) continue;
    if (line.includes('.')) return false;
    rows++;
    if (/^\s*[+-]?\d+,\d+(?:\s*[;\t]|\s+)[+-]?\d+(?:,\d+)?\b(?!\.)/.test(line)) marked++;
  }
  return marked > 0 && marked * 2 > rows;
}

interface Labels {
  readonly names: string[];
  readonly units: string[];
}

/** Names in the nearest line of as many words; where these are all units, the names are in the line above, separated alike. */
function columnLabels(header: string, width: number): Labels {
  const nearest = nearestNames(header, width);
  if (!nearest) {
    const names = Array.from({ length: width }, (_, i) => `column${i + 1}`);
    return { names, units: names.map(() => '') };
  }
  const labels = nearest.words.map(columnLabel);
  const units = labels.map(({ unit }) => unit);
  const above = labels.every(({ name }) => name === '') ? namesAbove(header, nearest, width) : undefined;
  return { names: above ?? nearest.words, units };
}

type Split = (line: string) => string[];

const SPLITS: readonly Split[] = [
  (line) => line.split(/\t+/),
  (line) => (line.includes('"') ? delimitedCells(line, ',') : []),
  (line) => line.split(/[,;|]/),
  (line) => line.split(/\s+/),
  (line) => line.split(/[\s,;]+/),
];

interface NamesLine {
  readonly words: string[];
  readonly split: Split;
  /** Where in the header the line begins. */
  readonly start: number;
}

function nearestNames(header: string, width: number): NamesLine | undefined {
  for (let end = header.length; end > 0; ) {
    const start = lineStart(header, end);
    const line = end - start <= NAMES_LINE ? header.slice(start, end) : '';
    for (const split of SPLITS) {
      const words = namesOf(line, split, width);
      if (words) return { words, split, start };
    }
    end = start - 1;
  }
  return undefined;
}

function namesAbove(header: string, { split, start }: NamesLine, width: number): string[] | undefined {
  let end = start;
  while (end > 0 && (header[end - 1] === '\n' || header[end - 1] === '\r')) end--;
  const from = lineStart(header, end);
  return end - from <= NAMES_LINE ? namesOf(header.slice(from, end), split, width) : undefined;
}

function lineStart(header: string, end: number): number {
  let start = end;
  while (start > 0 && header[start - 1] !== '\n' && header[start - 1] !== '\r') start--;
  return start;
}

function namesOf(line: string, split: Split, width: number): string[] | undefined {
  const words = split(line.replace(COMMENT, '').trim())
    .map((word) => word.trim())
    .filter((word) => word !== '');
  return words.length === width && (line.includes('"') || !words.every(isNumber)) ? words : undefined;
}
