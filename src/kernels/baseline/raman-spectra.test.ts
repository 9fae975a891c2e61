import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import { arpls } from './arpls.ts';
import { asls } from './asls.ts';
import { chooseArplsLambda } from './choose-lambda.ts';
import { correctExpectileOffset } from './expectile.ts';

const [ROWS, CHANNELS] = [40, 1000];

/**
 * Methods reference 2.4b: 40 spectra of 1000 channels, a curved fluorescence of a Gaussian and an exponential up to some 4000
 * counts, ten Lorentzians of half-width 3 to 9 channels and height 40 to 200, Poisson noise. What it leaves open is chosen so
 * that all its table comes out: 800 counts, a Gaussian of 2500–3000 at channel 400–600 with σ of 250–350, and an exponential
 * of 600–1200 over 300–500 channels; peaks anywhere but in the last 30 channels.
 */
function ramanSpectra(): { truth: Float64Array; counts: Float64Array } {
  const truth = new Float64Array(ROWS * CHANNELS);
  const counts = new Float64Array(ROWS * CHANNELS);
  for (let row = 0; row < ROWS; row++) {
    const random = new CounterRandom(24, row);
    const within = (a: number, b: number) => a + (b - a) * random.next();
    const [centre, width, height] = [within(400, 600), within(250, 350), within(2500, 3000)];
    const [start, decay] = [within(600, 1200), within(300, 500)];
    const peaks = Array.from({ length: 10 }, () => [within(30, 970), within(3, 9), within(40, 200)]);
    for (let i = 0; i < CHANNELS; i++) {
      const at = row * CHANNELS + i;
      truth[at] = 800 + height * Math.exp(-(((i - centre) / width) ** 2) / 2) + start * Math.exp(-i / decay);
      const lines = peaks.map(([c, half, tall]) => tall / (1 + ((i - c) / half) ** 2));
      counts[at] = random.poisson(lines.reduce((sum, line) => sum + line, truth[at]));
    }
  }
  return { truth, counts };
}

/** Median over the spectra of the root mean square error and of the mean error. */
function errors(baselines: Float64Array, truth: Float64Array): [number, number] {
  const [squares, means]: [number[], number[]] = [[], []];
  for (let row = 0; row < ROWS; row++) {
    let [square, mean] = [0, 0];
    for (let at = row * CHANNELS; at < (row + 1) * CHANNELS; at++) {
      square += (baselines[at] - truth[at]) ** 2 / CHANNELS;
      mean += (baselines[at] - truth[at]) / CHANNELS;
    }
    squares.push(Math.sqrt(square));
    means.push(mean);
  }
  const middle = (values: number[]) => values.sort((a, b) => a - b)[ROWS / 2];
  return [middle(squares), middle(means)];
}

describe('Raman spectra with known baselines', () => {
  const { truth, counts } = ramanSpectra();
  const z = new Float64Array(counts.length);

  it.each([
    // λ, RMSE in the reference, allowance
    [1e5, 20.9, 4],
    [1e6, 17.5, 2.5],
    [1e7, 20.3, 3],
    [1e8, 63, 8],
  ])('arPLS, λ = %d: RMSE %d counts', (lambda, rmse, allowance) => {
    arpls(counts, CHANNELS, z, { lambda });
    const [found] = errors(z, truth);
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
    const found = errors(z, truth);
    expect(Math.abs(found[0] / rmse - 1)).toBeLessThan(0.15);
    expect(Math.abs(found[1] / bias - 1)).toBeLessThan(0.15);
  });

  it.each([1e5, 1e6])('AsLS with its offset corrected, λ = %d: at most 30 counts', (lambda) => {
    asls(counts, CHANNELS, z, { lambda, p: 0.01 });
    correctExpectileOffset(z, 0.01);
    expect(errors(z, truth)[0]).toBeLessThanOrEqual(30);
  });

  /** RMSE of each spectrum. */
  const single = (baselines: Float64Array) =>
    Array.from({ length: ROWS }, (_, row) => {
      let sum = 0;
      for (let at = row * CHANNELS; at < (row + 1) * CHANNELS; at++) sum += (baselines[at] - truth[at]) ** 2;
      return Math.sqrt(sum / CHANNELS);
    });

  it('one λ chosen for all spectra is as good as the best within 1.3', () => {
    const scan = chooseArplsLambda(counts, CHANNELS);
    const all = Array.from(scan.lambdas, (lambda) => {
      arpls(counts, CHANNELS, z, { lambda });
      return errors(z, truth)[0];
    });
    arpls(counts, CHANNELS, z, { lambda: scan.chosen });
    expect(errors(z, truth)[0]).toBeLessThanOrEqual(1.3 * Math.min(...all));
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
