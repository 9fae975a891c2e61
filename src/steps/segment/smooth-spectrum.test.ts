import { expect, it } from 'vitest';
import { smootherOf } from './smooth-spectrum.ts';

const sigma = Float64Array.of(0, 1.3, 0.7, 2, 0.2, 1, 0);

it('a smoothed spectrum is the Gaussian mean of its neighbours within three σ, renormalised at the ends', () => {
  const values = Float64Array.of(4, 0, 7, 1, 9, 2, 5);
  const smoothed = smootherOf(sigma)(values);
  values.forEach((_, j) => {
    const reach = Math.ceil(3 * sigma[j]);
    let [sum, norm] = [0, 0];
    for (let i = Math.max(0, j - reach); i <= Math.min(6, j + reach); i++) {
      const weight = i === j ? 1 : Math.exp(-(((i - j) / sigma[j]) ** 2) / 2);
      sum += weight * values[i];
      norm += weight;
    }
    expect(smoothed[j]).toBeCloseTo(sum / norm, 13);
  });
});

it('leaves channels alone that no resolution allows to smooth, and a flat spectrum flat', () => {
  const values = Float64Array.of(4, 0, 7, 1, 9, 2, 5);
  const smoothed = smootherOf(sigma)(values);
  expect([smoothed[0], smoothed[6]]).toEqual([4, 5]);
  for (const value of smootherOf(sigma)(new Float64Array(7).fill(3))) expect(value).toBeCloseTo(3, 14);
});
