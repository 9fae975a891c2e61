/** The block of numbers in a text file. */
export interface NumberTable {
  readonly columns: Float64Array[];
  /** Lines of words before the first row. */
  readonly headerLines: number;
  /** Lines of numbers that have another count of columns. */
  readonly rowsWithOtherLength: number;
  readonly names: string[];
  readonly header: string[];
}

const COMMENT = /^\s*(?:#|%|;|\*|!|\/\/)+\s*/;

/** Does the text begin with a comment line? */
export function isComment(text: string): boolean {
  return COMMENT.test(text);
}

/** How the columns of a line are separated once its blanks are single; `decimalComma` when numbers are written 1,5. */
interface Dialect {
  readonly separator: RegExp;
  readonly decimalComma: boolean;
}

const DIALECTS: readonly Dialect[] = [
  { separator: / ?[,;] ?| /, decimalComma: false },
  { separator: / ?; ?| /, decimalComma: true },
];

/**
 * Finds the table: the longest run of lines with the same count (at least `fewest`) of numbers, blank and comment lines
 * inside it passed over. Everything before is header; the names are those of the nearest header line with as many words, not
 * all of them numbers.
 * Undefined when no line has that many numbers.
 */
export function findTable(text: string, fewest = 2): NumberTable | undefined {
  const lines = text.split(/\r\n|\n|\r/);
  const [plain, comma] = DIALECTS.map((dialect) => ({ dialect, run: longestRun(lines, dialect, fewest) }));
  const best = comma.run.rows > plain.run.rows ? comma : plain;
  const chosen = usesDecimalComma(lines) && comma.run.rows >= plain.run.rows ? comma : best;
  const { run, dialect } = chosen;
  if (run.rows === 0) return undefined;
  const columns = Array.from({ length: run.width }, () => new Float64Array(run.rows));
  const numbers: number[] = [];
  let row = 0;
  let others = 0;
  for (let at = 0; at < lines.length; at++) {
    const width = readNumbers(lines[at], dialect, numbers);
    if (at >= run.start && at <= run.end && width === run.width) {
      for (let c = 0; c < width; c++) columns[c][row] = numbers[c];
      row++;
    } else if (width >= fewest) others++;
  }
  const header = lines.slice(0, run.start);
  return {
    columns,
    headerLines: header.filter((line) => line.trim() !== '' && readNumbers(line, dialect, numbers) < fewest).length,
    rowsWithOtherLength: others,
    names: columnNames(header, run.width),
    header,
  };
}

interface Run {
  start: number;
  end: number;
  width: number;
  rows: number;
}

function longestRun(lines: readonly string[], dialect: Dialect, fewest: number): Run {
  const none: Run = { start: 0, end: -1, width: 0, rows: 0 };
  let best = none;
  let run = none;
  const numbers: number[] = [];
  for (let at = 0; at < lines.length; at++) {
    const width = readNumbers(lines[at], dialect, numbers);
    if (width < fewest) {
      if (lines[at].trim() !== '' && !COMMENT.test(lines[at])) run = none;
      continue;
    }
    if (run.width === width) run = { start: run.start, end: at, width, rows: run.rows + 1 };
    else run = { start: at, end: at, width, rows: 1 };
    if (run.rows > best.rows) best = run;
  }
  return best;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?$/;

/** The numbers of a line into `out`; 0 when any word of it is none. */
function readNumbers(line: string, dialect: Dialect, out: number[]): number {
  const text = line
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/ ?[,;]$/, '');
  let width = 0;
  if (text === '') return 0;
  for (const word of text.split(dialect.separator)) {
    const point = dialect.decimalComma ? word.replace(',', '.') : word;
    if (NUMBER.test(point)) out[width++] = Number(point.replace(/[dD]/, 'e'));
    else if (/^[+-]?(nan|inf|infinity)$/i.test(point)) out[width++] = Number.NaN;
    else return 0;
  }
  return width;
}

/** Lines such as `400,5<tab>1,25` or `400,5; 1,25`: a comma inside words that something else separates. */
function usesDecimalComma(lines: readonly string[]): boolean {
  const rows = lines.filter((line) => /^\s*[+-]?\d/.test(line));
  const marked = rows.filter((line) => /^\s*[+-]?\d+,\d+(?:\s*[;\t]|\s+)[+-]?\d+(?:,\d+)?\b(?!\.)/.test(line));
  return marked.length > 0 && marked.length * 2 > rows.length && !rows.some((line) => line.includes('.'));
}

function columnNames(header: readonly string[], width: number): string[] {
  for (let at = header.length - 1; at >= 0; at--) {
    const text = header[at].replace(COMMENT, '').trim();
    if (text === '') continue;
    for (const separator of [/\t+/, /[,;]/, /\s+/, /[\s,;]+/]) {
      const words = text
        .split(separator)
        .map((word) => word.trim())
        .filter((word) => word !== '');
      if (words.length === width && !words.every((word) => NUMBER.test(word))) return words;
    }
  }
  return Array.from({ length: width }, (_, i) => `column${i + 1}`);
}
