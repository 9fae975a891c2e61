import { describe, expect, it } from 'vitest';
import { long, longSinCos, over, ulpsFrom } from '../../test/long-reals.ts';
import { portableAsin, portableCos, portableSin } from './portable-trigonometry.ts';

const scattered = (n: number, low: number, high: number) =>
  Array.from({ length: n }, (_, i) => low + (high - low) * ((i * 0.6180339887498949) % 1));

describe('portable circular functions against real arithmetic', () => {
  it.each([
    ['within a turn', scattered(400, -7, 7)],
    ['up to a million', scattered(400, -1048576, 1048576)],
    ['beside their zeros', scattered(400, 1, 600000).map((k) => (Math.floor(k) * Math.PI) / 2)],
    ['down to 10^−60', scattered(200, -60, 0).map((exponent) => 10 ** exponent)],
  ])('sine and cosine %s are within 0.8 ulp', (_, angles) => {
    for (const angle of angles) {
      const [sine, cosine] = longSinCos(long(angle));
      expect(ulpsFrom(portableSin(angle), sine)).toBeLessThan(0.8);
      expect(ulpsFrom(portableCos(angle), cosine)).toBeLessThan(0.8);
    }
  });

  it('the arcsine is within 2 ulp', () => {
    for (const x of [...scattered(200, -1, 1), ...scattered(200, -50, 0).map((exponent) => 10 ** exponent)]) {
      const angle = portableAsin(x);
      const [sine, cosine] = longSinCos(long(angle));
      expect(ulpsFrom(angle, long(angle) + over(long(x) - sine, cosine))).toBeLessThan(2);
    }
  });
});

describe('portable circular functions', () => {
  it('answer at the ends of their range', () => {
    expect([portableSin(0), portableSin(-0), portableCos(0)]).toEqual([0, -0, 1]);
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect([portableSin(x), portableCos(x)]).toEqual([Number.NaN, Number.NaN]);
    }
    expect([portableAsin(1), portableAsin(-1), portableAsin(0)]).toEqual([Math.PI / 2, -Math.PI / 2, 0]);
    expect([portableAsin(1.0000000001), portableAsin(-2), portableAsin(Number.NaN)]).toEqual(Array(3).fill(Number.NaN));
  });

  it('refuse an angle they cannot reduce', () => {
    expect(() => portableSin(1048577)).toThrow(expect.objectContaining({ kind: 'internal', code: 'angle-range' }));
    expect(() => portableCos(-1e300)).toThrow(expect.objectContaining({ kind: 'internal', code: 'angle-range' }));
  });
});
