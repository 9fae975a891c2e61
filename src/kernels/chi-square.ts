import { regularisedGammaP, regularisedGammaQ } from './incomplete-gamma.ts';

/** P(χ² ≥ x) for `freedom` degrees of freedom (> 0), accurate in the tail. */
export function chiSquareSurvival(x: number, freedom: number): number {
  return x <= 0 ? 1 : regularisedGammaQ(freedom / 2, x / 2);
}

/** P(χ² ≤ x) for `freedom` degrees of freedom (> 0). */
export function chiSquareCdf(x: number, freedom: number): number {
  return x <= 0 ? 0 : regularisedGammaP(freedom / 2, x / 2);
}
