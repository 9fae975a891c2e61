import { describe, expect, it } from 'vitest';
import { isSpectrailError } from '../../signal/errors.ts';
import { CounterRandom } from '../random.ts';
import { type IsreaOptions, isrea, isreaResponse } from './isrea.ts';
import { isreaKnots } from './isrea-knots.ts';

const bell = (x: number, sigma: number) => Math.exp((-x * x) / (2 * sigma * sigma));
const truth = (x: number) => 2000 + 800 * Math.sin(3 * x) - 500 * x * x;

function spectrum(channels: number, seed: number): Float64Array {
  const random = new CounterRandom(seed, 0);
  return Float64Array.from({ length: channels }, (_, j) => {
    const peaks = 300 * bell(j - 0.3 * channels, 4) + 900 * bell(j - 0.62 * channels, 6);
    return random.poisson(truth(j / channels) + peaks);
  });
}

/** Columns: B-splines by the recursion over all knots, which are repeated at the ends. */
function splines(channels: number, knots: number, axis: ArrayLike<number>): number[][] {
  const [a, z] = [axis[0], axis[channels - 1]];
  const places = Array.from({ length: knots + 8 }, (_, i) => Math.min(knots + 1, Math.max(0, i - 3)) / (knots + 1));
  const over = (share: number, length: number) => (length > 0 ? share / length : 0);
  return Array.from({ length: channels }, (_, j) => {
    const x = (axis[j] - a) / (z - a);
    const inside = Math.min(knots, Math.floor(x * (knots + 1)));
    let b: number[] = places.slice(1).map((_, i) => (i === inside + 3 ? 1 : 0));
    for (let degree = 1; degree <= 3; degree++) {
      b = b
        .slice(1)
        .map(
          (_, i) =>
            over(x - places[i], places[i + degree] - places[i]) * b[i] +
            over(places[i + degree + 1] - x, places[i + degree + 1] - places[i + 1]) * b[i + 1],
        );
    }
    return b;
  });
}

/** Least squares by normal equations, Gauss with pivots. */
function leastSquares(columns: number[][], y: ArrayLike<number>): number[] {
  const p = columns[0].length;
  const a = Array.from({ length: p }, (_, k) => [
    ...Array.from({ length: p }, (_, l) => columns.reduce((sum, row) => sum + row[k] * row[l], 0)),
    columns.reduce((sum, row, j) => sum + row[k] * y[j], 0),
  ]);
  for (let k = 0; k < p; k++) {
    const pivot = a.slice(k).reduce((best, row, i) => (Math.abs(row[k]) > Math.abs(a[best][k]) ? k + i : best), k);
    [a[k], a[pivot]] = [a[pivot], a[k]];
    for (let i = 0; i < p; i++) {
      if (i === k) continue;
      const factor = a[i][k] / a[k][k];
      for (let l = k; l <= p; l++) a[i][l] -= factor * a[k][l];
    }
  }
  return columns.map((row) => row.reduce((sum, value, k) => sum + (value * a[k][p]) / a[k][k], 0));
}

/** ISREA in plain words, one row. */
function twin(y: Float64Array, options: IsreaOptions) {
  const { knots, axis = y.map((_, j) => j), scale = { noise: 0.25 }, tolerance = 1e-3, iterations = 200 } = options;
  const columns = splines(y.length, knots, axis);
  let b = leastSquares(columns, y);
  for (let pass = 1; pass <= iterations; pass++) {
    const below = b
      .map((value, j) => value - y[j])
      .filter((size) => size > 0)
      .sort((p, q) => p - q);
    const middle = (below[(below.length - 1) >> 1] + below[below.length >> 1]) / 2;
    const s = 'noise' in scale ? scale.noise * 1.4826 * middle : scale.fixed;
    const adjusted = b.map((value, j) => {
      const e = y[j] - value;
      return value + (e <= s ? e : Math.sqrt(s * e));
    });
    const next = leastSquares(columns, adjusted);
    const change = Math.max(...next.map((value, j) => Math.abs(value - b[j])));
    b = next;
    if (change <= tolerance * (Math.max(...b) - Math.min(...b))) return { b, s, pass };
  }
  return { b, s: Number.NaN, pass: iterations };
}

const run = (values: Float64Array, options: IsreaOptions, rows = 1) => {
  const out = new Float64Array(values.length);
  const { iterations, converged, scales } = isrea(values, rows, values.length / rows, options, out);
  return { out, iterations: Array.from(iterations), converged: Array.from(converged), scales: Array.from(scales) };
};

const bent = Float64Array.from({ length: 203 }, (_, j) => j + 0.002 * j * j);
const VARIANTS: [string, IsreaOptions][] = [
  ['as it is', { knots: 5 }],
  ['more knots', { knots: 12 }],
  ['uneven axis', { knots: 5, axis: bent }],
  ['s of the whole noise', { knots: 5, scale: { noise: 1 } }],
  ['s of its own', { knots: 5, scale: { fixed: 20 } }],
  ['root of the residual itself', { knots: 5, scale: { fixed: 1 } }],
  ['to the end', { knots: 5, scale: { fixed: 20 }, tolerance: 1e-10, iterations: 2000 }],
];

describe('ISREA', () => {
  it.each(VARIANTS)('is what its words say: %s', (_, options) => {
    for (const seed of [1, 2]) {
      const values = spectrum(203, seed);
      const { out, iterations, converged, scales } = run(values, options);
      const expected = twin(values, options);
      expect(converged).toEqual([1]);
      expect(Math.abs(iterations[0] - expected.pass)).toBeLessThanOrEqual(options.tolerance ? 2 : 0);
      expect(Math.abs(scales[0] / expected.s - 1)).toBeLessThan(1e-7);
      for (let j = 0; j < 203; j++) expect(Math.abs(out[j] - expected.b[j])).toBeLessThan(1e-6);
    }
  });

  it('no option is ignored', () => {
    const values = spectrum(203, 3);
    const results = VARIANTS.map(([, options]) => run(values, options).out.join());
    expect(new Set(results).size).toBe(VARIANTS.length);
    const defaults = { scale: { noise: 0.25 }, tolerance: 1e-3, iterations: 200 } as const;
    expect(run(values, { knots: 5, ...defaults }).out.join()).toBe(results[0]);
    const short = run(values, { knots: 5, tolerance: 1e-12, iterations: 2 });
    expect([short.iterations, short.converged]).toEqual([[2], [0]]);
  });

  it('a descending axis gives the same', () => {
    const values = spectrum(203, 4);
    const backwards = run(values.slice().reverse(), { knots: 5, axis: bent.slice().reverse() });
    const { out } = run(values, { knots: 5, axis: bent });
    for (const [j, value] of backwards.out.reverse().entries()) expect(value).toBeCloseTo(out[j], 7);
  });

  it('with the scale of the noise, units do not matter; with the published root they do', () => {
    const values = spectrum(203, 5);
    for (const [options, same] of [
      [{ knots: 5 }, true],
      [{ knots: 5, scale: { fixed: 1 } }, false],
    ] as const) {
      const { out } = run(values, options);
      const large = run(
        values.map((value) => 1024 * value),
        options,
      );
      const differs = large.out.some((value, j) => Math.abs(value / 1024 - out[j]) > 1e-9 * out[j]);
      expect(differs).toBe(!same);
    }
  });

  it('a row is the same bits alone, in company and in place', () => {
    for (const channels of [1, 2, 7, 61, 203]) {
      const rows = [1, 2, 3].map((seed) => spectrum(channels, seed));
      const together = Float64Array.from(rows.flatMap((row) => Array.from(row)));
      isrea(together, 3, channels, { knots: 4 }, together);
      for (const [i, row] of rows.entries()) {
        expect(together.slice(channels * i, channels * (i + 1))).toEqual(run(row, { knots: 4 }).out);
      }
    }
  });

  it.each([
    [1, 0.06],
    [0.25, 0.4],
    [0.1, 0.73],
  ])('with s of %d of the noise it lies %d of it below the mean of noise', (noise, offset) => {
    const random = new CounterRandom(12, 0);
    const values = Float64Array.from({ length: 20_000 }, () => 100 + random.normal());
    const { out, scales } = run(values, { knots: 0, scale: { noise }, tolerance: 1e-3 });
    const below = out.reduce((sum, value) => sum + 100 - value, 0) / out.length;
    expect(Math.abs(below / (scales[0] / noise) - offset)).toBeLessThan(0.02);
  });

  it('the response is the derivative', () => {
    const row = spectrum(203, 6);
    const weights = Float64Array.from({ length: 203 }, (_, j) => (j > 110 && j < 140 ? 1 : 0));
    const options = { knots: 5, scale: { fixed: 40 }, tolerance: 1e-13, iterations: 5000 };
    const response = isreaResponse(row, options, weights);
    const sum = (from: Float64Array) =>
      run(from, options).out.reduce((total, value, j) => total + weights[j] * value, 0);
    for (let j = 0; j < 203; j += 11) {
      const [up, down] = [0.01, -0.01].map((step) => sum(row.map((value, i) => (i === j ? value + step : value))));
      expect(Math.abs((up - down) / 0.02 - response[j])).toBeLessThan(2e-4);
    }
    expect(isreaResponse(row, { ...options, scale: { noise: 1 } }, weights)).not.toEqual(response);
  });

  describe('the choice of knots', () => {
    const noisy = (background: (x: number) => number, seed: number) => {
      const random = new CounterRandom(seed, 0);
      return Float64Array.from({ length: 1000 }, (_, j) =>
        random.poisson(background(j / 1000) + 400 * bell(j - 400, 6)),
      );
    };

    it('takes few for a line and more for waves, within its range', () => {
      const chosen = [
        (x: number) => 3000 + 500 * x,
        (x: number) => 3500 + 500 * Math.sin(20 * x),
        (x: number) => 3500 + 400 * Math.sin(40 * x),
      ].map((background) =>
        [1, 2, 3, 4, 5].map((seed) => {
          const { knots, range } = isreaKnots(noisy(background, seed));
          expect(range[0]).toBeLessThanOrEqual(knots);
          expect(range[1]).toBeGreaterThanOrEqual(knots);
          return knots;
        }),
      );
      const medians = chosen.map((knots) => knots.sort((a, b) => a - b)[2]);
      expect(medians[0]).toBeLessThanOrEqual(2);
      expect(medians[1]).toBeGreaterThanOrEqual(8);
      expect(medians[1]).toBeLessThanOrEqual(12);
      expect(medians[2]).toBeGreaterThanOrEqual(15);
    });

    it('scores each candidate against the best, and passes options on', () => {
      const row = noisy((x) => 3500 + 500 * Math.sin(20 * x), 6);
      const { scores, knots, range } = isreaKnots(row, {}, [2, 10, 14]);
      expect(scores.map((one) => one.knots)).toEqual([2, 10, 14]);
      expect(Math.min(...scores.map(({ above }) => above))).toBe(0);
      expect(scores[0].above).toBeGreaterThan(2 * scores[0].error);
      expect(range[0]).toBe(knots);
      expect(isreaKnots(row, { scale: { fixed: 1 } }, [2, 10, 14]).scores).not.toEqual(scores);
      expect(isreaKnots(row.slice(0, 40)).scores.length).toBeGreaterThan(5);
    });

    it.each<[string, () => unknown]>([
      ['few channels', () => isreaKnots(spectrum(39, 1))],
      ['no candidates', () => isreaKnots(spectrum(100, 1), {}, [])],
      ['candidates out of order', () => isreaKnots(spectrum(100, 1), {}, [5, 5])],
      ['as many knots as channels', () => isreaKnots(spectrum(100, 1), {}, [5, 60])],
      ['a gap', () => isreaKnots(new Float64Array(100).fill(Number.NaN))],
    ])('refuses %s', (_, call) => {
      expect(call).toThrow('expected');
    });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('%d channels', (channels) => {
    const { out } = run(spectrum(channels, 7), { knots: 5 });
    expect(out.every(Number.isFinite)).toBe(true);
  });

  it.each([0, 7, -4, 1e9, 1e-9])('a row of %d stays', (level) => {
    const { out, converged } = run(new Float64Array(100).fill(level), { knots: 6 });
    expect(converged).toEqual([1]);
    for (const value of out) expect(Math.abs(value - level)).toBeLessThanOrEqual(1e-12 * Math.abs(level));
  });

  it('zeros but for one count, and values below 0', () => {
    const lone = new Float64Array(100);
    lone[40] = 1;
    expect(run(lone, { knots: 6 }).out.every(Number.isFinite)).toBe(true);
    const values = spectrum(203, 8);
    const [a, b] = [values, values.map((value) => value - 5000)].map((data) => run(data, { knots: 5 }).out);
    for (let j = 0; j < 203; j++) expect(a[j] - 5000).toBeCloseTo(b[j], 6);
  });

  it('a row with a NaN becomes NaN', () => {
    const values = Float64Array.from([...spectrum(60, 1), ...spectrum(60, 2)]);
    values[70] = Number.NaN;
    const { out, iterations, converged, scales } = run(values, { knots: 4 }, 2);
    expect(out.slice(60).every(Number.isNaN)).toBe(true);
    expect(out.slice(0, 60)).toEqual(run(spectrum(60, 1), { knots: 4 }).out);
    expect([iterations[1], converged[1], scales[1]]).toEqual([0, 0, Number.NaN]);
  });

  it.each<[string, IsreaOptions]>([
    ['half a knot', { knots: 0.5 }],
    ['negative knots', { knots: -1 }],
    ['no scale', { knots: 3, scale: { noise: 0 } }],
    ['a scale below 0', { knots: 3, scale: { fixed: -1 } }],
    ['no tolerance', { knots: 3, tolerance: 0 }],
    ['no pass', { knots: 3, iterations: 0 }],
    ['a short axis', { knots: 3, axis: new Float64Array(4) }],
    ['an axis that turns', { knots: 3, axis: Float64Array.from({ length: 50 }, (_, j) => (j === 20 ? 0 : j)) }],
  ])('refuses %s', (_, options) => {
    try {
      run(spectrum(50, 1), options);
      expect.unreachable();
    } catch (error) {
      expect(isSpectrailError(error, 'input')).toBe(true);
    }
  });
});
