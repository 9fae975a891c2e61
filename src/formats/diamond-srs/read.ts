import type { PlainTree, TableDataset } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { beamlineMetadata } from '../beamline/conditions.ts';
import { readRows } from '../beamline/rows.ts';
import { DECIMAL_POINT, readNumbers } from '../columns/number-row.ts';
import type { ByteSource } from '../format.ts';
import { TextLines } from '../text-lines.ts';
import { readWholeText } from '../whole-text.ts';

const MOST_FIELDS = 10_000;
const LONGEST_LINE = 1 << 16;

export const START = /^\s*&SRS\b/;

/**
 * One table. Its metadata are the beamline and the date; the fields of the header stay as they are written.
 * @throws SpectrailError `format/not-srs`, `format/bad-header`, `format/bad-row`, `format/truncated`, `input/too-large`.
 */
export async function readSrs(file: ByteSource): Promise<TableDataset[]> {
  const text = await readWholeText(file);
  const { fields, line, names } = readHeader(text, file.name);
  const values = readRows(text, line, file.name);
  const warnings =
    names.length === 0 || names.length === values.length
      ? []
      : [`${names.length} names stand above ${values.length} columns`];
  return [
    {
      kind: 'table',
      title: file.name,
      rows: values[0].length,
      columns: values.map((column, i) => ({
        name: names.length === values.length ? names[i] : `column${i + 1}`,
        unit: '',
        values: column,
      })),
      metadata: beamlineMetadata({ beamline: textOf(fields['SRSPRJ']), start: textOf(fields['date']) }),
      original: fields,
      warnings,
    },
  ];
}

interface SrsHeader {
  readonly fields: PlainTree;
  /** Names of the columns; none where numbers follow the header at once. */
  readonly names: readonly string[];
  /** Number of the last line above the rows. */
  readonly line: number;
}

function readHeader(text: string, name: string): SrsHeader {
  const fields: PlainTree = Object.create(null);
  const lines = new TextLines(text);
  let count = 0;
  if (!START.test(text.slice(0, 4096))) throw notSrs(name);
  while (lines.next()) {
    const line = text.slice(lines.start, Math.min(lines.end, lines.start + LONGEST_LINE)).trim();
    if (/^&END\b/i.test(line)) return { fields, ...readNames(lines) };
    if (/^SRS[A-Z0-9]+=/.test(line)) for (const [key, value] of namelistOf(line)) fields[key] = value;
    else {
      const equals = line.indexOf('=');
      if (equals > 0) fields[line.slice(0, equals).trim()] = line.slice(equals + 1).trim();
    }
    if (++count > MOST_FIELDS) throw badHeader(name, lines.number, `the header has more than ${MOST_FIELDS} lines`);
  }
  throw badHeader(name, lines.number, 'the header does not end');
}

/** Fortran namelist: `KEY=value,KEY='text',` … Blank values are left out. */
function namelistOf(line: string): [string, string][] {
  const found: [string, string][] = [];
  for (const [, key, quoted, bare] of line.matchAll(/([A-Z0-9]{1,20})=(?:'([^']*)'|([^,']*))(?:,|$)/g)) {
    const value = (quoted ?? bare).trim();
    if (value !== '') found.push([key, value]);
  }
  return found;
}

function readNames(lines: TextLines): { names: string[]; line: number } {
  const header = lines.number;
  while (lines.next() && lines.isBlank);
  const rest = lines.text.slice(lines.start, Math.min(lines.end, lines.start + LONGEST_LINE));
  if (readNumbers(rest, 0, rest.length, DECIMAL_POINT, new Float64Array(1)) > 0) return { names: [], line: header };
  const words = rest.trim().split(rest.includes('\t') ? /\t+/ : /\s+/);
  return { names: words.map((word) => word.trim()), line: lines.number };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

function notSrs(name: string) {
  return formatError({
    code: 'not-srs',
    where: `${name}, line 1`,
    what: 'the file does not begin with &SRS',
    expected: '&SRS',
    fix: 'open it as columns of text',
  });
}

function badHeader(name: string, line: number, what: string) {
  return formatError({
    code: 'bad-header',
    where: `${name}, line ${line}`,
    what,
    expected: 'fields, then &END',
    fix: 'copy the file again: it may have been cut short',
  });
}
