import { internalError } from '../signal/errors.ts';
import { fixedPi, inDoubles, toDouble } from './fixed-point.ts';

/*
 * Circular functions with the same bits in every engine, as in portable-math.ts. An argument is brought within ±π/4 by π/2
 * in three parts (W. Cody & W. Waite, Software Manual for the Elementary Functions, 1980), then a Taylor series.
 */

/** Larger angles would need more parts of π/2. */
const LARGEST_ANGLE = 2 ** 20;
const PI = fixedPi();
const HALF_PI = toDouble(PI / 2n);
const [FIRST, SECOND, THIRD] = inDoubles(PI / 2n, 32, 65);

/**
 * sin x to 1 ulp, |x| ≤ 2^20; NaN of NaN and ±∞.
 * @throws internal error beyond
 */
export function portableSin(x: number): number {
  return x === 0 ? x : sineOfQuarters(x, 0);
}

/**
 * cos x to 1 ulp, |x| ≤ 2^20; NaN of NaN and ±∞.
 * @throws internal error beyond
 */
export function portableCos(x: number): number {
  return sineOfQuarters(x, 1);
}

/** sin(x + quarters·π/2). */
function sineOfQuarters(x: number, quarters: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  if (Math.abs(x) > LARGEST_ANGLE) {
    throw internalError({
      code: 'angle-range',
      what: `the angle ${x} rad`,
      expected: `−${LARGEST_ANGLE} … ${LARGEST_ANGLE}`,
    });
  }
  const k = Math.floor(x / HALF_PI + 0.5);
  const left = x - k * FIRST;
  const part = k * SECOND;
  const almost = left - part;
  const lost = left - almost - part - k * THIRD;
  const r = almost + lost;
  const tail = almost - r + lost;
  const quadrant = (k + quarters) & 3;
  const value = quadrant & 1 ? cosine(r, tail) : sine(r, tail);
  return quadrant & 2 ? -value : value;
}

/** sin(x + tail), |x| ≤ π/4. */
function sine(x: number, tail: number): number {
  const z = x * x;
  let p = 1 / 355687428096000;
  p = p * z - 1 / 1307674368000;
  p = p * z + 1 / 6227020800;
  p = p * z - 1 / 39916800;
  p = p * z + 1 / 362880;
  p = p * z - 1 / 5040;
  p = p * z + 1 / 120;
  p = p * z - 1 / 6;
  return x + (x * z * p + tail * (1 - z / 2));
}

/** cos(x + tail), |x| ≤ π/4. */
function cosine(x: number, tail: number): number {
  const z = x * x;
  let p = 1 / 20922789888000;
  p = p * z - 1 / 87178291200;
  p = p * z + 1 / 479001600;
  p = p * z - 1 / 3628800;
  p = p * z + 1 / 40320;
  p = p * z - 1 / 720;
  p = p * z + 1 / 24;
  const main = 1 - z / 2;
  return main + (1 - main - z / 2 + (z * z * p - x * tail));
}

/** arcsin x in radians to 2 ulp, NaN for |x| > 1. */
export function portableAsin(x: number): number {
  if (x < 0) return -portableAsin(-x);
  if (x > Math.SQRT1_2) return HALF_PI - 2 * portableAsin(Math.sqrt((1 - x) / 2));
  let angle = x;
  for (let newton = 0; newton < 4; newton++) angle += (x - portableSin(angle)) / portableCos(angle);
  return angle;
}
