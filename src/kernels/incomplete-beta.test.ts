import { describe, expect, it } from 'vitest';
import { fSurvival, incompleteBeta } from './incomplete-beta.ts';

describe('incomplete beta', () => {
  it('is x for a = b = 1 and symmetric under exchange of the arguments', () => {
    for (const x of [0.01, 0.3, 0.5, 0.99]) {
      expect(incompleteBeta(x, 1, 1)).toBeCloseTo(x, 13);
      expect(incompleteBeta(x, 2.5, 7)).toBeCloseTo(1 - incompleteBeta(1 - x, 7, 2.5), 13);
    }
  });

  it('gives the closed form for small whole arguments', () => {
    const x = 0.37;
    expect(incompleteBeta(x, 2, 3)).toBeCloseTo(6 * x ** 2 - 8 * x ** 3 + 3 * x ** 4, 13);
  });

  it('gives the tabulated 5 % points of the F distribution', () => {
    expect(fSurvival(4.9646, 1, 10)).toBeCloseTo(0.05, 5);
    expect(fSurvival(3.4928, 2, 20)).toBeCloseTo(0.05, 5);
    expect(fSurvival(0, 3, 5)).toBe(1);
  });
});
