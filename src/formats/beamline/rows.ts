import { formatError } from '../../signal/errors.ts';
import { DECIMAL_POINT, readNumbers } from '../columns/number-row.ts';
import { TextLines } from '../text-lines.ts';

const MOST_COLUMNS = 4096;

/**
 * The rows of numbers that follow line `header` (counted from 1) to the end of `text`, as columns. Blank lines and lines
 * that begin with one of `comments` are passed over. Nothing is allocated before every row has been counted.
 * @throws SpectrailError `format/bad-row` for a line that holds no numbers, or not as many as the first row;
 * `format/truncated` where there is no row at all.
 */
export function readRows(text: string, header: number, name: string, comments = '#'): Float64Array[] {
  const numbers = new Float64Array(MOST_COLUMNS);
  const { rows, width } = countRows(text, header, name, comments, numbers);
  const columns = Array.from({ length: width }, () => new Float64Array(rows));
  const lines = linesAfter(text, header);
  let row = 0;
  while (lines.next()) {
    if (passedOver(lines, comments)) continue;
    readNumbers(text, lines.start, lines.end, DECIMAL_POINT, numbers);
    for (let c = 0; c < width; c++) columns[c][row] = numbers[c];
    row++;
  }
  return columns;
}

function countRows(text: string, header: number, name: string, comments: string, numbers: Float64Array) {
  const lines = linesAfter(text, header);
  let rows = 0;
  let width = 0;
  while (lines.next()) {
    if (passedOver(lines, comments)) continue;
    const found = readNumbers(text, lines.start, lines.end, DECIMAL_POINT, numbers);
    if (found === 0) {
      const shown = text.slice(lines.start, Math.min(lines.end, lines.start + 40)).trim();
      throw badRow(name, lines.number, `"${shown}" is no row of numbers`, width);
    }
    if (found > MOST_COLUMNS) throw badRow(name, lines.number, `the row has ${found} numbers`, width);
    if (rows > 0 && found !== width) {
      throw badRow(name, lines.number, `the row has ${found} numbers, the first one ${width}`, width);
    }
    width = found;
    rows++;
  }
  if (rows === 0) {
    throw formatError({
      code: 'truncated',
      where: `${name}, after line ${header}`,
      what: 'no row of numbers follows the header',
      expected: 'rows of numbers',
      fix: 'copy the file again: it was cut short',
    });
  }
  return { rows, width };
}

function linesAfter(text: string, header: number): TextLines {
  const lines = new TextLines(text);
  while (lines.number < header && lines.next());
  return lines;
}

function passedOver(lines: TextLines, comments: string): boolean {
  if (lines.isBlank) return true;
  const { text } = lines;
  let at = lines.start;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return comments.includes(text[at]);
}

function badRow(name: string, line: number, what: string, width: number) {
  return formatError({
    code: 'bad-row',
    where: `${name}, line ${line}`,
    what,
    expected: width > 0 ? `${width} numbers` : `up to ${MOST_COLUMNS} numbers`,
    fix: 'correct the line in a text editor, or copy the file again: it may have been cut short',
  });
}
