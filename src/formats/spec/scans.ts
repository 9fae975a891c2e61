import { formatError } from '../../signal/errors.ts';
import { DECIMAL_POINT, readNumbers } from '../columns/number-row.ts';
import { TextLines } from '../text-lines.ts';

/** Control lines of one scan, and where its numbers stand. */
export interface Scan {
  /** "1  ascan energy 1 2 10 1": what stands behind #S. */
  readonly title: string;
  /** Control lines of the scan by their key (`L`, `D`, `P0`), without it; of a key that comes twice the first counts. */
  readonly controls: ReadonlyMap<string, string>;
  readonly columns: readonly Float64Array[];
}

export interface SpecFile {
  /** Control lines above the first scan. */
  readonly header: ReadonlyMap<string, string>;
  readonly scans: readonly Scan[];
  /** Scans that hold no numbers: they were stopped before their first point. */
  readonly empty: number;
}

const MOST_SCANS = 10_000;
const MOST_COLUMNS = 4096;
/** Of all scans together: an array costs more than the numbers of a short one. */
const MOST_COLUMNS_IN_ALL = 100_000;
const MOST_CONTROLS = 100_000;
const LONGEST_LINE = 1 << 16;

interface Draft {
  readonly title: string;
  readonly controls: Map<string, string>;
  rows: number;
  width: number;
  /** Numbers of its first and last line of numbers. */
  first: number;
  last: number;
}

/**
 * The scans of a SPEC data file. Spectra of multi-channel analysers (`@A`) are passed over.
 * @throws SpectrailError `format/bad-row`, `format/no-scans`, `format/too-many-scans`
 */
export function readScans(text: string, name: string): SpecFile {
  const numbers = new Float64Array(MOST_COLUMNS);
  const { header, drafts } = survey(text, name, numbers);
  const filled = drafts.filter(({ rows }) => rows > 0);
  if (filled.length === 0) {
    throw formatError({
      code: 'no-scans',
      where: name,
      what: drafts.length === 0 ? 'the file holds no scan' : `none of the ${drafts.length} scans holds numbers`,
      expected: 'a line #S, then rows of numbers',
      fix: 'copy the file again: it may have been cut short',
    });
  }
  return { header, scans: fill(text, filled, numbers), empty: drafts.length - filled.length };
}

/** Counts rows and columns before room is made for any. */
function survey(text: string, name: string, numbers: Float64Array): { header: Map<string, string>; drafts: Draft[] } {
  const header = new Map<string, string>();
  const drafts: Draft[] = [];
  let controls = 0;
  let columns = 0;
  for (const line of dataLines(text)) {
    const scan = drafts.at(-1);
    if (text[line.start] === '#') {
      const words = text.slice(line.start + 1, Math.min(line.end, line.start + LONGEST_LINE));
      const key = /^[A-Za-z@]\w{0,9}/.exec(words)?.[0];
      if (!key) continue;
      const value = words.slice(key.length).trim();
      if (++controls > MOST_CONTROLS) throw tooMany(name, line.number, `${MOST_CONTROLS} control lines`);
      if (key === 'S') drafts.push({ title: value, controls: new Map(), rows: 0, width: 0, first: 0, last: 0 });
      else setOnce(scan?.controls ?? header, key, value);
      if (drafts.length > MOST_SCANS) throw tooMany(name, line.number, `${MOST_SCANS} scans`);
      continue;
    }
    const width = readNumbers(text, line.start, line.end, DECIMAL_POINT, numbers);
    if (!scan) throw badRow(name, line.number, 'something stands above the first scan', 'a line that begins with #');
    if (width === 0 || width > MOST_COLUMNS || (scan.rows > 0 && width !== scan.width)) {
      const what = width === 0 ? 'the row is not of numbers' : `the row has ${width} numbers`;
      throw badRow(name, line.number, what, scan.rows > 0 ? `${scan.width} numbers` : `up to ${MOST_COLUMNS} numbers`);
    }
    if (scan.rows === 0) {
      scan.width = width;
      scan.first = line.number;
      columns += width;
      if (columns > MOST_COLUMNS_IN_ALL)
        throw tooMany(name, line.number, `${MOST_COLUMNS_IN_ALL} columns in all scans`);
    }
    scan.rows++;
    scan.last = line.number;
  }
  return { header, drafts };
}

function setOnce(controls: Map<string, string>, key: string, value: string): void {
  if (!controls.has(key)) controls.set(key, value);
}

function fill(text: string, drafts: readonly Draft[], numbers: Float64Array): Scan[] {
  const scans = drafts.map(({ title, controls, rows, width }) => ({
    title,
    controls,
    columns: Array.from({ length: width }, () => new Float64Array(rows)),
  }));
  let at = 0;
  let row = 0;
  for (const line of dataLines(text)) {
    if (text[line.start] === '#') continue;
    if (line.number > drafts[at].last) {
      at++;
      row = 0;
    }
    if (at === drafts.length) break;
    readNumbers(text, line.start, line.end, DECIMAL_POINT, numbers);
    for (const [c, column] of scans[at].columns.entries()) column[row] = numbers[c];
    row++;
  }
  return scans;
}

/** Lines that are neither blank nor part of a spectrum `@A … \`, which a backslash continues. */
function* dataLines(text: string): Generator<TextLines> {
  const lines = new TextLines(text);
  let continued = false;
  while (lines.next()) {
    const spectrum: boolean = continued || text[lines.start] === '@';
    continued = spectrum && text[lines.end - 1] === '\\';
    if (!spectrum && !lines.isBlank) yield lines;
  }
}

function badRow(name: string, line: number, what: string, expected: string) {
  return formatError({
    code: 'bad-row',
    where: `${name}, line ${line}`,
    what,
    expected,
    fix: 'correct the line in a text editor, or copy the file again: it may have been cut short',
  });
}

function tooMany(name: string, line: number, limit: string) {
  return formatError({
    code: 'too-many-scans',
    where: `${name}, line ${line}`,
    what: `the file has more than ${limit}`,
    expected: `at most ${limit}`,
    fix: 'split the file between scans',
  });
}
