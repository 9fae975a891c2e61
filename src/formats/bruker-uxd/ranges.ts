import { badLine } from '../bad-line.ts';
import { TextLines } from '../text-lines.ts';
import { textNumbers } from '../text-numbers.ts';

/** What the points of a range consist of, by the line they stand under: `_2THETACOUNTSTIME` is position, counts, time. */
export interface Columns {
  /** Name of the axis whose positions are listed. */
  readonly position?: string;
  readonly rate: boolean;
  /** Each point has its counting time. */
  readonly time: boolean;
}

export interface UxdRange {
  /** Keywords of the file, and above them those of the range; without the underscore and quotes. */
  readonly keywords: ReadonlyMap<string, string>;
  readonly columns: Columns;
  /** Point after point. */
  readonly numbers: Float64Array;
  /** Line of the first. */
  readonly line: number;
}

const KEYWORD = /^\s*_([A-Za-z0-9_+]{1,64})\s*=(.*)$/;
const DATA = /^\s*_([A-Z0-9]{0,16}?)(COUNTS|CPS)(TIME)?\s*$/i;
/** Keywords and a comment that begin the header of a range; what stands before holds for all. */
const FIRST_OF_RANGE = new Set(['DRIVE', 'STEPTIME', 'STEPSIZE', 'START']);
const RANGE_COMMENT = /^\s*;\s*(?:\(\s*)?Data for Range/i;
const MOST_RANGES = 1 << 14;
const MOST_KEYWORDS = 1 << 12;

/**
 * The ranges of a file, in order; none where it has no data.
 * @throws SpectrailError `format/bad-data` for words among the numbers and for lines that are neither keywords nor data.
 */
export function splitRanges(text: string, name: string): UxdRange[] {
  const lines = new TextLines(text);
  const ranges: UxdRange[] = [];
  const common = new Map<string, string>();
  let own: Map<string, string> | undefined;
  let more = lines.next();
  while (more) {
    const { line } = lines;
    const data = DATA.exec(line);
    const keyword = KEYWORD.exec(line);
    if (data) {
      const from = { start: lines.end, line: lines.number };
      more = lines.next();
      while (more && !lines.line.trimStart().startsWith('_')) more = lines.next();
      const body = text.slice(from.start, more ? lines.start : text.length);
      const bad = (word: string, at: number) =>
        badLine(name, from.line + at - 1, `"${word}" is no number`, 'numbers, until the next keyword');
      if (ranges.length === MOST_RANGES) {
        throw badLine(name, from.line, `more than ${MOST_RANGES} ranges`, `at most ${MOST_RANGES} ranges`);
      }
      ranges.push({
        keywords: new Map([...common, ...(own ?? [])]),
        columns: { position: data[1] || undefined, rate: data[2].toUpperCase() === 'CPS', time: data[3] !== undefined },
        numbers: textNumbers(body, { comment: ';', bad }),
        line: from.line + 1,
      });
      own = undefined;
      continue;
    }
    if (RANGE_COMMENT.test(line)) own ??= new Map();
    else if (keyword) {
      const key = keyword[1].toUpperCase();
      if (FIRST_OF_RANGE.has(key)) own ??= new Map();
      const scope = ranges.length > 0 ? (own ??= new Map()) : (own ?? common);
      scope.set(key, unquoted(keyword[2]));
      if (scope.size > MOST_KEYWORDS) {
        throw badLine(name, lines.number, `more than ${MOST_KEYWORDS} keywords`, 'a header, then counts');
      }
    } else if (!lines.isBlank && !line.trimStart().startsWith(';')) {
      throw badLine(
        name,
        lines.number,
        `"${line.trim().slice(0, 40)}" is no keyword`,
        '_NAME=value, or a comment after ;',
      );
    }
    more = lines.next();
  }
  return ranges;
}

function unquoted(text: string): string {
  const value = text.trim();
  return value.length > 1 && value.startsWith("'") && value.endsWith("'") ? value.slice(1, -1).trim() : value;
}
