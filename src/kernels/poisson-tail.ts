import {
  logRegularisedGammaP,
  logRegularisedGammaQ,
  regularisedGammaP,
  regularisedGammaQ,
} from './incomplete-gamma.ts';

/** P(X ≥ k) of the Poisson law with this mean, whole k. Relative error below 1e−12 far into the tail. */
export function poissonUpperTail(k: number, mean: number): number {
  return k <= 0 ? 1 : regularisedGammaP(k, mean);
}

/** log P(X ≥ k): a number where the probability itself underflows. */
export function logPoissonUpperTail(k: number, mean: number): number {
  return k <= 0 ? 0 : logRegularisedGammaP(k, mean);
}

/** P(X ≤ k) of the Poisson law with this mean, whole k. */
export function poissonLowerTail(k: number, mean: number): number {
  return k < 0 ? 0 : regularisedGammaQ(k + 1, mean);
}

/** log P(X ≤ k): a number where the probability itself underflows. */
export function logPoissonLowerTail(k: number, mean: number): number {
  return k < 0 ? Number.NEGATIVE_INFINITY : logRegularisedGammaQ(k + 1, mean);
}
