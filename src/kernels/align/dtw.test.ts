import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import { type DtwOptions, dtw, dtwWarper } from './dtw.ts';

const row = (key: number, n: number) => {
  const random = new CounterRandom(6, key);
  return Float64Array.from({ length: n }, () => random.normal());
};
const peaks = (n: number, ...places: number[]) =>
  Float64Array.from({ length: n }, (_, j) => places.reduce((sum, p) => sum + Math.exp(-0.5 * ((j - p) / 3) ** 2), 0));

/** Least cost by recursion on the definition. */
function leastCost(a: Float64Array, b: Float64Array, diagonal: number, band: number): number {
  const known = new Map<number, number>();
  const cost = (i: number, j: number): number => {
    if (i < 0 || j < 0 || Math.abs(i - j) > Math.max(band, Math.abs(a.length - b.length))) return Infinity;
    const key = i * b.length + j;
    const d = (a[i] - b[j]) ** 2;
    if (i === 0 && j === 0) return diagonal * d;
    const seen = known.get(key);
    if (seen !== undefined) return seen;
    const least = Math.min(cost(i - 1, j - 1) + diagonal * d, cost(i - 1, j) + d, cost(i, j - 1) + d);
    known.set(key, least);
    return least;
  };
  return cost(a.length - 1, b.length - 1);
}

describe('dynamic time warping', () => {
  it('finds the least cost, of either kind of steps, in a band or without', () => {
    for (const [n, m] of [
      [1, 1],
      [1, 7],
      [12, 12],
      [9, 14],
    ]) {
      for (const [steps, diagonal] of [
        ['symmetric1', 1],
        ['symmetric2', 2],
      ] as const) {
        for (const band of [0, 2, Number.POSITIVE_INFINITY]) {
          const [a, b] = [row(n, n), row(100 + m, m)];
          expect(dtw(a, b, { band, steps }).cost).toBeCloseTo(leastCost(a, b, diagonal, band), 10);
        }
      }
    }
  });

  it('compares slopes where asked: a pedestal that grows costs nothing', () => {
    const a = peaks(40, 18);
    const b = peaks(40, 18).map((value) => value + 100);
    expect(dtw(a, b, { band: 3 }).cost).toBeGreaterThan(1e5);
    expect(dtw(a, b, { band: 3, derivative: true }).cost).toBeCloseTo(0, 12);
    expect(dtw(row(1, 2), row(1, 2), { band: 1, derivative: true }).cost).toBe(0);
  });

  it.each<[Partial<DtwOptions>, RegExp]>([
    [{ band: -1 }, /band/],
    [{ band: Number.NaN }, /band/],
    [{ power: 3 as 2 }, /power/],
  ])('refuses %j', (options, message) => {
    expect(() => dtw(row(1, 5), row(2, 5), { band: 1, ...options })).toThrow(message);
  });
});

describe('a warp of channels', () => {
  const placesOf = (sample: Float64Array, reference: Float64Array, options: DtwOptions) => {
    const warper = dtwWarper([reference], options);
    const nodes = new Float64Array(warper.nodes);
    const from = new Float64Array(sample.length);
    warper.find(sample, 0, nodes);
    warper.places(nodes, from);
    return from;
  };

  it('rises from end to end, within the band, and takes peaks to their places', () => {
    const reference = peaks(80, 20, 55);
    const sample = peaks(80, 24, 52).map((value) => 700 * value + 30);
    for (const steps of ['symmetric1', 'symmetric2'] as const) {
      const from = placesOf(sample, reference, { band: 6, steps });
      expect(from[0]).toBe(0);
      expect(from[79]).toBe(79);
      for (let j = 1; j < 80; j++) expect(from[j]).toBeGreaterThanOrEqual(from[j - 1]);
      for (let j = 0; j < 80; j++) expect(Math.abs(from[j] - j)).toBeLessThanOrEqual(6);
      expect(Math.abs(from[20] - 24)).toBeLessThan(0.6);
      expect(Math.abs(from[55] - 52)).toBeLessThan(0.6);
    }
    expect(placesOf(sample, reference, { band: 1 })[20]).toBeLessThanOrEqual(21);
  });

  it('of noise is random without a band, and wanders less with a step that counts twice', () => {
    const wander = (options: DtwOptions) => {
      let sum = 0;
      for (let key = 0; key < 10; key++) {
        placesOf(row(2 * key, 120), row(2 * key + 1, 120), options).forEach((place, j) => {
          sum += (place - j) ** 2 / 1200;
        });
      }
      return Math.sqrt(sum);
    };
    const banded = wander({ band: 5 });
    expect(banded).toBeLessThan(5);
    expect(wander({ band: Number.POSITIVE_INFINITY })).toBeGreaterThan(1.5 * banded);
    expect(wander({ band: 60, steps: 'symmetric1' })).not.toBe(wander({ band: 60, steps: 'symmetric2' }));
  });

  it('leaves alone what is level, and 1 to 8 channels of the reference itself', () => {
    const still = (n: number) => Array.from({ length: n }, (_, j) => j);
    expect([...placesOf(new Float64Array(30).fill(4), peaks(30, 15), { band: 3 })]).toHaveLength(30);
    for (let n = 1; n <= 8; n++) expect([...placesOf(row(1, n), row(1, n), { band: 2 })]).toEqual(still(n));
  });
});
