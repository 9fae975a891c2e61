import { describe, expect, it } from 'vitest';
import {
  anscombe,
  anscombeInverse,
  anscombeMoments,
  generalisedAnscombe,
  inverseAnscombeAlgebraic,
  inverseAnscombeAsymptotic,
  inverseAnscombeClosedForm,
  inverseAnscombeUnbiased,
  invertAnscombe,
} from './anscombe.ts';
import { CounterRandom } from './random.ts';

describe('Anscombe transform', () => {
  it('brings Poisson counts to variance 1 above four counts', () => {
    const random = new CounterRandom(61, 0);
    const n = 1_000_000;
    for (const mean of [4, 10, 30]) {
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < n; i++) {
        const z = anscombe(random.poisson(mean));
        sum += z;
        squares += z * z;
      }
      expect(Math.abs(squares / n - (sum / n) ** 2 - 1)).toBeLessThan(0.01);
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

describe('the tabulated unbiased inverse', () => {
  it('is the exact one at every value, to 1e−7 counts', () => {
    const table = anscombeInverse(0);
    for (let z = 1.2; z < 70; z += 0.0137) {
      expect(Math.abs(invertAnscombe(z, table) - inverseAnscombeUnbiased(z))).toBeLessThan(1e-7);
    }
    for (const z of [-1, 0, 1.2247]) expect(invertAnscombe(z, table)).toBe(0);
    expect(invertAnscombe(Number.NaN, table)).toBeNaN();
    expect(invertAnscombe(2e4, table)).toBe(inverseAnscombeAsymptotic(2e4));
  });

  it.each([0.01, 0.3, 1, 2.5, 7, 20, 29, 31, 200])('gives back the mean of counts with readout noise %f', (readout) => {
    const table = anscombeInverse(readout);
    for (const mean of [0, 0.01, 0.1, 1, 3.3, 10, 47, 250, 880, 950]) {
      const found = invertAnscombe(anscombeMoments(mean, readout).mean, table);
      expect(Math.abs(found - mean), `mean ${mean}`).toBeLessThan(1e-7 + 1e-6 * readout);
    }
    expect(invertAnscombe(table.first - 0.1, table)).toBe(0);
  });

  it('agrees with the closed form less r² where readout noise is small beside the counts (Mäkitalo & Foi 2013)', () => {
    const table = anscombeInverse(0.8);
    for (const z of [8, 15, 40]) {
      expect(Math.abs(invertAnscombe(z, table) - (inverseAnscombeClosedForm(z) - 0.64))).toBeLessThan(0.02);
    }
  });

  it('refuses a readout noise that is none', () => {
    for (const readout of [-1, Number.NaN, Infinity]) expect(() => anscombeInverse(readout)).toThrow(RangeError);
  });
});

describe('moments of the transform', () => {
  it('are those of direct summation: variance 1 above about 4 counts, hardly any at a tenth', () => {
    const table = [
      [0.1, 1.33491, 0.11801],
      [0.5, 1.74159, 0.46688],
      [1, 2.18691, 0.71744],
      [2, 2.92843, 0.9243],
      [4, 4.06217, 0.99875],
      [10, 6.36389, 1.00091],
      [15, 7.77815, 1.00035],
      [100, 20.0125, 1.00001],
    ];
    for (const [mean, expectation, variance] of table) {
      const found = anscombeMoments(mean);
      expect(Math.abs(found.mean - expectation)).toBeLessThan(1e-5);
      expect(Math.abs(found.variance - variance)).toBeLessThan(1e-5);
    }
  });

  it('with readout noise are those of simulated values', () => {
    const random = new CounterRandom(62, 0);
    const n = 100_000;
    for (const [mean, readout] of [
      [0, 1],
      [0.5, 2],
      [6, 1.5],
      [20, 8],
    ]) {
      let [sum, squares] = [0, 0];
      for (let i = 0; i < n; i++) {
        const z = generalisedAnscombe(random.poisson(mean) + readout * random.normal(), {
          gain: 1,
          offset: 0,
          sigma: readout,
        });
        sum += z;
        squares += z * z;
      }
      const found = anscombeMoments(mean, readout);
      expect(Math.abs(sum / n - found.mean)).toBeLessThan((5 * Math.sqrt(found.variance)) / Math.sqrt(n));
      expect(Math.abs(squares / n - (sum / n) ** 2 - found.variance)).toBeLessThan(0.03);
    }
  });
});
