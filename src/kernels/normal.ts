import { erfc } from './error-function.ts';
import { portableExp, portableLog } from './portable-math.ts';

const ROOT_TWO_PI = 2.5066282746310002;

/** Φ(x) = P(Z ≤ x) of the standard normal, relative error below 1e−12 in the lower tail. */
export function normalCdf(x: number): number {
  return erfc(-x * Math.SQRT1_2) / 2;
}

/** P(Z ≥ x), accurate in the upper tail. */
export function normalUpperTail(x: number): number {
  return erfc(x * Math.SQRT1_2) / 2;
}

/** x with Φ(x) = p, p in (0, 1); ∓∞ at 0 and 1, NaN outside. Relative error about 1e−14. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  return p < 0.5 ? -normalUpperQuantile(p) : normalUpperQuantile(1 - p);
}

/**
 * x with P(Z ≥ x) = q, accurate for tiny q. Hastings' rational start (Abramowitz & Stegun 26.2.23), then three Halley
 * steps on the tail itself.
 */
export function normalUpperQuantile(q: number): number {
  if (!(q >= 0 && q <= 1)) return Number.NaN;
  if (q === 0) return Number.POSITIVE_INFINITY;
  if (q > 0.5) return -normalUpperQuantile(1 - q);
  if (q === 0.5) return 0;
  const t = Math.sqrt(-2 * portableLog(q));
  let x = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (let step = 0; step < 3; step++) {
    const density = portableExp((-x * x) / 2) / ROOT_TWO_PI;
    if (density === 0) break;
    const newton = (normalUpperTail(x) - q) / density;
    x += newton / (1 - (newton * x) / 2);
  }
  return x;
}
