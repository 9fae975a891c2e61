import { describe, expect, it } from 'vitest';
import { isSpectrailError } from '../../signal/errors.ts';
import { CounterRandom } from '../random.ts';
import { iteratedMorphologicalBaseline, morphologicalBaseline, rollingBall, tophat } from './morphological.ts';
import { dilate, erode, extremeWork } from './running-extremes.ts';

function noise(channels: number, seed: number): Float64Array {
  const random = new CounterRandom(seed, channels);
  return Float64Array.from({ length: channels }, (_, j) => 50 + 30 * Math.sin(j / 9) + 10 * random.normal());
}

const extreme = (row: Float64Array, half: number, pick: (...values: number[]) => number) =>
  row.map((_, i) => pick(...row.slice(Math.max(0, i - half), i + half + 1)));

const run = (method: typeof tophat, row: Float64Array, halfWindow: number) => {
  const out = new Float64Array(row.length);
  method(row, 1, row.length, { halfWindow }, out);
  return out;
};

describe('running extremes', () => {
  it('are those of every window, for all sizes of row and window', () => {
    for (let channels = 1; channels <= 24; channels++) {
      const row = noise(channels, 1);
      for (let half = 0; half <= 30; half++) {
        const out = new Float64Array(channels);
        erode(row, half, out, extremeWork(channels));
        expect(out).toEqual(extreme(row, half, Math.min));
        const inPlace = row.slice();
        dilate(inPlace, half, inPlace, extremeWork(channels));
        expect(inPlace).toEqual(extreme(row, half, Math.max));
      }
    }
  });
});

describe('morphological baselines', () => {
  const opened = (row: Float64Array, half: number) => extreme(extreme(row, half, Math.min), half, Math.max);
  const averaged = (row: Float64Array, half: number) => {
    const base = opened(row, half);
    const [high, low] = [Math.max, Math.min].map((pick) => extreme(base, half, pick));
    return high.map((value, i) => (value + low[i]) / 2);
  };

  it.each([1, 2, 5, 8, 40, 203])('are what their words say: %d channels', (channels) => {
    const row = noise(channels, 2);
    for (const half of [0, 1, 4, 25]) {
      expect(run(tophat, row, half)).toEqual(opened(row, half));
      const mean = averaged(row, half);
      expect(run(morphologicalBaseline, row, half)).toEqual(
        opened(row, half).map((value, i) => Math.min(value, mean[i])),
      );
    }
  });

  it('an opening opened again stays as it is, below the data and above every opening by a wider window', () => {
    const row = noise(300, 3);
    const once = run(tophat, row, 9);
    const wider = run(tophat, row, 18);
    expect(run(tophat, once, 9)).toEqual(once);
    for (let j = 0; j < 300; j++) {
      expect(once[j]).toBeLessThanOrEqual(row[j]);
      expect(wider[j]).toBeLessThanOrEqual(once[j]);
    }
  });

  it('iterates to its tolerance, or says that it did not', () => {
    const row = noise(200, 4);
    const iterate = (options: { tolerance?: number; iterations?: number }) => {
      const out = new Float64Array(200);
      const { iterations, converged } = iteratedMorphologicalBaseline(row, 1, 200, { halfWindow: 8, ...options }, out);
      return { out, iterations: iterations[0], converged: converged[0] };
    };
    const loose = iterate({ tolerance: 0.1 });
    const tight = iterate({ tolerance: 0.01 });
    expect(loose.converged + tight.converged).toBe(2);
    expect(tight.iterations).toBeGreaterThan(loose.iterations);
    expect(iterate({}).out).toEqual(iterate({ tolerance: 1e-3, iterations: 200 }).out);
    expect(iterate({ tolerance: 1e-9, iterations: 3 })).toMatchObject({ iterations: 3, converged: 0 });
    let b = row;
    for (let pass = 1; pass < tight.iterations; pass++) {
      const mean = averaged(b, 8);
      b = b.map((value, i) => Math.min(value, mean[i]));
    }
    expect(tight.out).toEqual(b);
  });

  it('the ball is the opening, smoothed along lines at the ends', () => {
    const row = noise(150, 5);
    const ball = (smoothHalfWindow: number) => {
      const out = new Float64Array(150);
      rollingBall(row, 1, 150, { halfWindow: 6, smoothHalfWindow }, out);
      return out;
    };
    const base = opened(row, 6);
    expect(ball(0)).toEqual(base);
    const smooth = ball(7);
    for (let j = 7; j < 143; j++) {
      expect(smooth[j]).toBeCloseTo(base.slice(j - 7, j + 8).reduce((sum, value) => sum + value, 0) / 15, 10);
    }
    const ramp = Float64Array.from({ length: 90 }, (_, j) => 3 + 2 * j);
    rollingBall(ramp, 1, 90, { halfWindow: 0, smoothHalfWindow: 11 }, ramp);
    for (let j = 0; j < 90; j++) expect(ramp[j]).toBeCloseTo(3 + 2 * j, 9);
  });

  it('zeros, constants, negatives and large counts are ordinary rows; one that is not finite becomes NaN', () => {
    const rows = [0, 7, -4, 1e9, 1e-9, Number.NaN, Number.POSITIVE_INFINITY].map((v) => new Float64Array(33).fill(v));
    rows[5].fill(1, 0, 20);
    const values = Float64Array.from(rows.flatMap((row) => Array.from(row)));
    const methods = [
      (out: Float64Array) => tophat(out, 7, 33, { halfWindow: 4 }, out),
      (out: Float64Array) => morphologicalBaseline(out, 7, 33, { halfWindow: 4 }, out),
      (out: Float64Array) => rollingBall(out, 7, 33, { halfWindow: 4, smoothHalfWindow: 5 }, out),
      (out: Float64Array) => {
        const { iterations, converged } = iteratedMorphologicalBaseline(out, 7, 33, { halfWindow: 4 }, out);
        expect(Array.from(converged)).toEqual([1, 1, 1, 1, 1, 0, 0]);
        expect(Array.from(iterations)).toEqual([1, 1, 1, 1, 1, 0, 0]);
      },
    ];
    for (const method of methods) {
      const out = values.slice();
      method(out);
      for (let j = 0; j < 5 * 33; j++)
        expect(Math.abs(out[j] - values[j])).toBeLessThanOrEqual(1e-12 * Math.abs(values[j]));
      expect(out.slice(5 * 33).every(Number.isNaN)).toBe(true);
    }
  });

  it.each([
    [() => tophat(new Float64Array(9), 1, 9, { halfWindow: -1 }, new Float64Array(9))],
    [() => morphologicalBaseline(new Float64Array(9), 1, 9, { halfWindow: 0.5 }, new Float64Array(9))],
    [() => rollingBall(new Float64Array(9), 1, 9, { halfWindow: 1, smoothHalfWindow: -1 }, new Float64Array(9))],
    [
      () =>
        iteratedMorphologicalBaseline(new Float64Array(9), 1, 9, { halfWindow: 1, tolerance: 0 }, new Float64Array(9)),
    ],
    [
      () =>
        iteratedMorphologicalBaseline(new Float64Array(9), 1, 9, { halfWindow: 1, iterations: 0 }, new Float64Array(9)),
    ],
    [() => tophat(new Float64Array(9), 2, 9, { halfWindow: 1 }, new Float64Array(9))],
  ])('refuses what is out of range: %s', (call) => {
    try {
      call();
      expect.unreachable();
    } catch (error) {
      expect(isSpectrailError(error, 'input')).toBe(true);
    }
  });
});
