import { describe, expect, it } from 'vitest';
import {
  halfPoissonDeviance,
  logBinomialProbability,
  logPoissonProbability,
  stirlingRemainder,
} from './count-probability.ts';
import { logGamma } from './log-gamma.ts';
import { poissonLowerTail } from './poisson-tail.ts';
import { CounterRandom } from './random.ts';

describe('count probabilities', () => {
  it('of the Poisson law sum to one', () => {
    for (const mean of [0.3, 7, 15.5, 16.5, 120]) {
      let sum = 0;
      for (let k = 0; k < mean + 30 * Math.sqrt(mean) + 40; k++) sum += Math.exp(logPoissonProbability(k, mean));
      expect(sum).toBeCloseTo(1, 13);
    }
  });

  it('of the binomial law sum to one', () => {
    for (const [n, p] of [
      [1, 0.5],
      [15, 0.1],
      [200, 0.93],
    ]) {
      let sum = 0;
      for (let k = 0; k <= n; k++) sum += Math.exp(logBinomialProbability(k, n, p));
      expect(sum).toBeCloseTo(1, 13);
    }
  });

  it('do not step where the table of Stirling remainders ends', () => {
    for (const k of [14, 15, 16, 17, 40]) {
      const direct = logGamma(k + 1) - ((k + 0.5) * Math.log(k) - k + 0.5 * Math.log(2 * Math.PI));
      expect(Math.abs(stirlingRemainder(k) - direct)).toBeLessThan(5e-14);
    }
  });

  it('have a deviance that is exact at zero and keeps its digits one count off a billion', () => {
    expect(halfPoissonDeviance(0, 3)).toBe(3);
    expect(halfPoissonDeviance(0, 0)).toBe(0);
    expect(halfPoissonDeviance(2, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(halfPoissonDeviance(5, 5)).toBe(0);
    expect(Math.abs(halfPoissonDeviance(1e9 + 1, 1e9) * 2e9 - 1)).toBeLessThan(1e-9);
  });

  it('of large Poisson draws are uniform in rank, so that the rejection is exact in its shape', () => {
    const random = new CounterRandom(81, 0);
    const n = 40_000;
    for (const mean of [1e4, 1e6, 1e9]) {
      const cells = new Float64Array(20);
      for (let i = 0; i < n; i++) {
        const k = random.poisson(mean);
        // A random place within the step of the distribution: exactly uniform for a discrete law.
        const rank = poissonLowerTail(k, mean) - random.next() * Math.exp(logPoissonProbability(k, mean));
        cells[Math.min(19, Math.max(0, Math.floor(20 * rank)))]++;
      }
      let chi2 = 0;
      for (const seen of cells) chi2 += (seen - n / 20) ** 2 / (n / 20);
      expect(chi2).toBeLessThan(19 + 4 * Math.sqrt(38));
    }
  });
});
