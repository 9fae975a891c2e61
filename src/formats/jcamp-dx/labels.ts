import { formatError } from '../../signal/errors.ts';
import { TextLines } from '../text-lines.ts';
import { MOST_LABELS } from './limits.ts';

/** One labelled data record, `##LABEL= value`, which may go on over lines. */
export interface Label {
  /** As labels are compared: upper case, without blanks, `-`, `/` and `_`. */
  readonly name: string;
  /** Where the value stands in the text. */
  readonly start: number;
  readonly end: number;
  /** Line of the label, counted from 1. */
  readonly line: number;
}

const LONGEST_LABEL = 200;

/**
 * The labels of a text in order. Lines before the first label are passed over.
 * @throws SpectrailError `format/too-many-labels`
 */
export function* labelsOf(text: string, name: string): Generator<Label> {
  const lines = new TextLines(text);
  let open: Omit<Label, 'end'> | undefined;
  let count = 0;
  let last = 0;
  while (lines.next()) {
    const first = firstVisible(text, lines.start, lines.end);
    if (text.startsWith('##', first) && first < lines.end) {
      if (open) yield { ...open, end: last };
      if (++count > MOST_LABELS) throw tooMany(name, lines.number);
      open = openLabel(text, first + 2, lines.end, lines.number);
    }
    last = lines.end;
  }
  if (open) yield { ...open, end: text.length };
}

function openLabel(text: string, from: number, end: number, line: number): Omit<Label, 'end'> {
  const head = text.slice(from, Math.min(end, from + LONGEST_LABEL));
  const equals = head.indexOf('=');
  const written = equals < 0 ? withoutComment(head) : head.slice(0, equals);
  const name = written.replace(/[\s/_-]+/g, '').toUpperCase();
  return { name, start: equals < 0 ? end : from + equals + 1, line };
}

function firstVisible(text: string, start: number, end: number): number {
  let i = start;
  while (i < end && (text.charCodeAt(i) <= 0x20 || text.charCodeAt(i) === 0xfeff)) i++;
  return i;
}

/** What stands before `$$`. */
export function withoutComment(line: string): string {
  const at = line.indexOf('$$');
  return at < 0 ? line : line.slice(0, at);
}

/** The value without comments and outer blanks, its lines as they are; at most about `most` characters of it. */
export function valueIn(text: string, { start, end }: Label, most = 4096): string {
  const kept: string[] = [];
  for (const lines = new TextLines(text.slice(start, Math.min(end, start + most))); lines.next(); ) {
    kept.push(withoutComment(lines.line).trim());
  }
  return kept.join('\n').trim();
}

function tooMany(name: string, line: number) {
  return formatError({
    code: 'too-many-labels',
    where: `${name}, line ${line}`,
    what: `the file has more than ${MOST_LABELS} labels`,
    expected: 'a few hundred for each spectrum',
    fix: 'split the file by its blocks',
  });
}
