import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import { type FitLaw, type FittedModel, fitByLikelihood } from './likelihood-fit.ts';
import { gaussian, type LineShapeName, pseudoVoigt, voigt } from './line-shapes.ts';
import { fitPeak, type PeakFitOptions, peakModel } from './peak-fit.ts';

const POISSON: FitLaw = { law: 'poisson' };
const axis = (n: number, from: number, step: number) => Float64Array.from({ length: n }, (_, j) => from + step * j);

/** A model of a few parameters with derivatives by differences: for reference answers only. */
function modelOf(x: number[], names: number, value: (x: number, theta: ArrayLike<number>) => number): FittedModel {
  return {
    parameters: names,
    lower: new Array(names).fill(Number.NEGATIVE_INFINITY),
    upper: new Array(names).fill(Number.POSITIVE_INFINITY),
    evaluate(theta, mean, jacobian) {
      for (const [j, at] of x.entries()) {
        mean[j] = value(at, theta);
        if (!jacobian) continue;
        for (let k = 0; k < names; k++) {
          const h = 1e-5 * Math.max(1e-3, Math.abs(theta[k]));
          const moved = (by: number) => Array.from(theta, (each, i) => (i === k ? each + by : each));
          jacobian[j * names + k] = (value(at, moved(h)) - value(at, moved(-h))) / (2 * h);
        }
      }
    },
  };
}

const folder = `${process.env.SPECTRAIL_SHARED ?? '../shared'}/golden`;
const golden = existsSync(folder)
  ? readdirSync(`${folder}/lineshapes`).filter((name) => /^poisson-ml--/.test(name))
  : [];
const MODELS: Readonly<Record<string, (x: number, theta: ArrayLike<number>) => number>> = {
  'single-low-dose': (x, t) => t[0] * gaussian(x - t[1], t[2]) + t[3],
  doublet: (x, t) => t[0] * gaussian(x - t[1], t[2]) + t[3] * gaussian(x - t[4], t[2]) + t[5],
  'high-counts-exponential': (x, t) => t[0] * Math.exp(-(x - 100) / t[1]) + t[2] * gaussian(x - 250, 8),
};

describe.skipIf(golden.length === 0)('reference answers', () => {
  it.each(golden)('%s', (name) => {
    const { input, expected, parameters } = JSON.parse(readFileSync(`${folder}/lineshapes/${name}`, 'utf8'));
    const value = MODELS[name.replace(/^poisson-ml--|\.json$/g, '')];
    const names = Object.keys(expected.values);
    const start = names.map((each) => parameters.start[each]);
    const model = modelOf(input.x, names.length, value);
    const fit = fitByLikelihood(Float64Array.from(input.y), model, start, POISSON);
    expect(fit?.converged).toBe(true);
    for (const [k, each] of names.entries()) {
      const sigma = expected.stderr_fisher[each];
      expect(Math.abs(fit!.theta[k] - expected.values[each])).toBeLessThanOrEqual(1e-3 * sigma + 1e-9);
      expect(Math.sqrt(fit!.covariance[k * names.length + k]) / sigma).toBeCloseTo(1, 2);
    }
    const largest = Math.max(...expected.covariance_fisher.flat().map(Math.abs));
    for (const [at, known] of expected.covariance_fisher.flat().entries()) {
      expect(Math.abs(fit!.covariance[at] - known)).toBeLessThan(0.005 * largest);
    }
    expect(fit!.deviance).toBeLessThanOrEqual(expected.deviance * (1 + 1e-8) + 1e-8);
    expect(fit!.deviance / expected.deviance).toBeCloseTo(1, 6);
  });

  it('cramer-rao-peak', () => {
    const { input, expected } = JSON.parse(readFileSync(`${folder}/statistics/cramer-rao-peak.json`, 'utf8'));
    for (const [i, row] of input.rows.entries()) {
      // With a slope that is known, as the reference has it.
      const slope = row.slope ?? 0;
      const x: number[] = Array.from({ length: row.n }, (_, j) => row.x0 + row.dx * j);
      const value = (at: number, t: ArrayLike<number>) =>
        t[0] * Math.exp(-((at - t[1]) ** 2) / (2 * t[2] ** 2)) + t[3] + slope * (at - row.center);
      const truth = [row.height, row.center, row.sigma, row.background];
      const means = Float64Array.from(x, (at) => value(at, truth));
      const fit = fitByLikelihood(means, modelOf(x, 4, value), truth, POISSON);
      expect(Math.sqrt(fit!.covariance[5]) / expected.rows[i].center_all).toBeCloseTo(1, 5);
      expect(Math.sqrt(fit!.covariance[10]) / expected.rows[i].sigma_all).toBeCloseTo(1, 5);
    }
  });
});

describe('derivatives of a peak', () => {
  it.each(['gaussian', 'lorentzian', 'pseudo-voigt', 'voigt'] as const)('%s, with a companion', (shape) => {
    const x = axis(30, 10, 0.3);
    const companion = { ratio: 0.5, at: (c: number) => [c + 0.1 * c, 1.1] as const };
    const model = peakModel(x, { shape, companion });
    const more = shape === 'pseudo-voigt' ? [0.4] : shape === 'voigt' ? [0.6] : [];
    const theta = Float64Array.from([50, 13.3, 1.2, ...more, 4, 7]);
    const p = model.parameters;
    const jacobian = new Float64Array(30 * p);
    const [mean, up, down] = [0, 0, 0].map(() => new Float64Array(30));
    model.evaluate(theta, mean, jacobian);
    for (let k = 0; k < p; k++) {
      const h = 1e-5;
      model.evaluate(
        theta.map((each, i) => (i === k ? each + h : each)),
        up,
      );
      model.evaluate(
        theta.map((each, i) => (i === k ? each - h : each)),
        down,
      );
      for (let j = 0; j < 30; j++) {
        const seen = (up[j] - down[j]) / (2 * h);
        expect(Math.abs(jacobian[j * p + k] - seen)).toBeLessThan(1e-6 * (1 + Math.abs(seen)));
      }
    }
  });
});

interface Trial {
  readonly shape: LineShapeName;
  readonly area: number;
  readonly line: (d: number) => number;
  readonly background: (j: number) => number;
  readonly step?: number;
  readonly options?: Partial<PeakFitOptions>;
}

/** Centres and their claimed errors over many draws; the bound is what the fit to the means themselves claims. */
function repeated({ shape, area, line, background, step = 0.2, options }: Trial, draws: number) {
  const x = axis(61, 0, step);
  const centre = 30.37 * step;
  const means = Float64Array.from(x, (at, j) => area * line(at - centre) + background(j));
  const random = new CounterRandom(17, 0);
  const start = { centre: 30 * step, fwhm: 5 * step };
  const bound = fitPeak(x, means, start, POISSON, { shape, ...options })!.centreSigma;
  let [sum, squares, within, failed] = [0, 0, 0, 0];
  for (let r = 0; r < draws; r++) {
    random.reset(r);
    const counts = means.map((mean) => random.poisson(mean));
    const found = fitPeak(x, counts, start, POISSON, { shape, ...options });
    if (!found) {
      failed++;
      continue;
    }
    const off = (found.centre - centre) / bound;
    sum += off;
    squares += off * off;
    if (Math.abs(found.centre - centre) < 1.959964 * found.centreSigma) within++;
  }
  const n = draws - failed;
  return { bias: sum / n, ratio: squares / n - (sum / n) ** 2, coverage: within / n, failed };
}

describe('the position of a peak', () => {
  // 1500 draws: the variance is then known to 3.7 %, the coverage to 0.6 %, the bias to 0.026 of an error.
  it.each<[string, Trial]>([
    ['many counts', { shape: 'gaussian', area: 2000, line: (d) => gaussian(d, 0.5), background: (j) => 20 + j }],
    [
      'on a steep slope',
      { shape: 'gaussian', area: 600, line: (d) => gaussian(d, 0.5), background: (j) => 400 - 6 * j },
    ],
    ['few counts', { shape: 'gaussian', area: 120, line: (d) => gaussian(d, 0.5), background: () => 1 }],
    ['no background at all', { shape: 'gaussian', area: 300, line: (d) => gaussian(d, 0.5), background: () => 0 }],
    [
      'a free Lorentzian share',
      { shape: 'pseudo-voigt', area: 3000, line: (d) => pseudoVoigt(d, 1.2, 0.4), background: () => 15 },
    ],
    ['a Voigt line', { shape: 'voigt', area: 5000, line: (d) => voigt(d, 0.4, 0.3), background: () => 30 }],
  ])('of %s has no bias, reaches the Cramér–Rao bound, and its 95 %% intervals hold', (_, trial) => {
    const { bias, ratio, coverage, failed } = repeated(trial, 1500);
    expect(failed).toBe(0);
    expect(Math.abs(bias)).toBeLessThan(0.08);
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(1.1);
    expect(coverage).toBeGreaterThan(0.93);
    expect(coverage).toBeLessThan(0.97);
  });

  it('of Kα₁ is not that of the doublet, and fitting one line in its place is off by a hundredth of a degree and more', () => {
    const x = axis(200, 42.5, 0.01);
    const ratio = 0.5;
    const beside = (c: number) => [c * 1.00249, 1.00249] as const;
    const counts = x.map(
      (at) => 800 * (pseudoVoigt(at - 43.5, 0.08, 0.5) + 0.5 * pseudoVoigt(at - beside(43.5)[0], 0.08, 0.5)) + 5,
    );
    const start = { centre: 43.49, fwhm: 0.1 };
    const shape = 'pseudo-voigt';
    const both = fitPeak(x, counts, start, POISSON, { shape, companion: { ratio, at: beside } })!;
    expect(both.centre).toBeCloseTo(43.5, 7);
    const lone = fitPeak(x, counts, start, POISSON, { shape })!;
    expect(lone.centre - 43.5).toBeGreaterThan(0.005);
  });
});

describe('awkward input', () => {
  const x = axis(41, -4, 0.2);
  const start = { centre: 0.1, fwhm: 1 };
  const peak = (scale: number, ground = 0) => x.map((at) => scale * gaussian(at, 0.5) + ground);
  const options: PeakFitOptions = { shape: 'gaussian' };

  it('descending positions give the same centre', () => {
    const down = x.slice().reverse();
    const found = fitPeak(down, peak(100, 3).reverse(), start, POISSON, options)!;
    expect(found.centre).toBeCloseTo(0, 9);
  });

  it.each([1e9, 1e-9])('%d counts are fitted like any other', (scale) => {
    const found = fitPeak(x, peak(scale, scale / 50), start, POISSON, options)!;
    expect(found.centre).toBeCloseTo(0, 6);
    expect(found.area / scale).toBeCloseTo(1, 6);
  });

  it('nothing but zeros, or fewer than six channels, is no peak', () => {
    expect(
      fitPeak(
        x,
        x.map(() => 0),
        start,
        POISSON,
        options,
      ),
    ).toBeUndefined();
    for (let n = 1; n < 6; n++)
      expect(fitPeak(x.slice(0, n), peak(9).slice(0, n), start, POISSON, options)).toBeUndefined();
    expect(fitPeak(x.slice(15, 23), peak(900, 10).slice(15, 23), start, POISSON, options)?.centre).toBeCloseTo(0, 3);
  });

  it('a value that is not finite is no peak, and no endless search', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const values = peak(100, 3);
      values[20] = bad;
      expect(fitPeak(x, values, start, POISSON, options)).toBeUndefined();
    }
  });

  it('a constant has no peak: its area is within its error of nothing', () => {
    const found = fitPeak(
      x,
      x.map(() => 7),
      start,
      POISSON,
      options,
    );
    if (found) expect(found.area).toBeLessThan(3 * found.areaSigma);
  });

  it('negative values are fitted where a background may be negative, with the error their scatter shows', () => {
    const random = new CounterRandom(2, 0);
    const values = peak(100, -30).map((value) => value + 2 * random.normal());
    const found = fitPeak(x, values, start, { law: 'equal' }, { shape: 'gaussian', signedBackground: true })!;
    expect(Math.abs(found.centre)).toBeLessThan(4 * found.centreSigma);
    const known = fitPeak(x, values, start, { law: 'equal', sigma: 2 }, { shape: 'gaussian', signedBackground: true })!;
    expect(found.centreSigma / known.centreSigma).toBeGreaterThan(0.7);
    expect(found.centreSigma / known.centreSigma).toBeLessThan(1.4);
    const positive = fitPeak(x, values, start, { law: 'equal', sigma: 2 }, { shape: 'gaussian' });
    expect(positive?.fit.theta.at(-1)).toBeCloseTo(0, 3);
  });

  it('readout noise and gain are in the errors', () => {
    const values = peak(1000, 20);
    const plain = fitPeak(x, values, start, POISSON, options)!;
    const noisy = fitPeak(x, values, start, { law: 'poisson', readout: 40 }, options)!;
    expect(noisy.centreSigma).toBeGreaterThan(1.5 * plain.centreSigma);
    const gain = x.map(() => 4);
    const four = fitPeak(
      x,
      values.map((value) => 4 * value),
      start,
      { law: 'poisson', gain },
      options,
    )!;
    expect(four.centreSigma / plain.centreSigma).toBeCloseTo(1, 9);
    expect(four.area / plain.area).toBeCloseTo(4, 9);
  });
});
