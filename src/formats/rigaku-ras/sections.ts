import { formatError } from '../../signal/errors.ts';
import { badLine } from '../bad-line.ts';
import { TextLines } from '../text-lines.ts';
import { textNumbers } from '../text-numbers.ts';

/** One scan: the header before it, and its points, three numbers each: position, intensity, factor of the attenuator. */
export interface RasScan {
  readonly header: ReadonlyMap<string, string>;
  readonly numbers: Float64Array;
  /** Line of the first point. */
  readonly line: number;
}

const ENTRY = /^\*([A-Za-z0-9_-]{1,80})\s+(.*)$/;
const LONGEST_LINE = 1 << 14;
const MOST_ENTRIES = 1 << 12;
const MOST_SCANS = 1 << 14;

/**
 * The scans of a file, in order.
 * @throws SpectrailError `format/bad-data` for words among the numbers, `format/truncated` for points without an end.
 */
export function splitScans(text: string, name: string): RasScan[] {
  const lines = new TextLines(text);
  const scans: RasScan[] = [];
  let header = new Map<string, string>();
  while (lines.next()) {
    const mark = lines.end - lines.start < LONGEST_LINE ? lines.line.trim() : '';
    if (mark === '*RAS_HEADER_START') header = new Map();
    else if (mark === '*RAS_INT_START') {
      if (scans.length === MOST_SCANS)
        throw badLine(name, lines.number, `more than ${MOST_SCANS} scans`, 'fewer scans');
      scans.push({ header, ...points(lines, text, name) });
    } else {
      const entry = ENTRY.exec(mark);
      if (entry) header.set(entry[1], unquoted(entry[2]));
      if (header.size > MOST_ENTRIES) {
        throw badLine(name, lines.number, `more than ${MOST_ENTRIES} entries`, 'a header, then *RAS_INT_START');
      }
    }
  }
  return scans;
}

function points(lines: TextLines, text: string, name: string): Pick<RasScan, 'numbers' | 'line'> {
  const [start, line] = [lines.end, lines.number];
  while (lines.next()) {
    if (text[lines.start] !== '*') continue;
    if (lines.line.trim() !== '*RAS_INT_END') break;
    const bad = (word: string, at: number) =>
      badLine(name, line + at - 1, `"${word}" is no number`, 'position, intensity and attenuation of a point');
    return { numbers: textNumbers(text.slice(start, lines.start), { bad }), line: line + 1 };
  }
  throw formatError({
    code: 'truncated',
    where: `${name}, line ${lines.number}`,
    what: `the points that begin in line ${line + 1} do not end`,
    expected: 'a line *RAS_INT_END',
    fix: 'copy the file again, or export it again: it was cut short',
  });
}

/** The whole is trimmed already. */
function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).trim() : text;
}
