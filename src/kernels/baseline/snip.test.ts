import { describe, expect, it } from 'vitest';
import { isSpectrailError } from '../../signal/errors.ts';
import { CounterRandom } from '../random.ts';
import { type SnipOptions, snip } from './snip.ts';
import { snipOffset } from './snip-offset.ts';

const lls = (y: number) => Math.log(Math.log(Math.sqrt(y + 1) + 1) + 1);
const inverse = (v: number) => (Math.exp(Math.exp(v) - 1) - 1) ** 2 - 1;

/** Weights of the pairs at ⌊p·i/k⌋, i = 1 … k. */
const FILTERS: Record<number, number[]> = {
  2: [1 / 2],
  4: [4 / 6, -1 / 6],
  6: [15 / 20, -6 / 20, 1 / 20],
  8: [56 / 70, -28 / 70, 8 / 70, -1 / 70],
};

/** SNIP in plain words, one row. */
function twin(values: Float64Array, options: SnipOptions): Float64Array {
  const { halfWindow, decreasing = true, order = 2, transform = true } = options;
  const { smoothHalfWindow: h = 0, beforehandHalfWindow = 0 } = options;
  const n = values.length;
  let y = Array.from(values);
  if (beforehandHalfWindow) {
    y = y.map((_, i) => {
      const reach = Math.min(beforehandHalfWindow, i, n - 1 - i);
      return y.slice(i - reach, i + reach + 1).reduce((sum, value) => sum + value, 0) / (2 * reach + 1);
    });
  }
  const base = Math.min(0, ...y);
  const v = transform ? y.map((value) => lls(value - base)) : y;
  const own = (j: number) => (halfWindow instanceof Uint32Array ? halfWindow[Math.min(Math.max(j, 0), n - 1)] : pad);
  const sides = typeof halfWindow === 'number' ? [halfWindow, halfWindow] : Array.from(halfWindow);
  const pad = Math.max(...sides);
  const [left, right] = halfWindow instanceof Uint32Array ? [pad, pad] : sides;
  const line = (points: number[]) => {
    const middle = (points.length - 1) / 2;
    const mean = points.reduce((sum, value) => sum + value, 0) / points.length;
    const spread = points.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
    const slope = spread ? points.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0) / spread : 0;
    return (i: number) => Math.max(transform ? lls(0) : -Infinity, mean + slope * (i - middle));
  };
  const k = Math.min(pad, n);
  const [before, after] = [line(v.slice(0, k)), line(v.slice(n - k))];
  let b = [
    ...Array.from({ length: pad }, (_, i) => before(i - pad)),
    ...v,
    ...Array.from({ length: pad }, (_, i) => after(k + i)),
  ];
  const at = (i: number) => (i < 0 ? -1 - i : i >= b.length ? 2 * b.length - 1 - i : i);
  for (let pass = 1; pass <= pad; pass++) {
    const half = decreasing ? pad + 1 - pass : pass;
    const [l, r] = [Math.min(half, left), Math.min(half, right)];
    b = b.map((value, i) => {
      if (i < half || i >= b.length - half || own(i - pad) < half) return value;
      let filter = Number.NEGATIVE_INFINITY;
      for (let o = 2; o <= order; o += 2) {
        const parts = FILTERS[o].length;
        const pairs = FILTERS[o].map((weight, p) => {
          const [from, to] = [l, r].map((reach) => Math.floor((reach * (p + 1)) / parts));
          return weight * (b[i - from] + b[i + to]);
        });
        filter = Math.max(
          filter,
          pairs.reduce((sum, value) => sum + value, 0),
        );
      }
      if (value > filter) return filter;
      if (h === 0) return value;
      let sum = 0;
      for (let j = i - h; j <= i + h; j++) sum += b[at(j)];
      return sum / (2 * h + 1);
    });
  }
  const found = b.slice(pad, pad + n);
  return Float64Array.from(transform ? found.map((value) => inverse(value) + base) : found);
}

/** Gaussian peaks on a falling continuum, Poisson. */
function spectrum(channels: number, seed: number, scale = 1): Float64Array {
  const random = new CounterRandom(seed, 0);
  return Float64Array.from({ length: channels }, (_, j) => {
    const peaks = [0.2, 0.5, 0.77].reduce((sum, at, i) => sum + (i + 1) * bell(j - at * channels, 4 + i), 0);
    return random.poisson(scale * (300 * Math.exp((-2 * j) / channels) + 100 * peaks));
  });
}

const bell = (x: number, sigma: number) => Math.exp((-x * x) / (2 * sigma * sigma));

const run = (values: Float64Array, options: SnipOptions, rows = 1) => {
  const out = new Float64Array(values.length);
  snip(values, rows, values.length / rows, options, out);
  return out;
};

const perChannel = (channels: number) => Uint32Array.from({ length: channels }, (_, j) => 3 + Math.floor(j / 12));

const VARIANTS: [string, SnipOptions][] = [
  ['as it is', { halfWindow: 12 }],
  ['increasing', { halfWindow: 12, decreasing: false }],
  ['order 4', { halfWindow: 13, order: 4 }],
  ['order 6', { halfWindow: 13, order: 6 }],
  ['order 8', { halfWindow: 13, order: 8 }],
  ['without the transform', { halfWindow: 12, transform: false }],
  ['smoothed in the passes', { halfWindow: 12, smoothHalfWindow: 2 }],
  ['smoothed beforehand', { halfWindow: 12, beforehandHalfWindow: 2 }],
  ['two half windows', { halfWindow: [6, 14] }],
  ['one-sided', { halfWindow: [0, 9] }],
  ['one window a channel', { halfWindow: perChannel(203) }],
  ['one window a channel, increasing', { halfWindow: perChannel(203), decreasing: false, order: 6 }],
];

describe('SNIP', () => {
  it('transforms as published', () => {
    const table = [
      [0, 0.526589],
      [1, 0.632002],
      [10, 0.901166],
      [1e3, 1.500849],
      [1e6, 2.06797],
    ];
    for (const [y, v] of table) {
      expect(lls(y)).toBeCloseTo(v, 6);
      const level = new Float64Array(50).fill(y);
      for (const value of run(level, { halfWindow: 9, precision: 'double' })) {
        expect(Math.abs(value - y)).toBeLessThan(1e-14 + 1e-13 * y);
      }
    }
  });

  it.each(VARIANTS)('is what its words say: %s', (_, options) => {
    const values = spectrum(203, 3);
    const expected = twin(values, options);
    const double = run(values, { ...options, precision: 'double' });
    const single = run(values, options);
    for (let j = 0; j < values.length; j++) {
      expect(Math.abs(double[j] - expected[j])).toBeLessThan(1e-11 * (1 + Math.abs(expected[j])));
      expect(Math.abs(single[j] - expected[j])).toBeLessThan(2e-6 + 2e-5 * Math.abs(expected[j]));
    }
  });

  it('no option is ignored', () => {
    const values = spectrum(203, 4);
    const results = VARIANTS.map(([, options]) => run(values, { ...options, precision: 'double' }).join());
    expect(new Set(results).size).toBe(VARIANTS.length);
    expect(run(values, { halfWindow: 12 }).join()).not.toBe(results[0]);
    expect(run(values, { halfWindow: 12, decreasing: true, order: 2, transform: true }).join()).toBe(
      run(values, { halfWindow: 12, smoothHalfWindow: 0, beforehandHalfWindow: 0, precision: 'single' }).join(),
    );
  });

  it.each([1e-9, 1e-3, 1, 1e3, 1e6])('single precision stays within its bound at a scale of %d', (scale) => {
    for (const transform of [true, false]) {
      for (let seed = 0; seed < 6; seed++) {
        const values = spectrum(400, seed, Math.max(1, scale)).map((value) => value * Math.min(1, scale));
        const options = { halfWindow: 40, transform };
        const double = run(values, { ...options, precision: 'double' });
        const single = run(values, options);
        const most = Math.max(...values);
        for (let j = 0; j < values.length; j++) {
          const bound = transform ? 2e-6 + 2e-5 * Math.abs(double[j]) : 1e-5 * most;
          expect(Math.abs(single[j] - double[j])).toBeLessThanOrEqual(bound);
        }
      }
    }
  });

  it('a row is the same bits alone, in company and in place', () => {
    for (const channels of [1, 2, 3, 5, 8, 61, 203]) {
      const rows = 7;
      const values = new Float64Array(rows * channels);
      for (let i = 0; i < rows; i++) values.set(spectrum(channels, i), i * channels);
      for (const precision of ['single', 'double'] as const) {
        const options = { halfWindow: 6, precision, smoothHalfWindow: channels % 2 };
        const together = run(values, options, rows);
        for (let i = 0; i < rows; i++) {
          const row = values.slice(i * channels, (i + 1) * channels);
          snip(row, 1, channels, options, row);
          expect(row).toEqual(together.slice(i * channels, (i + 1) * channels));
        }
      }
    }
  });

  it('is never above the values, when nothing is smoothed', () => {
    const values = spectrum(300, 8);
    const baseline = run(values, { halfWindow: 20, precision: 'double' });
    for (let j = 0; j < 300; j++) expect(baseline[j]).toBeLessThanOrEqual(values[j] * (1 + 1e-12) + 1e-12);
  });

  it('counts have no baseline below 0', () => {
    const random = new CounterRandom(11, 0);
    for (let draw = 0; draw < 50; draw++) {
      const values = Float64Array.from({ length: 60 }, () => random.poisson(1));
      for (const value of run(values, { halfWindow: 12, precision: 'double' })) expect(value).toBeGreaterThan(-1e-14);
    }
  });

  describe('peaks on an exponential continuum', () => {
    const channels = 1000;
    const continuum = (j: number) => 10_000 * Math.exp(-j / 700);
    const peaks = (j: number) => 4000 * bell(j - 250, 6) + 2500 * bell(j - 520, 8) + 2000 * bell(j - 800, 10);
    const windows = [
      [250, 6, 4000],
      [520, 8, 2500],
      [800, 10, 2000],
    ];
    const areaErrors = (data: Float64Array, baseline: Float64Array, add: (j: number) => number) =>
      windows.map(([centre, sigma, height]) => {
        let area = 0;
        for (let j = centre - 4 * sigma; j <= centre + 4 * sigma; j++) area += data[j] - baseline[j] - add(j);
        return area / (height * sigma * Math.sqrt(2 * Math.PI)) - 1;
      });

    it('areas are right to 1 %', () => {
      const data = Float64Array.from({ length: channels }, (_, j) => continuum(j) + peaks(j));
      const baseline = run(data, { halfWindow: 30 });
      for (const error of areaErrors(data, baseline, () => 0)) expect(Math.abs(error)).toBeLessThan(0.01);
    });

    it('a peak twice as high does not change the baseline by 1 %', () => {
      const once = Float64Array.from({ length: channels }, (_, j) => continuum(j) + peaks(j));
      const twice = Float64Array.from({ length: channels }, (_, j) => continuum(j) + 2 * peaks(j));
      const [a, b] = [once, twice].map((data) => run(data, { halfWindow: 30 }));
      for (let j = 0; j < channels; j++) expect(Math.abs(b[j] / a[j] - 1)).toBeLessThan(0.01);
    });

    it('with noise, the offset added back leaves a third of σ of it under a peak', () => {
      const options = { halfWindow: 30, beforehandHalfWindow: 2 };
      const offset = snipOffset(6000, 500, options).sigmas;
      const random = new CounterRandom(5, 0);
      const left = [0, 0, 0];
      for (let draw = 0; draw < 40; draw++) {
        const data = Float64Array.from({ length: channels }, (_, j) => random.poisson(continuum(j) + peaks(j)));
        const errors = areaErrors(data, run(data, options), (j) => offset * Math.sqrt(continuum(j)));
        for (const [i, [centre, sigma, height]] of windows.entries()) {
          const counts = errors[i] * height * sigma * Math.sqrt(2 * Math.PI);
          left[i] += counts / (8 * sigma + 1) / Math.sqrt(continuum(centre)) / 40;
        }
      }
      for (const sigmas of left) expect(Math.abs(sigmas)).toBeLessThan(offset / 3);
    });
  });

  it('the offset on pure noise is measured, in units of the noise alike at all levels of many counts', () => {
    const plain = snipOffset(1000, 400, { halfWindow: 24 });
    const high = snipOffset(100_000, 400, { halfWindow: 24 });
    const smoothed = snipOffset(1000, 400, { halfWindow: 24, beforehandHalfWindow: 2 });
    expect(plain.counts).toBeCloseTo(plain.sigmas * Math.sqrt(1000), 9);
    expect(Math.abs(plain.sigmas - high.sigmas)).toBeLessThan(0.1);
    expect(plain.sigmas).toBeGreaterThan(1);
    expect(plain.sigmas).toBeLessThan(2.5);
    expect(smoothed.sigmas).toBeLessThan(0.7 * plain.sigmas);
    const other = snipOffset(1000, 400, { halfWindow: 24 }, { rows: 64, seed: 1 });
    expect(Math.abs(other.sigmas - plain.sigmas)).toBeLessThan(4 * (plain.standardError + other.standardError));
    expect(other.standardError).toBeLessThan(plain.standardError);
  });

  it('its error is that of the mean of the rows', () => {
    const random = new CounterRandom(3, 0);
    const below = [0, 1].map(() => {
      const row = Float64Array.from({ length: 300 }, () => random.poisson(50));
      return run(row, { halfWindow: 9 }).reduce((sum, value) => sum + (50 - value) / 300, 0);
    });
    const { counts, standardError } = snipOffset(50, 300, { halfWindow: 9 }, { rows: 2, seed: 3 });
    expect(counts).toBeCloseTo((below[0] + below[1]) / 2, 9);
    expect(standardError).toBeCloseTo(Math.abs(below[0] - below[1]) / 2 / Math.sqrt(50), 9);
  });

  describe('awkward rows', () => {
    it.each([1, 2, 3, 4, 5, 6, 7, 8])('%d channels', (channels) => {
      const values = spectrum(channels, 2);
      for (const options of [
        { halfWindow: 5 },
        { halfWindow: 2, order: 8, smoothHalfWindow: 3 },
        { halfWindow: 1, smoothHalfWindow: channels + 2 },
      ] as const) {
        const found = run(values, { ...options, precision: 'double' });
        const expected = twin(values, options);
        for (let j = 0; j < channels; j++) expect(found[j]).toBeCloseTo(expected[j], 9);
      }
    });

    it('zeros stay zeros, constants constant', () => {
      for (const precision of ['single', 'double'] as const) {
        for (const value of run(new Float64Array(100), { halfWindow: 10, precision })) {
          expect(Math.abs(value)).toBeLessThan(1e-6);
        }
        for (const value of run(new Float64Array(100).fill(-3), { halfWindow: 10, precision })) {
          expect(Math.abs(value + 3)).toBeLessThan(2e-6);
        }
        for (const value of run(new Float64Array(100).fill(1e9), { halfWindow: 10, precision })) {
          expect(Math.abs(value / 1e9 - 1)).toBeLessThan(2e-5);
        }
      }
    });

    it('values below 0 are raised, clipped and lowered again', () => {
      const values = spectrum(120, 6).map((value) => value - 250);
      const raised = values.map((value) => value - Math.min(...values));
      const least = Math.min(...values);
      const [a, b] = [values, raised].map((data) => run(data, { halfWindow: 10, precision: 'double' }));
      for (let j = 0; j < 120; j++) expect(a[j]).toBeCloseTo(b[j] + least, 9);
    });

    it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d makes its row NaN', (odd) => {
      const values = Float64Array.from([...spectrum(40, 1), ...spectrum(40, 2), ...spectrum(40, 3)]);
      values[63] = odd;
      const found = run(values, { halfWindow: 5, beforehandHalfWindow: 1 }, 3);
      expect(found.slice(40, 80).every(Number.isNaN)).toBe(true);
      expect(found.slice(0, 40)).toEqual(run(spectrum(40, 1), { halfWindow: 5, beforehandHalfWindow: 1 }));
      expect(found.slice(80)).toEqual(run(spectrum(40, 3), { halfWindow: 5, beforehandHalfWindow: 1 }));
    });
  });

  it.each<[string, SnipOptions]>([
    ['no window', { halfWindow: 0 }],
    ['half a channel', { halfWindow: 2.5 }],
    ['backwards', { halfWindow: -1 }],
    ['too wide', { halfWindow: 40_000 }],
    ['one side negative', { halfWindow: [3, -1] }],
    ['windows of other channels', { halfWindow: new Uint32Array(7).fill(2) }],
    ['order 3', { halfWindow: 2, order: 3 as 2 }],
    ['more neighbours than channels', { halfWindow: 2, smoothHalfWindow: 35 }],
    ['half a neighbour', { halfWindow: 2, smoothHalfWindow: 0.5 }],
    ['a negative mean', { halfWindow: 2, beforehandHalfWindow: -1 }],
  ])('refuses %s', (_, options) => {
    try {
      run(spectrum(30, 1), options);
      expect.unreachable();
    } catch (error) {
      expect(isSpectrailError(error, 'input')).toBe(true);
    }
  });

  it('refuses matrices that do not fit', () => {
    expect(() => snip(new Float64Array(10), 1, 9, { halfWindow: 2 }, new Float64Array(10))).toThrow('1 rows × 9');
    expect(() => snip(new Float64Array(9), 1, 9, { halfWindow: 2 }, new Float64Array(8))).toThrow('place for 8');
  });
});
