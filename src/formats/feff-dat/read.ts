import type { Metadata, Plain, PlainTree, TableDataset } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { canonicalUnit } from '../../signal/units.ts';
import type { ByteSource } from '../format.ts';
import { TextLines } from '../text-lines.ts';
import { readWholeText } from '../whole-text.ts';
import { fortranNumbers } from './numbers.ts';

const COLUMNS: readonly (readonly [name: string, unit: string])[] = [
  ['k', '1/A'],
  ['real_2phc', 'rad'],
  ['mag_feff', ''],
  ['pha_feff', 'rad'],
  ['red_fact', ''],
  ['lam', 'A'],
  ['real_p', '1/A'],
];
const LONGEST_LINE = 200;
/** FEFF stops at nine legs; a path of more would be of some successor. */
const MOST_LEGS = 100;
/** Lines of titles and potentials above the path. */
const MOST_HEADER = 1000;

/** The line that gives the path, and with it the format. */
export const PATH_LINE = /nleg, *deg, *reff/i;
const COLUMN_LINE = /real\[2\*phc\]/i;

/**
 * One table: the effective scattering of one path, by wavenumber; legs, degeneracy, length and geometry in the metadata.
 * @throws SpectrailError `format/not-feff`, `format/bad-path`, `format/bad-row`, `format/truncated`, `input/too-large`.
 */
export async function readFeff(file: ByteSource): Promise<TableDataset[]> {
  const text = await readWholeText(file);
  const lines = new TextLines(text);
  const header = readTitles(lines, file.name);
  const path = readPath(lines, file.name);
  const values = readScattering(lines, file.name);
  return [
    {
      kind: 'table',
      title: titleOf(header) || file.name,
      rows: values[0].length,
      columns: COLUMNS.map(([name, unit], c) => ({ name, unit: canonicalUnit(unit), values: values[c] })),
      metadata: metadataOf(header, path),
      original: { header: [...header], edge: path.edge },
      warnings: [],
    },
  ];
}

/** Lines above the path, without the mark of comments that some programs put before them. */
function readTitles(lines: TextLines, name: string): string[] {
  const header: string[] = [];
  while (lines.next()) {
    const line = headerLine(lines);
    if (PATH_LINE.test(line)) return header;
    if (!/^\s*-{5,}/.test(line)) header.push(line.trim());
    if (header.length > MOST_HEADER) break;
  }
  throw formatError({
    code: 'not-feff',
    where: name,
    what: 'no line gives the path',
    expected: 'a line that ends in "nleg, deg, reff, rnrmav(bohr), edge"',
    fix: 'open it as columns of text',
  });
}

function headerLine({ text, start, end }: TextLines): string {
  return text.slice(start, Math.min(end, start + LONGEST_LINE)).replace(/^\s?#/, '');
}

interface FeffPath {
  [key: string]: Plain;
  nleg: number;
  deg: number;
  reff: number;
  rnrmav: number;
  edge: number;
  geometry: PlainTree[];
}

/** From the line of the path, under the cursor, to the line that names the columns. */
function readPath(lines: TextLines, name: string): FeffPath {
  const line = lines.number;
  const numbers = fortranNumbers(headerLine(lines).replace(/nleg.*$/i, ''), 5);
  if (!numbers?.every(Number.isFinite) || !Number.isInteger(numbers[0]) || numbers[0] < 1 || numbers[0] > MOST_LEGS) {
    throw badPath(
      name,
      line,
      'the path has no five numbers, the first a whole one',
      'legs, degeneracy, length, radius, edge',
    );
  }
  const [nleg, deg, reff, rnrmav, edge] = numbers;
  const geometry: PlainTree[] = [];
  while (lines.next()) {
    const row = headerLine(lines);
    if (COLUMN_LINE.test(row)) {
      if (geometry.length === nleg) return { nleg, deg, reff, rnrmav, edge, geometry };
      throw badPath(name, lines.number, `${geometry.length} atoms are listed for ${nleg} legs`, `${nleg} atoms`);
    }
    const atom = readAtom(row);
    if (atom) geometry.push(atom);
    else if (geometry.length > 0 && row.trim() !== '') {
      throw badPath(name, lines.number, `"${row.trim().slice(0, 40)}" is no atom`, 'x, y, z, potential, atomic number');
    }
    if (geometry.length > nleg) throw badPath(name, lines.number, `there are more than ${nleg} atoms`, `${nleg} atoms`);
  }
  throw truncated(name, 'the file ends before the columns are named');
}

function readAtom(row: string): PlainTree | undefined {
  const numbers = fortranNumbers(row, 5);
  if (!numbers?.every(Number.isFinite)) return undefined;
  const [x, y, z, ipot, atomic] = numbers;
  const atom: PlainTree = { x, y, z, ipot, Z: atomic };
  const symbol = /\d[ \t]+([A-Za-z]\w{0,9})/.exec(row)?.[1];
  return symbol ? { ...atom, symbol } : atom;
}

function readScattering(lines: TextLines, name: string): Float64Array[] {
  const first = lines.number;
  let rows = 0;
  while (lines.next()) if (!lines.isBlank) rows++;
  if (rows === 0) throw truncated(name, 'the file ends after the names of the columns');
  const columns = COLUMNS.map(() => new Float64Array(rows));
  const again = new TextLines(lines.text);
  while (again.number < first) again.next();
  for (let row = 0; again.next(); ) {
    if (again.isBlank) continue;
    const numbers = fortranNumbers(
      again.text.slice(again.start, Math.min(again.end, again.start + 2 * LONGEST_LINE)),
      7,
    );
    if (!numbers) {
      throw formatError({
        code: 'bad-row',
        where: `${name}, line ${again.number}`,
        what: 'the row has no seven numbers',
        expected: 'k, real[2*phc], mag[feff], phase[feff], red factor, lambda, real[p]',
        fix: 'run FEFF again, or copy the file again: it may have been cut short',
      });
    }
    for (const [c, value] of numbers.entries()) columns[c][row] = value;
    row++;
  }
  return columns;
}

/** The first title, without the version of FEFF at its end. */
function titleOf([title = '']: readonly string[]): string {
  return title.replace(/\s{2,}Feff.*$/i, '').trim();
}

function metadataOf(header: readonly string[], { edge: _, ...path }: FeffPath): Metadata {
  const metadata: Metadata = Object.create(null);
  const { geometry } = path;
  const element = geometry[0]['symbol'];
  if (typeof element === 'string') metadata['element'] = element.replace(/\d+$/, '');
  const first = (pattern: RegExp) => header.map((line) => pattern.exec(line)?.[1]).find((found) => found);
  const shell = first(/^Abs\b.*?\b([KLMN][1-7]?)\s+shell/);
  if (shell) metadata['edge'] = shell;
  const index = first(/^Path\s+(\d{1,6})\b/);
  metadata['scattering_path'] = { ...(index ? { index: Number(index) } : {}), ...path };
  return metadata;
}

function badPath(name: string, line: number, what: string, expected: string) {
  return formatError({
    code: 'bad-path',
    where: `${name}, line ${line}`,
    what,
    expected,
    fix: 'run FEFF again, or copy the file again',
  });
}

function truncated(name: string, what: string) {
  return formatError({
    code: 'truncated',
    where: name,
    what,
    expected: 'the atoms of the path, the names of the columns, rows of seven numbers',
    fix: 'copy the file again: it was cut short',
  });
}
