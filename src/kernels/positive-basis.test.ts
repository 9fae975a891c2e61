import { describe, expect, it } from 'vitest';
import { fitPositiveBasis, type PositiveBasis, positiveBasis, respondPositiveBasis } from './positive-basis.ts';
import { evaluateBasis } from './pre-edge/basis.ts';
import type { FitWeights } from './pre-edge/fit-window.ts';
import { CounterRandom } from './random.ts';

const CHANNELS = 60;
const POISSON: FitWeights = { law: 'poisson' };
const at = (j: number) => 1 + j / 10;
/** 1/E, 1 and E, one after the other. */
const SHAPES = Float64Array.from(
  { length: 3 * CHANNELS },
  (_, k) => at(k % CHANNELS) ** (Math.floor(k / CHANNELS) - 1),
);
const ALL = Int32Array.from({ length: CHANNELS }, (_, j) => j);

const basisOf = (count: number, weights: FitWeights = POISSON, channels = ALL) =>
  positiveBasis(SHAPES.slice(0, count * CHANNELS), count, channels, weights);

function amountsOf(values: Float64Array, basis: PositiveBasis): Float64Array {
  const amounts = new Float64Array((values.length / CHANNELS) * basis.count);
  fitPositiveBasis(values, values.length / CHANNELS, basis, amounts);
  return amounts;
}

function mixture(...amounts: number[]): Float64Array {
  const out = new Float64Array(CHANNELS);
  evaluateBasis(Float64Array.from(amounts), 1, basisOf(amounts.length), out);
  return out;
}

function drawn(mean: Float64Array, seed: number): Float64Array {
  const random = new CounterRandom(seed, 0);
  return mean.map((value) => random.poisson(value));
}

/** Σ y·ln f − f. */
const likelihood = (values: Float64Array, f: Float64Array) =>
  values.reduce((sum, y, j) => sum + (y > 0 ? y * Math.log(f[j]) : 0) - f[j], 0);

describe('a mixture of positive shapes', () => {
  it.each([1, 2, 3])('of %d shapes without noise is found exactly', (count) => {
    const wanted = [50, 7, 2].slice(0, count);
    const found = amountsOf(mixture(...wanted), basisOf(count));
    for (const [p, amount] of wanted.entries()) expect(found[p] / amount).toBeCloseTo(1, 9);
  });

  it('has the highest likelihood of all, also where an amount is 0', () => {
    let bound = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const scale = [0.02, 0.5, 20][seed % 3];
      const row = drawn(mixture(10 * scale, scale, 0), seed);
      const amounts = amountsOf(row, basisOf(3));
      expect(amounts.every((each) => each >= 0)).toBe(true);
      if (amounts.some((each) => each === 0)) bound++;
      const best = likelihood(row, mixture(...amounts));
      for (let p = 0; p < 3; p++) {
        for (const step of [-0.01, 0.01]) {
          const moved = amounts.map((each, q) => (p === q ? Math.max(0, each + step * (each || 0.1)) : each));
          if (moved.some((each) => each > 0))
            expect(likelihood(row, mixture(...moved))).toBeLessThanOrEqual(best + 1e-9);
        }
      }
    }
    expect(bound).toBeGreaterThan(10);
  });

  it('holds as many counts as the row', () => {
    for (const seed of [1, 2, 3]) {
      const row = drawn(mixture(0.3, 0.1), seed);
      const total = mixture(...amountsOf(row, basisOf(2))).reduce((sum, value) => sum + value, 0);
      expect(total).toBeCloseTo(
        row.reduce((sum, value) => sum + value, 0),
        8,
      );
    }
  });

  it('each row by itself, and as its likelihood: scaled counts give scaled amounts', () => {
    const rows = new Float64Array(3 * CHANNELS);
    for (const i of [0, 1, 2]) rows.set(drawn(mixture(2, 1), i), i * CHANNELS);
    const together = amountsOf(rows, basisOf(2));
    const alone = [0, 1, 2].flatMap((i) => [...amountsOf(rows.slice(i * CHANNELS, (i + 1) * CHANNELS), basisOf(2))]);
    expect([...together]).toEqual(alone);
    const gain = new Float64Array(CHANNELS).fill(7);
    const scaled = amountsOf(
      rows.map((value) => 7 * value),
      basisOf(2, { law: 'poisson', gain }),
    );
    for (const [k, each] of scaled.entries()) expect(each).toBeCloseTo(7 * together[k], 6);
  });

  it('sees readout noise: counts say less where they are few', () => {
    const random = new CounterRandom(5, 0);
    const mean = mixture(40, 0, 0);
    const row = mean.map((value) => random.poisson(value) + 6 * random.normal());
    const [plain, read] = [amountsOf(row, basisOf(2)), amountsOf(row, basisOf(2, { law: 'poisson', readout: 6 }))];
    expect(Math.abs(plain[0] - read[0])).toBeGreaterThan(0.05);
    const sums: number[] = [];
    for (let i = 0; i < 300; i++) {
      const again = mean.map((value) => random.poisson(value) + 6 * random.normal());
      sums.push(mixture(...amountsOf(again, basisOf(2, { law: 'poisson', readout: 6 }))).reduce((a, b) => a + b, 0));
    }
    const wanted = mean.reduce((a, b) => a + b, 0);
    const found = sums.reduce((a, b) => a + b, 0) / sums.length;
    const error = Math.sqrt((wanted + CHANNELS * 36) / sums.length);
    expect(Math.abs(found - wanted)).toBeLessThan(3 * error);
  });

  it('of equal weights is that of least squares, and may meet values below 0', () => {
    const random = new CounterRandom(6, 0);
    const row = mixture(3, 2).map((value) => value - 0.5 + random.normal());
    const amounts = amountsOf(row, basisOf(2, { law: 'equal' }));
    const squares = (f: Float64Array) => row.reduce((sum, value, j) => sum + (value - f[j]) ** 2, 0);
    const least = squares(mixture(...amounts));
    for (const [a, b] of [
      [1.001, 1],
      [1, 1.001],
      [0.999, 1],
      [1, 0.999],
    ]) {
      expect(squares(mixture(a * amounts[0], b * amounts[1]))).toBeGreaterThanOrEqual(least);
    }
    expect([
      ...amountsOf(
        row.map((value) => -value),
        basisOf(2, { law: 'equal' }),
      ),
    ]).toEqual([0, 0]);
  });

  it.each<[string, FitWeights]>([
    ['Poisson', POISSON],
    ['gain and readout', { law: 'poisson', gain: new Float64Array(CHANNELS).fill(2), readout: 3 }],
    ['equal', { law: 'equal' }],
  ])('%s: the response is what a change of each value makes of the sum', (_, weights) => {
    const basis = basisOf(3, weights, ALL.slice(5, 50));
    const row = drawn(mixture(400, 60, 5), 9);
    const sum = Float64Array.from({ length: CHANNELS }, (_, j) => (j > 30 ? 1 + j / 50 : 0));
    const total = (values: Float64Array) => {
      const out = new Float64Array(CHANNELS);
      evaluateBasis(amountsOf(values, basis), 1, basis, out);
      return out.reduce((all, value, j) => all + sum[j] * value, 0);
    };
    const response = new Float64Array(basis.channels.length);
    respondPositiveBasis(row, amountsOf(row, basis), basis, sum, response);
    for (const k of [0, 7, 20, 44]) {
      const j = basis.channels[k];
      const slope = (total(row.with(j, row[j] + 0.01)) - total(row.with(j, row[j] - 0.01))) / 0.02;
      expect(response[k]).toBeCloseTo(slope, 4);
    }
  });

  it('of rows that hold nothing, or are not finite', () => {
    const rows = new Float64Array(3 * CHANNELS);
    rows.fill(Number.NaN, CHANNELS, 2 * CHANNELS);
    rows.fill(-1, 2 * CHANNELS);
    expect([...amountsOf(rows, basisOf(2))]).toEqual([0, 0, Number.NaN, Number.NaN, 0, 0]);
    const response = new Float64Array(CHANNELS).fill(1);
    respondPositiveBasis(rows.slice(0, CHANNELS), new Float64Array(2), basisOf(2), response.slice(), response);
    expect(response).toEqual(new Float64Array(CHANNELS));
  });

  it('of one count, of 1e-9 and of 1e9 counts a channel', () => {
    expect(
      mixture(...amountsOf(new Float64Array(CHANNELS).with(40, 1), basisOf(3))).reduce((a, b) => a + b, 0),
    ).toBeCloseTo(1, 9);
    for (const scale of [1e-9, 1e9]) {
      const found = amountsOf(
        mixture(50, 7, 2).map((value) => scale * value),
        basisOf(3),
      );
      for (const [p, amount] of [50, 7, 2].entries()) expect(found[p] / amount / scale).toBeCloseTo(1, 6);
    }
  });

  it('refuses what cannot be told, and leaves out what holds no shape', () => {
    expect(() => basisOf(2, POISSON, Int32Array.of(3))).toThrow(expect.objectContaining({ code: 'narrow-window' }));
    expect(() => positiveBasis(new Float64Array(2 * CHANNELS).fill(1, 0, CHANNELS), 2, ALL, POISSON)).toThrow(
      expect.objectContaining({ code: 'narrow-window' }),
    );
    expect(() => positiveBasis(SHAPES, 7, ALL, POISSON)).toThrow(RangeError);
    const shapes = SHAPES.slice(0, CHANNELS).fill(0, 50);
    expect(positiveBasis(shapes, 1, ALL, POISSON).channels).toHaveLength(50);
  });
});
