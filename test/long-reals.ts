/*
 * Real numbers in fixed point with 600 binary places, and elementary functions of them in the plainest way: what the
 * portable functions are compared with.
 */

const PLACES = 600;
export const ONE = 1n << 600n;

const shifted = (value: bigint, by: number) => (by < 0 ? value >> BigInt(-by) : value << BigInt(by));
export const times = (a: bigint, b: bigint) => (a * b) / ONE;
export const over = (a: bigint, b: bigint) => (a * ONE) / b;

/** A finite double as a whole number of 2^exponent. */
function takenApart(x: number): { mantissa: bigint; exponent: number } {
  const word = new BigUint64Array(Float64Array.of(x).buffer)[0];
  const stored = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  const mantissa = stored === 0 ? fraction : fraction | 0x10000000000000n;
  return { mantissa: x < 0 ? -mantissa : mantissa, exponent: Math.max(stored, 1) - 1075 };
}

/** x·2^−scale. */
export function long(x: number, scale = 0): bigint {
  const { mantissa, exponent } = takenApart(x);
  return shifted(mantissa, exponent - scale + PLACES);
}

/** By how many units in its last place `x` differs from value·2^scale. */
export function ulpsFrom(x: number, value: bigint, scale = 0): number {
  const unit = shifted(1n, takenApart(x).exponent - scale + PLACES);
  const difference = long(x, scale) - value;
  if (difference === 0n) return 0;
  return Number(((difference < 0n ? -difference : difference) * 1000n) / unit) / 1000;
}

/** Sum of terms, each made from the one before, until they vanish. */
function series(first: bigint, next: (term: bigint, n: bigint) => bigint): bigint {
  let sum = 0n;
  let n = 0n;
  for (let term = first; term !== 0n; term = next(term, ++n)) sum += term;
  return sum;
}

/** Σ s^(2n+1)/(2n+1), or with alternating signs. */
function inverseTangent(s: bigint, sign: 1n | -1n): bigint {
  const z = sign * times(s, s);
  let power = s;
  return series(s, (_, n) => {
    power = times(power, z);
    return power / (2n * n + 1n);
  });
}

const logNearOne = (m: bigint) => 2n * inverseTangent(over(m - ONE, m + ONE), 1n);
const LN2 = logNearOne(2n * ONE);
const PI = 20n * inverseTangent(ONE / 7n, -1n) + 8n * inverseTangent((3n * ONE) / 79n, -1n);

/** ln of value·2^scale. */
export function longLog(value: bigint, scale = 0): bigint {
  const k = value.toString(2).length - 1 - PLACES;
  return logNearOne(shifted(value, -k)) + BigInt(k + scale) * LN2;
}

export const LN10 = longLog(10n * ONE);

/** e^value as value·2^scale. */
export function longExp(value: bigint): { value: bigint; scale: number } {
  const scale = Number(value / LN2);
  const small = (value - BigInt(scale) * LN2) >> 10n;
  let power = series(ONE, (term, n) => times(term, small) / n);
  for (let i = 0; i < 10; i++) power = times(power, power);
  return { value: power, scale };
}

/** [sin, cos] of an angle in radians. */
export function longSinCos(value: bigint): [bigint, bigint] {
  const angle = value % (2n * PI);
  const z = -times(angle, angle);
  return [
    series(angle, (term, n) => times(term, z) / (2n * n * (2n * n + 1n))),
    series(ONE, (term, n) => times(term, z) / (2n * n * (2n * n - 1n))),
  ];
}
