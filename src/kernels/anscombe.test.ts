import { describe, expect, it } from 'vitest';
import {
  anscombe,
  generalisedAnscombe,
  inverseAnscombeAlgebraic,
  inverseAnscombeAsymptotic,
  inverseAnscombeClosedForm,
  inverseAnscombeUnbiased,
} from './anscombe.ts';
import { CounterRandom } from './random.ts';

describe('Anscombe transform', () => {
  it('brings Poisson counts to variance 1 above four counts', () => {
    const random = new CounterRandom(61, 0);
    const n = 200_000;
    for (const mean of [4, 10, 30]) {
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < n; i++) {
        const z = anscombe(random.poisson(mean));
        sum += z;
        squares += z * z;
      }
      expect(Math.abs(squares / n - (sum / n) ** 2 - 1)).toBeLessThan(0.015);
    }
  });

  it('is undone by the algebraic inverse, count by count', () => {
    for (const x of [0, 1, 17, 1e9]) expect(inverseAnscombeAlgebraic(anscombe(x))).toBeCloseTo(x, 6);
  });

  it('is undone on average by the unbiased inverse, and to 0.02 counts by the closed form', () => {
    // E[2√(X + 3/8)] by direct summation.
    const known = [
      [0.1, 1.3349128778519388],
      [0.5, 1.7415868931574772],
      [1, 2.1869058836208546],
      [4, 4.062172602997505],
      [10, 6.363889545474281],
      [100, 20.012495935485827],
    ];
    for (const [mean, z] of known) {
      expect(Math.abs(inverseAnscombeUnbiased(z) / mean - 1)).toBeLessThan(1e-11);
      expect(Math.abs(inverseAnscombeClosedForm(z) - mean)).toBeLessThan(0.02);
      expect(mean - inverseAnscombeAlgebraic(z)).toBeGreaterThan(0);
    }
  });

  it('has an unbiased inverse that rises without a step where it becomes asymptotic', () => {
    const below = inverseAnscombeUnbiased(60);
    const above = inverseAnscombeUnbiased(60 + 1e-9);
    expect(above - below).toBeGreaterThan(0);
    expect(above - below).toBeLessThan(1e-7);
    expect(inverseAnscombeUnbiased(2000)).toBe(inverseAnscombeAsymptotic(2000));
    let last = 0;
    for (let z = 1.2; z < 12; z += 0.01) {
      const mean = inverseAnscombeUnbiased(z);
      expect(mean).toBeGreaterThanOrEqual(last);
      last = mean;
    }
  });

  it('has inverses that are 0 at and below the transform of zero counts', () => {
    for (const z of [-1, 0, 1, 2 * Math.sqrt(0.375)]) {
      expect(inverseAnscombeUnbiased(z)).toBe(0);
      expect(inverseAnscombeClosedForm(z)).toBe(0);
    }
    expect(inverseAnscombeUnbiased(Number.NaN)).toBeNaN();
  });

  it('generalises: unit gain without noise is the plain transform', () => {
    expect(generalisedAnscombe(7, { gain: 1, offset: 0, sigma: 0 })).toBe(anscombe(7));
    expect(generalisedAnscombe(-50, { gain: 1, offset: 0, sigma: 1 })).toBe(0);
  });
});
