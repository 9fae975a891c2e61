import { wordNumber } from '../plain-number.ts';
import { isBlank } from '../text-lines.ts';

/** How the columns of a line are separated; blanks always do. */
export interface Dialect {
  /** Character codes that separate, once between two numbers, with blanks around or not. */
  readonly separators: readonly number[];
  /** Numbers are written 1,5. */
  readonly decimalComma: boolean;
}

const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const BAR = 0x7c;

export const DECIMAL_POINT: Dialect = { separators: [COMMA, SEMICOLON, BAR], decimalComma: false };
export const DECIMAL_COMMA: Dialect = { separators: [SEMICOLON, BAR], decimalComma: true };

const LONGEST_NUMBER = 400;

/**
 * The numbers of `text.slice(start, end)` into `out`; returns how many there are, also when `out` has no room for
 * all, and 0 when any word of the line is none. One comma, semicolon or bar may stand at the end.
 */
export function readNumbers(
  text: string,
  start: number,
  end: number,
  { separators, decimalComma }: Dialect,
  out: Float64Array,
): number {
  const stop = withoutSeparator(text, start, end);
  let at = afterBlanks(text, start, stop);
  let width = 0;
  while (at < stop) {
    const from = at;
    while (at < stop && !isBlank(text.charCodeAt(at)) && !separators.includes(text.charCodeAt(at))) at++;
    if (at === from || at - from > LONGEST_NUMBER) return 0;
    const value = plainDigits(text, from, at) ?? wordNumber(pointed(text.slice(from, at), decimalComma));
    if (value === undefined) return 0;
    if (width < out.length) out[width] = value;
    width++;
    at = afterBlanks(text, at, stop);
    if (at < stop && separators.includes(text.charCodeAt(at))) {
      at = afterBlanks(text, at + 1, stop);
      if (at === stop) return 0;
    }
  }
  return width;
}

/** The end of the line without the blanks, and the one separator, it may end with. */
function withoutSeparator(text: string, start: number, end: number): number {
  const stop = beforeBlanks(text, start, end);
  const last = stop > start ? text.charCodeAt(stop - 1) : 0;
  return last === COMMA || last === SEMICOLON || last === BAR ? beforeBlanks(text, start, stop - 1) : stop;
}

function beforeBlanks(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(text.charCodeAt(at - 1))) at--;
  return at;
}

function afterBlanks(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** Digits that a double holds exactly; divided by a power of ten that it holds exactly, they round once. */
const EXACT_DIGITS = 15;

/** The common case, digits with a point or without, read without making a text of them; undefined for anything else. */
function plainDigits(text: string, from: number, to: number): number | undefined {
  if (to - from > EXACT_DIGITS) return undefined;
  let digits = 0;
  let scale = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit >= 0 && digit <= 9) {
      digits = digits * 10 + digit;
      scale *= 10;
    } else if (digit === -2 && scale === 0 && to - from > 1) scale = 1;
    else return undefined;
  }
  return scale === 0 ? digits : digits / scale;
}

const pointed = (word: string, decimalComma: boolean) => (decimalComma ? word.replace(',', '.') : word);
