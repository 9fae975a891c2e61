import { describe, expect, it } from 'vitest';
import { isSpectrailError } from '../../signal/errors.ts';
import { CounterRandom } from '../random.ts';
import {
  type ImprovedPolynomialOptions,
  improvedModPoly,
  improvedModPolyResponse,
  modPoly,
  modPolyResponse,
  polynomialBaseline,
  polynomialResponse,
} from './polynomial.ts';

const bell = (x: number, sigma: number) => Math.exp((-x * x) / (2 * sigma * sigma));

function spectrum(channels: number, seed: number): Float64Array {
  const random = new CounterRandom(seed, 0);
  return Float64Array.from({ length: channels }, (_, j) => {
    const t = (2 * j) / channels - 1;
    return random.poisson(
      900 + 300 * t - 200 * t * t + 700 * bell(j - 0.3 * channels, 5) + 900 * bell(j - 0.7 * channels, 7),
    );
  });
}

type Peel = typeof improvedModPoly;

const run = (peel: Peel, row: Float64Array, options: ImprovedPolynomialOptions) => {
  const out = new Float64Array(row.length);
  const { iterations, converged } = peel(row, 1, row.length, options, out);
  return { out, iterations: iterations[0], converged: converged[0] };
};

describe('polynomial baselines', () => {
  it('polynomials come back, on even and uneven axes, up to degree 30', () => {
    const channels = 400;
    const uneven = Float64Array.from({ length: channels }, (_, j) => 1e6 + j + 0.4 * Math.sin(j));
    for (const axis of [undefined, uneven, uneven.slice().reverse()]) {
      for (const degree of [0, 1, 4, 9, 30]) {
        const row = Float64Array.from({ length: channels }, (_, j) => {
          const t = axis ? (axis[j] - 1e6 - 200) / 200 : (j - 200) / 200;
          return 5 + 3 * t ** Math.min(degree, 9) * 100;
        });
        if (degree === 0) row.fill(5);
        const out = new Float64Array(channels);
        polynomialBaseline(row, 1, channels, { degree, axis }, out);
        for (let j = 0; j < channels; j++) expect(Math.abs(out[j] - row[j])).toBeLessThan(1e-9 * 305);
      }
    }
  });

  it('is linear: the response to the data is exact', () => {
    const row = spectrum(120, 1);
    const weights = Float64Array.from({ length: 120 }, (_, j) => (j > 30 && j < 60 ? 1 : 0));
    const out = new Float64Array(120);
    const options = { degree: 3, axis: Float64Array.from({ length: 120 }, (_, j) => j * j) };
    polynomialBaseline(row, 1, 120, options, out);
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, j) => sum + value * b[j], 0);
    expect(dot(polynomialResponse(120, options, weights), row)).toBeCloseTo(dot(weights, out), 7);
  });

  it.each<[string, Peel]>([
    ['ModPoly', modPoly],
    ['IModPoly', improvedModPoly],
  ])('%s comes off the peaks, and each option counts', (_, peel) => {
    const row = spectrum(500, 2);
    const base = { degree: 3, tolerance: 1e-4 };
    const { out, converged } = run(peel, row, base);
    expect(converged).toBe(1);
    const plain = new Float64Array(500);
    polynomialBaseline(row, 1, 500, base, plain);
    const truth = (j: number) => 900 + 300 * (j / 250 - 1) - 200 * (j / 250 - 1) ** 2;
    const rms = (found: Float64Array) =>
      Math.sqrt(found.reduce((sum, value, j) => sum + (value - truth(j)) ** 2, 0) / 500);
    expect(rms(run(peel, row, { degree: 3 }).out)).toBeLessThan(0.8 * rms(plain));
    const others: ImprovedPolynomialOptions[] = [
      { ...base, degree: 4 },
      { ...base, axis: Float64Array.from({ length: 500 }, (_, j) => j ** 1.5) },
      { ...base, tolerance: 1e-3 },
      ...(peel === improvedModPoly
        ? [
            { ...base, leaveOutPeaks: false },
            { ...base, deviations: 2 },
          ]
        : []),
    ];
    // What was cut rarely comes up again: polynomials of high degree do it.
    const again = [1, 2, 3, 4, 5, 6].filter((seed) => {
      const [kept, fresh] = [false, true].map((fromOriginal) =>
        run(peel, spectrum(200, seed), { degree: 9, tolerance: 1e-5, fromOriginal }).out.join(),
      );
      return kept !== fresh;
    });
    expect(again).not.toEqual([]);
    for (const options of others) expect(run(peel, row, options).out, JSON.stringify(options)).not.toEqual(out);
    expect(run(peel, row, { ...base, tolerance: 1e-9, iterations: 3 })).toMatchObject({ iterations: 3, converged: 0 });
    const defaults = { iterations: 250, fromOriginal: false, leaveOutPeaks: true, deviations: 1 };
    expect(run(peel, row, { ...base, ...defaults }).out).toEqual(out);
    expect(run(peel, row, { degree: 3 }).out).toEqual(run(peel, row, others[2]).out);
  });

  it.each<[string, ImprovedPolynomialOptions]>([
    ['as it is', { degree: 3 }],
    ['from the original', { degree: 3, fromOriginal: true }],
    ['with peaks left in', { degree: 2, leaveOutPeaks: false }],
  ])('the response is the derivative, cuts frozen: %s', (_, options) => {
    const row = spectrum(90, 3);
    const weights = Float64Array.from({ length: 90 }, (_, j) => (j > 50 && j < 75 ? 1 : 0));
    const sum = (peel: Peel, from: Float64Array) =>
      run(peel, from, options).out.reduce((total, value, j) => total + weights[j] * value, 0);
    const response = modPolyResponse(row, options, weights);
    for (let j = 0; j < 90; j += 7) {
      const [up, down] = [1e-5, -1e-5].map((step) =>
        sum(
          modPoly,
          row.map((value, i) => (i === j ? value + step : value)),
        ),
      );
      expect(Math.abs((up - down) / 2e-5 - response[j])).toBeLessThan(1e-5);
    }
    // σ is frozen in the other one: a rise of all channels alike changes no σ.
    const improved = improvedModPolyResponse(row, options, weights);
    const [up, down] = [1e-5, -1e-5].map((step) =>
      sum(
        improvedModPoly,
        row.map((value) => value + step),
      ),
    );
    expect(improved.reduce((total, value) => total + value, 0)).toBeCloseTo((up - down) / 2e-5, 4);
    expect(improved).not.toEqual(response);
  });

  it.each([3, 7])('the response is the derivative where what was cut comes up again, draw %d', (seed) => {
    const options = { degree: 12, tolerance: 1e-5, fromOriginal: true };
    const row = spectrum(60, seed);
    for (const at of [10, 30, 50]) {
      const response = modPolyResponse(row, options, new Float64Array(60).fill(1, at, at + 5));
      const sum = (from: Float64Array) => {
        const { out } = run(modPoly, from, options);
        return out.slice(at, at + 5).reduce((total, value) => total + value, 0);
      };
      for (let j = 0; j < 60; j++) {
        const [up, down] = [1e-5, -1e-5].map((step) => sum(row.map((value, i) => (i === j ? value + step : value))));
        expect(Math.abs((up - down) / 2e-5 - response[j])).toBeLessThan(1e-4);
      }
    }
  });

  it('a row is the same bits alone, in company and in place', () => {
    const rows = [1, 2, 3].map((seed) => spectrum(80, seed));
    const together = Float64Array.from(rows.flatMap((row) => Array.from(row)));
    improvedModPoly(together, 3, 80, { degree: 3 }, together);
    for (const [i, row] of rows.entries()) {
      expect(together.slice(80 * i, 80 * i + 80)).toEqual(run(improvedModPoly, row, { degree: 3 }).out);
    }
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('%d channels are met by degree 7', (channels) => {
    const row = spectrum(channels, 4);
    const out = new Float64Array(channels);
    polynomialBaseline(row, 1, channels, { degree: 7 }, out);
    for (let j = 0; j < channels; j++) expect(out[j]).toBeCloseTo(row[j], 7);
    expect(run(improvedModPoly, row, { degree: 7 }).out.every(Number.isFinite)).toBe(true);
    expect(run(modPoly, row, { degree: 7 }).out.every(Number.isFinite)).toBe(true);
  });

  it.each([0, 7, -4, 1e9, 1e-9])('a row of %d stays', (level) => {
    const row = new Float64Array(40).fill(level);
    for (const peel of [modPoly, improvedModPoly]) {
      const { out, converged } = run(peel, row, { degree: 4 });
      expect(converged).toBe(1);
      for (const value of out) expect(Math.abs(value - level)).toBeLessThanOrEqual(1e-12 * Math.abs(level));
    }
  });

  it('a row with a NaN becomes NaN without a pass', () => {
    const row = spectrum(40, 5);
    row[7] = Number.NaN;
    for (const peel of [modPoly, improvedModPoly]) {
      const { out, iterations, converged } = run(peel, row, { degree: 2 });
      expect(out.every(Number.isNaN)).toBe(true);
      expect([iterations, converged]).toEqual([0, 0]);
    }
  });

  it.each<[string, ImprovedPolynomialOptions]>([
    ['degree -1', { degree: -1 }],
    ['degree 1.5', { degree: 1.5 }],
    ['degree 31', { degree: 31 }],
    ['no tolerance', { degree: 2, tolerance: 0 }],
    ['no pass', { degree: 2, iterations: 0 }],
    ['negative deviations', { degree: 2, deviations: -1 }],
    ['a short axis', { degree: 2, axis: new Float64Array(3) }],
    ['an axis of one place', { degree: 2, axis: new Float64Array(30).fill(2) }],
    ['an axis with a gap', { degree: 2, axis: new Float64Array(30).fill(Number.NaN) }],
  ])('refuses %s', (_, options) => {
    try {
      run(improvedModPoly, spectrum(30, 1), options);
      expect.unreachable();
    } catch (error) {
      expect(isSpectrailError(error, 'input')).toBe(true);
    }
  });
});
