import { halfPoissonDeviance } from './count-probability.ts';
import { scaledErfc } from './error-function.ts';
import { logGamma, stirlingSeries } from './log-gamma.ts';
import { portableExp, portableLog, portableLog1p } from './portable-math.ts';

const HALF_LOG_TWO_PI = 0.9189385332046728;
const ROOT_TWO_PI = 2.5066282746310002;

/**
 * Regularised lower incomplete gamma function P(a, x) = γ(a, x)/Γ(a), for a > 0, x ≥ 0. Relative error below 1e−12 also
 * where P is tiny. NaN outside.
 */
export function regularisedGammaP(a: number, x: number): number {
  if (!inDomain(a, x)) return Number.NaN;
  return x < a ? portableExp(logTail(a, x)) : 1 - portableExp(logTail(a, x));
}

/** Regularised upper incomplete gamma function Q(a, x) = 1 − P(a, x), with the same accuracy where Q is tiny. */
export function regularisedGammaQ(a: number, x: number): number {
  if (!inDomain(a, x)) return Number.NaN;
  return x < a ? 1 - portableExp(logTail(a, x)) : portableExp(logTail(a, x));
}

/** log P(a, x): still a number where P underflows. */
export function logRegularisedGammaP(a: number, x: number): number {
  if (!inDomain(a, x)) return Number.NaN;
  return x < a ? logTail(a, x) : portableLog1p(-portableExp(logTail(a, x)));
}

/** log Q(a, x): still a number where Q underflows. */
export function logRegularisedGammaQ(a: number, x: number): number {
  if (!inDomain(a, x)) return Number.NaN;
  return x < a ? portableLog1p(-portableExp(logTail(a, x))) : logTail(a, x);
}

function inDomain(a: number, x: number): boolean {
  return a > 0 && x >= 0 && a < Number.POSITIVE_INFINITY;
}

/** log of the tail on the far side of x from a: P for x < a, Q for x ≥ a. */
function logTail(a: number, x: number): number {
  if (x === 0 || x === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  if (a > 1e5 && Math.abs(x - a) < 0.05 * a) return logTailUniform(a, x);
  const log = logDensity(a, x);
  if (x < a) return log + portableLog(lowerSeries(a, x));
  // Beside a the fraction is slow or, for small a, Q not small: there the series is better.
  if (x < 1 || x < a + 1) return portableLog1p(-portableExp(log) * lowerSeries(a, x));
  return log + portableLog(a * upperFraction(a, x));
}

/** log of x^a e^(−x)/Γ(a + 1), in saddle-point form where that saves digits. */
function logDensity(a: number, x: number): number {
  if (a < 16) return a * portableLog(x) - x - logGamma(a + 1);
  return -halfPoissonDeviance(a, x) - stirlingSeries(a) - 0.5 * portableLog(a) - HALF_LOG_TWO_PI;
}

/** Σ xⁿ/((a+1)…(a+n)). */
function lowerSeries(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** Γ(a, x)·e^x/x^a for x ≥ a + 1: Legendre's continued fraction by the modified Lentz method. */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < 1_000_000; n++) {
    const numerator = n * (a - n);
    b += 2;
    d = 1 / (numerator * d + b || 1e-300);
    c = b + numerator / c || 1e-300;
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return value;
}

/** N. M. Temme's uniform expansion for large a and x near a (DLMF 8.12). */
function logTailUniform(a: number, x: number): number {
  const exponent = halfPoissonDeviance(a, x);
  const side = x < a ? -1 : 1;
  const eta = side * Math.sqrt((2 * exponent) / a);
  let c0 = 1 / 25515;
  for (const coefficient of C0) c0 = c0 * eta + coefficient;
  let c1 = 1 / 4860;
  for (const coefficient of C1) c1 = c1 * eta + coefficient;
  const correction = (c0 + (c1 + 25 / 6048 / a) / a) / (ROOT_TWO_PI * Math.sqrt(a));
  return portableLog(scaledErfc(Math.sqrt(exponent)) / 2 + side * correction) - exponent;
}

const C0 = [-139 / 777600, 1 / 2835, 1 / 864, -2 / 135, 1 / 12, -1 / 3];
const C1 = [-77 / 77760, 1 / 378, -1 / 288, -1 / 540];
