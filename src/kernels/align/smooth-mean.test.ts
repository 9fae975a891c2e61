import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import { positionsOf } from './positions.ts';
import { shiftAgainst } from './shift-against.ts';
import { smoothMean } from './smooth-mean.ts';

const CHANNELS = 200;
const line =
  (counts: number, width: number, below: number) =>
  (j: number, shift = 0) =>
    below + (counts / (width * Math.sqrt(2 * Math.PI))) * Math.exp(-0.5 * ((j - CHANNELS / 2 - shift) / width) ** 2);

function meanOf(shape: (j: number) => number, spectra: number, seed: number, readout = 0): Float64Array {
  const random = new CounterRandom(seed, 0);
  return Float64Array.from({ length: CHANNELS }, (_, j) => {
    const noise = readout > 0 ? readout * Math.sqrt(spectra) * random.normal() : 0;
    return (random.poisson(spectra * shape(j)) + noise) / spectra;
  });
}

const error = (found: Float64Array, shape: (j: number) => number) =>
  Math.sqrt(found.reduce((sum, value, j) => sum + (value - shape(j)) ** 2, 0) / found.length);

describe('a mean without its bumps', () => {
  it.each([
    [60, 8, 0.3, 200, 0.5],
    [60, 4, 0, 1000, 0.9],
    [1000, 8, 1, 50, 0.5],
  ])(
    'of %d counts in a line %d channels wide, on %f, of %d spectra, is less wrong: %f or less',
    (counts, width, below, spectra, most) => {
      const shape = line(counts, width, below);
      const ratios = [1, 2, 3, 4, 5].map((seed) => {
        const mean = meanOf(shape, spectra, seed);
        return error(smoothMean(mean, spectra), shape) / error(mean, shape);
      });
      expect(ratios.sort((a, b) => a - b)[2]).toBeLessThan(most);
    },
  );

  it('of many counts in sharp lines stays what it is, to a part of its errors', () => {
    const shape = line(1e5, 1, 100);
    const mean = meanOf(shape, 1e4, 1);
    expect(error(smoothMean(mean, 1e4), shape)).toBeLessThan(1.05 * error(mean, shape));
  });

  it('allows for readout noise', () => {
    const shape = line(300, 8, 5);
    const mean = meanOf(shape, 20, 3, 12);
    expect(error(smoothMean(mean, 20, 12), shape)).toBeLessThan(0.75 * error(smoothMean(mean, 20), shape));
  });

  it('of awkward spectra is never negative, or the mean itself where nothing can be done', () => {
    for (const mean of [new Float64Array(50), Float64Array.from({ length: 50 }, (_, j) => (j % 2 ? -3 : 1e9))]) {
      for (const value of smoothMean(mean, 10)) expect(value >= 0 && Number.isFinite(value)).toBe(true);
    }
    for (const mean of [new Float64Array(4).fill(2), new Float64Array(50).fill(Number.NaN, 3, 4)]) {
      expect(smoothMean(mean, 10)).toBe(mean);
    }
  });

  it('makes a reference against which displacements of few counts scatter as they say, and no more than they must', () => {
    const [spectra, counts, width] = [200, 60, 8];
    const shape = line(counts, width, 0.1);
    const random = new CounterRandom(7, 0);
    const shifts = Float64Array.from({ length: spectra }, () => 2 * random.normal());
    const rows = Float64Array.from({ length: spectra * CHANNELS }, (_, at) =>
      random.poisson(shape(at % CHANNELS, shifts[Math.floor(at / CHANNELS)])),
    );
    const mean = Float64Array.from({ length: CHANNELS }, (_, j) => {
      let sum = 0;
      for (let i = 0; i < spectra; i++) sum += rows[i * CHANNELS + j];
      return sum / spectra;
    });
    const judge = (reference: Float64Array) => {
      const out = positionsOf(spectra);
      shiftAgainst(rows, spectra, reference, out, { limit: 20 });
      const errors = out.position.map((at, i) => at - shifts[i]);
      const centre = errors.reduce((sum, each) => sum + each, 0) / spectra;
      const pulls = errors.reduce((sum, each, i) => sum + ((each - centre) / out.uncertainty[i]) ** 2, 0) / spectra;
      const scatter = errors.reduce((sum, each) => sum + (each - centre) ** 2, 0) / spectra;
      return { pulls: Math.sqrt(pulls), scatter: Math.sqrt(scatter) };
    };
    const [smooth, bumpy] = [judge(smoothMean(mean, spectra)), judge(mean)];
    expect(bumpy.pulls).toBeGreaterThan(1.7);
    expect(smooth.pulls).toBeGreaterThan(0.85);
    expect(smooth.pulls).toBeLessThan(1.2);
    expect(smooth.scatter).toBeLessThan(1.25 * (width / Math.sqrt(counts)));
    expect(smooth.scatter).toBeLessThan(0.9 * bumpy.scatter);
  });
});
