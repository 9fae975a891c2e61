import type { Plain, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';

const DEEPEST = 32;
const MOST_ENTRIES = 20_000;

type Token = 'string' | 'word' | 'mark' | 'end';

/**
 * A cursor over Perl data as `Data::Dumper` writes them: quoted strings, numbers, lists, arrays, hashes, `bless`. Nothing is
 * ever evaluated: what is no literal is an error.
 */
export class PerlLiterals {
  at = 0;
  readonly text: string;
  readonly #name: string;
  /** Span of the token under the cursor, quotes included. */
  #start = 0;
  #end = 0;
  #entries = 0;

  constructor(text: string, name: string) {
    this.text = text;
    this.#name = name;
  }

  /** @throws SpectrailError `format/bad-project` where a string does not end. */
  #next(): Token {
    const { text } = this;
    while (this.at < text.length && text.charCodeAt(this.at) <= 0x20) this.at++;
    this.#start = this.at;
    if (this.at >= text.length) return this.#token('end', this.at);
    const first = text[this.at];
    if (first === "'" || first === '"') return this.#token('string', this.#quoteEnd(first));
    let end = this.at;
    while (end < text.length && /[\w.+#-]/.test(text[end])) end++;
    return end > this.at ? this.#token('word', end) : this.#token('mark', this.at + 1);
  }

  #token(kind: Token, end: number): Token {
    this.#end = end;
    this.at = end;
    return kind;
  }

  #quoteEnd(quote: string): number {
    const { text } = this;
    for (let i = this.at + 1; i < text.length; i++) {
      if (text[i] === '\\') i++;
      else if (text[i] === quote) return i + 1;
    }
    throw this.damaged('a string does not end');
  }

  get #word(): string {
    return this.text.slice(this.#start, this.#end);
  }

  #string(): string {
    return this.text.slice(this.#start + 1, this.#end - 1).replace(/\\(.)/gs, '$1');
  }

  /** Passes over the rest of a statement, to behind its semicolon or to the end of the text. */
  skipStatement(): void {
    for (let token = this.#next(); token !== 'end'; token = this.#next()) {
      if (this.#is(token, ';')) return;
    }
  }

  /**
   * Calls `each` with every string or number of a flat list `( … )`.
   * @throws SpectrailError `format/bad-project` for anything else in it.
   */
  eachOfList(each: (value: string) => void): void {
    this.#expect('(');
    for (;;) {
      const token = this.#next();
      if (token === 'string') each(this.#string());
      else if (token === 'word') each(this.#word);
      else if (this.#word === ')') return;
      else if (this.#word !== ',' || token === 'end') throw this.damaged('a list of numbers holds something else');
    }
  }

  /** One value of any kind, strings and numbers both as text, `undef` as null. */
  value(): Plain {
    this.#entries = 0;
    return this.#value(this.#next(), 0);
  }

  /** The list `( key, value, … )` as a tree. */
  pairs(): PlainTree {
    this.#entries = 0;
    this.#expect('(');
    return treeOf(this.#list(')', 0));
  }

  #value(token: Token, depth: number): Plain {
    if (depth > DEEPEST) throw this.damaged(`values are nested more than ${DEEPEST} deep`);
    if (++this.#entries > MOST_ENTRIES) throw this.damaged(`a statement holds more than ${MOST_ENTRIES} values`);
    if (token === 'string') return this.#string();
    if (token === 'word') return this.#wordValue(depth);
    if (this.#word === '[') return this.#list(']', depth);
    if (this.#word === '(') return this.#list(')', depth);
    if (this.#word === '{') return treeOf(this.#list('}', depth));
    if (this.#word === '\\') return this.#value(this.#next(), depth + 1);
    throw this.damaged(token === 'end' ? 'the text ends within a value' : `"${this.#word}" begins no value`);
  }

  /** An object is the data that are blessed; its class is left out. */
  #wordValue(depth: number): Plain {
    const word = this.#word;
    if (word !== 'bless') return word === 'undef' ? null : word;
    this.#expect('(');
    return this.#list(')', depth)[0] ?? null;
  }

  /** Values with a comma or an arrow between them, and perhaps one at the end. */
  #list(closing: string, depth: number): Plain[] {
    const found: Plain[] = [];
    for (;;) {
      const token = this.#next();
      if (this.#is(token, closing)) return found;
      found.push(this.#value(token, depth + 1));
      const after = this.#next();
      if (this.#is(after, closing)) return found;
      if (this.#is(after, '=')) this.#expect('>');
      else if (!this.#is(after, ',')) throw this.damaged('a comma is missing between two values');
    }
  }

  #is(token: Token, mark: string): boolean {
    return token === 'mark' && this.#word === mark;
  }

  #expect(mark: string): void {
    if (!this.#is(this.#next(), mark)) throw this.damaged(`"${mark}" is missing`);
  }

  damaged(what: string) {
    let line = 1;
    for (let i = this.text.indexOf('\n'); i >= 0 && i < this.at; i = this.text.indexOf('\n', i + 1)) line++;
    return formatError({
      code: 'bad-project',
      where: `${this.#name}, line ${line} of the unpacked text`,
      what,
      expected: 'Perl data as Athena saves them',
      fix: 'the file is damaged: save the project again, or copy it again',
    });
  }
}

function treeOf(list: readonly Plain[]): PlainTree {
  const tree: PlainTree = Object.create(null);
  for (let i = 0; i + 1 < list.length; i += 2) {
    const key = list[i];
    if (typeof key === 'string') tree[key] = list[i + 1];
  }
  return tree;
}
