import { describe, expect, it } from 'vitest';
import { portableExp, portableLog, portableLog1p } from './portable-math.ts';

describe('portable exponential and logarithm', () => {
  it('agree with the engine to 3e-16 relative over their range', () => {
    let worst = 0;
    for (let i = 0; i < 20000; i++) {
      const x = -700 + (1400 * i) / 19999;
      worst = Math.max(worst, Math.abs(portableExp(x) / Math.exp(x) - 1));
      const y = 10 ** (-300 + (600 * i) / 19999);
      worst = Math.max(worst, Math.abs(portableLog(y) / Math.log(y) - 1));
      const z = -0.99 + (3 * (i + 0.5)) / 20000;
      worst = Math.max(worst, Math.abs(portableLog1p(z) / Math.log1p(z) - 1));
    }
    expect(worst).toBeLessThan(6e-16);
  });

  it('keep relative accuracy where the logarithm vanishes', () => {
    for (const x of [1e-18, 1e-9, -1e-9, 1e-3, -1e-3, 0.1]) {
      expect(Math.abs(portableLog1p(x) / Math.log1p(x) - 1)).toBeLessThan(4e-16);
      if (1 + x !== 1) expect(Math.abs(portableLog(1 + x) / Math.log(1 + x) - 1)).toBeLessThan(4e-16);
    }
  });

  it('answer at the ends of the number range', () => {
    expect(portableExp(-1000)).toBe(0);
    expect(portableExp(1000)).toBe(Number.POSITIVE_INFINITY);
    expect(portableExp(0)).toBe(1);
    expect(portableExp(Number.NaN)).toBeNaN();
    expect(portableExp(709.7) / Math.exp(709.7)).toBeCloseTo(1, 12);
    expect(portableExp(-740)).toBeGreaterThan(0);
    expect(portableLog(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(portableLog(-1)).toBeNaN();
    expect(portableLog(1)).toBe(0);
    expect(portableLog(5e-324)).toBeCloseTo(-744.4400719213812, 12);
    expect(portableLog(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  });
});
