import { describe, expect, it } from 'vitest';
import { logBinomialProbability, logPoissonProbability } from './count-probability.ts';
import { CounterRandom } from './random.ts';

const take = (random: CounterRandom, n: number) => Array.from({ length: n }, () => random.next());

function moments(draw: () => number, n: number) {
  let mean = 0;
  let sum = 0;
  for (let i = 1; i <= n; i++) {
    const x = draw();
    const step = x - mean;
    mean += step / i;
    sum += step * (x - mean);
  }
  return { mean, variance: sum / (n - 1) };
}

/** Chi-square of draws against log-probabilities, cells of fewer than 10 expected pooled; as a z-score. */
function chiSquareScore(draw: () => number, logProbability: (k: number) => number, last: number, n: number) {
  const seen = new Float64Array(last + 2);
  for (let i = 0; i < n; i++) seen[Math.min(draw(), last + 1)]++;
  let chi2 = 0;
  let cells = 0;
  let observed = 0;
  let expected = 0;
  let total = 0;
  for (let k = 0; k <= last; k++) {
    const probability = Math.exp(logProbability(k));
    total += probability;
    observed += seen[k];
    expected += n * probability;
    if (expected < 10) continue;
    chi2 += (observed - expected) ** 2 / expected;
    cells++;
    observed = 0;
    expected = 0;
  }
  expected += n * (1 - total);
  observed += seen[last + 1];
  chi2 += (observed - expected) ** 2 / Math.max(expected, 1);
  return (chi2 - cells) / Math.sqrt(2 * cells);
}

describe('CounterRandom', () => {
  it('gives the same stream for the same seed and key, whatever was drawn before', () => {
    const reference = take(new CounterRandom(7, 12), 20);
    const random = new CounterRandom(7, 3);
    random.normal();
    random.poisson(4);
    random.reset(12);
    expect(take(random, 20)).toEqual(reference);
  });

  it('keeps a pinned stream, so that results repeat across versions and engines', () => {
    const random = new CounterRandom(42, 5);
    const drawn = [
      random.next(),
      random.poisson(0.5),
      random.poisson(1000),
      random.normal(),
      random.binomial(100, 0.3),
    ];
    expect(drawn).toEqual([0.8069398965972807, 0, 1009, -0.8463380536383615, 29]);
  });

  it('separates streams by seed and by key, also beyond 32 bits', () => {
    const firsts = new Set<number>();
    for (const seed of [0, 1, 2 ** 32, 2 ** 52])
      for (const key of [0, 1, 2 ** 32, 2 ** 40 + 1]) firsts.add(new CounterRandom(seed, key).next());
    expect(firsts.size).toBe(16);
  });

  it('draws uniforms in [0, 1) with flat frequencies and no correlation between neighbouring keys', () => {
    const random = new CounterRandom(1, 0);
    const n = 200_000;
    const cells = new Float64Array(100);
    let product = 0;
    let before = 0.5;
    for (let i = 0; i < n; i++) {
      random.reset(i);
      const u = random.next();
      cells[Math.floor(u * 100)]++;
      product += (u - 0.5) * (before - 0.5);
      before = u;
    }
    let chi2 = 0;
    for (const seen of cells) chi2 += (seen - n / 100) ** 2 / (n / 100);
    expect(Math.abs(chi2 - 99) / Math.sqrt(198)).toBeLessThan(4);
    expect(Math.abs(product) / Math.sqrt(n) / (1 / 12)).toBeLessThan(4);
  });

  it('draws whole numbers below n with equal frequency, also where n does not divide 2^32', () => {
    const random = new CounterRandom(2, 0);
    const cells = new Float64Array(7);
    for (let i = 0; i < 70_000; i++) cells[random.integer(7)]++;
    for (const seen of cells) expect(Math.abs(seen - 10_000)).toBeLessThan(5 * Math.sqrt(10_000));
    let low = 0;
    for (let i = 0; i < 20_000; i++) if (random.integer(3 * 2 ** 30) < 2 ** 30) low++;
    expect(Math.abs(low / 20_000 - 1 / 3)).toBeLessThan(0.015);
  });

  it('draws normals with the moments of the standard normal', () => {
    const random = new CounterRandom(3, 0);
    const n = 200_000;
    let fourth = 0;
    const { mean, variance } = moments(() => {
      const x = random.normal();
      fourth += x ** 4 / n;
      return x;
    }, n);
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(fourth - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
  });

  it('draws Poisson counts whose mean and variance are the mean, from 0.01 to 1e9', () => {
    const random = new CounterRandom(4, 0);
    const n = 100_000;
    for (const mu of [0.01, 0.5, 3, 9.99, 10.01, 30, 1000, 1e6, 1e9]) {
      const { mean, variance } = moments(() => random.poisson(mu), n);
      expect(Math.abs(mean - mu)).toBeLessThan(4 * Math.sqrt(mu / n));
      expect(Math.abs(variance / mu - 1)).toBeLessThan(4 * Math.sqrt((2 + 1 / mu) / n));
    }
  });

  it('draws Poisson counts with the exact probabilities on both sides of the change of method', () => {
    const random = new CounterRandom(5, 0);
    for (const mu of [0.3, 2, 9.5, 10, 12, 40, 300]) {
      const last = Math.ceil(mu + 8 * Math.sqrt(mu) + 8);
      const score = chiSquareScore(
        () => random.poisson(mu),
        (k) => logPoissonProbability(k, mu),
        last,
        200_000,
      );
      expect(Math.abs(score)).toBeLessThan(4);
    }
  });

  it('draws binomial counts with the exact probabilities, on both sides of the change of method and of one half', () => {
    const random = new CounterRandom(6, 0);
    for (const [n, p] of [
      [3, 0.5],
      [20, 0.1],
      [20, 0.9],
      [40, 0.5],
      [100, 0.11],
      [1000, 0.7],
      [1_000_000, 2e-6],
    ]) {
      const last = Math.min(n, Math.ceil(n * p + 8 * Math.sqrt(n * p * (1 - p)) + 8));
      const score = chiSquareScore(
        () => random.binomial(n, p),
        (k) => logBinomialProbability(k, n, p),
        last,
        200_000,
      );
      expect(Math.abs(score)).toBeLessThan(4.5);
    }
  });

  it('splits a Poisson count into two independent halves by thinning', () => {
    const random = new CounterRandom(8, 0);
    const n = 100_000;
    let cross = 0;
    const kept = moments(() => {
      const x = random.poisson(20);
      const half = random.binomial(x, 0.5);
      cross += ((half - 10) * (x - half - 10)) / n;
      return half;
    }, n);
    expect(Math.abs(kept.mean - 10)).toBeLessThan(4 * Math.sqrt(10 / n));
    expect(Math.abs(kept.variance - 10)).toBeLessThan(4 * 10 * Math.sqrt(2.1 / n));
    expect(Math.abs(cross)).toBeLessThan((4 * 10) / Math.sqrt(n));
  });

  it('answers the degenerate laws without drawing', () => {
    const random = new CounterRandom(9, 0);
    expect(random.poisson(0)).toBe(0);
    expect(random.binomial(0, 0.5)).toBe(0);
    expect(random.binomial(17, 0)).toBe(0);
    expect(random.binomial(17, 1)).toBe(17);
    expect(random.integer(1)).toBe(0);
  });

  it('refuses means, probabilities and seeds that mean nothing', () => {
    const random = new CounterRandom(1, 1);
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => random.poisson(bad)).toThrow(/out of range/);
      expect(() => random.binomial(10, bad)).toThrow(/out of range/);
      expect(() => new CounterRandom(bad, 0)).toThrow(/out of range/);
    }
    expect(() => random.integer(0)).toThrow(/out of range/);
    expect(() => random.binomial(1.5, 0.5)).toThrow(/out of range/);
  });
});
