import { describe, expect, it } from 'vitest';
import { anscombe } from '../anscombe.ts';
import { CounterRandom } from '../random.ts';
import { type Alikeness, countBands, nonLocalWeights } from './non-local-means.ts';

const [height, width, count] = [11, 13, 6];
const random = new CounterRandom(3, 0);
const noise = Float64Array.from({ length: height * width * count }, () => random.normal());
const masked = Uint8Array.from({ length: height * width }, (_, i) => (i % 9 === 4 ? 1 : 0));

/** Weights written out, one pair of patches at a time. */
function expected(features: Float64Array, i: number, dy: number, dx: number, { patch, strength }: Alikeness): number {
  const [y, x] = [Math.floor(i / width), i % width];
  const valid = (v: number, u: number) => v >= 0 && u >= 0 && v < height && u < width && !masked[v * width + u];
  if (!valid(y, x) || !valid(y + dy, x + dx)) return 0;
  let [sum, terms] = [0, 0];
  for (let v = y - patch; v <= y + patch; v++) {
    for (let u = x - patch; u <= x + patch; u++) {
      if (!valid(v, u) || !valid(v + dy, u + dx)) continue;
      for (let k = 0; k < count; k++) {
        sum += (features[(v * width + u) * count + k] - features[((v + dy) * width + u + dx) * count + k]) ** 2;
        terms++;
      }
    }
  }
  const weight = Math.exp(-Math.max(0, sum / terms - 2) / strength);
  return weight < 1e-4 ? 0 : weight;
}

describe('non-local weights', () => {
  const run = { width, height, start: 0, end: height * width, masked };
  const features = noise.map((value, at) => value + (Math.floor(at / count) % width > 6 ? 1 : 0));

  it.each<[string, Alikeness]>([
    ['3 × 3 patches', { patch: 1, search: { y: 2, x: 3 }, strength: 0.5 }],
    ['5 × 5 patches', { patch: 2, search: { y: 2, x: 2 }, strength: 0.5 }],
    ['single pixels', { patch: 0, search: { y: 1, x: 4 }, strength: 0.7 }],
    ['a line', { patch: 1, search: { y: 0, x: 3 }, strength: 2 }],
  ])('are those of pairs of patches one by one: %s', (_, options) => {
    const { y: sy, x: sx } = options.search;
    const weights = nonLocalWeights(features, count, 0, run, options);
    let at = 0;
    for (let i = 0; i < height * width; i++) {
      for (let dy = -sy; dy <= sy; dy++) {
        for (let dx = -sx; dx <= sx; dx++) {
          expect(weights[at++]).toBeCloseTo(expected(features, i, dy, dx, options), 12);
        }
      }
    }
  });

  it('are the same bits for any run of pixels, given only the rows it needs', () => {
    const options: Alikeness = { patch: 1, search: { y: 2, x: 2 }, strength: 0.5 };
    const whole = nonLocalWeights(features, count, 0, run, options);
    for (const [start, end] of [
      [0, 5],
      [50, 71],
      [65, 66],
      [130, 143],
    ]) {
      const first = Math.max(0, Math.floor(start / width) - 3);
      const last = Math.min(height, Math.ceil(end / width) + 3);
      const rows = features.slice(first * width * count, last * width * count);
      const part = nonLocalWeights(rows, count, first, { ...run, start, end }, options);
      expect(part).toEqual(whole.slice(start * 25, end * 25));
    }
  });

  it('counts at one mean differ by what noise makes of them: the distance that is taken off is theirs', () => {
    for (const mean of [5, 20]) {
      random.reset(mean);
      let sum = 0;
      for (let n = 0; n < 40000; n++) sum += (anscombe(random.poisson(mean)) - anscombe(random.poisson(mean))) ** 2;
      expect(sum / 40000).toBeCloseTo(2, 1);
    }
  });

  it('keep a side of an edge apart, and mix what is alike', () => {
    const far = noise.map((value, at) => value + (Math.floor(at / count) % width > 6 ? 4 : 0));
    const options: Alikeness = { patch: 0, search: { y: 2, x: 2 }, strength: 0.5 };
    const weights = nonLocalWeights(far, count, 0, { ...run, masked: undefined }, options);
    let [same, other] = [0, 0];
    for (let i = 0; i < height * width; i++) {
      for (let o = 0; o < 25; o++) {
        const [x, u] = [i % width, (i % width) + (o % 5) - 2];
        if (u < 0 || u >= width) continue;
        if (x > 6 === u > 6) same += weights[i * 25 + o];
        else other += weights[i * 25 + o];
      }
    }
    expect(other / same).toBeLessThan(1e-3);
    expect(same).toBeGreaterThan(height * width * 8);
  });
});

describe('bands of counts', () => {
  it('hold the counts that were asked for, and cover all channels', () => {
    const counts = Float64Array.from({ length: 100 }, (_, j) => 0.1 + 4 * Math.exp(-((j - 40) ** 2) / 20));
    for (const [least, most] of [
      [5, 32],
      [2, 4],
      [1, 1000],
    ]) {
      const ends = countBands(counts, least, most);
      expect(ends.length).toBeLessThanOrEqual(most);
      expect(ends.at(-1)).toBe(100);
      let first = 0;
      for (const end of ends) {
        expect(counts.slice(first, end).reduce((a, b) => a + b, 0)).toBeGreaterThan(least - 1e-9);
        first = end;
      }
    }
    expect(countBands(counts, 5, 32).length).toBeGreaterThan(4);
    expect(countBands(counts, 5, 3).length).toBe(3);
  });

  it('are one where there are too few counts, or none', () => {
    expect([...countBands(Float64Array.of(1, 1, 1), 5, 32)]).toEqual([3]);
    expect([...countBands(Float64Array.of(0, 0), 5, 32)]).toEqual([2]);
    expect([...countBands(Float64Array.of(9), 5, 32)]).toEqual([1]);
    expect([...countBands(Float64Array.of(0, 30, 0, 0), 5, 32)]).toEqual([4]);
  });
});
