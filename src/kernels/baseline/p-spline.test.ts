import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import { irsqr } from './irsqr.ts';
import type { BaselineFit } from './lanes.ts';
import { mixtureModel } from './mixture-model.ts';
import { type PSplineOptions, pSpline, pSplineSettings } from './p-spline.ts';
import { psplineAsls } from './pspline-asls.ts';

type Method = (values: Float64Array, channels: number, out: Float64Array, options?: PSplineOptions) => BaselineFit;
const METHODS: [string, Method][] = Object.entries({ psplineAsls, irsqr, mixtureModel });

const random = new CounterRandom(4, 2);
const CHANNELS = 150;
const rows = Float64Array.from({ length: 4 * CHANNELS }, (_, i) => {
  const x = i % CHANNELS;
  return 40 + 8 * Math.sin(x / 30) + 60 * Math.exp(-(((x - 70) / 5) ** 2)) + random.normal();
});

const run = (method: Method, values: Float64Array, channels: number, options?: PSplineOptions) => {
  const out = new Float64Array(values.length);
  return { out, ...method(values, channels, out, options) };
};
const settings = (options: PSplineOptions) =>
  pSplineSettings(options, { lambda: 1, order: 2, maxIterations: 1, tolerance: 0 });

describe('P-splines', () => {
  it.each([0, 1, 2, 3, 4, 5])('of degree %i pass through polynomials that the penalty leaves alone', (degree) => {
    for (const order of [1, 2, 3]) {
      const line = Float64Array.from({ length: 40 }, (_, i) => (order > 1 && degree > 0 ? 3 + 0.5 * i : 3));
      const z = new Float64Array(40);
      pSpline(40, settings({ degree, order, knots: 9, lambda: 1e4 })).solve(line, new Float64Array(40).fill(1), z);
      for (let i = 0; i < 40; i++) expect(z[i]).toBeCloseTo(line[i], 8);
    }
  });

  it('minimise the penalised sum of squares', () => {
    const [knots, degree, order, lambda] = [7, 3, 2, 0.7];
    const y = rows.subarray(0, 30);
    const w = Float64Array.from({ length: 30 }, () => random.next() + 0.1);
    const spline = pSpline(30, settings({ knots, degree, order, lambda }));
    const z = new Float64Array(30);
    spline.solve(y, w, z);
    const c = spline.coefficients.slice();
    const cost = (values: Float64Array, coefficients: Float64Array) => {
      let sum = 0;
      for (let i = 0; i < 30; i++) sum += w[i] * (y[i] - values[i]) ** 2;
      for (let k = 0; k + 2 < coefficients.length; k++) {
        sum += lambda * (coefficients[k] - 2 * coefficients[k + 1] + coefficients[k + 2]) ** 2;
      }
      return sum;
    };
    const least = cost(z, c);
    const other = new Float64Array(30);
    for (let trial = 0; trial < 50; trial++) {
      spline.solve(
        y.map((value) => value + 0.1 * random.normal()),
        w,
        other,
      );
      expect(cost(other, spline.coefficients)).toBeGreaterThan(least);
    }
  });

  it.each(METHODS)('%s gives a row the same bits wherever it stands', (_, method) => {
    const values = rows.slice();
    values[CHANNELS + 3] = Number.NaN;
    const all = run(method, values, CHANNELS);
    expect(all.out.subarray(CHANNELS, 2 * CHANNELS).every(Number.isNaN)).toBe(true);
    expect([all.iterations[1], all.converged[1]]).toEqual([0, 0]);
    for (const row of [0, 2, 3]) {
      const alone = run(method, values.slice(row * CHANNELS, (row + 1) * CHANNELS), CHANNELS);
      expect(alone.out).toEqual(all.out.slice(row * CHANNELS, (row + 1) * CHANNELS));
      expect(alone.iterations[0]).toBe(all.iterations[row]);
    }
  });

  it.each(METHODS)('%s has an answer for awkward rows', (_, method) => {
    for (let channels = 1; channels <= 8; channels++) {
      expect(run(method, rows.slice(0, channels), channels).out.every(Number.isFinite)).toBe(true);
    }
    for (const level of [0, 1e9, 1e-9, -3]) {
      const { out } = run(method, new Float64Array(50).fill(level), 50);
      for (const z of out) expect(Math.abs(z - level)).toBeLessThanOrEqual(1e-6 * Math.abs(level));
    }
    for (const scale of [1e9, 1e-9, -1]) {
      const values = rows.map((y) => scale * y);
      expect(run(method, values, CHANNELS).out.every(Number.isFinite)).toBe(true);
    }
  });

  it.each(METHODS)('%s heeds every option', (_, method) => {
    const base: PSplineOptions = { lambda: 10, knots: 20, degree: 3, order: 2, maxIterations: 40, tolerance: 1e-4 };
    const { out, iterations } = run(method, rows, CHANNELS, base);
    const others: PSplineOptions[] = [{ lambda: 100 }, { knots: 15 }, { degree: 2 }, { order: 3 }];
    for (const other of others) expect(run(method, rows, CHANNELS, { ...base, ...other }).out).not.toEqual(out);
    const two = run(method, rows, CHANNELS, { ...base, maxIterations: 2, tolerance: 1e-12 });
    expect([two.iterations[0], two.converged[0]]).toEqual([2, 0]);
    const early = run(method, rows, CHANNELS, { ...base, tolerance: 5 });
    expect(early.iterations[0]).toBeLessThan(iterations[0]);
    expect(early.converged[0]).toBe(1);
  });

  it('their own options count, too', () => {
    const out = (method: (z: Float64Array) => unknown) => {
      const z = new Float64Array(rows.length);
      method(z);
      return z;
    };
    expect(out((z) => psplineAsls(rows, CHANNELS, z, { p: 0.02 }))).not.toEqual(run(psplineAsls, rows, CHANNELS).out);
    expect(out((z) => irsqr(rows, CHANNELS, z, { quantile: 0.1 }))).not.toEqual(run(irsqr, rows, CHANNELS).out);
    expect(out((z) => mixtureModel(rows, CHANNELS, z, { p: 0.2, maxIterations: 1 }))).not.toEqual(
      run(mixtureModel, rows, CHANNELS, { maxIterations: 1 }).out,
    );
    expect(out((z) => psplineAsls(rows, CHANNELS, z, { p: 0.01 }))).toEqual(run(psplineAsls, rows, CHANNELS).out);
    expect(out((z) => irsqr(rows, CHANNELS, z, { quantile: 0.05 }))).toEqual(run(irsqr, rows, CHANNELS).out);
  });

  it('a twentieth of the points lies below the quantile', () => {
    const noise = Float64Array.from({ length: 4000 }, () => random.normal());
    const { out } = run(irsqr, noise, 4000, { lambda: 1e6, knots: 10 });
    const below = noise.filter((y, i) => y < out[i]).length;
    expect(Math.abs(below / 4000 - 0.05)).toBeLessThan(0.005);
  });

  it.each<[string, PSplineOptions]>([
    ['lambda', { lambda: -1 }],
    ['knots', { knots: 1 }],
    ['degree', { degree: 6 }],
    ['order', { order: 4 }],
    ['maxIterations', { maxIterations: 0 }],
    ['tolerance', { tolerance: Number.NaN }],
  ])('refuse a bad %s', (name, options) => {
    expect(() => irsqr(rows, CHANNELS, new Float64Array(rows.length), options)).toThrow(name);
  });
});
