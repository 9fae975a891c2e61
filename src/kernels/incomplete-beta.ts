import { logGamma } from './log-gamma.ts';
import { portableExp, portableLog, portableLog1p } from './portable-math.ts';

const TINY = 1e-300;
const EPSILON = 1e-15;

/**
 * Regularised incomplete beta function I_x(a, b), a, b > 0, x in [0, 1], by its continued fraction (modified Lentz;
 * Abramowitz & Stegun 26.5.8), on the side where it converges fast. Relative accuracy about 1e-13 for a, b below 1e5.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = portableExp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * portableLog(x) + b * portableLog1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= 10000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guard(1 + even * d);
    c = guard(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guard(1 + odd * d);
    c = guard(1 + odd / c);
    const change = d * c;
    value *= change;
    if (Math.abs(change - 1) < EPSILON) break;
  }
  return value;
}

function guard(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** P(F > f) for the F distribution with `top` and `bottom` degrees of freedom. */
export function fSurvival(f: number, top: number, bottom: number): number {
  if (!(f > 0)) return 1;
  return incompleteBeta(bottom / (bottom + top * f), bottom / 2, top / 2);
}
