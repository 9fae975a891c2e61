import { describe, expect, it } from 'vitest';
import { adjustedRand } from './adjusted-rand.ts';
import { labelComponents } from './components.ts';
import { CounterRandom } from './random.ts';

describe('labelComponents', () => {
  it('joins pixels across sides and corners and nothing else', () => {
    // prettier-ignore
    const map = [1, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0];
    const { labels, count, sizes } = labelComponents(map, 4, 5);
    expect(count).toBe(4);
    expect(Array.from(sizes)).toEqual([2, 2, 2, 1]);
    expect(Array.from(labels)).toEqual([1, 0, 0, 0, 2, 0, 1, 0, 0, 2, 0, 0, 0, 0, 0, 3, 3, 0, 4, 0]);
  });

  it('does not wrap around the edges of the map', () => {
    expect(labelComponents([0, 0, 1, 1, 0, 0], 2, 3).count).toBe(2);
  });

  it('follows a long winding component without running out of stack', () => {
    const n = 401;
    const map = new Uint8Array(n * n);
    for (let y = 0; y < n; y++)
      for (let x = 0; x < n; x++) if (y % 2 === 0 || x === (y % 4 === 1 ? n - 1 : 0)) map[y * n + x] = 1;
    expect(labelComponents(map, n, n).count).toBe(1);
  });

  it('accepts empty maps and booleans', () => {
    expect(labelComponents([], 0, 0).count).toBe(0);
    expect(labelComponents([true, false, true], 1, 3).count).toBe(2);
  });
});

describe('adjustedRand', () => {
  it('is 1 for the same partition under other names', () => {
    expect(adjustedRand([0, 0, 1, 1, 2], [7, 7, 3, 3, 9])).toBe(1);
  });

  it('agrees with hand-computed values', () => {
    // Pairs together: 1 in both, 2 in the first, 2 in the second of 6: (1 − 4/6)/(2 − 4/6).
    expect(adjustedRand([0, 0, 1, 1], [0, 0, 1, 2])).toBeCloseTo((1 - (2 * 1) / 6) / (1.5 - (2 * 1) / 6), 14);
    expect(adjustedRand([0, 0, 1, 1], [0, 1, 0, 1])).toBeCloseTo(-0.5, 14);
  });

  it('is near 0 for unrelated labels and 1 for trivial partitions', () => {
    const random = new CounterRandom(1, 1);
    const labels = () => Array.from({ length: 5000 }, () => random.integer(4));
    expect(Math.abs(adjustedRand(labels(), labels()))).toBeLessThan(0.01);
    expect(adjustedRand([0, 0, 0], [1, 1, 1])).toBe(1);
    expect(adjustedRand([0, 1, 2], [5, 6, 7])).toBe(1);
    expect(adjustedRand([], [])).toBe(1);
  });

  it('refuses labellings of different points', () => {
    expect(() => adjustedRand([0], [0, 1])).toThrow(/1 labels against 2/);
  });
});
