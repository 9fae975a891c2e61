import { describe, expect, it } from 'vitest';
import { normalUpperTail } from '../normal.ts';
import { CounterRandom } from '../random.ts';
import { asls } from './asls.ts';
import { correctExpectileOffset, expectileOffset } from './expectile.ts';

describe('the offset of asymmetric least squares', () => {
  it.each([
    [0.05, 1.14],
    [0.01, 1.72],
    [0.001, 2.44],
  ])('p = %d lies %d σ low', (p, offset) => {
    expect(expectileOffset(p)).toBeCloseTo(offset, 2);
  });

  it('balances the two partial moments, for all p', () => {
    for (const p of [1e-12, 1e-6, 0.01, 0.3, 0.5, 0.7, 0.999]) {
      const e = -expectileOffset(p);
      const density = Math.exp((-e * e) / 2) / Math.sqrt(2 * Math.PI);
      const above = density - e * normalUpperTail(e);
      const below = density + e * normalUpperTail(-e);
      expect(p * above).toBeCloseTo((1 - p) * below, 13);
    }
    expect(expectileOffset(0.5)).toBe(0);
    expect(() => expectileOffset(0)).toThrow(/between/);
  });

  it.each([0.05, 0.01, 0.001])('is what a stiff baseline of pure noise shows, p = %d', (p) => {
    const [rows, channels] = [20, 2000];
    const random = new CounterRandom(5, 0);
    const noise = Float64Array.from({ length: rows * channels }, () => random.normal());
    const out = new Float64Array(noise.length);
    asls(noise, channels, out, { lambda: 1e12, p });
    const mean = out.reduce((sum, z) => sum + z, 0) / out.length;
    // The weights leave about channels · 4p(1 − p) of the points: see the spread of the expectile itself.
    expect(Math.abs(mean + expectileOffset(p))).toBeLessThan(0.06);
  });

  it('is added in units of the counting noise', () => {
    const z = Float64Array.of(100, 0, -4, 2500);
    correctExpectileOffset(z, 0.01);
    const e = expectileOffset(0.01);
    expect([...z]).toEqual([100 + 10 * e, 0, -4, 2500 + 50 * e]);
  });
});
