import { formatError } from '../../signal/errors.ts';
import { TextLines } from '../text-lines.ts';

/** What stands above the numbers of an XDI file. */
export interface XdiHeader {
  /** "XDI/1.0 GSE/1.0": the version of the format, and of the programs that wrote it. */
  readonly version: string;
  /** `family.member` in lower case; of a field that comes twice the last counts. */
  readonly fields: ReadonlyMap<string, string>;
  /** The user's own lines, after `///`. */
  readonly comments: readonly string[];
  /** Words of the last header line: labels of the columns. */
  readonly labels: readonly string[];
  /** Lines of the header. */
  readonly lines: number;
  /** The line of dashes was there. */
  readonly ended: boolean;
  readonly warnings: readonly string[];
}

const MOST_FIELDS = 10_000;
const MOST_WARNINGS = 20;
const LONGEST_VALUE = 1 << 16;

/** Lines of a header begin with `#`; writers of other languages use their own mark. */
export const COMMENTS = '#;*%!';
const MARK = /^[ \t]*[#;*%!]/;
export const VERSION = /^[ \t]*[#;*%!][ \t]*(XDI\/\d[^\r\n]{0,4096})/;
/** A name begins with a letter; members may be numbers, as in `Column.1`. */
const FIELD = /^([A-Za-z][\w-]{0,200})\.([\w-]{1,200})[ \t]*:/;

/**
 * The header of an XDI file, as its specification 1.0 has it: version, fields, `///`, comments, dashes, labels.
 * @throws SpectrailError `format/not-xdi`, `format/bad-header` for more than 10 000 fields.
 */
export function readHeader(text: string, name: string): XdiHeader {
  const lines = new TextLines(text);
  const version = lines.next() ? VERSION.exec(lines.line)?.[1] : undefined;
  if (version === undefined) throw notXdi(name);
  const fields = new Map<string, string>();
  const comments: string[] = [];
  const warnings: string[] = [];
  let state: 'fields' | 'comments' | 'ended' = 'fields';
  let labels: string[] = [];
  let last = 1;
  while (lines.next()) {
    const line = text.slice(lines.start, Math.min(lines.end, lines.start + LONGEST_VALUE));
    if (!MARK.test(line)) {
      if (lines.isBlank) continue;
      break;
    }
    last = lines.number;
    const content = line.replace(MARK, '').trim();
    if (state === 'ended') {
      labels = content.split(/[\s,]+/).filter((word) => word !== '');
      break;
    }
    if (/^-{3}/.test(content)) state = 'ended';
    else if (/^\/{3}/.test(content)) state = 'comments';
    else if (state === 'comments') comments.push(content);
    else if (!keep(content, fields) && content !== '' && warnings.length < MOST_WARNINGS) {
      warnings.push(`line ${lines.number} of the header is no field "Family.member: value"`);
    }
    if (fields.size + comments.length > MOST_FIELDS) throw tooManyFields(name, lines.number);
  }
  return { version: version.trim(), fields, comments, labels, lines: last, ended: state === 'ended', warnings };
}

function keep(content: string, fields: Map<string, string>): boolean {
  const match = FIELD.exec(content);
  if (!match) return false;
  fields.set(`${match[1]}.${match[2]}`.toLowerCase(), content.slice(match[0].length).trim());
  return true;
}

function notXdi(name: string) {
  return formatError({
    code: 'not-xdi',
    where: `${name}, line 1`,
    what: 'the first line does not name the version of XDI',
    expected: '# XDI/1.0',
    fix: 'open it as columns of text',
  });
}

function tooManyFields(name: string, line: number) {
  return formatError({
    code: 'bad-header',
    where: `${name}, line ${line}`,
    what: `the header has more than ${MOST_FIELDS} lines`,
    expected: 'fields, then a line of dashes, then numbers',
    fix: 'end the header with a line of dashes',
  });
}
