import { describe, expect, it } from 'vitest';
import { LN10, long, longExp, longLog, ONE, over, times, ulpsFrom } from '../../test/long-reals.ts';
import {
  portableCbrt,
  portableExp,
  portableExpm1,
  portableLog,
  portableLog1p,
  portableLog10,
  portablePow,
  square,
} from './portable-math.ts';

const POINTS = 600;
/** Evenly scattered over a range, the same in every run. */
const between = (low: number, high: number) =>
  Array.from({ length: POINTS }, (_, i) => low + (high - low) * ((i * 0.6180339887498949) % 1));
/** Of both signs, their decimal logarithms evenly scattered. */
const magnitudes = (low: number, high: number, signs = [1, -1]) =>
  between(low, high).map((exponent, i) => signs[i % signs.length] * 10 ** exponent);
const around1 = magnitudes(-15, -1).map((x) => 1 + x);

const binaryExponent = (x: number) => Math.floor(Math.log2(x));
const logOf = (x: number) => longLog(long(x, binaryExponent(x)), binaryExponent(x));
const expm1Of = (x: number) => {
  const { value, scale } = longExp(long(x));
  return (scale < 0 ? value >> BigInt(-scale) : value << BigInt(scale)) - ONE;
};
const powErrorOf = (x: number, y: number) => {
  const { value, scale } = longExp(times(long(y), logOf(x)));
  return ulpsFrom(portablePow(x, y), value, scale);
};
const worst = (points: readonly number[], error: (x: number) => number) => Math.max(...points.map(error));

describe('portable functions against real arithmetic', () => {
  it.each([
    ['from −708 to 709', between(-708, 709)],
    ['from −1 to 1', between(-1, 1)],
  ])('e^x %s is within 0.52 ulp', (_, points) => {
    const error = (x: number) => {
      const { value, scale } = longExp(long(x));
      return ulpsFrom(portableExp(x), value, scale);
    };
    expect(worst(points, error)).toBeLessThan(0.52);
  });

  it('e^x below the normal numbers is rounded once more', () => {
    for (const x of between(-745, -708)) {
      const { value, scale } = longExp(long(x));
      expect(ulpsFrom(portableExp(x), value, scale)).toBeLessThan(1);
    }
  });

  it.each([
    ['from −40 to 40', between(-40, 40)],
    ['from −0.02 to 0.02', between(-0.02, 0.02)],
    ['down to 10^−60', magnitudes(-60, 0)],
  ])('e^x − 1 %s is within 1.1 ulp', (_, points) => {
    expect(worst(points, (x) => ulpsFrom(portableExpm1(x), expm1Of(x)))).toBeLessThan(1.1);
  });

  it.each([
    ['over the normal numbers', magnitudes(-307, 308, [1])],
    ['from 0.5 to 2', between(0.5, 2)],
    ['beside 1', around1],
  ])('ln x %s is within 0.52 ulp', (_, points) => {
    expect(worst(points, (x) => ulpsFrom(portableLog(x), logOf(x)))).toBeLessThan(0.52);
  });

  it('ln x below the normal numbers is within 1 ulp', () => {
    expect(worst(magnitudes(-322, -308, [1]), (x) => ulpsFrom(portableLog(x), logOf(x)))).toBeLessThan(1);
  });

  it.each([
    ['from −1 to 3', between(-0.999, 3)],
    ['down to 10^−60', magnitudes(-60, -1)],
    ['up to 10^60', magnitudes(0, 60, [1])],
  ])('ln(1 + x) %s is within 0.6 ulp', (_, points) => {
    expect(worst(points, (x) => ulpsFrom(portableLog1p(x), longLog(ONE + long(x))))).toBeLessThan(0.6);
  });

  it.each([
    ['over all numbers', magnitudes(-320, 308, [1])],
    ['from 0.5 to 2', between(0.5, 2)],
    ['beside 1', around1],
  ])('the decimal logarithm %s is within 0.52 ulp', (_, points) => {
    expect(worst(points, (x) => ulpsFrom(portableLog10(x), over(logOf(x), LN10)))).toBeLessThan(0.52);
  });

  it('x^y is within 0.52 ulp, beside 1 under large exponents too', () => {
    const exponents = between(-50, 50);
    const large = magnitudes(0, 12);
    expect(worst(between(-300, 300), (y) => powErrorOf(10, y))).toBeLessThan(0.52);
    expect(Math.max(...magnitudes(-6, 6, [1]).map((x, i) => powErrorOf(x, exponents[i])))).toBeLessThan(0.52);
    expect(Math.max(...large.map((y, i) => powErrorOf(1 + around1[i] / 1e13, y)))).toBeLessThan(0.52);
  });

  it('the cube root is within 0.8 ulp', () => {
    const error = (x: number) => {
      const scale = Math.floor(binaryExponent(Math.abs(x)) / 3);
      const root = long(portableCbrt(x), scale);
      const off = over(long(x, 3 * scale) - times(root, times(root, root)), 3n * times(root, root));
      return ulpsFrom(portableCbrt(x), root + off, scale);
    };
    expect(worst(magnitudes(-300, 300), error)).toBeLessThan(0.8);
  });
});

describe('whole answers are whole', () => {
  it('decimal logarithms of powers of ten, and small powers', () => {
    for (let n = -307; n <= 308; n++) expect(portableLog10(Number(`1e${n}`))).toBe(n);
    for (let n = 0; n <= 22; n++) expect(portablePow(10, n)).toBe(Number(`1e${n}`));
    for (let n = -1074; n < 1024; n++) expect(portablePow(2, n)).toBe(2 ** n);
    for (let n = 1; n < 100; n++) expect(portablePow(n, 3)).toBe(n * n * n);
  });

  it('cube roots of cubes', () => {
    for (let n = -100; n <= 100; n++) expect(portableCbrt(n * n * n)).toBe(n);
  });

  it('squares', () => {
    expect(square(-3)).toBe(9);
  });
});

describe('at the ends of the numbers the functions answer as those of the language', () => {
  const ends = [0, -0, 1, -1, -2, 5e-324, -5e-324, 1e308, -1e308, 745, -745.2, 710, -746, 1e-20];
  const all = [...ends, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];

  it.each([
    ['exp', portableExp, Math.exp],
    ['expm1', portableExpm1, Math.expm1],
    ['log', portableLog, Math.log],
    ['log1p', portableLog1p, Math.log1p],
    ['log10', portableLog10, Math.log10],
    ['cbrt', portableCbrt, Math.cbrt],
  ])('%s', (_, portable, engine) => {
    for (const x of all) {
      const [ours, theirs] = [portable(x), engine(x)];
      if (Number.isFinite(theirs) && theirs !== 0) expect(Math.abs(ours / theirs - 1)).toBeLessThan(1e-15);
      else expect(ours, String(x)).toBe(theirs);
    }
  });

  it('pow, for bases that are not negative', () => {
    const bases = all.filter((x) => !(x < 0));
    for (const x of bases) {
      for (const y of all) {
        const [ours, theirs] = [portablePow(x, y), Math.abs(x) ** y];
        if (Number.isFinite(theirs) && theirs !== 0) expect(Math.abs(ours / theirs - 1)).toBeLessThan(1e-15);
        else expect(ours, `${x} ** ${y}`).toBe(theirs);
      }
    }
    expect(portablePow(-2, 3)).toBeNaN();
  });
});
