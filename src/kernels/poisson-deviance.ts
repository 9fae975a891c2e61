import { halfPoissonDeviance } from './count-probability.ts';

/**
 * 2·[x ln(x/mean) − (x − mean)], the Poisson deviance of x ≥ 0 against its mean (McCullagh & Nelder 1989). Exact at
 * x = 0 (2·mean) and without cancellation at any size of count; +∞ where mean = 0 < x; 0 where both are 0.
 */
export function poissonDeviance(x: number, mean: number): number {
  return 2 * halfPoissonDeviance(x, mean);
}

/** Deviance residual: the root of the deviance with the sign of x − mean. Nearly standard normal above a few counts. */
export function poissonDevianceResidual(x: number, mean: number): number {
  const residual = Math.sqrt(2 * halfPoissonDeviance(x, mean));
  return x < mean ? -residual : residual;
}
