import { describe, expect, it } from 'vitest';
import { isSpectrailError } from '../../signal/errors.ts';
import { CounterRandom } from '../random.ts';
import { shirley } from './shirley.ts';
import {
  type LossFunction,
  type TougaardOptions,
  threeParameterLoss,
  tougaard,
  tougaardResponse,
  UNIVERSAL_LOSS,
} from './tougaard.ts';

const bell = (x: number, sigma: number) => Math.exp((-x * x) / (2 * sigma * sigma));
/** eV of kinetic energy: peaks at 85 and 88.7, 80 eV of losses below, no counts above. */
const CHANNELS = 1000;
const energies = Float64Array.from({ length: CHANNELS }, (_, j) => 0.1 * j);
const primary = (energy: number) => 4000 * bell(energy - 88.7, 0.7) + 3000 * bell(energy - 85, 0.7);
const AREA = (4000 + 3000) * 0.7 * Math.sqrt(2 * Math.PI) * 10;
const SILICON = threeParameterLoss(325, 542, 275);

const lossAt = ({ b, c, cFactor, d }: LossFunction, t: number) => (b * t) / ((c + cFactor * t * t) ** 2 + d * t * t);

/** What comes out of the solid: y = primary + ∫ K(E' − E)·y(E') dE', on a grid five times finer than the channels. */
function withLosses(loss: LossFunction): Float64Array {
  const finer = 5;
  const step = 0.1 / finer;
  const n = CHANNELS * finer;
  const kernel = Float64Array.from({ length: n }, (_, k) => lossAt(loss, k * step) * step);
  const y = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    let sum = primary(i * step);
    for (let j = i + 1; j < n; j++) sum += kernel[j - i] * y[j];
    y[i] = sum;
  }
  return Float64Array.from({ length: CHANNELS }, (_, j) => y[j * finer]);
}

function noisy(mean: Float64Array, seed: number): Float64Array {
  const random = new CounterRandom(seed, 0);
  return mean.map((value) => random.poisson(50 + value));
}

const options: TougaardOptions = { energies, scale: 'kinetic', endChannels: 40 };
const run = (values: Float64Array, more: Partial<TougaardOptions> = {}, rows = 1) => {
  const out = new Float64Array(values.length);
  const { b } = tougaard(values, rows, values.length / rows, { ...options, ...more }, out);
  return { out, b: Array.from(b) };
};
const areaOver = (values: Float64Array, background: Float64Array, from: number, to: number) => {
  let sum = 0;
  for (let j = from; j < to; j++) sum += values[j] - background[j];
  return sum;
};

describe('Tougaard background', () => {
  it.each<[string, LossFunction]>([
    ['universal', UNIVERSAL_LOSS],
    ['three-parameter', SILICON],
    ['four-parameter', { b: 500, c: 299, cFactor: 1.5, d: 542 }],
  ])('finds the area of peaks with %s losses within 1 %%, B known or met below them', (_, loss) => {
    const mean = withLosses(loss);
    const draws = 20;
    const values = Float64Array.from(Array.from({ length: draws }, (_, seed) => Array.from(noisy(mean, seed))).flat());
    const share = (background: Float64Array) => {
      let area = 0;
      for (let row = 0; row < draws * CHANNELS; row += CHANNELS)
        area += areaOver(values, background, row + 780, row + 940);
      return area / AREA / draws;
    };
    const known = share(run(values, { loss }, draws).out);
    // 35 to 50 eV below, starting from another B.
    const other = { ...loss, b: 0.6 * loss.b };
    const found = run(values, { loss: other, meets: [350, 500] }, draws);
    const met = share(found.out);
    const b = found.b.reduce((sum, value) => sum + value, 0) / draws;
    expect(Math.abs(known - 1)).toBeLessThan(0.01);
    expect(Math.abs(met - 1)).toBeLessThan(0.01);
    expect(Math.abs(b / loss.b - 1)).toBeLessThan(0.02);
  });

  it('a Shirley background of the same data is wrong by 2–10 % of the area', () => {
    const mean = withLosses(UNIVERSAL_LOSS).map((value) => value + 50);
    const [from, to] = [780, 940];
    const background = new Float64Array(to - from);
    const part = { energies: energies.slice(from, to), scale: 'kinetic' } as const;
    shirley(mean.slice(from, to), 1, to - from, part, background);
    const bias = areaOver(mean.slice(from, to), background, 0, to - from) / AREA - 1;
    expect(Math.abs(bias)).toBeGreaterThan(0.02);
    expect(Math.abs(bias)).toBeLessThan(0.1);
  });

  it('is the same whichever way the axis runs, and on a binding scale', () => {
    const values = noisy(withLosses(SILICON), 3);
    const { out } = run(values);
    const backwards = run(values.slice().reverse(), { energies: energies.slice().reverse() });
    for (const [j, value] of backwards.out.reverse().entries()) {
      expect(Math.abs(value - out[j])).toBeLessThan(1e-12 * Math.abs(out[j]));
    }
    expect(run(values, { energies: energies.map((energy) => -energy), scale: 'binding' }).out).toEqual(out);
  });

  it('takes uneven channels for what they span', () => {
    const uneven = Float64Array.from([100, 104, 105, 111]);
    const row = Float64Array.from([3, 8, 6, 2]);
    const k = (t: number) => lossAt(UNIVERSAL_LOSS, t);
    // Half of the distance between the neighbours, at the end all of the one.
    const [third, second] = [(row[2] - 2) * 3.5, (row[1] - 2) * 2.5];
    const expected = [2 + k(5) * third + k(4) * second, 2 + k(1) * third, 2, 2];
    const { out } = run(row, { energies: uneven, endChannels: 1 });
    for (let j = 0; j < 4; j++) expect(out[j]).toBeCloseTo(expected[j], 12);
    const { out: level } = run(row, { energies: uneven, endChannels: 2 });
    expect(level[2]).toBeCloseTo(4 + k(6) * (2 - 4) * 6, 12);
  });

  it('no option is ignored', () => {
    const values = noisy(withLosses(UNIVERSAL_LOSS), 4);
    const usual = run(values);
    expect(run(values, { loss: UNIVERSAL_LOSS }).out).toEqual(usual.out);
    const others: Partial<TougaardOptions>[] = [
      { energies: energies.map((energy) => energy * 1.1) },
      { scale: 'binding' },
      { endChannels: 1 },
      { meets: [350, 500] },
      { meets: [350, 499] },
      ...[{ b: 2800 }, { c: 1600 }, { cFactor: 0.9 }, { d: 1 }].map((more) => ({
        loss: { ...UNIVERSAL_LOSS, ...more },
      })),
    ];
    const results = others.map((more) => run(values, more).out.join());
    expect(new Set([usual.out.join(), ...results]).size).toBe(others.length + 1);
    expect(usual.b).toEqual([2866]);
  });

  it('meets the sum of the data over its region', () => {
    const values = noisy(withLosses(UNIVERSAL_LOSS), 5);
    expect(areaOver(values, run(values, { meets: [350, 500] }).out, 350, 500)).toBeCloseTo(0, 5);
  });

  it('answers to the data as it says', () => {
    const values = noisy(withLosses(SILICON), 6);
    const weights = Float64Array.from({ length: CHANNELS }, (_, j) => (j >= 800 && j < 900 ? 1 : 0));
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, j) => sum + value * b[j], 0);
    for (const more of [{}, { loss: SILICON, endChannels: 7 }, { scale: 'binding' as const }]) {
      const response = tougaardResponse(CHANNELS, { ...options, ...more }, weights);
      const sum = dot(weights, run(values, more).out);
      expect(Math.abs(dot(response, values) - sum)).toBeLessThan(1e-11 * Math.abs(sum));
    }
    expect(() => tougaardResponse(CHANNELS, { ...options, meets: [0, 1] }, weights)).toThrow('fixed B');
    expect(() => tougaardResponse(CHANNELS, options, weights.slice(1))).toThrow('1000');
  });

  it('a row is the same bits alone, in company and in place; one that is not finite becomes NaN', () => {
    const part = { energies: energies.slice(0, 61), endChannels: 3, meets: [0, 5] as const };
    const rows = 300;
    const values = new Float64Array(rows * 61);
    const random = new CounterRandom(7, 0);
    for (let i = 0; i < values.length; i++) values[i] = random.poisson(i % 61 < 50 ? 40 : 10);
    values[61 * 280 + 4] = Number.NaN;
    const together = run(values, part, rows);
    for (const i of [0, 17, 255, 256, 299]) {
      const row = values.slice(61 * i, 61 * i + 61);
      const { b } = tougaard(row, 1, 61, { ...options, ...part }, row);
      expect(row).toEqual(together.out.slice(61 * i, 61 * i + 61));
      expect(b[0]).toBe(together.b[i]);
    }
    expect(together.out.slice(61 * 280, 61 * 281).every(Number.isNaN)).toBe(true);
    expect(together.b[280]).toBeNaN();
    expect(run(new Float64Array(CHANNELS).fill(Number.NaN)).b[0]).toBeNaN();
  });

  it.each([1, 2, 3, 8])('%d channels; zeros and constants stay', (channels) => {
    for (const level of [0, 3, -3, 1e9, 1e-9]) {
      const row = new Float64Array(channels).fill(level);
      const part = { energies: energies.slice(0, channels), endChannels: 1 };
      expect(run(row, part).out).toEqual(row);
      const { out, b } = run(row, { ...part, meets: [0, 1] });
      expect(out.every(Number.isNaN)).toBe(true);
      expect(b[0]).toBeNaN();
    }
  });

  it.each<[string, Partial<TougaardOptions>]>([
    ['a short axis', { energies: energies.slice(1) }],
    ['an axis that stands', { energies: energies.map(() => 4) }],
    ['no end', { endChannels: 0 }],
    ['an empty region', { meets: [5, 5] }],
    ['a region outside', { meets: [5, 1001] }],
    ['a C that is not finite', { loss: { ...UNIVERSAL_LOSS, c: Number.NaN } }],
    ['a negative D', { loss: { ...UNIVERSAL_LOSS, d: -1 } }],
  ])('refuses %s', (_, more) => {
    try {
      run(new Float64Array(CHANNELS), more);
      expect.unreachable();
    } catch (error) {
      expect(isSpectrailError(error, 'input')).toBe(true);
    }
  });
});
