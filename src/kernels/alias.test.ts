import { describe, expect, it } from 'vitest';
import { buildAlias, drawAlias } from './alias.ts';
import { CounterRandom } from './random.ts';

/** Probability of each cell implied by the table, without drawing. */
function implied({ keep, alias }: ReturnType<typeof buildAlias>): number[] {
  const n = keep.length;
  const p = new Array(n).fill(0);
  for (let i = 0; i < n; i++) {
    p[i] += keep[i] / n;
    p[alias[i]] += (1 - keep[i]) / n;
  }
  return p;
}

describe('alias table', () => {
  it('implies exactly the probabilities it was given', () => {
    for (const weights of [[1], [1, 0, 3], [0.1, 0.2, 0.3, 0.4], [0, 0, 5], [1e-12, 1, 1e12], Array(1000).fill(0.1)]) {
      const total = weights.reduce((sum, w) => sum + w, 0);
      const p = implied(buildAlias(weights));
      for (let i = 0; i < weights.length; i++) expect(Math.abs(p[i] - weights[i] / total)).toBeLessThan(1e-14);
    }
  });

  it('draws each cell with its frequency and empty cells never', () => {
    const table = buildAlias([1, 0, 2, 7]);
    const random = new CounterRandom(1, 0);
    const seen = [0, 0, 0, 0];
    for (let i = 0; i < 100_000; i++) seen[drawAlias(table, random)]++;
    expect(seen[1]).toBe(0);
    expect(Math.abs(seen[0] / 1e5 - 0.1)).toBeLessThan(0.005);
    expect(Math.abs(seen[2] / 1e5 - 0.2)).toBeLessThan(0.006);
    expect(Math.abs(seen[3] / 1e5 - 0.7)).toBeLessThan(0.007);
  });

  it('refuses weights that are negative, not a number, or all zero', () => {
    for (const weights of [[], [0, 0], [-1, 2], [Number.NaN], [Number.POSITIVE_INFINITY]])
      expect(() => buildAlias(weights)).toThrow(/weight/);
  });
});
