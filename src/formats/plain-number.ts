const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eEdD][+-]?\d+)?$/;
const LONGEST_NUMBER = 400;

/** A finite number as instruments write it, with blanks around or not, Fortran exponents too; undefined for anything else. */
export function plainNumber(text: string): number | undefined {
  if (text.length > LONGEST_NUMBER) return undefined;
  const word = text.trim();
  if (!NUMBER.test(word)) return undefined;
  const value = Number(word.replace(/[dD]/, 'e'));
  return Number.isFinite(value) ? value : undefined;
}
