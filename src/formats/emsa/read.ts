import { axisValue, type UniformAxis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { NumberList } from '../number-list.ts';
import { TextLines } from '../text-lines.ts';
import { readWholeText } from '../whole-text.ts';
import { type Keyword, parseKeyword, parseNumber } from './keywords.ts';
import { readMetadata } from './metadata.ts';

const LONGEST_TITLE = 4096;
const MOST_KEYWORDS = 10_000;

/**
 * One spectrum. The axis is that of OFFSET and XPERCHAN, also in XY mode, where it is checked against the X column.
 *
 * @throws SpectrailError `format/not-emsa`, `format/bad-keyword`, `format/bad-data`, `format/truncated`, `input/too-large`.
 */
export async function readEmsa(file: ByteSource): Promise<ArrayDataset[]> {
  const text = await readWholeText(file);
  const { keywords, original, numbers, rows, ended } = split(text, file.name);
  const warnings: string[] = [];
  const pairs = keywords.get('DATATYPE')?.value.trim().toUpperCase() === 'XY';
  if (pairs && numbers.length % 2 === 1) {
    throw damaged(file.name, rows, 'the last X has no Y', 'pairs of numbers, as #DATATYPE says XY');
  }
  const values = pairs ? numbers.filter((_, i) => i % 2 === 1) : numbers;
  checkCount(keywords, values.length, ended, file.name, warnings);
  const axis = readAxis(keywords, pairs ? numbers : undefined, values.length, file.name, warnings);
  return [
    {
      kind: 'array',
      title: keywords.get('TITLE')?.value.trim() ?? '',
      shape: [values.length],
      dtype: 'float64',
      axes: [axis],
      values: { kind: 'dense', load: async () => Float64Array.from(values) },
      metadata: readMetadata(keywords, warnings),
      original,
      warnings,
    },
  ];
}

interface Parts {
  keywords: Map<string, Keyword>;
  original: PlainTree;
  numbers: Float64Array;
  /** Line number of the last row of data. */
  rows: number;
  /** #ENDOFDATA was met, or the last line of data is at least complete. */
  ended: 'marked' | 'complete' | 'cut';
}

function split(text: string, name: string): Parts {
  const lines = new TextLines(text);
  const keywords = new Map<string, Keyword>();
  const original: PlainTree = Object.create(null);
  let data = false;
  while (!data && lines.next()) {
    data = /^\s*#SPECTRUM\b/i.test(lines.line);
    const keyword = data ? undefined : parseKeyword(lines.line, lines.number);
    if (!keyword) continue;
    keep(keyword, keywords, original);
    if (keywords.size > MOST_KEYWORDS) {
      throw damaged(name, lines.number, `more than ${MOST_KEYWORDS} keywords`, 'a header, then #SPECTRUM');
    }
  }
  if (!data) throw notEmsa(name, keywords.size);
  const numbers = new NumberList();
  while (lines.next()) {
    const line = lines.line.trim();
    if (/^#ENDOFDATA\b/i.test(line)) {
      return { keywords, original, numbers: numbers.toArray(), rows: lines.number - 1, ended: 'marked' };
    }
    if (line !== '' && !line.startsWith('#')) readRow(line, numbers, name, lines.number);
  }
  const tail = text.slice(text.trimEnd().length);
  const ended = /[\r\n]/.test(tail) ? 'complete' : 'cut';
  return { keywords, original, numbers: numbers.toArray(), rows: lines.number, ended };
}

const TOKEN = /[^,;\s]+/g;

function readRow(line: string, numbers: NumberList, name: string, number: number): void {
  for (const [token] of line.matchAll(TOKEN)) {
    const value = parseNumber(token);
    if (value === undefined) throw damaged(name, number, `"${token.slice(0, 40)}" is no number`, 'numbers');
    numbers.push(value);
  }
}

/** Titles and comments may run over several lines; of any other keyword the last counts. */
function keep(keyword: Keyword, keywords: Map<string, Keyword>, original: PlainTree): void {
  const { name, unit, value } = keyword;
  const before = keywords.get(name);
  const joins = before && (name === 'TITLE' || name === 'COMMENT') && before.value.length < LONGEST_TITLE;
  const whole = joins ? { ...keyword, value: `${before.value.trim()} ${value.trim()}` } : keyword;
  keywords.set(name, whole);
  original[unit ? `${name} -${unit}` : name] = whole.value.trim();
}

function checkCount(
  keywords: ReadonlyMap<string, Keyword>,
  count: number,
  ended: Parts['ended'],
  name: string,
  warnings: string[],
): void {
  const keyword = keywords.get('NPOINTS');
  const claimed = parseNumber(keyword?.value ?? '');
  const truncated = ended !== 'marked' && !(ended === 'complete' && claimed !== undefined && count >= claimed);
  if (truncated || count === 0) {
    throw formatError({
      code: 'truncated',
      where: name,
      what:
        count === 0 ? 'there are no values after #SPECTRUM' : `the file ends after ${count} values without #ENDOFDATA`,
      expected: claimed === undefined ? 'a line #ENDOFDATA' : `${claimed} values and a line #ENDOFDATA`,
      fix: 'export the spectrum again',
    });
  }
  if (ended !== 'marked') warnings.push('the line #ENDOFDATA is missing');
  if (keyword && claimed !== count) warnings.push(`NPOINTS says ${keyword.value.trim()}, the file has ${count}`);
}

function readAxis(
  keywords: ReadonlyMap<string, Keyword>,
  pairs: Float64Array | undefined,
  size: number,
  name: string,
  warnings: string[],
): UniformAxis {
  const listed = pairs && size > 1 ? { offset: pairs[0], scale: (pairs[2 * size - 2] - pairs[0]) / (size - 1) } : {};
  const number = (keyword: 'OFFSET' | 'XPERCHAN', otherwise: number) => {
    const entry = keywords.get(keyword);
    if (!entry || entry.value.trim() === '') {
      if (!Number.isFinite(otherwise)) {
        throw formatError({
          code: 'bad-data',
          where: entry ? `${name}, line ${entry.line}` : name,
          what: `#${keyword} is missing, and by the X column it is ${otherwise}`,
          expected: `a finite number as #${keyword}, or in the X column`,
          fix: `add #${keyword} in a text editor`,
        });
      }
      const source = pairs ? 'taken from the X column' : `${otherwise} is assumed`;
      warnings.push(`#${keyword} is missing: ${source}`);
      return otherwise;
    }
    const value = parseNumber(entry.value);
    if (value !== undefined && Number.isFinite(value) && !(keyword === 'XPERCHAN' && value === 0)) return value;
    throw formatError({
      code: 'bad-keyword',
      where: `${name}, line ${entry.line}`,
      what: `#${keyword} is "${entry.value.trim()}"`,
      expected: keyword === 'OFFSET' ? 'a finite number' : 'a finite number other than 0',
      fix: `correct #${keyword} in a text editor`,
    });
  };
  const offset = number('OFFSET', listed.offset ?? 0);
  const scale = number('XPERCHAN', listed.scale || 1);
  const axis = uniformAxis({
    name: keywords.get('XLABEL')?.value ?? '',
    unit: keywords.get('XUNITS')?.value ?? '',
    role: 'spectral',
    size,
    scale,
    offset,
  });
  if (pairs) compareColumn(axis, pairs, warnings);
  return axis;
}

/** A tenth of a channel: above the rounding of printed positions, below what moves an edge. */
const TOLERANCE = 0.1;

function compareColumn(axis: UniformAxis, pairs: Float64Array, warnings: string[]): void {
  let worst = 0;
  let at = 0;
  for (let i = 0; i < axis.size; i++) {
    const away = Math.abs(pairs[2 * i] - axisValue(axis, i));
    if (away > worst) {
      worst = away;
      at = i;
    }
  }
  if (worst <= TOLERANCE * Math.abs(axis.scale)) return;
  warnings.push(
    `the X column says ${pairs[2 * at]} in row ${at + 1}, OFFSET and XPERCHAN say ${axisValue(axis, at)}: the axis follows the keywords`,
  );
}

function notEmsa(name: string, keywords: number) {
  return formatError({
    code: 'not-emsa',
    where: name,
    what: keywords > 0 ? 'the header has no #SPECTRUM line' : 'the file has no EMSA/MAS header',
    expected: 'lines #KEYWORD : value, then #SPECTRUM, then numbers',
    fix: keywords > 0 ? 'export the spectrum again: it was cut short' : 'open it as columns of text',
  });
}

function damaged(name: string, line: number, what: string, expected: string) {
  return formatError({
    code: 'bad-data',
    where: `${name}, line ${line}`,
    what,
    expected,
    fix: 'correct the line in a text editor, or export the spectrum again',
  });
}
