/** A fenced block of a page: the words after the language, its text, and where it stands. */
export interface Block {
  readonly language: string;
  /** Bare words of the info string: `run`. */
  readonly words: readonly string[];
  /** `name=value` words of the info string. */
  readonly options: Readonly<Record<string, string>>;
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

/** What a page asks for, in order: a program to run and what it prints, or a file to write. */
export type Example =
  | { readonly kind: 'run'; readonly block: Block; readonly output?: Block }
  | { readonly kind: 'file'; readonly block: Block; readonly path: string }
  | { readonly kind: 'insert'; readonly block: Block; readonly path: string; readonly after: string };

const FENCE = /^```(\S+)[ \t]*([^\n]*)\n([\s\S]*?)^```[ \t]*$/gm;

/** All fenced blocks of a page, those inside HTML comments included: they prepare what the reader is assumed to have. */
export function blocksOf(page: string): Block[] {
  return [...page.matchAll(FENCE)].map((match) => {
    const [, language, info, text] = match;
    const words = info.match(/[^\s=]+="[^"]*"|\S+/g) ?? [];
    const options = words
      .filter((word) => word.includes('='))
      .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1).replace(/^"(.*)"$/, '$1')]);
    return {
      language,
      words: words.filter((word) => !word.includes('=')),
      options: Object.fromEntries(options),
      text,
      line: page.slice(0, match.index).split('\n').length,
    };
  });
}

export function examplesOf(page: string): Example[] {
  const blocks = blocksOf(page);
  return blocks.flatMap((block, i): Example[] => {
    const { file, insert, after = '' } = block.options;
    if (file) return [{ kind: 'file', block, path: file }];
    if (insert) return [{ kind: 'insert', block, path: insert, after }];
    if (!block.words.includes('run')) return [];
    const next = blocks[i + 1];
    return [{ kind: 'run', block, output: next?.words.includes('output') ? next : undefined }];
  });
}

/** Does `printed` read like `expected`, where `…` stands for anything on its line, and a line of `…` alone for any lines? */
export function printsLike(expected: string, printed: string): boolean {
  const tidy = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
      .trim();
  const pattern = tidy(expected)
    .split(/^[ \t]*…$\n?/m)
    .map((part) => part.split('…').map(escaped).join('[^\\n]*'))
    .join('[\\s\\S]*?');
  return new RegExp(`^${pattern}$`).test(tidy(printed));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
