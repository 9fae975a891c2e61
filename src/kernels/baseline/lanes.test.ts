import { describe, expect, it } from 'vitest';
import { EXPONENTIAL_TABLE, portableExp } from '../portable-math.ts';
import { CounterRandom } from '../random.ts';
import { machine, Room } from '../wasm/machine.ts';
import { airpls } from './airpls.ts';
import { arpls } from './arpls.ts';
import { asls } from './asls.ts';
import { aspls } from './aspls.ts';
import { derpsalsa } from './derpsalsa.ts';
import { drpls } from './drpls.ts';
import { iarpls } from './iarpls.ts';
import { iasls } from './iasls.ts';
import type { BaselineFit } from './lanes.ts';
import { psalsa } from './psalsa.ts';
import type { WhittakerOptions } from './whittaker-options.ts';

type Baseline = (values: Float64Array, channels: number, out: Float64Array, options?: WhittakerOptions) => BaselineFit;
const METHODS: [string, Baseline][] = Object.entries({
  asls,
  iasls,
  airpls,
  arpls,
  drpls,
  iarpls,
  aspls,
  psalsa,
  derpsalsa,
});

/** Rows of a bent baseline, a peak and noise. */
function someRows(rows: number, channels: number, scale = 1): Float64Array {
  const values = new Float64Array(rows * channels);
  for (let row = 0; row < rows; row++) {
    const random = new CounterRandom(7, row);
    for (let i = 0; i < channels; i++) {
      const x = (i + 0.5) / channels;
      const peak = 400 * Math.exp(-(((x - 0.3 - 0.02 * row) * 40) ** 2));
      values[row * channels + i] = scale * (300 + 100 * Math.sin(3 * x + row) + peak + 10 * random.normal());
    }
  }
  return values;
}

/** The same systems by plain Gaussian elimination on the full matrix. */
function solveDense(w: Float64Array, y: Float64Array, lambda: number, order: number): Float64Array {
  const n = y.length;
  const row = [
    [-1, 1],
    [1, -2, 1],
    [-1, 3, -3, 1],
  ][order - 1];
  const a = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n + 1 }, (_, j) => (j === n ? w[i] * y[i] : i === j ? w[i] : 0)),
  );
  for (let k = 0; k + order < n; k++) {
    for (let p = 0; p <= order; p++) for (let q = 0; q <= order; q++) a[k + p][k + q] += lambda * row[p] * row[q];
  }
  for (let p = 0; p < n; p++) {
    for (let i = p + 1; i < n; i++) {
      const factor = a[i][p] / a[p][p];
      for (let j = p; j <= n; j++) a[i][j] -= factor * a[p][j];
    }
  }
  const z = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    let rest = a[i][n];
    for (let j = i + 1; j < n; j++) rest -= a[i][j] * z[j];
    z[i] = rest / a[i][i];
  }
  return z;
}

const largest = (a: Float64Array, b: Float64Array) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));
const run = (baseline: Baseline, values: Float64Array, channels: number, options?: WhittakerOptions) => {
  const out = new Float64Array(values.length);
  const weights = new Float64Array(values.length);
  return { out, weights, ...baseline(values, channels, out, { ...options, weights }) };
};

describe('penalised least squares', () => {
  it('takes the exponential to 2·10⁻¹⁵ within ±600, and there it stops', () => {
    const values = Float64Array.from(
      { length: 4000 },
      (_, i) => (i % 2 ? 1 : 31) * (((i * 0.6180339887498949) % 1) - 0.5) * 38,
    );
    values.set([0, -0, -600, 600, 1e-300, -1e-9]);
    const room = new Room();
    const [x, table, to] = [room.place(8 * values.length), room.place(2048), room.place(8 * values.length)];
    const numbers = new Float64Array(room.buffer());
    const exponentials = () => machine().exponentials(x, values.length, table, table + 1104, to);
    numbers.set(EXPONENTIAL_TABLE, table / 8);
    numbers.set(values, x / 8);
    exponentials();
    for (const [i, value] of values.entries()) {
      expect(Math.abs(numbers[to / 8 + i] / portableExp(value) - 1), `e^${value}`).toBeLessThan(2e-15);
    }
    numbers.set([601, 1e300, Number.POSITIVE_INFINITY, -601, Number.NEGATIVE_INFINITY, Number.NaN], x / 8);
    exponentials();
    for (const i of [0, 1, 2]) expect(numbers[to / 8 + i] / portableExp(600)).toBeCloseTo(1, 14);
    for (const i of [3, 4]) expect(numbers[to / 8 + i] / portableExp(-600)).toBeCloseTo(1, 14);
    expect(numbers[to / 8 + 5]).toBeNaN();
  });

  it.each([1, 2, 3])('one round is the solution of the system, order %i, for any number of channels', (order) => {
    for (let channels = order + 1; channels < 20; channels++) {
      const y = someRows(1, channels);
      const { out, iterations, converged } = run(asls, y, channels, { lambda: 3, order, maxIterations: 1 });
      expect(largest(out, solveDense(new Float64Array(channels).fill(1), y, 3, order))).toBeLessThan(1e-11 * 800);
      expect([iterations[0], converged[0]]).toEqual([1, 0]);
    }
  });

  it.each([1, 2, 3])('the baseline is the solution for the weights that come with it, order %i', (order) => {
    const channels = 61;
    const values = someRows(11, channels);
    const { out, weights, converged } = run(asls, values, channels, { lambda: 500, order });
    for (let row = 0; row < 11; row++) {
      const [y, z, w] = [values, out, weights].map((all) => all.subarray(row * channels, (row + 1) * channels));
      expect(converged[row]).toBe(1);
      expect(largest(z, solveDense(w, y, 500, order))).toBeLessThan(1e-8 * 800);
      for (let i = 0; i < channels; i++) expect(w[i]).toBeCloseTo(y[i] > z[i] ? 0.01 : 0.99, 12);
    }
  });

  it.each([1e6, 1e9, 1e12])('a stiff baseline balances the weighted residuals and their moment, λ = %d', (lambda) => {
    const channels = 1000;
    const y = someRows(1, channels);
    const { out, weights, converged } = run(asls, y, channels, { lambda });
    expect(converged[0]).toBe(1);
    // As (W + λDᵀD)z = Wy, and D has nothing of straight lines.
    for (const moment of [() => 1, (i: number) => i - 499.5]) {
      let [sum, size] = [0, 0];
      for (let i = 0; i < channels; i++) {
        const part = weights[i] * (y[i] - out[i]) * moment(i);
        sum += part;
        size += Math.abs(part);
      }
      expect(Math.abs(sum / size)).toBeLessThan(1e-3);
    }
  });

  it.each(METHODS)('%s gives a row the same bits wherever it stands', (_, baseline) => {
    const [rows, channels] = [21, 75];
    const values = someRows(rows, channels);
    values.fill(0, 4 * channels, 5 * channels);
    values[6 * channels + 3] = Number.NaN;
    const all = run(baseline, values, channels, { lambda: 300 });
    for (let row = 0; row < rows; row++) {
      const alone = run(baseline, values.slice(row * channels, (row + 1) * channels), channels, { lambda: 300 });
      expect(alone.out).toEqual(all.out.slice(row * channels, (row + 1) * channels));
      expect(alone.weights).toEqual(all.weights.slice(row * channels, (row + 1) * channels));
      expect([alone.iterations[0], alone.converged[0]]).toEqual([all.iterations[row], all.converged[row]]);
    }
  });

  it.each(METHODS)('%s leaves its input alone and scales with it', (_, baseline) => {
    const channels = 120;
    const values = someRows(3, channels);
    const before = values.slice();
    const one = run(baseline, values, channels, { lambda: 1e3 });
    expect(values).toEqual(before);
    for (const factor of [2 ** 30, 2 ** -30]) {
      const scaled = run(
        baseline,
        values.map((v) => v * factor),
        channels,
        { lambda: 1e3 },
      );
      expect(
        largest(
          scaled.out.map((z) => z / factor),
          one.out,
        ),
      ).toBeLessThan(1e-9 * 800);
      expect(scaled.iterations).toEqual(one.iterations);
    }
  });

  it.each(METHODS)('%s has an answer for awkward rows', (_, baseline) => {
    for (const channels of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const { out } = run(baseline, someRows(2, channels), channels);
      expect(out.every(Number.isFinite), `${channels} channels`).toBe(true);
    }
    const channels = 50;
    const zeros = run(baseline, new Float64Array(channels), channels);
    expect(zeros.out.every((z) => z === 0)).toBe(true);
    expect(zeros.converged[0]).toBe(1);
    for (const level of [1e9, -3, 1e-9]) {
      const flat = run(baseline, new Float64Array(channels).fill(level), channels);
      expect(Math.max(...flat.out.map((z) => Math.abs(z / level - 1))), `all ${level}`).toBeLessThan(1e-4);
    }
    for (const scale of [1e9, 1e-9, -1]) {
      expect(run(baseline, someRows(1, channels, scale), channels).out.every(Number.isFinite), `× ${scale}`).toBe(true);
    }
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const values = someRows(3, channels);
      values[channels + 7] = bad;
      const { out, iterations, converged } = run(baseline, values, channels);
      expect(out.subarray(channels, 2 * channels).every(Number.isNaN)).toBe(true);
      expect([iterations[1], converged[1]]).toEqual([0, 0]);
      expect(out.subarray(0, channels).every(Number.isFinite)).toBe(true);
    }
    expect(run(baseline, new Float64Array(0), channels).iterations).toHaveLength(0);
  });

  it.each(METHODS)('%s heeds λ, the order, and where to stop', (name, baseline) => {
    const channels = 200;
    const values = someRows(2, channels);
    const base = run(baseline, values, channels, { lambda: 1e4 });
    expect(run(baseline, values, channels, { lambda: 1e5 }).out).not.toEqual(base.out);
    expect(run(baseline, values, channels, { lambda: 1e4, order: 1 }).out).not.toEqual(base.out);
    expect(run(baseline, values, channels, { lambda: 1e4, order: 3 }).out).not.toEqual(base.out);
    const two = run(baseline, values, channels, { lambda: 1e4, maxIterations: 2, tolerance: 1e-12 });
    expect([...two.iterations]).toEqual([2, 2]);
    expect([...two.converged]).toEqual([0, 0]);
    if (name === 'asls') return;
    const early = run(baseline, values, channels, { lambda: 1e4, tolerance: 5 });
    expect(early.iterations[0]).toBeLessThan(base.iterations[0]);
    expect(early.converged[0]).toBe(1);
  });

  it.each<[string, () => BaselineFit]>([
    ['p of asls', () => asls(new Float64Array(9), 9, new Float64Array(9), { p: 1 })],
    ['p of iasls', () => iasls(new Float64Array(9), 9, new Float64Array(9), { p: 0 })],
    ['p of psalsa', () => psalsa(new Float64Array(9), 9, new Float64Array(9), { p: Number.NaN })],
    ['height', () => derpsalsa(new Float64Array(9), 9, new Float64Array(9), { height: 0 })],
    ['smoothing', () => derpsalsa(new Float64Array(9), 9, new Float64Array(9), { smoothing: 9 })],
    ['eta', () => drpls(new Float64Array(9), 9, new Float64Array(9), { eta: 1 })],
    ['steepness', () => aspls(new Float64Array(9), 9, new Float64Array(9), { steepness: -1 })],
    ['lambda', () => arpls(new Float64Array(9), 9, new Float64Array(9), { lambda: 0 })],
    ['order', () => arpls(new Float64Array(9), 9, new Float64Array(9), { order: 4 })],
    ['maxIterations', () => arpls(new Float64Array(9), 9, new Float64Array(9), { maxIterations: 0 })],
    ['tolerance', () => arpls(new Float64Array(9), 9, new Float64Array(9), { tolerance: -1 })],
    ['arrays', () => arpls(new Float64Array(9), 9, new Float64Array(8))],
    ['channels', () => arpls(new Float64Array(9), 2, new Float64Array(9))],
  ])('refuses bad %s', (_, call) => {
    expect(call).toThrow(/expected|number|rows|whole/);
  });
});
