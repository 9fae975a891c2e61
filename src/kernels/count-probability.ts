import { portableLog, portableLog1p } from './portable-math.ts';

/*
 * Saddle-point forms of the count distributions: C. Loader, "Fast and accurate computation of binomial probabilities"
 * (2000). No cancellation, at any size of count.
 */

const HALF_LOG_TWO_PI = 0.9189385332046728;

const SMALL = Float64Array.from({ length: 16 }, (_, k) => {
  let factorial = 1;
  for (let j = 2; j <= k; j++) factorial *= j;
  return k === 0 ? 0 : portableLog(factorial) - (k + 0.5) * portableLog(k) + k - HALF_LOG_TWO_PI;
});

const FACTORIALS = 1024;
const LOG_FACTORIAL = new Float64Array(FACTORIALS);
for (let k = 2; k < FACTORIALS; k++) LOG_FACTORIAL[k] = LOG_FACTORIAL[k - 1] + portableLog(k);

/** log k! for whole k ≥ 0. */
export function logFactorial(k: number): number {
  if (k < FACTORIALS) return LOG_FACTORIAL[k];
  return (k + 0.5) * portableLog(k) - k + HALF_LOG_TWO_PI + stirlingRemainder(k);
}

/** log k! − [(k + ½) log k − k + ½ log 2π], the remainder of Stirling's formula, for whole k ≥ 1. */
export function stirlingRemainder(k: number): number {
  if (k < 16) return SMALL[k];
  const q = 1 / (k * k);
  return (1 / 12 - q * (1 / 360 - q * (1 / 1260 - q * (1 / 1680 - q / 1188)))) / k;
}

/** x log(x/mean) + mean − x ≥ 0, half the Poisson deviance; 0·log 0 = 0; +∞ when mean = 0 < x. */
export function halfPoissonDeviance(x: number, mean: number): number {
  if (x === 0) return mean;
  const difference = x - mean;
  if (Math.abs(difference) < 0.1 * (x + mean)) {
    const v = difference / (x + mean);
    const square = v * v;
    let sum = difference * v;
    let term = 2 * x * v;
    for (let j = 3; ; j += 2) {
      term *= square;
      const next = sum + term / j;
      if (next === sum) return sum;
      sum = next;
    }
  }
  return x * portableLog(x / mean) - difference;
}

/** log P(X = k) of the Poisson law with this mean, whole k ≥ 0. */
export function logPoissonProbability(k: number, mean: number): number {
  if (k === 0) return -mean;
  return -stirlingRemainder(k) - halfPoissonDeviance(k, mean) - 0.5 * portableLog(k) - HALF_LOG_TWO_PI;
}

/** log P(X = k) of the binomial law of n trials with probability p, whole 0 ≤ k ≤ n, 0 < p < 1. */
export function logBinomialProbability(k: number, n: number, p: number): number {
  if (k === 0) return n * portableLog1p(-p);
  if (k === n) return n * portableLog(p);
  const rest = n - k;
  return (
    stirlingRemainder(n) -
    stirlingRemainder(k) -
    stirlingRemainder(rest) -
    halfPoissonDeviance(k, n * p) -
    halfPoissonDeviance(rest, n * (1 - p)) +
    0.5 * portableLog(n / k / rest) -
    HALF_LOG_TWO_PI
  );
}
