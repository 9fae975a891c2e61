import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import { findPeaks } from './find-peaks.ts';
import { gaussian } from './line-shapes.ts';

const spectrum = (n: number, peaks: readonly (readonly [at: number, sigma: number, area: number])[], ground = 20) =>
  Float64Array.from({ length: n }, (_, j) =>
    peaks.reduce((sum, [at, sigma, area]) => sum + area * gaussian(j - at, sigma), ground + 0.05 * j),
  );

describe('peaks of unknown width', () => {
  it.each([1, 2.5, 6, 15, 40])(
    'σ = %d channels are found in the middle, with a width that is right to a half',
    (sigma) => {
      const values = spectrum(1200, [[600, sigma, 4000]]);
      const [first, ...others] = findPeaks(values, values, 5);
      expect(Math.abs(first.channel - 600)).toBeLessThanOrEqual(1);
      expect(first.fwhm / (2.3548 * sigma)).toBeGreaterThan(0.6);
      expect(first.fwhm / (2.3548 * sigma)).toBeLessThan(1.6);
      expect(others).toEqual([]);
    },
  );

  it('two that are resolved are two, whatever they are together', () => {
    const values = spectrum(400, [
      [180, 3, 3000],
      [200, 3, 2000],
    ]);
    expect(findPeaks(values, values, 5).map(({ channel }) => channel)).toEqual([180, 200]);
  });

  it('noise is none, in a hundred spectra', () => {
    const random = new CounterRandom(4, 0);
    let found = 0;
    for (let r = 0; r < 100; r++) {
      random.reset(r);
      const values = spectrum(500, [], 30).map((mean) => random.poisson(mean));
      found += findPeaks(values, values, 5).length;
    }
    expect(found).toBeLessThanOrEqual(1);
  });

  it('the limit is what it must stand out by', () => {
    const values = spectrum(300, [[150, 3, 100]]);
    const [{ significance }] = findPeaks(values, values, 1);
    expect(findPeaks(values, values, significance * 1.01)).toEqual([]);
    expect(findPeaks(values, values, significance * 0.99)).toHaveLength(1);
  });

  it('few channels, zeros, a constant, a slope and negatives are no peaks; a lone peak on zeros is', () => {
    for (let n = 0; n < 8; n++)
      expect(findPeaks(new Float64Array(n).fill(3), new Float64Array(n).fill(3), 5)).toEqual([]);
    const flat = new Float64Array(50);
    expect(findPeaks(flat, flat, 5)).toEqual([]);
    expect(
      findPeaks(
        flat.map((_, j) => -1000 + 7 * j),
        flat.fill(1),
        5,
      ),
    ).toEqual([]);
    const lone = Float64Array.from({ length: 60 }, (_, j) => 1e9 * gaussian(j - 31, 2));
    expect(findPeaks(lone, lone, 5)[0].channel).toBe(31);
  });
});
