import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import { asls } from './asls.ts';
import { aspls } from './aspls.ts';
import { derpsalsa } from './derpsalsa.ts';
import { drpls } from './drpls.ts';
import { iasls } from './iasls.ts';
import { cutOffPeriod, lambdaOfPeriod, ramanLambda, rescaledLambda } from './penalty.ts';
import { psalsa } from './psalsa.ts';

const CHANNELS = 300;
const random = new CounterRandom(3, 0);
const y = Float64Array.from({ length: CHANNELS }, (_, i) => {
  const peak = 80 * Math.exp(-(((i - 120) / 6) ** 2)) + 30 * Math.exp(-(((i - 200) / 9) ** 2));
  return 50 + 0.1 * i + peak + 3 * random.normal();
});

type Options = Record<string, number>;
const baselines = { asls, iasls, drpls, aspls, psalsa, derpsalsa } as unknown as Record<
  string,
  (values: Float64Array, channels: number, out: Float64Array, options: Options) => unknown
>;

function baseline(name: string, options: Options): Float64Array {
  const out = new Float64Array(CHANNELS);
  baselines[name](y, CHANNELS, out, { lambda: 1e4, ...options });
  return out;
}

describe('options of single methods', () => {
  it.each<[string, string, number, number]>([
    ['asls', 'p', 0.01, 0.02],
    ['iasls', 'p', 0.01, 0.02],
    ['iasls', 'firstLambda', 1e-4, 1],
    ['drpls', 'eta', 0.5, 0.1],
    ['aspls', 'steepness', 0.5, 2],
    ['psalsa', 'p', 0.5, 0.3],
    ['psalsa', 'height', 3, 6],
    ['derpsalsa', 'p', 0.01, 0.02],
    ['derpsalsa', 'height', 3, 6],
    ['derpsalsa', 'smoothing', 1, 3],
    ['derpsalsa', 'smoothings', 16, 4],
  ])('%s heeds %s, %d by default or not', (name, option, one, other) => {
    const moved = baseline(name, { smoothing: 2, [option]: one });
    expect(baseline(name, { smoothing: 2, [option]: other })).not.toEqual(moved);
  });

  it.each<[string, Options]>([
    ['asls', { p: 0.01 }],
    ['iasls', { p: 0.01, firstLambda: 1e-4 }],
    ['drpls', { eta: 0.5 }],
    ['aspls', { steepness: 0.5 }],
    ['psalsa', { p: 0.5 }],
    ['derpsalsa', { p: 0.01, smoothing: 1, smoothings: 16 }],
  ])('%s takes the defaults it says', (name, options) => {
    expect(baseline(name, options)).toEqual(baseline(name, {}));
  });
});

describe('stiffness', () => {
  it('halves the sine of the cut-off period', () => {
    const channels = 4000;
    for (const lambda of [1e4, 1e6]) {
      const period = cutOffPeriod(lambda);
      expect(lambdaOfPeriod(period)).toBeCloseTo(lambda, 4);
      const sine = Float64Array.from({ length: channels }, (_, i) => Math.sin((2 * Math.PI * i) / period));
      const out = new Float64Array(channels);
      asls(sine, channels, out, { lambda, maxIterations: 1 });
      const middle = Array.from({ length: 2000 }, (_, i) => out[i + 1000]);
      expect(Math.max(...middle)).toBeGreaterThan(0.495);
      expect(Math.max(...middle)).toBeLessThan(0.505);
    }
    expect(cutOffPeriod(1e6, 0.01)).toBeCloseTo(2 * Math.PI * 100, 9);
    expect(lambdaOfPeriod(2 * Math.PI * 100, 0.01)).toBeCloseTo(1e6, 4);
  });

  it('stays the same baseline on channels half as wide', () => {
    const wide = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i / 25));
    const narrow = Float64Array.from({ length: 800 }, (_, i) => Math.sin((i - 0.5) / 50));
    const [a, b] = [new Float64Array(400), new Float64Array(800)];
    const lambda = 2e4;
    asls(wide, 400, a, { lambda, maxIterations: 1 });
    asls(narrow, 800, b, { lambda: rescaledLambda(lambda, 2, 1), maxIterations: 1 });
    for (let i = 50; i < 350; i++) expect((b[2 * i] + b[2 * i + 1]) / 2).toBeCloseTo(a[i], 2);
    expect(rescaledLambda(1, 2, 1)).toBe(16);
    expect(ramanLambda(2000)).toBe(16e6);
  });

  it.each([
    () => cutOffPeriod(0),
    () => lambdaOfPeriod(-1),
    () => rescaledLambda(1, 0, 1),
    () => ramanLambda(Number.NaN),
  ])('refuses what is not positive', (call) => expect(call).toThrow(/positive/));
});
