import { expect, it } from 'vitest';
import { NORMAL_NULL, normalNull } from './anisotropy.ts';

it('the tabulated null of the anisotropy is what isotropic normal clouds give, within the errors of fewer repeats', () => {
  const repeats = 4000;
  const { mean, sigma, quantile } = normalNull(7, repeats);
  const error = NORMAL_NULL.sigma / Math.sqrt(repeats);
  expect(Math.abs(mean - NORMAL_NULL.mean)).toBeLessThan(4 * error);
  expect(Math.abs(sigma - NORMAL_NULL.sigma)).toBeLessThan(6 * error);
  expect(Math.abs(quantile / NORMAL_NULL.quantile - 1)).toBeLessThan(0.1);
});
