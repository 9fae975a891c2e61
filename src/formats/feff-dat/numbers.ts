import { isNumber } from '../plain-number.ts';

const LONGEST_LINE = 1000;

/** Numbers of a Fortran line, as FEFF writes them: a fixed width each, so that a sign may be all that separates two. */
export function fortranNumbers(line: string, count: number): number[] | undefined {
  if (line.length > LONGEST_LINE) return undefined;
  const words = line.trim().split(/\s+/);
  return (
    firstNumbers(words, count) ??
    firstNumbers(
      words.flatMap((word) => word.split(/(?<=[\d.])(?=[+-])/)),
      count,
    )
  );
}

function firstNumbers(words: readonly string[], count: number): number[] | undefined {
  const numbers = words.slice(0, count).map(fortranNumber);
  return numbers.length === count && !numbers.includes(undefined) ? (numbers as number[]) : undefined;
}

/** Fortran leaves out the letter of an exponent of three figures: `1.2345-100`. */
function fortranNumber(word: string): number | undefined {
  const exponent = /^([+-]?\d{0,20}\.\d{1,20})([+-]\d{3})$/.exec(word);
  if (exponent) return Number(`${exponent[1]}e${exponent[2]}`);
  if (isNumber(word)) return Number(word.replace(/[dD]/, 'e'));
  return /^[+-]?nan$/i.test(word) ? Number.NaN : undefined;
}
