import { describe, expect, it } from 'vitest';
import { baselineErrors, ramanSpectra, typicalErrors } from '../../../test/raman-spectra.ts';
import { arpls } from './arpls.ts';
import { asls } from './asls.ts';
import { chooseArplsLambda } from './choose-lambda.ts';
import { correctExpectileOffset } from './expectile.ts';

const RECIPE = ramanSpectra();
const { rows: ROWS, channels: CHANNELS, truth, counts } = RECIPE;

describe('Raman spectra with known baselines', () => {
  const z = new Float64Array(counts.length);

  it.each([
    // λ, RMSE in the reference, allowance
    [1e5, 20.9, 4],
    [1e6, 17.5, 2.5],
    [1e7, 20.3, 3],
    [1e8, 63, 8],
  ])('arPLS, λ = %d: RMSE %d counts', (lambda, rmse, allowance) => {
    arpls(counts, CHANNELS, z, { lambda });
    const { rmse: found } = typicalErrors(z, RECIPE);
    expect(Math.abs(found - rmse)).toBeLessThan(allowance);
    if (lambda === 1e6) expect(found).toBeLessThanOrEqual(20);
  });

  it.each([
    [1e5, 0.01, 74, -70],
    [1e6, 0.01, 84, -77],
    [1e7, 0.01, 189, -152],
    [1e5, 0.001, 114, -109],
    [1e6, 0.001, 207, -184],
  ])('AsLS, λ = %d, p = %d: RMSE %d, bias %d counts', (lambda, p, rmse, bias) => {
    asls(counts, CHANNELS, z, { lambda, p });
    const found = typicalErrors(z, RECIPE);
    expect(Math.abs(found.rmse / rmse - 1)).toBeLessThan(0.15);
    expect(Math.abs(found.bias / bias - 1)).toBeLessThan(0.15);
  });

  it.each([1e5, 1e6])('AsLS with its offset corrected, λ = %d: at most 30 counts', (lambda) => {
    asls(counts, CHANNELS, z, { lambda, p: 0.01 });
    correctExpectileOffset(z, 0.01);
    expect(typicalErrors(z, RECIPE).rmse).toBeLessThanOrEqual(30);
  });

  /** RMSE of each spectrum. */
  const single = (baselines: Float64Array) => baselineErrors(baselines, RECIPE).map(({ rmse }) => rmse);

  it('one λ chosen for all spectra is as good as the best within 1.3', () => {
    const scan = chooseArplsLambda(counts, CHANNELS);
    const all = Array.from(scan.lambdas, (lambda) => {
      arpls(counts, CHANNELS, z, { lambda });
      return typicalErrors(z, RECIPE).rmse;
    });
    arpls(counts, CHANNELS, z, { lambda: scan.chosen });
    expect(typicalErrors(z, RECIPE).rmse).toBeLessThanOrEqual(1.3 * Math.min(...all));
  });

  it('so is a λ chosen for each spectrum alone; what is not told apart errs alike', () => {
    const lambdas = chooseArplsLambda(counts, CHANNELS).lambdas;
    const tried = Array.from(lambdas, (lambda) => {
      arpls(counts, CHANNELS, z, { lambda });
      return single(z);
    });
    const ratios: number[] = [];
    for (let row = 0; row < ROWS; row++) {
      const y = counts.slice(row * CHANNELS, (row + 1) * CHANNELS);
      const { chosen, range, standardError } = chooseArplsLambda(y, CHANNELS);
      const of = (lambda: number) => {
        const one = new Float64Array(CHANNELS);
        arpls(y, CHANNELS, one, { lambda });
        return Math.sqrt(one.reduce((sum, value, i) => sum + (value - truth[row * CHANNELS + i]) ** 2, 0) / CHANNELS);
      };
      ratios.push(of(chosen) / Math.min(...tried.map((errorsOf) => errorsOf[row])));
      for (const end of range) expect(Math.abs(of(end) - of(chosen))).toBeLessThanOrEqual(standardError * 1.001);
    }
    expect(Math.max(...ratios)).toBeLessThanOrEqual(1.3);
  });
});
