import { describe, expect, it } from 'vitest';
import { baselineStudy } from './baseline-study.ts';

const METHODS = ['ISREA, own knots', 'arPLS', 'ModPoly 5'];

/** On each shape: errors of ISREA, and of the others. */
function scores(lines: 'ten Lorentzians' | 'three Gaussians', ratio: number, spectra: number) {
  return baselineStudy({ spectra, lines, methods: METHODS, ratios: [ratio] }).map(({ shape, scores: by }) => {
    const [isrea, arpls, modPoly] = METHODS.map((name) => by[name]);
    return { shape, isrea, arpls, modPoly };
  });
}

describe('lines of twice the noise on six fluorescences', () => {
  const mean = (ratios: readonly number[]) => ratios.reduce((sum, each) => sum + each, 0) / ratios.length;

  it('ten Lorentzians: ISREA errs by half as much as ModPoly 5, and no more than arPLS', () => {
    const found = scores('ten Lorentzians', 2, 24);
    expect(found).toHaveLength(6);
    for (const { shape, isrea, arpls, modPoly } of found) {
      expect(isrea.area / modPoly.area, shape).toBeLessThan(0.55);
      expect(isrea.area / arpls.area, shape).toBeLessThan(1);
    }
    expect(mean(found.map(({ isrea, modPoly }) => isrea.area / modPoly.area))).toBeLessThan(0.4);
  });

  it('three Gaussians: by half as much as ModPoly 5, and by about as much as arPLS', () => {
    const found = scores('three Gaussians', 2, 24);
    for (const { shape, isrea, modPoly } of found) expect(isrea.area / modPoly.area, shape).toBeLessThan(0.5);
    // One spectrum of the exponential does not ask for the knots that it needs.
    expect(mean(found.map(({ isrea, arpls }) => isrea.area / arpls.area))).toBeLessThan(1.5);
  });
});

describe('lines far above the noise', () => {
  it('lone Gaussians keep their height to 2 %, to 3 % on two humps', () => {
    for (const ratio of [20, 80]) {
      for (const { shape, isrea } of scores('three Gaussians', ratio, 16)) {
        expect(isrea.height, `${shape}, ${ratio}`).toBeLessThan(shape === 'two humps' ? 0.03 : 0.02);
      }
    }
  });

  it('where bright lines with tails crowd, arPLS and a polynomial are the better ones', () => {
    for (const { shape, isrea, arpls } of scores('ten Lorentzians', 80, 10)) {
      expect(isrea.area / arpls.area, shape).toBeGreaterThan(1.5);
      expect(isrea.height, shape).toBeGreaterThan(0.02);
    }
  });
});
