/**
 * How a letter E after digits is read. `plain`: a table of numbers without codes, where it begins an exponent. `coded`: a
 * table that has codes for digits, among which E is the digit 5; there only E with a sign begins an exponent.
 */
export type Exponents = 'plain' | 'coded';

const [ZERO, NINE, PLUS, MINUS, POINT] = [0x30, 0x39, 0x2b, 0x2d, 0x2e];
const isDigit = (code: number) => code >= ZERO && code <= NINE;

/** Position after the digits, with at most one decimal point, that start at `from`. */
export function afterDigits(text: string, from: number, end: number): number {
  let i = from;
  let point = false;
  for (; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === POINT && !point) point = true;
    else if (!isDigit(code)) break;
  }
  return i;
}

/** Position after the number `±1.5E±10` that starts at `from`; `from` itself when there is none. */
export function afterNumber(text: string, from: number, end: number, exponents: Exponents): number {
  const sign = text.charCodeAt(from);
  const start = sign === PLUS || sign === MINUS ? from + 1 : from;
  const digits = afterDigits(text, start, end);
  if (digits === start || (digits === start + 1 && text.charCodeAt(start) === POINT)) return from;
  return afterExponent(text, digits, end, exponents);
}

function afterExponent(text: string, from: number, end: number, exponents: Exponents): number {
  if (from >= end || (text.charCodeAt(from) | 0x20) !== 0x65) return from;
  const sign = text.charCodeAt(from + 1);
  const signed = sign === PLUS || sign === MINUS;
  if (!signed && exponents === 'coded') return from;
  let i = from + (signed ? 2 : 1);
  const first = i;
  while (i < end && isDigit(text.charCodeAt(i))) i++;
  const next = i < end ? text[i] : ' ';
  const ends = exponents === 'coded' ? next !== '.' : !/[A-Za-z@%.]/.test(next);
  return i > first && i - first <= 3 && ends ? i : from;
}

/** Blanks, and what parts pairs of numbers. */
export function isSeparator(code: number): boolean {
  // Blanks and control characters, comma, semicolon, brackets.
  return code <= 0x20 || code === 0x2c || code === 0x3b || code === 0x28 || code === 0x29 || code === 0xa0;
}
