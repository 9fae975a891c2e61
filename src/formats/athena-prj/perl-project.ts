import type { PlainTree } from '../../signal/dataset.ts';
import { PerlLiterals } from './perl-literals.ts';
import { BESIDE, isPlainTree, numberOf, type Project, type ProjectRecord } from './project.ts';

interface Draft {
  id: string;
  args: PlainTree;
  xdi: PlainTree;
  x: Float64Array;
  y: Float64Array;
  beside: string[];
}

const NOTHING = new Float64Array(0);
const draft = (): Draft => ({
  id: '',
  args: Object.create(null),
  xdi: Object.create(null),
  x: NOTHING,
  y: NOTHING,
  beside: [],
});

/**
 * A project as Perl text: statements `$old_group`, `@args`, `@x`, `@y` … and after each group a line `[record]`. Statements
 * that are not known (indicators, plot settings, fits) are passed over.
 * @throws SpectrailError `format/bad-project`
 */
export function readPerlProject(text: string, name: string): Project {
  const perl = new PerlLiterals(text, name);
  const records: ProjectRecord[] = [];
  const header: string[] = [];
  const journal: string[] = [];
  let open = draft();
  while (nextStatement(perl, header)) {
    if (text.startsWith('[record]', perl.at)) {
      records.push(open);
      open = draft();
      skipLine(perl);
      continue;
    }
    const statement = /^([$@%])(\w{1,64})[ \t]*=/.exec(text.slice(perl.at, perl.at + 80));
    if (!statement) {
      skipLine(perl);
      continue;
    }
    perl.at += statement[0].length;
    readStatement(perl, `${statement[1]}${statement[2]}`, open, journal);
    perl.skipStatement();
  }
  if (open.x.length + open.y.length > 0) throw perl.damaged('the last group has no line [record]');
  return { records, header, journal };
}

/** Moves to the next line that is neither blank nor comment; comments before the first group are the header. */
function nextStatement(perl: PerlLiterals, header: string[]): boolean {
  const { text } = perl;
  while (perl.at < text.length) {
    const code = text.charCodeAt(perl.at);
    if (code <= 0x20) perl.at++;
    else if (text[perl.at] === '#') {
      const from = perl.at + 1;
      skipLine(perl);
      if (header.length < 10) header.push(text.slice(from, Math.min(perl.at, from + 200)).trim());
    } else return true;
  }
  return false;
}

function skipLine(perl: PerlLiterals): void {
  const end = perl.text.indexOf('\n', perl.at);
  perl.at = end < 0 ? perl.text.length : end;
}

function readStatement(perl: PerlLiterals, variable: string, open: Draft, journal: string[]): void {
  if (variable === '$old_group') open.id = String(perl.value());
  else if (variable === '@args') open.args = perl.pairs();
  else if (variable === '@journal') perl.eachOfList((line) => void (journal.length < 1000 && journal.push(line)));
  else if (variable === '$xdi') {
    const object = perl.value();
    const fields = isPlainTree(object) ? object['metadata'] : undefined;
    if (isPlainTree(fields)) open.xdi = fields;
  } else if (variable === '@x') open.x = readArray(perl);
  else if (variable === '@y') open.y = readArray(perl);
  else if (BESIDE.includes(variable.slice(1)) && !open.beside.includes(variable.slice(1))) {
    open.beside.push(variable.slice(1));
  }
}

/** Counted before room is made for it. */
function readArray(perl: PerlLiterals): Float64Array {
  const from = perl.at;
  let count = 0;
  perl.eachOfList(() => count++);
  const values = new Float64Array(count);
  perl.at = from;
  let i = 0;
  perl.eachOfList((word) => {
    const value = numberOf(word);
    if (value === undefined) throw perl.damaged(`"${word.slice(0, 40)}" is no number`);
    values[i++] = value;
  });
  return values;
}
