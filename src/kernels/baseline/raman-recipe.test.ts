import { describe, expect, it } from 'vitest';
import { median, ramanSpectra, typicalErrors } from '../../../test/raman-spectra.ts';
import { CounterRandom } from '../random.ts';
import { arpls } from './arpls.ts';
import { isrea, isreaResponse } from './isrea.ts';
import { isreaKnots } from './isrea-knots.ts';
import { improvedModPoly, improvedModPolyResponse, modPoly, modPolyResponse } from './polynomial.ts';
import { snip } from './snip.ts';

const RECIPE = ramanSpectra();
const { rows: SPECTRA, channels: CHANNELS, counts: values } = RECIPE;
/** The fluorescence of the first spectrum. */
const truth = RECIPE.truth.slice(0, CHANNELS);

describe('Raman baselines of known truth', () => {
  const made = (method: (out: Float64Array) => unknown) => {
    const out = new Float64Array(values.length);
    method(out);
    return out;
  };
  const errors = (baselines: Float64Array) => typicalErrors(baselines, RECIPE);
  const ofIsrea = (knots: number, noise?: number) =>
    errors(made((out) => isrea(values, SPECTRA, CHANNELS, { knots, scale: noise ? { noise } : undefined }, out)));
  const ofModPoly = (degree: number) => errors(made((out) => modPoly(values, SPECTRA, CHANNELS, { degree }, out)));

  it('ISREA: at most 27 counts, half of ModPoly of degree 5, and 1.5 of arPLS', () => {
    const half = 0.5 * ofModPoly(5).rmse;
    const { rmse: penalised } = errors(made((out) => arpls(values, CHANNELS, out, { lambda: 1e6 })));
    for (const knots of [5, 8, 12, 20]) {
      const { rmse, bias } = ofIsrea(knots);
      expect(rmse).toBeLessThan(knots < 20 ? 22 : 27);
      expect(rmse).toBeLessThan(half);
      // Twenty knots follow the noise of these spectra.
      expect(rmse).toBeLessThan((knots < 20 ? 1.5 : 1.7) * penalised);
      expect(Math.abs(bias)).toBeLessThan(8);
    }
    // s of the whole noise, as the reference has it, counts more of the peaks: 23.5 counts at 5 knots, 24.6 at 8.
    for (const [knots, reference] of [
      [5, 23.5],
      [8, 24.6],
    ]) {
      const { rmse, bias } = ofIsrea(knots, 1);
      expect(rmse).toBeLessThan(half);
      expect(Math.abs(rmse - reference)).toBeLessThan(3);
      expect(bias).toBeGreaterThan(12);
    }
  });

  it('ISREA: at most 27 counts with the knots that each spectrum asks for', () => {
    const chosen = made((out) => {
      for (let i = 0; i < SPECTRA; i++) {
        const row = values.slice(i * CHANNELS, (i + 1) * CHANNELS);
        const { knots } = isreaKnots(row);
        isrea(row, 1, CHANNELS, { knots }, out.subarray(i * CHANNELS, (i + 1) * CHANNELS));
      }
    });
    expect(errors(chosen).rmse).toBeLessThan(27);
  });

  it('SNIP, M = 24, smoothed over 5 channels: at most 55 counts', () => {
    const options = { halfWindow: 24, beforehandHalfWindow: 2 };
    const { rmse, bias } = errors(made((out) => snip(values, SPECTRA, CHANNELS, options, out)));
    expect(rmse).toBeLessThan(55);
    expect(bias).toBeLessThan(-35);
  });

  it('ModPoly lies about a noise below, at degree 3 far more', () => {
    for (const degree of [5, 7]) {
      const { rmse, bias } = ofModPoly(degree);
      expect(rmse).toBeGreaterThan(55);
      expect(rmse).toBeLessThan(75);
      expect(bias).toBeLessThan(-50);
    }
    expect(ofModPoly(3).rmse).toBeGreaterThan(120);
    const improved = errors(made((out) => improvedModPoly(values, SPECTRA, CHANNELS, { degree: 5 }, out)));
    expect(improved.rmse).toBeLessThan(ofModPoly(5).rmse);
  });

  it('ISREA: heights of lone peaks, 20 times the noise high', () => {
    const lost = (knots: number, shape: (x: number) => number) => {
      const random = new CounterRandom(25, 0);
      const shares: number[] = [];
      for (let spectrum = 0; spectrum < SPECTRA; spectrum++) {
        const places = [0.2, 0.5, 0.8].map((at) => Math.round((at + 0.1 * random.next()) * CHANNELS));
        const widths = places.map(() => 3 + 6 * random.next());
        const heights = places.map((at) => 20 * Math.sqrt(truth[at]));
        const row = truth.map((value, j) =>
          random.poisson(places.reduce((sum, at, i) => sum + heights[i] * shape((j - at) / widths[i]), value)),
        );
        isrea(row, 1, CHANNELS, { knots }, row);
        shares.push(...places.map((at, i) => Math.abs(row[at] - truth[at]) / heights[i]));
      }
      return median(shares);
    };
    const [gaussian, lorentzian] = [(x: number) => Math.exp(-Math.LN2 * x * x), (x: number) => 1 / (1 + x * x)];
    for (const knots of [2, 5]) expect(lost(knots, gaussian)).toBeLessThan(0.02);
    // The tails of a Lorentzian look like baseline to a spline that can follow them: 2 % are not to be had of three or more knots.
    expect(lost(3, lorentzian)).toBeLessThan(0.021);
    expect(lost(5, lorentzian)).toBeLessThan(0.05);
  });

  it.each<[string, (row: Float64Array) => unknown, (row: Float64Array, weights: Float64Array) => Float64Array, number]>(
    [
      [
        'ISREA',
        (row) => isrea(row, 1, CHANNELS, { knots: 5 }, row),
        (row, weights) => isreaResponse(row, { knots: 5 }, weights),
        1.2,
      ],
      [
        'ModPoly',
        (row) => modPoly(row, 1, CHANNELS, { degree: 5 }, row),
        (row, weights) => modPolyResponse(row, { degree: 5 }, weights),
        1.35,
      ],
      [
        'IModPoly',
        (row) => improvedModPoly(row, 1, CHANNELS, { degree: 5 }, row),
        (row, weights) => improvedModPolyResponse(row, { degree: 5 }, weights),
        1.2,
      ],
    ],
  )('%s: the response gives the spread of repeated draws, or a little more', (_, method, response, most) => {
    const random = new CounterRandom(26, 0);
    const peaks = (j: number) => [300, 400, 470].reduce((sum, at) => sum + 150 / (1 + ((j - at) / 6) ** 2), 0);
    const weights = Float64Array.from({ length: CHANNELS }, (_, j) => (j >= 380 && j < 430 ? 1 : 0));
    const draws = 200;
    const sums: number[] = [];
    let predicted = 0;
    for (let draw = 0; draw < draws; draw++) {
      const row = truth.map((value, j) => random.poisson(value + peaks(j)));
      if (draw < 10) predicted += response(row, weights).reduce((sum, r, j) => sum + (r * r * row[j]) / 10, 0);
      method(row);
      sums.push(row.reduce((sum, value, j) => sum + weights[j] * value, 0));
    }
    const mean = sums.reduce((sum, value) => sum + value, 0) / draws;
    const variance = sums.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1);
    const ratio = Math.sqrt(predicted / variance);
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(most);
  });
});
