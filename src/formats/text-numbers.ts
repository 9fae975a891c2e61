import type { SpectrailError } from '../signal/errors.ts';
import { TextLines } from './text-lines.ts';

const WORD = /[^\s,;]+/g;

interface Options {
  /** Lines that begin with this are passed over. */
  readonly comment?: string;
  /** Says what is wrong with a word that is no number; lines are counted from 1 in this text. */
  readonly bad: (word: string, line: number) => SpectrailError;
}

/**
 * All numbers of a text, separated by blanks, commas or semicolons. They are counted before there is room for them: an array
 * that grew with them could become several times the text.
 * @throws SpectrailError the given one.
 */
export function textNumbers(text: string, { comment, bad }: Options): Float64Array {
  let count = 0;
  for (const { line } of uncommented(text, comment)) for (const _ of line.matchAll(WORD)) count++;
  const numbers = new Float64Array(count);
  let i = 0;
  for (const { line, number } of uncommented(text, comment)) {
    for (const [word] of line.matchAll(WORD)) {
      const value = Number(word);
      if (!Number.isFinite(value)) throw bad(word.slice(0, 40), number);
      numbers[i++] = value;
    }
  }
  return numbers;
}

function* uncommented(text: string, comment: string | undefined): Iterable<TextLines> {
  const lines = new TextLines(text);
  while (lines.next()) {
    if (comment === undefined || !lines.line.trimStart().startsWith(comment)) yield lines;
  }
}
