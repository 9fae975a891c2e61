import { describe, expect, it } from 'vitest';
import { adjustedRand } from './adjusted-rand.ts';
import { kmeans } from './kmeans.ts';
import { CounterRandom } from './random.ts';
import { silhouette } from './silhouette.ts';

/** Points around the corners of a square. */
function corners(perCorner: number, spread: number) {
  const random = new CounterRandom(71, 0);
  const points = new Float64Array(perCorner * 8);
  const truth = new Uint8Array(perCorner * 4);
  for (let i = 0; i < truth.length; i++) {
    truth[i] = i % 4;
    points[2 * i] = (truth[i] & 1) * 10 + spread * random.normal();
    points[2 * i + 1] = (truth[i] >> 1) * 10 + spread * random.normal();
  }
  return { points, truth, m: truth.length };
}

describe('kmeans', () => {
  it('finds well separated groups', () => {
    const { points, truth, m } = corners(50, 1);
    const found = kmeans(points, m, 2, { clusters: 4, seed: 1 });
    expect(adjustedRand(found.labels, truth)).toBe(1);
    expect(found.converged).toBe(true);
    expect(found.inertia / m).toBeCloseTo(2, 0);
  });

  it('repeats bit for bit for one seed', () => {
    const { points, m } = corners(30, 4);
    const options = { clusters: 5, seed: 9, restarts: 3 };
    expect(kmeans(points, m, 2, options)).toEqual(kmeans(points, m, 2, options));
  });

  it('finds with starts made one by one what it finds with all of them together', () => {
    const { points, m } = corners(30, 4);
    const options = { clusters: 6, seed: 3 };
    const together = kmeans(points, m, 2, { ...options, restarts: 5 });
    const each = [0, 1, 2, 3, 4].map((firstStart) => kmeans(points, m, 2, { ...options, restarts: 1, firstStart }));
    expect(new Set(each.map(({ inertia }) => inertia)).size).toBeGreaterThan(1);
    expect(each.reduce((best, found) => (found.inertia < best.inertia ? found : best))).toEqual(together);
  });

  it('never gets worse with more restarts', () => {
    const { points, m } = corners(30, 4);
    let last = Number.POSITIVE_INFINITY;
    for (const restarts of [1, 4, 16]) {
      const { inertia } = kmeans(points, m, 2, { clusters: 6, seed: 3, restarts });
      expect(inertia).toBeLessThanOrEqual(last);
      last = inertia;
    }
  });

  it('treats a weight of two as a point that is there twice, and a weight of zero as none', () => {
    const points = Float64Array.of(0, 1, 4, 10, 11, 100);
    const centres = Float64Array.of(0, 10);
    const weighted = kmeans(points, 6, 1, { clusters: 2, weights: [2, 1, 1, 1, 1, 0], centres });
    const doubled = kmeans(Float64Array.of(0, 0, 1, 4, 10, 11), 6, 1, { clusters: 2, centres });
    expect(weighted.centres).toEqual(doubled.centres);
    expect(weighted.inertia).toBeCloseTo(doubled.inertia, 12);
    expect(weighted.labels[5]).toBe(1);
  });

  it('fills a cluster that starts without points', () => {
    const points = Float64Array.of(0, 0.1, 5, 5.1, 9, 9.1);
    const found = kmeans(points, 6, 1, { clusters: 3, centres: Float64Array.of(0, 5, 1e6) });
    expect(new Set(found.labels).size).toBe(3);
    expect(found.inertia).toBeCloseTo(3 * 2 * 0.05 ** 2, 12);
  });

  it('stops with exact centres where there are fewer distinct points than clusters', () => {
    const found = kmeans(Float64Array.of(1, 1, 1, 2, 2), 5, 1, { clusters: 4, seed: 0 });
    expect(found.inertia).toBe(0);
    expect(found.converged).toBe(true);
  });

  it.each([
    [200, 3, 5],
    [201, 1, 2],
    [77, 8, 12],
  ])('does what plain loops do, to the last bit, for %d points of %d coordinates in %d clusters', (m, d, k) => {
    const random = new CounterRandom(72, 0);
    const points = Float64Array.from({ length: m * d }, () => random.normal());
    const weights = Float64Array.from({ length: m }, () => random.next());
    const start = points.slice(0, k * d);
    const distance = (i: number, centre: Float64Array, c: number) => {
      let sum = 0;
      for (let j = 0; j < d; j++) {
        const difference = points[i * d + j] - centre[c * d + j];
        sum += difference * difference;
      }
      return sum;
    };
    let centres = start.slice();
    const nearest = () =>
      Array.from({ length: m }, (_, i) => {
        let best = 0;
        for (let c = 1; c < k; c++) if (distance(i, centres, c) < distance(i, centres, best)) best = c;
        return best;
      });
    for (let iteration = 0; iteration < 3; iteration++) {
      const labels = nearest();
      const sums = new Float64Array(k * d);
      const totals = new Float64Array(k);
      labels.forEach((c, i) => {
        totals[c] += weights[i];
        for (let j = 0; j < d; j++) sums[c * d + j] += weights[i] * points[i * d + j];
      });
      centres = sums.map((sum, at) => sum / totals[Math.floor(at / d)]);
    }
    const labels = nearest();
    const found = kmeans(points, m, d, { clusters: k, weights, centres: start, iterations: 3 });
    expect(Array.from(found.labels)).toEqual(labels);
    expect(found.centres).toEqual(centres);
    expect(found.inertia).toBe(labels.reduce((sum, c, i) => sum + weights[i] * distance(i, centres, c), 0));
  });

  it('uses wider labels above 256 clusters, and one cluster is the weighted mean', () => {
    const points = Float64Array.from({ length: 300 }, (_, i) => i);
    expect(kmeans(points, 300, 1, { clusters: 300, restarts: 1 }).labels).toBeInstanceOf(Uint16Array);
    expect(kmeans(points, 300, 1, { clusters: 1 }).centres[0]).toBeCloseTo(149.5, 12);
  });

  it('stops early at the tolerance, and at the most iterations', () => {
    const { points, m } = corners(200, 5);
    const exact = kmeans(points, m, 2, { clusters: 7, seed: 2, restarts: 1 });
    const loose = kmeans(points, m, 2, { clusters: 7, seed: 2, restarts: 1, tolerance: 0.1 });
    const cut = kmeans(points, m, 2, { clusters: 7, seed: 2, restarts: 1, iterations: 1 });
    expect(loose.iterations).toBeLessThan(exact.iterations);
    expect(cut).toMatchObject({ iterations: 1, converged: false });
  });

  it('refuses shapes, weights and values that mean nothing', () => {
    const points = Float64Array.of(1, 2, 3, 4);
    expect(() => kmeans(points, 3, 2, { clusters: 2 })).toThrow(/3 points × 2/);
    expect(() => kmeans(points, 4, 1, { clusters: 0 })).toThrow(/clusters = 0/);
    expect(() => kmeans(points, 4, 1, { clusters: 2, weights: [0, 0, 0, 0] })).toThrow(/weights/);
    expect(() => kmeans(points, 4, 1, { clusters: 2, weights: [1, -1, 1, 1] })).toThrow(/weights/);
    expect(() => kmeans(Float64Array.of(1, Number.NaN), 2, 1, { clusters: 1 })).toThrow(/finite/);
    expect(() => kmeans(points, 4, 1, { clusters: 2, centres: Float64Array.of(1) })).toThrow(/start centres/);
  });
});

describe('silhouette', () => {
  it('agrees with the value worked out by hand', () => {
    // Points 0, 1 | 5: a = 1, b = 5 and 4; the single point counts 0.
    expect(silhouette(Float64Array.of(0, 1, 5), 3, 1, [0, 0, 1])).toBeCloseTo((4 / 5 + 3 / 4) / 3, 14);
  });

  it('is near 1 for separated groups, near 0 or below for shuffled labels', () => {
    const { points, truth, m } = corners(50, 0.2);
    expect(silhouette(points, m, 2, truth)).toBeGreaterThan(0.9);
    expect(
      silhouette(
        points,
        m,
        2,
        truth.map((_, i) => Math.floor(i / 4) % 4),
      ),
    ).toBeLessThan(0.05);
  });

  it('on a sample is close to the value of all points', () => {
    const { points, truth, m } = corners(150, 2);
    const all = silhouette(points, m, 2, truth);
    expect(Math.abs(silhouette(points, m, 2, truth, { most: 200, seed: 4 }) - all)).toBeLessThan(0.06);
  });

  it('is not a number for a single cluster', () => {
    expect(silhouette(Float64Array.of(0, 1), 2, 1, [0, 0])).toBeNaN();
  });
});
