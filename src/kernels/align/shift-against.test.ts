import { describe, expect, it } from 'vitest';
import { cubicSpline, SPLINE_WIDTH } from './cubic-spline.ts';
import { FOUND, positionsOf } from './positions.ts';
import { addMovedBack, type ShiftOptions, shiftAgainst } from './shift-against.ts';

const ESTIMATORS = ['likelihood', 'correlation', 'parabola'] as const;

/** Two lines on a slope. */
const spectrum = (n: number, shift: number, factor = 1, pedestal = 0) =>
  Float64Array.from({ length: n }, (_, j) => {
    const line = (at: number, width: number) => Math.exp(-0.5 * ((j - shift - at) / width) ** 2);
    return pedestal + factor * (20 + 300 * line(0.3 * n, 3) + 150 * line(0.7 * n, 5));
  });

function shiftOf(row: Float64Array, reference: Float64Array, options: Partial<ShiftOptions> = {}) {
  const out = positionsOf(1);
  shiftAgainst(row, 1, reference, out, { limit: 10, ...options });
  return { shift: out.position[0], uncertainty: out.uncertainty[0], flag: out.flag[0] };
}

describe('the displacement against a reference', () => {
  const reference = spectrum(100, 0);

  it('is positive for features at higher channels, to a hundredth of a channel, whatever the intensity', () => {
    for (const estimator of ESTIMATORS) {
      for (const shift of [-7.6, -0.5, 0, 0.25, 3]) {
        const found = shiftOf(spectrum(100, shift, 3.7), reference, { estimator });
        expect(Math.abs(found.shift - shift)).toBeLessThan(estimator === 'parabola' ? 0.05 : 0.01);
        expect(found.flag).toBe(FOUND.yes);
      }
    }
  });

  it('is beyond the limit where it is: flagged, and not further', () => {
    for (const estimator of ESTIMATORS) {
      const { shift, flag } = shiftOf(spectrum(100, 8), reference, { limit: 4, estimator });
      expect(flag).toBe(FOUND.atLimit);
      expect(Math.abs(shift)).toBeLessThanOrEqual(4);
      expect(shiftOf(spectrum(100, 8), reference, { limit: 9, estimator }).shift).toBeCloseTo(8, 1);
    }
  });

  it('of the correlation does not see a pedestal; the likelihood has no use for values below zero', () => {
    const moved = spectrum(100, 2.5, 1, -5000);
    expect(shiftOf(moved, reference, { estimator: 'correlation' }).shift).toBeCloseTo(2.5, 2);
    expect(shiftOf(moved, reference).flag).toBe(FOUND.nothing);
  });

  it('leaves masked and saturated channels, and those outside the window, out', () => {
    for (const estimator of ESTIMATORS) {
      const spoilt = spectrum(100, 1.5);
      spoilt.fill(3000, 60, 63);
      const masked = Uint8Array.from({ length: 100 }, (_, j) => (j >= 60 && j < 63 ? 1 : 0));
      const wrong = Math.abs(shiftOf(spoilt, reference, { estimator }).shift - 1.5);
      expect(Math.abs(shiftOf(spoilt, reference, { estimator, masked }).shift - 1.5)).toBeLessThan(0.03);
      expect(Math.abs(shiftOf(spoilt, reference, { estimator, saturation: 2000 }).shift - 1.5)).toBeLessThan(0.03);
      expect(Math.abs(shiftOf(spoilt, reference, { estimator, first: 64 }).shift - 1.5)).toBeLessThan(0.03);
      expect(Math.abs(shiftOf(spoilt, reference, { estimator, end: 59 }).shift - 1.5)).toBeLessThan(0.03);
      expect(wrong).toBeGreaterThan(0.1);
    }
  });

  it('bridges masked channels of the reference', () => {
    const spoilt = reference.slice();
    spoilt.fill(1e6, 50, 52);
    const masked = Uint8Array.from({ length: 100 }, (_, j) => (j === 50 || j === 51 ? 1 : 0));
    expect(shiftOf(spectrum(100, 2.3), spoilt, { masked }).shift).toBeCloseTo(2.3, 1);
  });

  it('is less certain with readout noise', () => {
    const [quiet, loud] = [0, 30].map((readout) => shiftOf(spectrum(100, 1), reference, { readout }).uncertainty);
    expect(loud).toBeGreaterThan(1.5 * quiet);
  });

  it('does not depend on other rows, to the last bit', () => {
    const rows = [spectrum(100, 3), spectrum(100, -2, 0.1), new Float64Array(100)];
    const all = Float64Array.from(rows.flatMap((row) => [...row]));
    const together = positionsOf(3);
    shiftAgainst(all, 3, reference, together, { limit: 8 });
    rows.forEach((row, i) => {
      const alone = shiftOf(row, reference, { limit: 8 });
      expect(alone).toEqual({
        shift: together.position[i],
        uncertainty: together.uncertainty[i],
        flag: together.flag[i],
      });
    });
  });

  it('of awkward rows is nothing, or flagged', () => {
    for (const estimator of ESTIMATORS) {
      for (const row of [
        new Float64Array(100),
        new Float64Array(100).fill(7),
        spectrum(100, 0).fill(Number.NaN, 3, 4),
      ]) {
        const found = shiftOf(row, reference, { estimator });
        expect(found).toEqual({ shift: 0, uncertainty: Infinity, flag: FOUND.nothing });
      }
      const huge = shiftOf(spectrum(100, 1.2, 1e7), reference, { estimator });
      expect(Math.abs(huge.shift - 1.2)).toBeLessThan(0.05);
      for (let n = 3; n <= 8; n++) {
        const { shift } = shiftOf(spectrum(n, 0.2), spectrum(n, 0), { limit: 1, estimator });
        expect(Math.abs(shift)).toBeLessThanOrEqual(1.5);
      }
    }
  });

  it('refuses settings that cannot be', () => {
    expect(() => shiftOf(reference, reference, { limit: 0 })).toThrow(/largest displacement/);
    expect(() => shiftOf(reference, reference, { limit: 100 })).toThrow(/largest displacement/);
    expect(() =>
      shiftOf(
        reference,
        reference.map(() => Number.NaN),
      ),
    ).toThrow(/not finite/);
  });
});

describe('the reference of a second round', () => {
  it('is the sum of rows moved back by whole channels, with how often each channel was given something', () => {
    const [sum, given] = [new Float64Array(5), new Float64Array(5)];
    addMovedBack(Float64Array.of(1, 2, 3, 4, 5), 1.4, sum, given);
    addMovedBack(Float64Array.of(10, 20, 30, 40, 50), -2, sum, given);
    expect([...sum]).toEqual([2, 3, 14, 25, 30]);
    expect([...given]).toEqual([1, 1, 2, 2, 1]);
  });
});

describe('a cubic spline', () => {
  it('is a cubic, where the values are one', () => {
    const y = (x: number) => 2 - x + 0.3 * x * x - 0.02 * x * x * x;
    for (const n of [4, 5, 9]) {
      const out = new Float64Array(SPLINE_WIDTH * n);
      cubicSpline(
        Float64Array.from({ length: n }, (_, i) => y(i)),
        out,
      );
      for (let i = 0; i < n - 1; i++) {
        const [a, b, c, d] = out.subarray(4 * i);
        expect(a + 0.4 * (b + 0.4 * (c + 0.4 * d))).toBeCloseTo(y(i + 0.4), 12);
      }
    }
  });

  it('of fewer than four values is the polynomial through them', () => {
    const at = (values: number[], x: number) => {
      const out = new Float64Array(SPLINE_WIDTH * values.length);
      cubicSpline(Float64Array.from(values), out);
      return out[0] + x * (out[1] + x * (out[2] + x * out[3]));
    };
    expect(at([5], 0)).toBe(5);
    expect(at([5, 7], 0.5)).toBe(6);
    expect(at([0, 1, 4], 0.5)).toBeCloseTo(0.25, 12);
    cubicSpline(new Float64Array(0), new Float64Array(0));
  });
});
