import type { PlainTree } from '../../signal/dataset.ts';

/** Sections of the comment, and what they say. */
export class Comment {
  readonly #sections = new Map<string, Map<string, string>>();

  /** Reads `[Section],Key=Value,Key="Value, quoted"`; a section may begin where the last value ends. */
  constructor(text: string) {
    let section = new Map<string, string>();
    let at = 0;
    while (at < text.length) {
      const letter = text[at];
      if (letter === '[') {
        const end = endOf(text, ']', at);
        const name = text.slice(at + 1, end);
        section = this.#sections.get(name) ?? new Map();
        this.#sections.set(name, section);
        at = end + 1;
      } else if (letter === ',' || letter === '\r' || letter === '\n' || letter === '\0') at++;
      else at = readEntry(text, at, section);
    }
  }

  /** Undefined where it is not there or says nothing. */
  entry(section: string, key: string): string | undefined {
    return this.#sections.get(section)?.get(key)?.trim() || undefined;
  }

  tree(): PlainTree {
    const tree: PlainTree = Object.create(null);
    for (const [name, entries] of this.#sections) {
      const branch: PlainTree = Object.create(null);
      for (const [key, value] of entries) branch[key] = value;
      tree[name] = branch;
    }
    return tree;
  }
}

function readEntry(text: string, from: number, section: Map<string, string>): number {
  let at = from;
  while (at < text.length && !'=,[\r\n'.includes(text[at])) at++;
  const key = text.slice(from, at).trim();
  if (text[at] !== '=') return at;
  const quoted = text[at + 1] === '"';
  const start = quoted ? at + 2 : at + 1;
  let end = start;
  if (quoted) end = endOf(text, '"', start);
  else while (end < text.length && !',[\r\n'.includes(text[end])) end++;
  section.set(key, text.slice(start, end));
  return quoted ? end + 1 : end;
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at;
}
