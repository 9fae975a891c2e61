import { formatError, type SpectrailError } from '../../signal/errors.ts';
import { type Token, tokensOf } from './tokens.ts';

/** A value; null where the file says that it is unknown (`?`) or does not apply (`.`). */
export type Cell = string | null;

export interface Loop {
  /** As {@link nameOf} spells them. */
  readonly names: readonly string[];
  /** Row after row. */
  readonly cells: readonly Cell[];
}

export interface Block {
  readonly name: string;
  /** Single values, by name as {@link nameOf} spells it; their names as in the file. */
  readonly items: ReadonlyMap<string, { readonly name: string; readonly value: Cell }>;
  readonly loops: readonly Loop[];
}

const MOST_BLOCKS = 1 << 12;
const MOST_COLUMNS = 1 << 10;

/** Names count whatever their case; dictionaries of the newer kind have a dot where the others have a line. */
export function nameOf(name: string): string {
  return name.toLowerCase().replaceAll('.', '_');
}

/** @throws SpectrailError `format/bad-cif` for values without a name, names without a value and loops with half a row. */
export function parseBlocks(text: string, file: string): Block[] {
  const blocks: Block[] = [];
  let items = new Map<string, { name: string; value: Cell }>();
  let loops: Loop[] = [];
  const tokens = tokensOf(text);
  let { value: token } = tokens.next() as IteratorResult<Token, undefined>;
  const advance = () => {
    ({ value: token } = tokens.next() as IteratorResult<Token, undefined>);
  };
  while (token) {
    const { text: word, line } = token;
    if (startsBlock(token)) {
      if (blocks.length === MOST_BLOCKS) throw badCif(file, line, `more than ${MOST_BLOCKS} blocks`, 'fewer blocks');
      items = new Map();
      loops = [];
      blocks.push({ name: word.slice(word.indexOf('_') + 1), items, loops });
      advance();
    } else if (isWord(token, 'loop_')) {
      advance();
      const names: string[] = [];
      for (; token && isName(token); advance()) names.push(nameOf(token.text));
      if (names.length === 0 || names.length > MOST_COLUMNS) {
        throw badCif(file, line, `a loop has ${names.length} names`, `1 to ${MOST_COLUMNS} names`);
      }
      const cells: Cell[] = [];
      for (; token && isValue(token); advance()) cells.push(cellOf(token));
      if (cells.length % names.length !== 0) {
        throw badCif(file, line, `a loop of ${names.length} names has ${cells.length} values`, 'as many in each row');
      }
      loops.push({ names, cells });
    } else if (isName(token)) {
      advance();
      if (!token || !isValue(token)) throw badCif(file, line, `"${word.slice(0, 80)}" has no value`, 'a value, ? or .');
      items.set(nameOf(word), { name: word, value: cellOf(token) });
      advance();
    } else if (isWord(token, 'global_') || /^(?:save_|stop_)/i.test(word)) advance();
    else throw badCif(file, line, `"${word.slice(0, 40)}" belongs to no name`, '_name value, loop_ or data_');
  }
  return blocks;
}

const isWord = ({ text, quoted }: Token, word: string) => !quoted && text.toLowerCase() === word;
const startsBlock = ({ text, quoted }: Token) => !quoted && /^data_/i.test(text);
const isName = ({ text, quoted }: Token) => !quoted && text.startsWith('_');
const isValue = (token: Token) =>
  token.quoted || !(token.text.startsWith('_') || /^(?:data_|loop_$|global_$|save_|stop_$)/i.test(token.text));

function cellOf({ text, quoted }: Token): Cell {
  return !quoted && (text === '?' || text === '.') ? null : text;
}

function badCif(file: string, line: number, what: string, expected: string): SpectrailError {
  return formatError({
    code: 'bad-cif',
    where: `${file}, line ${line}`,
    what,
    expected,
    fix: 'correct it in a text editor (checkCIF finds such errors), or download the file again',
  });
}
