const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eEdD][+-]?\d+)?$/;
const NOT_A_NUMBER = /^[+-]?nan$/i;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;
const LONGEST_NUMBER = 400;

/** Is this word, without blanks around it, a number as instruments write it, Fortran exponents too? */
export function isNumber(word: string): boolean {
  return word.length <= LONGEST_NUMBER && NUMBER.test(word);
}

/** A finite number as instruments write it, with blanks around or not, Fortran exponents too; undefined for anything else. */
export function plainNumber(text: string): number | undefined {
  if (text.length > LONGEST_NUMBER) return undefined;
  const value = wordNumber(text.trim());
  return Number.isFinite(value) ? value : undefined;
}

/** The same of a word without blanks around it, or what programs write where there is none: NaN, infinite. */
export function wordNumber(word: string): number | undefined {
  if (isNumber(word)) return Number(word.replace(/[dD]/, 'e'));
  if (NOT_A_NUMBER.test(word)) return Number.NaN;
  const infinite = word.length <= LONGEST_NUMBER ? INFINITE.exec(word) : null;
  return infinite ? Number(`${infinite[1]}Infinity`) : undefined;
}
