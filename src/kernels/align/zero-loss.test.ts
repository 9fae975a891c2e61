import { describe, expect, it } from 'vitest';
import { peakWidths } from './peak-width.ts';
import { FOUND, positionsOf } from './positions.ts';
import {
  CENTROID,
  fitPeakShape,
  LOG_PARABOLA,
  locatePeaks,
  MAXIMUM,
  PEAK_FIT,
  type PeakEstimator,
} from './zero-loss.ts';

const ALL: [string, PeakEstimator][] = [
  ['maximum', MAXIMUM],
  ['parabola', LOG_PARABOLA],
  ['centroid', CENTROID],
  ['fit', PEAK_FIT],
];

const peak = (n: number, place: number, sigma: number, height: number) =>
  Float64Array.from({ length: n }, (_, j) => height * Math.exp(-0.5 * ((j - place) / sigma) ** 2));

function locate(values: ArrayLike<number>, estimator?: PeakEstimator, reading?: Parameters<typeof locatePeaks>[5]) {
  const out = positionsOf(1);
  locatePeaks(Float64Array.from(values), 1, values.length, out, estimator, reading);
  return { place: out.position[0], uncertainty: out.uncertainty[0], flag: out.flag[0] };
}

describe('the place of a peak', () => {
  it('is exact for a noiseless Gaussian by the parabola of logarithms, not by that of counts', () => {
    const x = peak(30, 14.3, 2, 1e6);
    expect(locate(x, LOG_PARABOLA).place).toBeCloseTo(14.3, 9);
    expect(Math.abs(locate(x, { kind: 'parabola', of: 'counts' }).place - 14.3)).toBeGreaterThan(1e-3);
    expect(locate(x, MAXIMUM).place).toBe(14);
    expect(locate(x).place).toBeCloseTo(14.3, 3);
  });

  it('of a centroid depends on the share that is cut off where there are tails', () => {
    const x = peak(80, 30, 4, 1000).map((value, j) => value + (j > 30 ? 120 * Math.exp(-(j - 30) / 15) : 0));
    const at = (above: number) => locate(x, { kind: 'centroid', above }).place;
    expect(at(0.05)).toBeGreaterThan(at(0.5) + 0.1);
    expect(at(0.5)).toBeLessThan(31);
  });

  it('of a fit takes its channels from `reach`: a plasmon beyond it does not count', () => {
    const x = peak(200, 50, 4, 1000).map((value, j) => value + 400 * Math.exp(-0.5 * ((j - 80) / 6) ** 2));
    expect(locate(x, { ...PEAK_FIT, reach: 1.5 } as PeakEstimator).place).toBeCloseTo(50, 1);
    expect(locate(x, { ...PEAK_FIT, reach: 4 } as PeakEstimator).place).toBeGreaterThan(50.09);
  });

  it('is that of the maximum of an asymmetric peak when the fit knows its shape', () => {
    const x = Float64Array.from(
      { length: 80 },
      (_, j) => 1e5 * Math.exp(-0.5 * ((j - 30.4) / (j < 30.4 ? 3 : 6)) ** 2),
    );
    const shape = fitPeakShape(x);
    expect(shape?.place).toBeCloseTo(30.4, 0);
    expect(shape?.asymmetry).toBeCloseTo(1 / 3, 1);
    expect(shape?.width).toBeCloseTo(2.3548 * 4.5, 0);
    if (!shape) return;
    expect(locate(x, { kind: 'fit', shape, reach: 1.5 }).place).toBeCloseTo(30.4, 0);
    expect(locate(x).place).toBeGreaterThan(31.5);
  });

  it('is looked for between the channels asked for only, and not in masked ones', () => {
    const x = peak(60, 15, 2, 1000).map((value, j) => value + 400 * Math.exp(-0.5 * ((j - 45) / 2) ** 2));
    for (const [, estimator] of ALL) {
      expect(locate(x, estimator).place).toBeCloseTo(15, 1);
      expect(locate(x, estimator, { first: 30 }).place).toBeCloseTo(45, 1);
      expect(locate(x, estimator, { end: 30 }).place).toBeCloseTo(15, 1);
      const spike = x.slice();
      spike[52] = 1e5;
      const masked = Uint8Array.from({ length: 60 }, (_, j) => (j === 52 ? 1 : 0));
      expect(locate(spike, estimator, { masked }).place).toBeCloseTo(15, 1);
    }
  });

  it('is less certain with readout noise, and with fewer counts', () => {
    for (const [, estimator] of ALL.slice(1)) {
      const bright = locate(peak(40, 20.2, 3, 1e4), estimator).uncertainty;
      expect(locate(peak(40, 20.2, 3, 1e4), estimator, { readout: 200 }).uncertainty).toBeGreaterThan(1.3 * bright);
      expect(locate(peak(40, 20.2, 3, 100), estimator).uncertainty).toBeGreaterThan(3 * bright);
    }
  });

  it('does not depend on other rows, to the last bit', () => {
    const rows = [peak(40, 12.1, 2, 50), peak(40, 25, 5, 1e9), peak(40, 20.7, 1, 3)];
    const all = Float64Array.from(rows.flatMap((row) => [...row]));
    for (const [, estimator] of ALL) {
      const together = positionsOf(3);
      locatePeaks(all, 3, 40, together, estimator);
      rows.forEach((row, i) => {
        const alone = positionsOf(1);
        locatePeaks(row, 1, 40, alone, estimator);
        expect(alone.position[0]).toBe(together.position[i]);
        expect(alone.uncertainty[0]).toBe(together.uncertainty[i]);
      });
    }
  });
});

describe.each(ALL)('awkward rows by %s', (_, estimator) => {
  const nothing = { place: 0, uncertainty: Number.POSITIVE_INFINITY, flag: FOUND.nothing };
  it('without a positive value, or with one that is not finite, have no place', () => {
    for (const row of [
      [0, 0, 0, 0, 0, 0],
      [-3, -1, -2, -5, -4, -9],
      [1, 2, Number.NaN, 2, 1, 0],
      [1, Infinity, 1, 0, 0, 0],
    ]) {
      expect(locate(row, estimator)).toEqual(nothing);
    }
  });

  it('of 1 to 8 channels, constant, of one count or of 1e9, have a place or a flag', () => {
    for (let n = 1; n <= 8; n++) {
      for (const row of [
        new Float64Array(n).fill(5),
        peak(n, n / 2, 1, 1e9),
        peak(n, 0, 1, 10),
        peak(n, n / 2, 0.1, 1),
      ]) {
        const { place, uncertainty, flag } = locate(row, estimator);
        expect(Number.isFinite(place)).toBe(true);
        expect(uncertainty).toBeGreaterThanOrEqual(0);
        if (flag === FOUND.nothing) expect(uncertainty).toBe(Infinity);
        else expect(Math.abs(place - n / 2)).toBeLessThan(1e6);
      }
    }
  });

  it('with a peak at the end say so', () => {
    expect(locate(peak(40, -3, 3, 1e4), estimator).flag).toBe(FOUND.atLimit);
  });
});

describe('settings out of range', () => {
  it.each([
    [{ first: 5, end: 5 }, /channels/],
    [{ end: 41 }, /channels/],
    [{ readout: -1 }, /readout/],
    [{ saturation: 0 }, /saturation/],
  ])('%j', (reading, message) => {
    expect(() => locate(peak(40, 20, 2, 10), PEAK_FIT, reading)).toThrow(message);
  });
  it.each<[PeakEstimator, RegExp]>([
    [{ kind: 'centroid', above: 1 }, /share/],
    [{ kind: 'fit', shape: { mixing: 2, asymmetry: 0 }, reach: 1 }, /mixing/],
    [{ kind: 'fit', shape: { mixing: 0, asymmetry: 1 }, reach: 1 }, /asymmetry/],
    [{ kind: 'fit', shape: { mixing: 0, asymmetry: 0 }, reach: 0 }, /reach/],
  ])('%j', (estimator, message) => {
    expect(() => locate(peak(40, 20, 2, 10), estimator)).toThrow(message);
  });
});

describe('the width of a peak', () => {
  const widthOf = (x: Float64Array, share: number, how: 'linear' | 'spline') => {
    const out = new Float64Array(1);
    peakWidths(x, 1, x.length, share, how, out);
    return out[0];
  };
  it('is that of a Gaussian', () => {
    for (const how of ['linear', 'spline'] as const) {
      expect(widthOf(peak(80, 40, 6, 100), 0.5, how)).toBeCloseTo(6 * 2.3548, 1);
      expect(widthOf(peak(80, 40, 6, 100), 0.1, how)).toBeCloseTo(6 * 4.2919, 1);
    }
  });
  it('is none where a side does not fall, or the spline crosses more than twice', () => {
    expect(widthOf(peak(40, 2, 6, 100), 0.5, 'linear')).toBeNaN();
    const two = peak(60, 15, 3, 100).map((value, j) => value + 80 * Math.exp(-0.5 * ((j - 45) / 3) ** 2));
    expect(widthOf(two, 0.5, 'spline')).toBeNaN();
    expect(widthOf(two, 0.5, 'linear')).toBeCloseTo(3 * 2.3548, 1);
    expect(widthOf(new Float64Array(9), 0.5, 'linear')).toBeNaN();
    expect(widthOf(Float64Array.of(1, Number.NaN, 3), 0.5, 'spline')).toBeNaN();
    expect(() => widthOf(two, 1, 'linear')).toThrow(RangeError);
  });
});
