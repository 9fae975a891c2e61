import { describe, expect, it } from 'vitest';
import { portableExp, portableLog } from '../portable-math.ts';
import { CounterRandom } from '../random.ts';
import { evaluateLogLinear, subtractLogLinear } from './evaluate-lines.ts';
import { ExponentialMoments } from './exponential-moments.ts';
import { FITTED, FITTED_WIDTH, fitLogLinear } from './log-linear.ts';
import { powerLawRegressor } from './power-law.ts';

const SIZES = [1, 7, 16, 37, 250];

describe('lines in logarithms', () => {
  // Near 1 eV the regressor changes by much from channel to channel, and near 1000 eV by little.
  const cases = SIZES.flatMap((size) => [1, 30, 1000].map((start): [number, number] => [size, start]));
  it.each(cases)('of %d channels from %d eV are exact to 3 in 10¹⁵', (size, start) => {
    const t = Float64Array.from({ length: size }, (_, j) => -portableLog(start + j));
    const slopes = [0, 0.4, 3, -2, 40, 5];
    const lines = slopes.flatMap((b) => [1.5, b]);
    lines[2 * 5] = Number.NEGATIVE_INFINITY;
    const fitted = Float64Array.from(lines);
    const first = Math.min(2, size - 1);
    const end = Math.max(first + 1, size - 3);
    const out = new Float64Array(slopes.length * size).fill(7);
    evaluateLogLinear({ fitted, width: 2, t, first, end }, slopes.length, out);
    const values = out.map((_, at) => (at % 11) + 0.25);
    const left = values.slice();
    subtractLogLinear({ fitted, width: 2, t, first, end }, slopes.length, left, left);
    for (const [row, b] of slopes.entries()) {
      for (let j = 0; j < size; j++) {
        const at = row * size + j;
        const inside = j >= first && j < end;
        const wanted = inside && row < 5 ? portableExp(1.5 + b * t[j]) : 0;
        expect(Math.abs(out[at] - wanted), `b ${b}, channel ${j}`).toBeLessThanOrEqual(
          3e-15 * (1 + Math.abs(b * t[j])) * wanted,
        );
        expect(left[at]).toBe(inside ? values[at] - out[at] : 0);
      }
    }
  });

  it('are the same whatever rows stand beside them', () => {
    const t = Float64Array.from({ length: 3000 }, (_, j) => -portableLog(40 + j));
    const fitted = Float64Array.from({ length: 60 }, (_, i) => (i % 2 ? 2 + i / 40 : 6));
    const together = new Float64Array(30 * 3000);
    evaluateLogLinear({ fitted, width: 2, t }, 30, together);
    for (const row of [0, 13, 29]) {
      const alone = new Float64Array(3000);
      evaluateLogLinear({ fitted: fitted.subarray(2 * row, 2 * row + 2), width: 2, t }, 1, alone);
      expect(alone).toEqual(together.slice(row * 3000, (row + 1) * 3000));
    }
  });
});

describe('moments of an exponential', () => {
  it.each([
    [79, 0.08],
    [1, 0],
    [400, 1.7],
  ])('of %d numbers up to %f are those of the sum, as far as it says so', (size, reach) => {
    const t = Float64Array.from({ length: size }, (_, k) => (size < 2 ? 0 : reach * ((2 * k) / (size - 1) - 1) ** 3));
    const moments = new ExponentialMoments(t);
    for (const b of [0, 1e-9, 0.3, -3, 24, -24]) {
      expect(moments.find(b)).toBe(Math.abs(b) * (reach || 1) <= 2);
      if (!moments.find(b)) continue;
      for (const m of [0, 1, 2]) {
        let [sum, sizes] = [0, 0];
        for (const each of t) {
          sum += portableExp(b * each) * each ** m;
          sizes += portableExp(Math.abs(b * each)) * Math.abs(each) ** m;
        }
        expect(Math.abs(moments.found[m] - sum), `b ${b}, moment ${m}`).toBeLessThanOrEqual(4e-14 * sizes);
      }
    }
    expect(moments.find(Number.NaN)).toBe(false);
  });
});

describe('counts that weigh all the same', () => {
  const energies = Float64Array.from({ length: 200 }, (_, j) => 400 + j);
  const random = new CounterRandom(3, 0);
  const fitted = (values: Float64Array, [low, high]: [number, number], weights: Parameters<typeof fitLogLinear>[4]) => {
    const channels = Int32Array.from(energies.keys()).filter((j) => energies[j] >= low && energies[j] <= high);
    const { window } = powerLawRegressor(energies, channels);
    const out = new Float64Array(FITTED_WIDTH);
    fitLogLinear(values, 1, energies.length, window, weights, out);
    return out;
  };

  it.each([1, 0.37, 25])('are fitted as one by one, at a gain of %f', (gain) => {
    const values = energies.map((energy) => gain * random.poisson(30 * (energy / 480) ** -3));
    const gains = (length: number) => new Float64Array(length).fill(gain);
    // The smallest of readout noises makes every count weigh for itself.
    const [same, each] = [0, 1e-12].map((readout) =>
      fitted(values, [440, 520], { law: 'poisson', gain: gains(81), readout }),
    );
    const { a, b, varianceA, covarianceAB, varianceB } = FITTED;
    for (const k of [a, b]) expect(Math.abs(same[k] - each[k])).toBeLessThanOrEqual(1e-9 * Math.abs(each[k]));
    // Covariances are those of the last step but one.
    const scale = Math.sqrt(each[varianceA] * each[varianceB]);
    for (const k of [varianceA, varianceB]) expect(same[k] / each[k]).toBeCloseTo(1, 5);
    expect(Math.abs(same[covarianceAB] - each[covarianceAB])).toBeLessThan(1e-5 * scale);
  });

  it('of the steepest of slopes are too: where the series would not do, each count is looked at', () => {
    const steep = energies.map((energy) => 1e5 * portableExp(-(energy - 400) / 4));
    const [same, each] = [0, 1e-12].map((readout) => fitted(steep, [402, 590], { law: 'poisson', readout }));
    expect(same[5]).toBe(1);
    for (const k of [0, 1, 2, 4]) expect(Math.abs(same[k] - each[k])).toBeLessThanOrEqual(1e-8 * Math.abs(each[k]));
  });
});
