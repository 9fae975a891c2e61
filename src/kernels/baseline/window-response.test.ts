import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import { asls } from './asls.ts';
import { windowResponse } from './window-response.ts';

describe('the response of a window', () => {
  const channels = 90;
  const random = new CounterRandom(9, 1);
  const rows = 3;
  const values = Float64Array.from(
    { length: rows * channels },
    (_, i) => 100 + 30 * Math.sin(i / 20) + 5 * random.normal(),
  );
  const window = Float64Array.from({ length: channels }, (_, i) => (i >= 30 && i < 40 ? 1 : 0));
  const weights = new Float64Array(values.length);
  const out = new Float64Array(values.length);

  it.each([1, 2, 3])('gives the sum of the baseline over the window, order %i', (order) => {
    asls(values, channels, out, { lambda: 200, order, weights });
    const response = new Float64Array(values.length);
    windowResponse(weights, channels, window, response, { lambda: 200, order });
    for (let row = 0; row < rows; row++) {
      let [direct, through] = [0, 0];
      for (let i = 0; i < channels; i++) {
        const at = row * channels + i;
        direct += window[i] * out[at];
        through += response[at] * values[at];
      }
      expect(through).toBeCloseTo(direct, 8);
    }
  });

  it('predicts the variance over repeated noise while the weights are frozen', () => {
    const y = values.subarray(0, channels);
    asls(y, channels, out.subarray(0, channels), {
      lambda: 200,
      maxIterations: 1,
      weights: weights.subarray(0, channels),
    });
    // One round: weights of 1, which do not follow the data.
    const ones = new Float64Array(channels).fill(1);
    const response = new Float64Array(channels);
    windowResponse(ones, channels, window, response, { lambda: 200 });
    const predicted = 25 * response.reduce((sum, r) => sum + r * r, 0);
    const repeats = 4000;
    const many = Float64Array.from({ length: repeats * channels }, () => 5 * random.normal());
    const z = new Float64Array(many.length);
    asls(many, channels, z, { lambda: 200, maxIterations: 1 });
    let variance = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      let sum = 0;
      for (let i = 0; i < channels; i++) sum += window[i] * z[repeat * channels + i];
      variance += (sum * sum) / repeats;
    }
    // Its relative standard error is √(2/4000) = 2.2 %.
    expect(Math.abs(variance / predicted - 1)).toBeLessThan(0.09);
  });

  it('of weights that are not finite is NaN, and of the others what it was', () => {
    const both = new Float64Array(2 * channels).fill(1);
    both[5] = Number.NaN;
    const response = new Float64Array(2 * channels);
    windowResponse(both, channels, window, response, { lambda: 200 });
    expect(response.subarray(0, channels).every(Number.isNaN)).toBe(true);
    const one = new Float64Array(channels);
    windowResponse(both.slice(channels), channels, window, one, { lambda: 200 });
    expect(response.slice(channels)).toEqual(one);
  });

  it('refuses negative weights and windows of another length', () => {
    const response = new Float64Array(channels);
    const negative = new Float64Array(channels).fill(1);
    negative[3] = -1;
    expect(() => windowResponse(negative, channels, window, response, { lambda: 1 })).toThrow(/negative/);
    const ones = new Float64Array(channels).fill(1);
    expect(() => windowResponse(ones, channels, new Float64Array(2 * channels), response, { lambda: 1 })).toThrow(
      /window/,
    );
    expect(() => windowResponse(ones, channels, window, response, { lambda: 0 })).toThrow(/lambda/);
  });
});
