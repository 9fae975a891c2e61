/*
 * ECMAScript leaves the last bits of Math.exp, Math.log and their kin to the engine. Draws that must repeat bit for bit
 * everywhere use these instead: only +, −, ×, ÷, which IEEE 754 fixes.
 */

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

const word = new Uint32Array(2);
const double = new Float64Array(word.buffer);
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

const POWER_OFFSET = 540;
const POWER_OF_TWO = Float64Array.from({ length: 2 * POWER_OFFSET + 1 }, (_, i) => {
  let power = 1;
  const step = i < POWER_OFFSET ? 0.5 : 2;
  for (let j = Math.abs(i - POWER_OFFSET); j > 0; j--) power *= step;
  return power;
});

/** e^x to about 1 ulp, the same bits in every engine. */
export function portableExp(x: number): number {
  if (!(x > -745.2)) return Number.isNaN(x) ? x : 0;
  if (x > 709.79) return Number.POSITIVE_INFINITY;
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let p = 1 / 6227020800;
  p = p * r + 1 / 479001600;
  p = p * r + 1 / 39916800;
  p = p * r + 1 / 3628800;
  p = p * r + 1 / 362880;
  p = p * r + 1 / 40320;
  p = p * r + 1 / 5040;
  p = p * r + 1 / 720;
  p = p * r + 1 / 120;
  p = p * r + 1 / 24;
  p = p * r + 1 / 6;
  p = p * r + 0.5;
  const value = 1 + (r + r * r * p);
  const half = k >> 1;
  return value * POWER_OF_TWO[half + POWER_OFFSET] * POWER_OF_TWO[k - half + POWER_OFFSET];
}

/** Natural logarithm to about 1 ulp, the same bits in every engine. log(0) = −∞, NaN below. */
export function portableLog(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  let k = -1022;
  if (x < 2.2250738585072014e-308) {
    double[0] = x * 18014398509481984;
    k -= 54;
  } else double[0] = x;
  k += word[HIGH] >>> 20;
  word[HIGH] = (word[HIGH] & 0xfffff) | 0x3fe00000;
  let m = double[0];
  if (m < Math.SQRT1_2) {
    m *= 2;
    k--;
  }
  const f = m - 1;
  const s = f / (2 + f);
  return k * LN2_HIGH - (s * (f - atanhTail(s)) - k * LN2_LOW - f);
}

/** log(1 + x) for x > −1, accurate near 0, the same bits in every engine. */
export function portableLog1p(x: number): number {
  if (x < -0.25 || x > 0.4) return portableLog(1 + x);
  const s = x / (2 + x);
  return x - s * (x - atanhTail(s));
}

/** 2 (atanh(s) − s)/s for |s| ≤ 0.172. */
function atanhTail(s: number): number {
  const z = s * s;
  let p = 2 / 23;
  p = p * z + 2 / 21;
  p = p * z + 2 / 19;
  p = p * z + 2 / 17;
  p = p * z + 2 / 15;
  p = p * z + 2 / 13;
  p = p * z + 2 / 11;
  p = p * z + 2 / 9;
  p = p * z + 2 / 7;
  p = p * z + 2 / 5;
  p = p * z + 2 / 3;
  return p * z;
}
