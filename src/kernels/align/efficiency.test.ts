import { describe, expect, it } from 'vitest';
import { erf } from '../error-function.ts';
import { CounterRandom } from '../random.ts';
import { type Positions, positionsOf } from './positions.ts';
import { addMovedBack, shiftAgainst } from './shift-against.ts';
import { CENTROID, fitPeakShape, LOG_PARABOLA, locatePeaks, MAXIMUM, PEAK_FIT } from './zero-loss.ts';

type Profile = (u: number) => number;

const gauss =
  (s: number): Profile =>
  (u) =>
    Math.exp(-0.5 * (u / s) ** 2);
/** 40 % Lorentz in height: the tails of a zero-loss peak on a scintillator. */
const tailed =
  (s: number): Profile =>
  (u) =>
    0.6 * gauss(s)(u) + 0.4 / (1 + (u / (1.1774 * s)) ** 2);
/** A Gaussian of σ 0.6 s with an exponential tail of τ s to higher channels: the emission of a cold field emitter. */
const skewed =
  (s: number): Profile =>
  (u) => {
    const g = 0.6 * s;
    return Math.exp((g * g) / (2 * s * s) - u / s) * (1 - erf((g / s - u / g) / Math.SQRT2));
  };

/** Shares of unit area in whole channels. */
function inChannels(profile: Profile, n: number, place: number): Float64Array {
  const parts = 24;
  const out = Float64Array.from({ length: n }, (_, j) => {
    let sum = 0;
    for (let k = 0; k < parts; k++) sum += profile(j - 0.5 + (k + 0.5) / parts - place);
    return sum;
  });
  const total = out.reduce((sum, value) => sum + value, 0);
  return out.map((value) => value / total);
}

/** Cramér–Rao bound of the place, in channels, of a peak of known shape and so many counts. */
function bound(profile: Profile, n: number, counts: number): number {
  const [p, q] = [0, 0.02].map((d) => inChannels(profile, n, n / 2 + d));
  const information = p.reduce((sum, value, j) => sum + (value > 0 ? ((q[j] - value) / 0.02) ** 2 / value : 0), 0);
  return 1 / Math.sqrt(counts * information);
}

interface Scene {
  readonly values: Float64Array;
  readonly truth: Float64Array;
  readonly n: number;
  readonly rows: number;
}

/** Poisson spectra of one peak that drifts by ± `drift` channels. */
function drifting(profile: Profile, n: number, counts: number, drift: number, rows = 600): Scene {
  const random = new CounterRandom(9, 0);
  const places = Array.from({ length: 60 }, (_, k) => n / 2 + (k / 29.5 - 1) * drift);
  const shares = places.map((place) => inChannels(profile, n, place));
  const values = new Float64Array(rows * n);
  const truth = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const k = random.integer(60);
    truth[row] = places[k] - n / 2;
    for (let j = 0; j < n; j++) values[row * n + j] = random.poisson(counts * shares[k][j]);
  }
  return { values, truth, n, rows };
}

/** Mean and standard deviation of the error, and the mean square of the error over its uncertainty about that mean. */
function errors({ position, uncertainty, flag }: Positions, truth: Float64Array) {
  const rows = truth.length;
  const error = truth.map((true_, row) => position[row] - true_);
  const bias = error.reduce((sum, e) => sum + e, 0) / rows;
  const variance = error.reduce((sum, e) => sum + (e - bias) ** 2, 0) / rows;
  const pulls = error.reduce((sum, e, row) => sum + ((e - bias) / uncertainty[row]) ** 2, 0) / rows;
  const covered = error.filter((e, row) => Math.abs(e - bias) < 1.96 * uncertainty[row]).length / rows;
  return { bias, spread: Math.sqrt(variance), pulls, covered, flagged: flag.filter((each) => each !== 0).length };
}

function meanMovedBack({ values, n, rows }: Scene, shifts: Float64Array): Float64Array {
  const [sum, given] = [new Float64Array(n), new Float64Array(n)];
  for (let row = 0; row < rows; row++) addMovedBack(values.subarray(row * n, (row + 1) * n), shifts[row], sum, given);
  return sum.map((value, j) => value / Math.max(1, given[j]));
}

describe('drift of ±1.5 eV of a zero-loss peak, 0.8 eV wide, of 10 000 counts', () => {
  const dispersion = 0.05;
  const sigma = 0.8 / 2.3548 / dispersion;
  const scene = drifting(gauss(sigma), 220, 1e4, 1.5 / dispersion);
  const crb = bound(gauss(sigma), 220, 1e4);
  const { values, truth, n, rows } = scene;

  it('the bound is 3.4 meV', () => {
    expect(crb * dispersion * 1000).toBeCloseTo(3.4, 1);
  });

  it('is measured within 1.1 times the bound, without bias and with honest uncertainties', () => {
    const out = positionsOf(rows);
    locatePeaks(values, rows, n, out);
    const own = errors(
      out,
      truth.map((t) => t + n / 2),
    );
    expect(own.spread).toBeLessThan(1.1 * crb);
    expect(Math.abs(own.bias)).toBeLessThan(0.2 * crb);
    expect(own.covered).toBeGreaterThan(0.93);
    expect(own.covered).toBeLessThan(0.97);
    expect(own.flagged).toBe(0);

    const reference = meanMovedBack(
      scene,
      out.position.map((p) => p - n / 2),
    );
    shiftAgainst(values, rows, reference, out, { limit: 40 });
    const against = errors(out, truth);
    expect(against.spread).toBeLessThan(1.1 * crb);
    expect(Math.abs(against.bias)).toBeLessThan(0.3 * crb);
    expect(against.covered).toBeGreaterThan(0.93);
    expect(against.covered).toBeLessThan(0.97);
    // 0.1 eV, by far.
    expect(against.spread * dispersion).toBeLessThan(0.0051);
  });

  it('costs a factor of 1.8 by the centroid, and more than 10 by channels', () => {
    const spread = (estimator: typeof PEAK_FIT) => {
      const out = positionsOf(200);
      locatePeaks(values, 200, n, out, estimator);
      const found = errors(
        out,
        truth.subarray(0, 200).map((t) => t + n / 2),
      );
      // Their uncertainties say so.
      expect(found.pulls).toBeGreaterThan(0.5);
      expect(found.pulls).toBeLessThan(1.3);
      return found.spread / crb;
    };
    expect(spread(CENTROID)).toBeGreaterThan(1.6);
    expect(spread(CENTROID)).toBeLessThan(2.1);
    expect(spread(MAXIMUM)).toBeGreaterThan(10);
    expect(spread(LOG_PARABOLA)).toBeGreaterThan(9);
  });
});

describe('other peaks, within 1.15 times the bound once their shape is known', () => {
  const kinds: [string, Profile, number, number, number][] = [
    ['coarse channels, 1.6 to the width', gauss(0.68), 40, 1e4, 3],
    ['tails', tailed(6.8), 200, 1e4, 10],
    ['asymmetric', skewed(6.8), 200, 1e4, 10],
    ['asymmetric in coarse channels', skewed(1), 50, 1e4, 5],
    ['60 counts', gauss(6.8), 200, 60, 10],
    ['20 counts in coarse channels', gauss(1.5), 50, 20, 5],
  ];
  it.each(kinds)('%s', (_, profile, n, counts, drift) => {
    const scene = drifting(profile, n, counts, drift, 500);
    const { values, truth, rows } = scene;
    const crb = bound(profile, n, counts);
    const out = positionsOf(rows);
    locatePeaks(values, rows, n, out);
    // A symmetric model of an asymmetric peak wastes a third, not more.
    expect(errors(out, truth).spread).toBeLessThan(1.45 * crb);
    const summed = meanMovedBack(
      scene,
      out.position.map((p) => p - n / 2),
    ).map((value) => value * rows);
    const shape = fitPeakShape(summed);
    if (!shape) throw new Error('no shape');
    locatePeaks(values, rows, n, out, { ...PEAK_FIT, shape } as typeof PEAK_FIT);
    const found = errors(out, truth);
    expect(found.spread).toBeLessThan(1.15 * crb);
    expect(found.covered).toBeGreaterThan(0.91);
    expect(found.covered).toBeLessThan(0.98);
    expect(found.flagged).toBe(0);
  });

  it('and against a reference, that knows the shape by itself', () => {
    const scene = drifting(skewed(6.8), 200, 1e4, 10);
    const out = positionsOf(scene.rows);
    locatePeaks(scene.values, scene.rows, scene.n, out);
    const reference = meanMovedBack(
      scene,
      out.position.map((p) => p - scene.n / 2),
    );
    const crb = bound(skewed(6.8), scene.n, 1e4);
    shiftAgainst(scene.values, scene.rows, reference, out, { limit: 20 });
    const likelihood = errors(out, scene.truth);
    expect(likelihood.spread).toBeLessThan(1.1 * crb);
    expect(likelihood.covered).toBeGreaterThan(0.92);
    shiftAgainst(scene.values, scene.rows, reference, out, { limit: 20, estimator: 'correlation' });
    const correlation = errors(out, scene.truth);
    expect(correlation.spread / likelihood.spread).toBeGreaterThan(1.15);
    expect(correlation.pulls).toBeGreaterThan(0.8);
    expect(correlation.pulls).toBeLessThan(1.2);
  });
});

describe('saturation', () => {
  it('of the top of a peak does not move its place when saturated values are left out', () => {
    const level = 180;
    const scene = drifting(skewed(6.8), 160, 1e4, 5, 200);
    // Saturated channels bleed into the six to their right.
    let bleeds = 0;
    const clipped = scene.values.map((value) => {
      bleeds = value >= level ? 7 : bleeds - 1;
      return bleeds > 0 ? level : value;
    });
    expect(scene.values.some((value) => value > 1.3 * level)).toBe(true);
    const out = positionsOf(scene.rows);
    locatePeaks(scene.values, scene.rows, scene.n, out);
    const whole = fitPeakShape(
      meanMovedBack(
        scene,
        out.position.map((p) => p - scene.n / 2),
      ),
    );
    if (!whole) throw new Error('no shape');
    const estimator = { kind: 'fit', shape: whole, reach: 1.5 } as const;
    const biasOf = (values: Float64Array, saturation?: number) => {
      locatePeaks(values, scene.rows, scene.n, out, estimator, { saturation });
      return errors(out, scene.truth);
    };
    const full = biasOf(scene.values);
    const masked = biasOf(clipped, level);
    const ignored = biasOf(clipped);
    expect(Math.abs(masked.bias - full.bias)).toBeLessThan(0.25);
    expect(Math.abs(ignored.bias - full.bias)).toBeGreaterThan(3 * Math.abs(masked.bias - full.bias));
    expect(masked.pulls).toBeLessThan(1.3);
  });
});
