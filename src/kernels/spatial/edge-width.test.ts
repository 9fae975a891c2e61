import { expect, it } from 'vitest';
import { erf } from '../error-function.ts';
import { edgeWidth } from './edge-width.ts';

const blurred = (sigma: number, size = 101) =>
  Float64Array.from({ length: size }, (_, i) => 0.5 + 0.5 * erf((i - (size - 1) / 2) / (Math.SQRT2 * sigma)));

it('a step that a Gaussian blurred is 2.563 σ wide, 3 % more where pixels are coarse', () => {
  for (const sigma of [5, 10]) expect(edgeWidth(blurred(sigma)) / sigma).toBeCloseTo(2.563, 1);
  expect(edgeWidth(blurred(2)) / 2).toBeGreaterThan(2.563);
  expect(edgeWidth(blurred(2)) / 2).toBeLessThan(1.03 * 2.563);
});

it('a sharp step is 0.8 of a pixel wide, wherever it lies between two', () => {
  expect(edgeWidth(Float64Array.of(0, 0, 0, 1, 1, 1))).toBeCloseTo(0.8, 12);
  expect(edgeWidth(Float64Array.of(0, 0, 0, 1, 1))).toBeCloseTo(0.8, 12);
  expect(edgeWidth(Float64Array.of(0, 0, 0.5, 1, 1))).toBeCloseTo(1.6, 12);
});

it('noise beyond the step does not count', () => {
  expect(edgeWidth(Float64Array.of(0.12, 0, -0.03, 0.05, 1.02, 0.88, 0.97))).toBeCloseTo((0.9 - 0.1) / 0.97, 12);
});

it('is no number where there is no step', () => {
  for (const profile of [[], [1], [0], [0, 0, 0, 0], [1, 1, 1, 1]]) {
    expect(edgeWidth(Float64Array.from(profile))).toBeNaN();
  }
});
