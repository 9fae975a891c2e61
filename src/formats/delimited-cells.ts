import { wordNumber } from './plain-number.ts';

/**
 * The cells of a line as RFC 4180 has them: a cell in double quotes may hold the separator, and quotes written twice. Blanks
 * around cells that are not in quotes are taken away.
 */
export function delimitedCells(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator).map((cell) => cell.trim());
  const cells: string[] = [];
  let at = 0;
  while (at <= line.length) {
    const from = afterBlanks(line, at, separator);
    const quoted = line[from] === '"' ? endOfQuoted(line, from) : -1;
    const start = quoted < 0 ? from : quoted;
    const found = line.indexOf(separator, start);
    const end = found < 0 ? line.length : found;
    cells.push(quoted < 0 ? line.slice(from, end).trim() : line.slice(from + 1, quoted - 1).replaceAll('""', '"'));
    at = end + 1;
  }
  return cells;
}

function afterBlanks(line: string, start: number, separator: string): number {
  let at = start;
  while ((line[at] === ' ' || line[at] === '\t') && line[at] !== separator) at++;
  return at;
}

/** Where the quoted cell that begins at `from` is over; -1 where it is not closed. */
function endOfQuoted(line: string, from: number): number {
  for (let at = line.indexOf('"', from + 1); at >= 0; at = line.indexOf('"', at + 2)) {
    if (line[at + 1] !== '"') return at + 1;
  }
  return -1;
}

/** A cell of a number: empty, `?` and NaN are not-a-number; undefined for what is no number, Fortran exponents included. */
export function cellNumber(cell: string, decimalComma = false): number | undefined {
  if (cell === '' || cell === '?') return Number.NaN;
  const text = decimalComma ? cell.replace(',', '.') : cell;
  return /d/i.test(text) ? undefined : wordNumber(text);
}
