import { CounterRandom, portableExpm1, portableLog1p, portableLog10, portablePow } from '../../kernels/index.ts';
import { type ModelVariance, scanMap } from './scan-map.ts';

/** Pixels of a calibration map at most. */
export const CALIBRATION_PIXELS = 4096;

/**
 * Number of independent tests per pixel that the scan amounts to, from maps drawn from the model itself. With N
 * independent tests the smallest of N probabilities p has P(p > t) = (1−t)^N, so N = repeats / Σ −ln(1 − p_r).
 * @param expected pixels × halves, of a whole-row part of the map
 */
export function testsPerPixel(
  expected: Float64Array,
  variance: ModelVariance,
  halves: number,
  width: number,
  height: number,
  repeats: number,
  seed: number,
): number {
  const pixels = width * height;
  const observed = new Float64Array(pixels * halves);
  const random = new CounterRandom(seed, 0);
  let sum = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (let i = 0; i < pixels; i++) {
      random.reset(repeat * pixels + i);
      for (let h = 0; h < halves; h++) observed[i * halves + h] = random.poisson(Math.max(0, expected[i * halves + h]));
    }
    const { significance } = scanMap({ observed, expected, halves }, variance, 0, 0, pixels, width, height);
    let top = 0;
    for (const value of significance) top = Math.max(top, value);
    sum += -portableLog1p(-Math.min(portablePow(10, -top), 1 - 1e-12));
  }
  return repeats / Math.max(sum, 1e-300) / pixels;
}

/** Significance (−log₁₀ p) that chance reaches somewhere among `tests` with this probability. */
export function familyWiseThreshold(tests: number, rate: number): number {
  return -portableLog10(-portableExpm1(portableLog1p(-rate) / tests));
}

/** Probability that chance reaches this significance somewhere among `tests`. */
export function familyWiseP(significance: number, tests: number): number {
  return -portableExpm1(tests * portableLog1p(-Math.min(portablePow(10, -significance), 1 - 1e-15)));
}
