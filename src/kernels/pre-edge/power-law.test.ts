import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import { evaluateBasis, fitBasis, leastSquaresBasis, respondBasis } from './basis.ts';
import { evaluateLogLinear } from './evaluate-lines.ts';
import type { FitWeights } from './fit-window.ts';
import { FITTED, FITTED_WIDTH, fitLogLinear, respondLogLinear } from './log-linear.ts';
import { exponentialRegressor, powerLawRegressor, type Regressor, twoAreaPowerLaw } from './power-law.ts';

const POISSON: FitWeights = { law: 'poisson' };

function channelsWithin(energies: Float64Array, low: number, high: number): Int32Array {
  return Int32Array.from([...energies.keys()].filter((j) => energies[j] >= low && energies[j] < high));
}

const ladder = (size: number, first: number, step: number) =>
  Float64Array.from({ length: size }, (_, j) => first + j * step);

function fitOne(values: Float64Array, { t, window }: Regressor, weights: FitWeights = POISSON) {
  const fitted = new Float64Array(FITTED_WIDTH);
  fitLogLinear(values, 1, values.length, window, weights, fitted);
  const background = new Float64Array(t.length);
  evaluateLogLinear({ fitted, t }, 1, background);
  return { fitted, background };
}

const folder = `${process.env.SPECTRAIL_SHARED ?? '../shared'}/golden/eels`;
const cases = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('powerlaw--')) : [];

describe.skipIf(cases.length === 0)('reference answers', () => {
  it.each(cases)('%s', (name) => {
    const { input, expected, tolerance } = JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'));
    const energies = Float64Array.from(input.energy);
    const counts = Float64Array.from(input.counts);
    const dispersion = energies[1] - energies[0];
    const near = (actual: number, wanted: number, rel: number) =>
      expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(rel * Math.abs(wanted));

    const { i1, i2, i3, r, A, background } = expected.two_area;
    const within = (first: number, end: number) => counts.subarray(first, end).reduce((sum, value) => sum + value, 0);
    const areas = twoAreaPowerLaw(within(i1, i3), within(i3, i2), [energies[i1], energies[i3], energies[i2]]);
    near(areas.r, r, tolerance.keys.two_area.rel);
    near(areas.amplitude, A, tolerance.keys.two_area.rel);
    near(dispersion * areas.amplitude * energies[7] ** -areas.r, background[7], 1e-9);

    const regressor = powerLawRegressor(
      energies,
      Int32Array.from({ length: i2 - i1 }, (_, k) => i1 + k),
    );
    for (const [key, weights] of [
      ['least_squares', { law: 'equal' }],
      ['poisson_ml', POISSON],
    ] as const) {
      const wanted = expected[key];
      if (!wanted) continue;
      const { rel } = tolerance.keys[key];
      const found = fitOne(counts, regressor, weights);
      expect(found.fitted[FITTED.converged]).toBe(1);
      near(found.fitted[FITTED.b], wanted.r, rel);
      for (const [j, value] of wanted.background.entries()) near(found.background[j], value, rel);
      if (!wanted.covariance_lnAref_r) continue;
      // The covariance is stated for another reference energy: ln f there is a + b·t.
      const t = -Math.log(wanted.E_ref / regressor.reference);
      const [vaa, vab, vbb] = found.fitted.subarray(FITTED.varianceA, FITTED.varianceB + 1);
      const [[lnA, lnAr], [, rr]] = wanted.covariance_lnAref_r;
      near(vaa + 2 * t * vab + t * t * vbb, lnA, 1e-5);
      near(vab + t * vbb, lnAr, 1e-5);
      near(vbb, rr, 1e-5);
    }
  });
});

describe('the extrapolated background', () => {
  /** Egerton's h = 1 + Var(I_B)/I_B for r = 3, 10⁴ counts at the lower end of the window, 0.25 eV channels. */
  it.each([
    [600, 700, 708, 758, 4.12],
    [650, 700, 708, 758, 13.45],
    [680, 700, 708, 758, 108.2],
    [600, 700, 708, 728, 1.99],
    [440, 525, 530, 580, 4.56],
  ])('of a window %d–%d eV has the variance that theory gives for the signal at %d–%d eV', (e1, e2, s1, s2, h) => {
    const energies = ladder(4 * (800 - 400), 400, 0.25);
    const truth = energies.map((energy) => 1e4 * (energy / e1) ** -3);
    const regressor = powerLawRegressor(energies, channelsWithin(energies, e1, e2));
    const { fitted } = fitOne(truth, regressor);
    const sum = energies.map((energy) => (energy >= s1 && energy < s2 ? 1 : 0));
    const response = new Float64Array(regressor.window.channels.length);
    respondLogLinear(fitted, regressor.t, regressor.window, POISSON, sum, response);
    const variance = response.reduce((total, each, k) => total + each * each * truth[regressor.window.channels[k]], 0);
    const inside = truth.reduce((total, value, j) => total + value * sum[j], 0);
    expect(Math.abs((1 + variance / inside) / h - 1)).toBeLessThan(0.03);
  });

  it('responds to the values as a difference of two fits does', () => {
    const energies = ladder(160, 500, 0.5);
    const random = new CounterRandom(3, 1);
    const values = energies.map((energy) => random.poisson(40 * (energy / 500) ** -3));
    const channels = channelsWithin(energies, 505, 545);
    const gain = Float64Array.from(channels, (_, k) => 1 + (k % 3));
    const sum = energies.map((energy) => (energy >= 552 ? 0.5 : 0));
    const total = (background: Float64Array) => background.reduce((all, value, j) => all + value * sum[j], 0);
    for (const regressor of [powerLawRegressor(energies, channels), exponentialRegressor(energies, channels)]) {
      for (const weights of [POISSON, { law: 'poisson', gain, readout: 2 }, { law: 'equal' }] as FitWeights[]) {
        const response = new Float64Array(channels.length);
        // Response is of first order about the fit, so it is compared where the values are what was fitted.
        const { background } = fitOne(values, regressor, weights);
        const { fitted } = fitOne(background, regressor, weights);
        respondLogLinear(fitted, regressor.t, regressor.window, weights, sum, response);
        for (const k of [0, 17, channels.length - 1]) {
          const step = 1e-4;
          const [up, down] = [step, -step].map((by) => {
            const moved = background.slice();
            moved[channels[k]] += by;
            return total(fitOne(moved, regressor, weights).background);
          });
          expect((up - down) / (2 * step)).toBeCloseTo(response[k], 6);
        }
      }
    }
  });
});

/** The recipe of a bent background, its law r = 2.4 … 3.4 mixed along the map: what single spectra make of it. */
describe('at low dose', () => {
  const energies = ladder(360, 400, 0.5);
  const channels = channelsWithin(energies, 440, 520);
  const signal = channelsWithin(energies, 530, 580);
  const inWindow = (row: Float64Array) => signal.reduce((total, j) => total + row[j], 0);

  function measured(counts: number, background: (values: Float64Array, pixels: number) => Float64Array) {
    const side = 48;
    const pixels = side * side;
    const stride = energies.length;
    const values = new Float64Array(pixels * stride);
    const truth = new Float64Array(pixels);
    const random = new CounterRandom(11, counts);
    for (let i = 0; i < pixels; i++) {
      const [y, x] = [Math.floor(i / side), i % side];
      const fraction = 0.5 + 0.35 * Math.sin((2 * Math.PI * x) / side) * Math.cos((2 * Math.PI * y) / side);
      for (let j = 0; j < stride; j++) {
        const mean = counts * (fraction * (energies[j] / 480) ** -2.4 + (1 - fraction) * (energies[j] / 480) ** -3.4);
        values[i * stride + j] = random.poisson(mean);
        if (energies[j] >= 530 && energies[j] < 580) truth[i] += mean;
      }
    }
    const estimate = background(values, pixels);
    let [bias, square] = [0, 0];
    for (let i = 0; i < pixels; i++) {
      const error = inWindow(estimate.subarray(i * stride, (i + 1) * stride)) - truth[i];
      bias += error / truth[i] / pixels;
      square += (error * error) / truth[i] / pixels;
    }
    return { bias, std: Math.sqrt(square) };
  }

  const regressor = powerLawRegressor(energies, channels);
  const likelihood = (values: Float64Array, pixels: number) => {
    const fitted = new Float64Array(pixels * FITTED_WIDTH);
    fitLogLinear(values, pixels, energies.length, regressor.window, POISSON, fitted);
    const out = new Float64Array(values.length);
    evaluateLogLinear({ fitted, t: regressor.t }, pixels, out);
    return out;
  };

  it.each([5, 100])('the likelihood leaves no bias at %d counts per channel', (counts) => {
    const { bias, std } = measured(counts, likelihood);
    expect(Math.abs(bias)).toBeLessThan(0.005);
    expect(std).toBeGreaterThan(1.9);
    expect(std).toBeLessThan(2.3);
  });

  it.each([5, 100])(
    'two fixed exponents leave none either, at the same variance, at %d counts per channel',
    (counts) => {
      const { bias, std } = measured(counts, (values, pixels) => {
        const fitted = new Float64Array(pixels * FITTED_WIDTH);
        fitLogLinear(values, pixels, energies.length, regressor.window, POISSON, fitted);
        const exponents = Float64Array.from({ length: pixels }, (_, i) => fitted[i * FITTED_WIDTH + FITTED.b]).sort();
        const [low, high] = [0.2, 0.8].map((share) => exponents[Math.floor(share * pixels)]);
        const shapes = Float64Array.from(
          [low, high].flatMap((r) => [...energies.map((energy) => (energy / 480) ** -r)]),
        );
        const basis = leastSquaresBasis(shapes, 2, channels);
        const coefficients = new Float64Array(2 * pixels);
        fitBasis(values, pixels, basis, coefficients);
        const out = new Float64Array(values.length);
        evaluateBasis(coefficients, pixels, basis, out);
        return out;
      });
      expect(Math.abs(bias)).toBeLessThan(0.003);
      expect(std).toBeGreaterThan(1.9);
      expect(std).toBeLessThan(2.3);
    },
  );
});

describe('a combination of fixed shapes', () => {
  const energies = ladder(120, 500, 1);
  const channels = channelsWithin(energies, 500, 560);
  const shapes = Float64Array.from([
    ...energies.map((energy) => (energy / 530) ** -2),
    ...energies.map((energy) => (energy / 530) ** -5),
  ]);

  it('finds the coefficients of what it is made of, whatever the weights', () => {
    const row = Float64Array.from({ length: 120 }, (_, j) => 7 * shapes[j] - 2 * shapes[120 + j]);
    for (const weights of [undefined, Float64Array.from(channels, (_, k) => 1 / (1 + k))]) {
      const basis = leastSquaresBasis(shapes, 2, channels, weights);
      const coefficients = new Float64Array(2);
      fitBasis(row, 1, basis, coefficients);
      expect(coefficients[0]).toBeCloseTo(7, 8);
      expect(coefficients[1]).toBeCloseTo(-2, 8);
      const out = new Float64Array(120);
      evaluateBasis(coefficients, 1, basis, out);
      expect(out[110]).toBeCloseTo(row[110], 8);
    }
  });

  it('weighs channels as told', () => {
    const row = energies.map((_, j) => (j % 2 ? 100 : 90));
    const coefficients = [undefined, Float64Array.from(channels, (j) => (j % 2 ? 1 : 1e-9))].map((weights) => {
      const out = new Float64Array(2);
      fitBasis(row, 1, leastSquaresBasis(shapes, 2, channels, weights), out);
      return out;
    });
    const at = (c: Float64Array) => c[0] * shapes[30] + c[1] * shapes[150];
    expect(at(coefficients[0])).toBeGreaterThan(94);
    expect(at(coefficients[0])).toBeLessThan(96);
    expect(at(coefficients[1])).toBeGreaterThan(99);
  });

  it('responds to each value as its operator says', () => {
    const basis = leastSquaresBasis(shapes, 2, channels);
    const sum = energies.map((energy) => (energy > 570 ? 2 : 0));
    const response = new Float64Array(channels.length);
    respondBasis(basis, sum, response);
    const row = new Float64Array(120);
    row[channels[20]] = 1;
    const coefficients = new Float64Array(2);
    fitBasis(row, 1, basis, coefficients);
    const out = new Float64Array(120);
    evaluateBasis(coefficients, 1, basis, out);
    expect(response[20]).toBeCloseTo(
      out.reduce((total, value, j) => total + value * sum[j], 0),
      10,
    );
  });

  it('refuses shapes that the window cannot tell apart, and too few channels', () => {
    const twice = Float64Array.from([...energies, ...energies]);
    expect(() => leastSquaresBasis(twice, 2, channels)).toThrow(expect.objectContaining({ code: 'shapes-alike' }));
    expect(() => leastSquaresBasis(shapes, 2, channels.slice(0, 1))).toThrow(
      expect.objectContaining({ code: 'narrow-window' }),
    );
  });
});

describe('awkward windows and values', () => {
  const energies = ladder(50, 100, 2);
  const channels = channelsWithin(energies, 110, 150);
  const regressor = powerLawRegressor(energies, channels);

  it.each([
    ['zeros', 0],
    ['nothing but negative values', -3],
    ['values that are no numbers', Number.NaN],
    ['endless values', Number.POSITIVE_INFINITY],
  ])('%s give no background, and say so', (_, value) => {
    const { fitted, background } = fitOne(new Float64Array(50).fill(value), regressor);
    expect([...background]).toEqual(new Array(50).fill(0));
    expect(fitted[FITTED.converged]).toBe(0);
    const response = new Float64Array(channels.length);
    respondLogLinear(fitted, regressor.t, regressor.window, POISSON, new Float64Array(50).fill(1), response);
    expect([...response]).toEqual(new Array(channels.length).fill(0));
  });

  it.each([1e-9, 1, 1e9])('a power law times %d is found again', (factor) => {
    const { fitted, background } = fitOne(
      energies.map((energy) => factor * energy ** -3),
      regressor,
    );
    expect(fitted[FITTED.b]).toBeCloseTo(3, 9);
    expect(background[49] / (factor * energies[49] ** -3)).toBeCloseTo(1, 9);
  });

  it('a single count in a window leaves a background of one count there', () => {
    const row = new Float64Array(50);
    row[12] = 1;
    const { background } = fitOne(row, regressor);
    expect(channels.reduce((total, j) => total + background[j], 0)).toBeCloseTo(1, 6);
  });

  it('a row is fitted the same beside others', () => {
    const rows = Float64Array.from({ length: 150 }, (_, k) => (k < 50 ? 5 : k < 100 ? 0 : 9 + (k % 7)));
    const all = new Float64Array(3 * FITTED_WIDTH);
    fitLogLinear(rows, 3, 50, regressor.window, POISSON, all);
    for (const row of [0, 1, 2]) {
      const { fitted } = fitOne(rows.slice(50 * row, 50 * row + 50), regressor);
      expect([...fitted]).toEqual([...all.slice(FITTED_WIDTH * row, FITTED_WIDTH * (row + 1))]);
    }
  });

  it('a window at or below 0 eV, and one of a single channel, is refused', () => {
    const around = ladder(20, -5, 1);
    expect(() => powerLawRegressor(around, Int32Array.of(3, 4, 5, 6))).toThrow(
      expect.objectContaining({ code: 'window-below-zero' }),
    );
    expect(() => exponentialRegressor(around, Int32Array.of(3))).toThrow(
      expect.objectContaining({ code: 'narrow-window' }),
    );
    expect(exponentialRegressor(around, Int32Array.of(3, 4, 5)).reference).toBe(-1);
  });
});
