import { describe, expect, it } from 'vitest';
import { leastSquaresBasis } from '../pre-edge/basis.ts';
import { CounterRandom } from '../random.ts';
import { lengthDivisor } from './length-divisor.ts';
import { linearDivisor, trapezoidWeights } from './linear-divisor.ts';
import { medianQuotientDivisor } from './median-quotient-divisor.ts';
import { quotient, type RowNormaliser } from './row-normaliser.ts';
import { scatterCorrection } from './scatter.ts';
import { standardVariate } from './standard-variate.ts';
import { tallestDivisor } from './tallest-divisor.ts';

const CHANNELS = 60;
const peak = (centre: number, width: number) => (_: unknown, j: number) => Math.exp(-(((j - centre) / width) ** 2) / 2);
const broad = Float64Array.from({ length: CHANNELS }, peak(18, 4));
const narrow = Float64Array.from({ length: CHANNELS }, peak(42, 2));
/** Expected counts: two lines on a background that slopes. */
const MEANS = Float64Array.from({ length: CHANNELS }, (_, j) => 60 - 0.4 * j + 300 * broad[j] + 500 * narrow[j]);
const window = (first: number, end: number) =>
  Float64Array.from({ length: CHANNELS }, (_, j) => (j >= first && j < end ? 1 : 0));
const ALL = window(0, CHANNELS);
const CHANNEL_NUMBERS = Int32Array.from({ length: CHANNELS }, (_, j) => j);
const positions = Float64Array.from({ length: CHANNELS }, (_, j) => 100 + j + 0.01 * j * j);
const power = (degree: number) =>
  Float64Array.from({ length: CHANNELS }, (_, j) => (-1 + (2 * j) / (CHANNELS - 1)) ** degree);
const shapes = (...rows: Float64Array[]) => Float64Array.from(rows.flatMap((row) => [...row]));

const METHODS: Record<string, RowNormaliser> = {
  total: quotient(linearDivisor(ALL)),
  'total of a window': quotient(linearDivisor(window(10, 30))),
  'area on an uneven axis': quotient(linearDivisor(trapezoidWeights(positions))),
  reference: quotient(linearDivisor(window(39, 46))),
  maximum: quotient(tallestDivisor(ALL)),
  vector: quotient(lengthDivisor(ALL)),
  SNV: standardVariate(ALL),
  'SNV over n': standardVariate(ALL, 0),
  MSC: scatterCorrection(leastSquaresBasis(shapes(MEANS, power(0)), 2, CHANNEL_NUMBERS)),
  EMSC: scatterCorrection(leastSquaresBasis(shapes(MEANS, power(0), power(1), power(2), broad), 5, CHANNEL_NUMBERS)),
  'EMSC, weighted': scatterCorrection(
    leastSquaresBasis(
      shapes(MEANS, power(0), power(1)),
      3,
      CHANNEL_NUMBERS,
      MEANS.map((mean) => 1 / mean),
    ),
  ),
  PQN: quotient(medianQuotientDivisor(MEANS, ALL)),
};

const WINDOWS = [window(10, 27), window(38, 47), window(48, 60), window(0, 60), power(1)];

interface Pairs {
  /** Variances of the weighted sums, seen and claimed. */
  readonly seen: Float64Array;
  readonly claimed: Float64Array;
}

const REPEATS = 20_000;
/** One row in so many is asked for its claim. */
const EVERY = 50;

let drawn: Float64Array | undefined;

/** Poisson counts about the means, drawn once for all. */
function counts(): Float64Array {
  if (drawn) return drawn;
  const random = new CounterRandom(77, 1);
  drawn = Float64Array.from({ length: REPEATS * CHANNELS }, (_, at) => random.poisson(MEANS[at % CHANNELS]));
  return drawn;
}

function pairsOf(normaliser: RowNormaliser, sums: readonly Float64Array[]): Pairs {
  const out = new Float64Array(CHANNELS);
  const centre = new Float64Array(CHANNELS);
  const [sum, squares, claimed] = [0, 1, 2].map(() => new Float64Array(sums.length));
  normaliser.normalise(MEANS, centre);
  for (let r = 0; r < REPEATS; r++) {
    const row = counts().subarray(r * CHANNELS, (r + 1) * CHANNELS);
    for (let w = 0; r % EVERY === 0 && w < sums.length; w++) {
      claimed[w] += normaliser.respond(row, sums[w], row, out) / (REPEATS / EVERY);
      for (let j = 0; j < CHANNELS; j++) claimed[w] += (out[j] * out[j] * row[j]) / (REPEATS / EVERY);
    }
    normaliser.normalise(row, out);
    for (const [w, weights] of sums.entries()) {
      let total = 0;
      for (let j = 0; j < CHANNELS; j++) total += weights[j] * (out[j] - centre[j]);
      sum[w] += total;
      squares[w] += total * total;
    }
  }
  return { claimed, seen: squares.map((all, w) => (all - (sum[w] * sum[w]) / REPEATS) / (REPEATS - 1)) };
}

describe('sums of normalised Poisson counts scatter as their response says', () => {
  // The variance of 20,000 draws is known to 1 %.
  it.each(Object.keys(METHODS))('%s', (name) => {
    const limit = name === 'maximum' ? 0.11 : name === 'PQN' ? 0.05 : 0.03;
    const { seen, claimed } = pairsOf(METHODS[name], WINDOWS);
    for (const w of WINDOWS.keys()) {
      const sum = `window ${w}: seen ${seen[w]}, claimed ${claimed[w]}`;
      // What a method holds fixed, as the whole of a total, has no errors but those of rounding.
      if (claimed[w] < 1e-20) expect(seen[w], sum).toBeLessThan(1e-20);
      else expect(Math.abs(seen[w] / claimed[w] - 1), sum).toBeLessThan(limit);
    }
  });

  it('x/Σx has the multinomial covariance', () => {
    const total = MEANS.reduce((sum, mean) => sum + mean, 0);
    const out = new Float64Array(CHANNELS);
    const shares = MEANS.map((mean) => mean / total);
    for (const j of [0, 18, 42, 59]) {
      METHODS.total.respond(MEANS, window(j, j + 1), MEANS, out);
      const variance = out.reduce((sum, each, k) => sum + each * each * MEANS[k], 0);
      expect(variance / ((shares[j] * (1 - shares[j])) / total)).toBeCloseTo(1, 12);
      const other = new Float64Array(CHANNELS);
      METHODS.total.respond(MEANS, window(30, 31), MEANS, other);
      const covariance = out.reduce((sum, each, k) => sum + each * other[k] * MEANS[k], 0);
      expect(covariance / ((-shares[j] * shares[30]) / total)).toBeCloseTo(1, 12);
    }
  });

  it('and is seen to have it, within 3 % of its size', () => {
    // Five channels together: of many small covariances 20,000 draws would show their own scatter.
    const bins = CHANNELS / 5;
    const total = MEANS.reduce((sum, mean) => sum + mean, 0);
    const shares = new Float64Array(bins);
    for (let j = 0; j < CHANNELS; j++) shares[Math.floor(j / 5)] += MEANS[j] / total;
    const covariance = new Float64Array(bins * bins);
    const normalised = new Float64Array(CHANNELS);
    for (let r = 0; r < REPEATS; r++) {
      METHODS.total.normalise(counts().subarray(r * CHANNELS, (r + 1) * CHANNELS), normalised);
      const off = shares.map((share) => -share);
      for (let j = 0; j < CHANNELS; j++) off[Math.floor(j / 5)] += normalised[j];
      for (let at = 0; at < covariance.length; at++) {
        covariance[at] += (off[Math.floor(at / bins)] * off[at % bins]) / REPEATS;
      }
    }
    let [off, size] = [0, 0];
    for (let at = 0; at < covariance.length; at++) {
      const [j, k] = [Math.floor(at / bins), at % bins];
      const wanted = (shares[j] * (j === k ? 1 : 0) - shares[j] * shares[k]) / total;
      off += (covariance[at] - wanted) ** 2;
      size += wanted ** 2;
    }
    expect(Math.sqrt(off / size)).toBeLessThan(0.03);
  });

  it('a maximum that many channels share has a smaller error than the channel that was picked', () => {
    const flat = Float64Array.from({ length: CHANNELS }, () => 1);
    const normaliser = quotient(tallestDivisor(flat));
    const out = new Float64Array(CHANNELS);
    const left = normaliser.respondDivisor(
      new Float64Array(CHANNELS).fill(1000),
      flat.map(() => 1000),
      out,
    );
    const variance = out.reduce((sum, each) => sum + each * each * 1000, left);
    // The maximum of 60 normal values has 0.20 of the variance of one; Clark's moments are off by a third here.
    expect(variance / 1000).toBeGreaterThan(0.15);
    expect(variance / 1000).toBeLessThan(0.3);
    expect(out.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9);
  });
});

describe('a response is the slope of the sum', () => {
  const row = MEANS.map((mean, j) => mean + 3 * Math.sin(j));
  const certain = new Float64Array(CHANNELS).fill(1e-12);
  it.each(Object.keys(METHODS).filter((name) => name !== 'PQN'))('%s', (name) => {
    const normaliser = METHODS[name];
    const out = new Float64Array(CHANNELS);
    const moved = new Float64Array(CHANNELS);
    const divisor = new Float64Array(CHANNELS);
    const slope = (j: number, of: (values: Float64Array) => number) => {
      const step = 1e-4 * row[j];
      const at = (by: number) => of(row.map((value, k) => (k === j ? value + by : value)));
      return (at(step) - at(-step)) / (2 * step);
    };
    normaliser.respondDivisor(row, certain, divisor);
    for (const weights of WINDOWS.slice(0, 3)) {
      normaliser.respond(row, weights, certain, out);
      const largest = Math.max(...out.map(Math.abs));
      for (const j of [0, 12, 20, 42, 55]) {
        const seen = slope(j, (values) => {
          normaliser.normalise(values, moved);
          return moved.reduce((sum, value, k) => sum + weights[k] * value, 0);
        });
        expect(Math.abs(out[j] - seen) / largest).toBeLessThan(1e-6);
        expect(Math.abs(divisor[j] - slope(j, normaliser.divisor))).toBeLessThan(1e-6);
      }
    }
  });
});

describe('a response to the reference is the slope of the sum', () => {
  const rest = (order: number) => Array.from({ length: order + 1 }, (_, p) => power(p));
  const weights = MEANS.map((mean) => 1 / mean);
  const ofReference: Record<string, (reference: Float64Array) => RowNormaliser> = {
    MSC: (r) => scatterCorrection(leastSquaresBasis(shapes(r, ...rest(0)), 2, CHANNEL_NUMBERS)),
    EMSC: (r) => scatterCorrection(leastSquaresBasis(shapes(r, ...rest(2), broad), 5, CHANNEL_NUMBERS)),
    'EMSC, weighted': (r) =>
      scatterCorrection(leastSquaresBasis(shapes(r, ...rest(1)), 3, CHANNEL_NUMBERS, weights), weights),
  };
  const row = MEANS.map((mean, j) => 1.3 * mean + 20 + 9 * Math.sin(j));
  it.each(Object.keys(ofReference))('%s', (name) => {
    const out = new Float64Array(CHANNELS);
    const normalised = new Float64Array(CHANNELS);
    for (const sum of WINDOWS) {
      ofReference[name](MEANS).respondReference?.(row, sum, MEANS, out);
      const largest = Math.max(...out.map(Math.abs));
      for (const j of [0, 20, 42, 59]) {
        const at = (by: number) => {
          ofReference[name](MEANS.map((mean, k) => (k === j ? mean + by : mean))).normalise(row, normalised);
          return normalised.reduce((all, value, k) => all + sum[k] * value, 0);
        };
        expect(Math.abs(out[j] - (at(1e-3) - at(-1e-3)) / 2e-3)).toBeLessThan(1e-5 * Math.max(1, largest));
      }
    }
  });

  it('PQN: a higher reference makes quotients lower, and the result higher', () => {
    const pqn = quotient(medianQuotientDivisor(MEANS, ALL));
    const out = new Float64Array(CHANNELS);
    const sum = window(10, 27);
    pqn.respondReference?.(MEANS, sum, MEANS, out);
    // All channels of the reference up by the same share: the quotient falls by as much.
    const moved = out.reduce((all, each, j) => all + each * MEANS[j], 0);
    expect(moved / MEANS.reduce((all, mean, j) => all + sum[j] * mean, 0)).toBeCloseTo(1, 9);
  });
});

describe('awkward rows', () => {
  it.each(Object.keys(METHODS))('%s: a row without a scale, or with a NaN, is NaN, and has no response', (name) => {
    const out = new Float64Array(CHANNELS);
    for (const row of [new Float64Array(CHANNELS), MEANS.map((mean, j) => (j === 42 ? Number.NaN : mean))]) {
      const divisor = METHODS[name].normalise(row, out);
      if (name !== 'total of a window' || row[0] === 0) {
        expect(divisor === 0 || Number.isNaN(divisor)).toBe(true);
        expect(out.every(Number.isNaN)).toBe(true);
        expect(METHODS[name].respond(row, WINDOWS[0], MEANS, out)).toBe(0);
        expect(out.every((each) => each === 0)).toBe(true);
      }
    }
  });

  it.each(Object.keys(METHODS))('%s: 10⁹ and 10⁻⁹ counts give the same shape, and the errors they should', (name) => {
    const [one, other] = [new Float64Array(CHANNELS), new Float64Array(CHANNELS)];
    METHODS[name].normalise(MEANS, one);
    const spread = (scale: number) => {
      const row = MEANS.map((mean) => mean * scale);
      METHODS[name].normalise(row, other);
      for (let j = 0; j < CHANNELS; j++) expect(other[j]).toBeCloseTo(one[j], 6);
      const picking = METHODS[name].respond(row, WINDOWS[0], row, other);
      return other.reduce((sum, each, j) => sum + each * each * row[j], picking) * scale;
    };
    if (name === 'maximum') expect(spread(1e9)).toBeGreaterThan(0);
    else expect(spread(1e9) / spread(1e-9)).toBeCloseTo(1, 6);
  });

  it('one channel: a total and a maximum are 1, a deviation and an integral there is none', () => {
    const [one, row] = [Float64Array.of(1), Float64Array.of(7)];
    const scaled = (normaliser: RowNormaliser) => {
      const out = new Float64Array(1);
      normaliser.normalise(row, out);
      return out[0];
    };
    expect(scaled(quotient(linearDivisor(one)))).toBe(1);
    expect(scaled(quotient(tallestDivisor(one)))).toBe(1);
    expect(scaled(quotient(lengthDivisor(one)))).toBe(1);
    expect(scaled(quotient(medianQuotientDivisor(Float64Array.of(3.5), one)))).toBe(3.5);
    expect(scaled(standardVariate(one))).toBeNaN();
    expect(scaled(standardVariate(one, 0))).toBeNaN();
    expect(scaled(quotient(linearDivisor(trapezoidWeights(row))))).toBeNaN();
  });

  it('channels that take no part change no divisor, and are divided all the same', () => {
    const counts = window(0, 40);
    const kept = Int32Array.from({ length: 40 }, (_, j) => j);
    const methods = [
      quotient(linearDivisor(trapezoidWeights(positions, (j) => j < 40))),
      quotient(tallestDivisor(counts)),
      quotient(lengthDivisor(counts)),
      quotient(medianQuotientDivisor(MEANS, counts)),
      standardVariate(counts),
      scatterCorrection(leastSquaresBasis(shapes(MEANS, power(0)), 2, kept)),
    ];
    const spoilt = MEANS.map((mean, j) => (j === 45 ? 1e6 : mean));
    for (const normaliser of methods) {
      const [one, other] = [new Float64Array(CHANNELS), new Float64Array(CHANNELS)];
      expect(normaliser.normalise(spoilt, one)).toBe(normaliser.normalise(MEANS, other));
      expect(one[50]).toBe(other[50]);
      normaliser.respond(spoilt, window(20, 30), MEANS, one);
      expect(one[45]).toBe(0);
    }
  });

  it('an integral does not mind the direction or the spacing of the axis, and bridges channels that take no part', () => {
    const flat = trapezoidWeights(Float64Array.of(1, 2, 4, 8));
    expect([...flat]).toEqual([0.5, 1.5, 3, 2]);
    expect([...trapezoidWeights(Float64Array.of(8, 4, 2, 1))]).toEqual([...flat].reverse());
    expect([...trapezoidWeights(Float64Array.of(1, 2, 4, 8), (j) => j !== 2)]).toEqual([0.5, 3.5, 0, 3]);
    expect([...trapezoidWeights(Float64Array.of(1, 2), (j) => j === 0)]).toEqual([0, 0]);
  });

  it('a median of an even number of quotients lies between the middle two; one of a reference of 0 takes no part', () => {
    const { divisor } = medianQuotientDivisor(Float64Array.of(1, 2, 1, 0, 1), new Float64Array(5).fill(1));
    expect(divisor(Float64Array.of(1, 4, 3, 1e9, 7))).toBe(2.5);
    expect(medianQuotientDivisor(new Float64Array(5), new Float64Array(5).fill(1)).divisor(MEANS)).toBeNaN();
  });
});
