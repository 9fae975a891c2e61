/*
 * Constants and tables of the portable functions, from whole numbers alone: a fixed-point number counts 2^−128. Its last
 * few digits are rounding.
 */

const PLACES = 128n;
const ONE = 1n << PLACES;

/** ln(a/b) for whole a, b > 0 of about the same size, by 2 artanh((a − b)/(a + b)). */
export function fixedLogRatio(a: number, b: number): bigint {
  if (a < b) return -fixedLogRatio(b, a);
  const ratio = (BigInt(a - b) << PLACES) / BigInt(a + b);
  return 2n * oddPowers(ratio, (ratio * ratio) >> PLACES, 1n);
}

/** π by J. Machin: 16 arctan(1/5) − 4 arctan(1/239). */
export function fixedPi(): bigint {
  const arctanOfInverse = (n: bigint) => oddPowers(ONE / n, ONE / (n * n), -1n);
  return 16n * arctanOfInverse(5n) - 4n * arctanOfInverse(239n);
}

/** 2^(i/128) for i = 0 … 127. */
export function fixedRootsOfTwo(): bigint[] {
  let root = 2n * ONE;
  for (let n = 1; n < 128; n *= 2) root = squareRoot(root << PLACES);
  const powers = [ONE];
  for (let i = 1; i < 128; i++) powers.push((powers[i - 1] * root) >> PLACES);
  return powers;
}

/** The nearest double. */
export function toDouble(value: bigint): number {
  return Number(value) / 2 ** 128;
}

/**
 * Doubles whose sum is the value: for each of `places` the nearest multiple of 2^−places to what the others leave, then
 * the double nearest to the rest.
 */
export function inDoubles(value: bigint, ...places: number[]): number[] {
  let rest = value;
  const parts = places.map((each) => {
    const dropped = PLACES - BigInt(each);
    const part = (((rest >> (dropped - 1n)) + 1n) >> 1n) << dropped;
    rest -= part;
    return toDouble(part);
  });
  return [...parts, toDouble(rest)];
}

/** first · (1 + sign·factor/3 + factor²/5 + …), first and factor not negative. */
function oddPowers(first: bigint, factor: bigint, sign: 1n | -1n): bigint {
  let term = first;
  let sum = 0n;
  let signed = 1n;
  for (let n = 1n; term !== 0n; n += 2n) {
    sum += (signed * term) / n;
    term = (term * factor) >> PLACES;
    signed *= sign;
  }
  return sum;
}

/** Whole part of √value for value < 4·ONE², by Newton from above. */
function squareRoot(value: bigint): bigint {
  let root = value;
  for (let next = 2n * ONE; next < root; next = (root + value / root) >> 1n) root = next;
  return root;
}
