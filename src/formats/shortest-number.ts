import type { Dtype } from '../signal/dtype.ts';
import { outputError } from '../signal/errors.ts';

/**
 * Prints values of a type with as few digits as bring the same value of that type back, the sign of zero included.
 * @throws SpectrailError `output/inexact` for integers that a 64-bit float, which text is read as, does not hold.
 */
export function shortestNumbers(dtype: Dtype): (value: number | bigint) => string {
  return dtype === 'float32' ? (value) => signed(shortestFloat32(value as number), value) : shortest;
}

export function shortest(value: number | bigint): string {
  if (typeof value === 'bigint' && BigInt(Number(value)) !== value) {
    throw outputError({
      code: 'inexact',
      what: `the value ${value} would be read back as ${BigInt(Number(value))}`,
      expected: 'whole numbers that a 64-bit float holds',
      fix: 'write .hspy or .npy',
    });
  }
  return signed(String(value), value);
}

const signed = (text: string, value: number | bigint) => (Object.is(value, -0) ? '-0' : text);

/** 0.1, not 0.10000000149011612. */
function shortestFloat32(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}
