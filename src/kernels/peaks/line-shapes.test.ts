import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faddeeva } from './faddeeva.ts';
import {
  gaussian,
  LINE_SHAPES,
  type LineShapeName,
  lorentzian,
  pseudoVoigt,
  thompsonCoxHastings,
  voigt,
  voigtFwhm,
} from './line-shapes.ts';

/** w(z) to 17 figures, by mpmath with 60 digits: e^(−z²)·erfc(−iz), beyond |z| = 20 its continued fraction. */
const REFERENCES: readonly (readonly [x: number, y: number, re: number, im: number])[] = [
  [0, 0, 1, 0],
  [1, 1, 0.3047442052569126, 0.20821893820283163],
  [0.5, 0, 0.7788007830714049, 0.47892517290104347],
  [3, 0.001, 0.0002019724245573203, 0.20115654204559758],
  [6, 1e-6, 1.6375340765768393e-8, 0.09539620896910792],
  [0.2558, 1e-9, 0.936661200547656, 0.27637172114164693],
  [0, 5, 0.11070463773306863, 0],
  [10, 10, 0.028279467454232456, 0.028138433276336895],
];

describe('the Faddeeva function', () => {
  it('to 13 figures of each part, and at the mirror of each', () => {
    for (const [x, y, real, imaginary] of REFERENCES) {
      const [re, im] = faddeeva(x, y);
      expect(Math.abs(re - real)).toBeLessThanOrEqual(1e-13 * real);
      expect(Math.abs(im - imaginary)).toBeLessThanOrEqual(1e-14 * Math.abs(imaginary) + 1e-16);
      expect(faddeeva(-x, y)).toEqual([re, x === 0 ? im : -im]);
    }
  });

  it('has the derivative −2zw + 2i/√π, everywhere its two rules meet', () => {
    const h = 1e-4;
    for (let x = 0.01; x < 9; x += 0.0517) {
      for (const y of [0.002, 0.3, x, 6.1386, 8]) {
        const [re, im] = faddeeva(x, y);
        const slope = [-2 * (x * re - y * im), -2 * (x * im + y * re) + 2 / Math.sqrt(Math.PI)];
        const at = [-2, -1, 1, 2].map((k) => faddeeva(x + k * h, y));
        for (const part of [0, 1]) {
          const seen = (at[0][part] - 8 * at[1][part] + 8 * at[2][part] - at[3][part]) / (12 * h);
          expect(Math.abs(seen - slope[part])).toBeLessThan(2e-11);
        }
      }
    }
  });

  it('is real and imaginary part of one another by Hilbert: the area of Re w along the axis is √π', () => {
    for (const y of [1e-6, 0.4, 3]) {
      let sum = 0;
      const h = 0.02;
      for (let k = -5000; k <= 5000; k++) sum += h * faddeeva(k * h, y)[0];
      // What is beyond ±100 is that of a Lorentzian.
      expect(sum + (2 * y) / (Math.sqrt(Math.PI) * 100)).toBeCloseTo(Math.sqrt(Math.PI), 4);
    }
  });

  it('has no value below the axis, nor of what is no number', () => {
    for (const [x, y] of [
      [1, -1e-9],
      [Number.NaN, 1],
      [1, Number.NaN],
      [Number.POSITIVE_INFINITY, 1],
      [1, Number.POSITIVE_INFINITY],
    ]) {
      expect(faddeeva(x, y)).toEqual([Number.NaN, Number.NaN]);
    }
  });
});

const folder = `${process.env.SPECTRAIL_SHARED ?? '../shared'}/golden/lineshapes`;
const cases = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('shapes--')) : [];

interface Row {
  readonly shape: string;
  readonly parameters: Readonly<Record<string, number>>;
}

/** Those of the reference that we have. */
const VALUES: Readonly<Record<string, (d: number, p: Readonly<Record<string, number>>) => number>> = {
  gaussian: (d, { sigma }) => gaussian(d, sigma),
  lorentzian: (d, { gamma }) => lorentzian(d, gamma),
  voigt: (d, { sigma, gamma }) => voigt(d, sigma, gamma),
  'pseudo-voigt': (d, { fwhm, eta }) => pseudoVoigt(d, fwhm, eta),
  'pseudo-voigt-tch': (d, { fwhm_gauss, fwhm_lorentz }) => {
    const { fwhm, share } = thompsonCoxHastings(fwhm_gauss, fwhm_lorentz);
    return pseudoVoigt(d, fwhm, share);
  },
};

describe.skipIf(cases.length === 0)('reference answers', () => {
  it.each(cases)('%s', (name) => {
    const { input, expected, tolerance } = JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'));
    let compared = 0;
    for (const [i, { shape, parameters }] of (input.rows as Row[]).entries()) {
      const value = VALUES[shape];
      if (!value) continue;
      compared++;
      for (const [j, x] of input.x.entries()) {
        const known = expected.y[i][j];
        const ours = parameters.area * value(x - parameters.center, parameters);
        expect(Math.abs(ours - known), `${shape} at ${x}`).toBeLessThanOrEqual(
          tolerance.abs + tolerance.rel * Math.abs(known),
        );
      }
    }
    expect(compared).toBeGreaterThan(1);
  });

  it('voigt-fwhm', () => {
    const { input, expected } = JSON.parse(readFileSync(`${folder}/voigt-fwhm.json`, 'utf8'));
    for (const [i, [sigma, gamma]] of input.sigma_gamma.entries()) {
      const { fwhm_exact, height } = expected.rows[i];
      expect(voigtFwhm(sigma, gamma) / fwhm_exact).toBeCloseTo(1, 9);
      expect(voigt(0, sigma, gamma) / height).toBeCloseTo(1, 9);
    }
  });
});

describe('lines that can be fitted', () => {
  const PARAMETERS: Readonly<Record<LineShapeName, number[]>> = {
    gaussian: [1.3],
    lorentzian: [1.3],
    'pseudo-voigt': [1.3, 0.3],
    voigt: [1.1, 0.4],
  };

  it.each(Object.entries(PARAMETERS) as [LineShapeName, number[]][])(
    '%s has area 1 and its derivatives',
    (name, given) => {
      const line = LINE_SHAPES[name];
      const value = (d: number, parameters: number[]) => {
        const out = new Float64Array(4);
        line.evaluate(d, Float64Array.from(parameters), out);
        return out;
      };
      let area = 0;
      for (let k = -40000; k <= 40000; k++) area += 0.025 * value(0.025 * k, given)[0];
      expect(area).toBeCloseTo(1, 3);
      const h = 1e-5;
      for (const d of [-4, -0.7, 0, 0.2, 1.5]) {
        const seen = value(d, given);
        expect(seen[1]).toBeCloseTo((value(d + h, given)[0] - value(d - h, given)[0]) / (2 * h), 8);
        for (let k = 0; k < given.length; k++) {
          const moved = (by: number) => given.map((each, i) => (i === k ? each + by : each));
          expect(seen[2 + k]).toBeCloseTo((value(d, moved(h))[0] - value(d, moved(-h))[0]) / (2 * h), 8);
        }
      }
    },
  );

  it('a Voigt line without Lorentzian width is a Gaussian, and within 1.3 % of its pseudo-Voigt otherwise', () => {
    expect(voigt(0.7, 1, 0)).toBeCloseTo(gaussian(0.7, 1), 15);
    for (const [sigma, gamma] of [
      [1, 0.1],
      [1, 1],
      [0.3, 1],
    ]) {
      const { fwhm, share } = thompsonCoxHastings(2.3548200450309493 * sigma, 2 * gamma);
      expect(fwhm / voigtFwhm(sigma, gamma)).toBeCloseTo(1, 2);
      for (let d = 0; d < 5; d += 0.1) {
        const apart = Math.abs(pseudoVoigt(d, fwhm, share) - voigt(d, sigma, gamma));
        expect(apart).toBeLessThan(0.013 * voigt(0, sigma, gamma));
      }
    }
  });
});
