import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import { symmetricEigen } from '../symmetric-eigen.ts';
import { gramMatrix } from '../weighted-gram.ts';
import { cubicSpline, SPLINE_WIDTH } from './cubic-spline.ts';
import { DERIVATIVE_LOADING, derivativeLoading } from './derivative-loading.ts';
import { positionsOf } from './positions.ts';
import { shiftAgainst } from './shift-against.ts';

const CHANNELS = 64;
const ROWS = 400;
const DISPERSION = 0.1;
const POSITIONS = Float64Array.from({ length: CHANNELS }, (_, j) => 700 + DISPERSION * j);

/** Counts of two lines, the second of a strength that differs from spectrum to spectrum, moved by a drift. */
function spectra(drift: number, chemistry: boolean) {
  const random = new CounterRandom(4, 0);
  const values = new Float64Array(ROWS * CHANNELS);
  const shifts = new Float64Array(ROWS);
  for (let row = 0; row < ROWS; row++) {
    const share = chemistry ? random.next() : 0.5;
    shifts[row] = drift * random.normal();
    for (let j = 0; j < CHANNELS; j++) {
      const line = (at: number) => Math.exp(-0.5 * ((j - at - shifts[row]) / 3) ** 2);
      values[row * CHANNELS + j] = random.poisson(20 + 900 * line(20) + 900 * share * line(42));
    }
  }
  return { values, shifts };
}

const meanOf = (values: Float64Array) =>
  Float64Array.from({ length: CHANNELS }, (_, j) => {
    let sum = 0;
    for (let row = 0; row < ROWS; row++) sum += values[row * CHANNELS + j];
    return sum / ROWS;
  });

/** What the leading loadings, not centred, are said to be. */
function leading(values: Float64Array, mean = meanOf(values)) {
  const gram = new Float64Array(CHANNELS * CHANNELS);
  gramMatrix({ kind: 'dense', pixels: ROWS, channels: CHANNELS, values }, new Float64Array(ROWS).fill(1), gram);
  for (let p = 0; p < CHANNELS; p++) for (let q = 0; q < p; q++) gram[p * CHANNELS + q] = gram[q * CHANNELS + p];
  const { values: squares, vectors } = symmetricEigen(gram, CHANNELS);
  return [0, 1, 2, 3].map((k) => {
    const loading = Float64Array.from({ length: CHANNELS }, (_, j) => vectors[j * CHANNELS + k]);
    expect(squares[k]).toBeGreaterThan(0);
    const scores = Float64Array.from({ length: ROWS }, (_, row) =>
      loading.reduce((sum, v, j) => sum + v * values[row * CHANNELS + j], 0),
    );
    const centre = scores.reduce((sum, s) => sum + s, 0) / ROWS;
    const spread = Math.sqrt(scores.reduce((sum, s) => sum + (s - centre) ** 2, 0) / ROWS);
    return derivativeLoading(mean, loading, POSITIONS, spread);
  });
}

const isFlagged = (found: ReturnType<typeof leading>) =>
  found.some(({ correlation }) => Math.abs(correlation) > DERIVATIVE_LOADING);

function moveBack(values: Float64Array, shifts: Float64Array): Float64Array {
  const spline = new Float64Array(SPLINE_WIDTH * CHANNELS);
  return Float64Array.from(values, (_, at) => {
    const [row, j] = [Math.floor(at / CHANNELS), at % CHANNELS];
    if (j === 0) cubicSpline(values.subarray(at, at + CHANNELS), spline);
    const place = Math.min(Math.max(j + shifts[row], 0), CHANNELS - 1.001);
    const k = Math.floor(place);
    const [a, b, c, d] = spline.subarray(SPLINE_WIDTH * k);
    const t = place - k;
    return a + t * (b + t * (c + t * d));
  });
}

describe('a drift of the axis', () => {
  it('is found among the loadings before alignment, with its size, and not after', () => {
    const { values, shifts } = spectra(0.6, true);
    const before = leading(values);
    expect(isFlagged(before)).toBe(true);
    const found = before.find(({ correlation }) => Math.abs(correlation) > DERIVATIVE_LOADING);
    const rms = Math.sqrt(shifts.reduce((sum, s) => sum + s * s, 0) / ROWS) * DISPERSION;
    expect(found?.shift).toBeGreaterThan(0.85 * rms);
    expect(found?.shift).toBeLessThan(1.15 * rms);

    const measured = positionsOf(ROWS);
    shiftAgainst(values, ROWS, meanOf(values), measured, { limit: 5 });
    const after = leading(moveBack(values, measured.position));
    expect(isFlagged(after)).toBe(false);
    expect(Math.max(...after.map(({ correlation }) => Math.abs(correlation)))).toBeLessThan(0.5);
  });

  it('is not found where only chemistry differs', () => {
    const { values } = spectra(0, true);
    expect(isFlagged(leading(values))).toBe(false);
  });
});

describe('a derivative', () => {
  const mean = Float64Array.from({ length: 40 }, (_, j) => 100 * Math.exp(-0.5 * ((j - 20) / 3) ** 2));
  const ladder = (scale: number) => Float64Array.from({ length: 40 }, (_, j) => 5 + scale * j);
  const slope = Float64Array.from(mean, (value, j) => (-value * (j - 20)) / 9);

  it('has correlation ±1, in either direction of the axis, and a shift in its unit', () => {
    expect(derivativeLoading(mean, slope, ladder(1), 0.3).correlation).toBeGreaterThan(0.99);
    expect(derivativeLoading(mean, slope, ladder(-1), 0.3).correlation).toBeLessThan(-0.99);
    const one = derivativeLoading(mean, slope, ladder(1), 0.3).shift;
    expect(one).toBeCloseTo(0.3, 1);
    expect(derivativeLoading(mean, slope, ladder(0.1), 0.3).shift).toBeCloseTo(one / 10, 9);
    expect(derivativeLoading(mean, slope, ladder(1), 0.6).shift).toBeCloseTo(2 * one, 9);
  });

  it('is not spoilt by masked channels', () => {
    const spoilt = slope.slice();
    spoilt[25] = 1e4;
    const masked = Uint8Array.from({ length: 40 }, (_, j) => (j === 25 ? 1 : 0));
    expect(Math.abs(derivativeLoading(mean, spoilt, ladder(1), 1).correlation)).toBeLessThan(0.5);
    expect(derivativeLoading(mean, spoilt, ladder(1), 1, masked).correlation).toBeGreaterThan(0.99);
  });

  it('of what is level, or of one or two channels, is none', () => {
    const level = new Float64Array(40).fill(3);
    expect(derivativeLoading(level, slope, ladder(1), 1)).toEqual({ correlation: 0, shift: 0 });
    expect(derivativeLoading(mean, level, ladder(1), 1).correlation).toBe(0);
    for (const n of [1, 2]) {
      const found = derivativeLoading(mean.slice(0, n), slope.slice(0, n), ladder(1).slice(0, n), 1);
      expect(found.correlation).toBe(0);
    }
    expect(() => derivativeLoading(mean, slope.slice(1), ladder(1), 1)).toThrow(RangeError);
  });
});
