import { inputError } from '../signal/errors.ts';
import { logBinomialProbability, logPoissonProbability } from './count-probability.ts';
import { portableExp, portableLog, portableLog1p } from './portable-math.ts';
import { threefry4x32 } from './threefry.ts';

const TWO_32 = 4294967296;
/** Above this a Poisson draw would leave the whole numbers a double can hold. */
const LARGEST_MEAN = 2 ** 50;

/**
 * Counter-based random numbers (Threefry-4x32-20). The stream is a pure function of (seed, key): key = pixel or tile
 * index gives every pixel its own stream, whatever was drawn before, in whatever order and on whatever worker. One
 * instance can be re-keyed with `reset` and reused. All draws use only IEEE-exact operations, so the numbers are the
 * same bits in every engine.
 */
export class CounterRandom {
  private readonly cipherKey = new Int32Array(4);
  private readonly counter = new Int32Array(4);
  private readonly block = new Int32Array(4);
  private used = 4;
  private spareNormal = Number.NaN;
  private poissonMean = -1;
  private poissonZero = 1;

  /** @param seed whole number in [0, 2^53); @param key whole number in [0, 2^53). */
  constructor(seed: number, key: number) {
    requireWhole(seed, 'seed');
    this.cipherKey[0] = (seed % TWO_32) | 0;
    this.cipherKey[1] = (seed / TWO_32) | 0;
    this.reset(key);
  }

  /** Start of the stream of `key`, under the same seed. */
  reset(key: number): void {
    requireWhole(key, 'key');
    this.cipherKey[2] = (key % TWO_32) | 0;
    this.cipherKey[3] = (key / TWO_32) | 0;
    this.counter[0] = 0;
    this.counter[1] = 0;
    this.used = 4;
    this.spareNormal = Number.NaN;
  }

  /** Uniform in [0, 1), 53 bits: a whole multiple of 2^−53. */
  next(): number {
    const high = this.word() >>> 5;
    return (high * 67108864 + (this.word() >>> 6)) / 9007199254740992;
  }

  /** Uniform whole number in [0, n), unbiased by rejection. n in [1, 2^32]. */
  integer(n: number): number {
    if (!(n >= 1 && n <= TWO_32 && Math.floor(n) === n)) throw outOfRange('n', n, 'a whole number in [1, 2^32]');
    const limit = TWO_32 - (TWO_32 % n);
    let value = this.word() >>> 0;
    while (value >= limit) value = this.word() >>> 0;
    return value % n;
  }

  /** Standard normal: Marsaglia's polar method. */
  normal(): number {
    if (!Number.isNaN(this.spareNormal)) {
      const spare = this.spareNormal;
      this.spareNormal = Number.NaN;
      return spare;
    }
    for (;;) {
      const u = 2 * this.next() - 1;
      const v = 2 * this.next() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * portableLog(s)) / s);
      this.spareNormal = v * factor;
      return u * factor;
    }
  }

  /**
   * Poisson count with this mean (0 ≤ mean ≤ 2^50), exact: inversion below 10, else PTRS (W. Hörmann, Insurance:
   * Mathematics and Economics 12 (1993) 39) with the saddle-point probability, which keeps its digits at 1e9 counts.
   */
  poisson(mean: number): number {
    if (!(mean >= 0 && mean <= LARGEST_MEAN)) throw outOfRange('mean', mean, 'a mean in [0, 2^50]');
    return mean < 10 ? this.poissonByInversion(mean) : this.poissonByRejection(mean);
  }

  /**
   * Number of successes in n trials of probability p, exact: inversion for n·min(p, 1−p) < 10, else BTRS (W. Hörmann,
   * J. Statist. Comput. Simulation 46 (1993) 101). n whole in [0, 2^50], p in [0, 1].
   */
  binomial(n: number, p: number): number {
    if (!(n >= 0 && n <= LARGEST_MEAN && Math.floor(n) === n)) throw outOfRange('n', n, 'a whole number in [0, 2^50]');
    if (!(p >= 0 && p <= 1)) throw outOfRange('p', p, 'a probability in [0, 1]');
    if (p > 0.5) return n - this.binomial(n, 1 - p);
    if (n === 0 || p === 0) return 0;
    if (n <= 4) {
      let successes = 0;
      for (let i = 0; i < n; i++) if (this.next() < p) successes++;
      return successes;
    }
    return n * p < 10 ? this.binomialByInversion(n, p) : this.binomialByRejection(n, p);
  }

  private word(): number {
    if (this.used === 4) {
      threefry4x32(this.cipherKey, this.counter, this.block);
      this.counter[0]++;
      if (this.counter[0] === 0) this.counter[1]++;
      this.used = 0;
    }
    return this.block[this.used++];
  }

  private poissonByInversion(mean: number): number {
    let u = this.next();
    // exp(−mean) ≥ 1 − mean: most draws of a sparse spectrum end here, without an exponential.
    if (u < 1 - mean) return 0;
    if (mean !== this.poissonMean) {
      this.poissonMean = mean;
      this.poissonZero = portableExp(-mean);
    }
    let probability = this.poissonZero;
    let k = 0;
    while (u >= probability && k < 200) {
      u -= probability;
      k++;
      probability *= mean / k;
    }
    return k < 200 ? k : Math.floor(mean);
  }

  private poissonByRejection(mean: number): number {
    const b = 0.931 + 2.53 * Math.sqrt(mean);
    const a = -0.059 + 0.02483 * b;
    const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
    const squeeze = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
      const u = this.next() - 0.5;
      const v = this.next();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= squeeze) return k;
      if (k < 0 || (us < 0.013 && v > us)) continue;
      if (portableLog((v * inverseAlpha) / (a / (us * us) + b)) <= logPoissonProbability(k, mean)) return k;
    }
  }

  private binomialByInversion(n: number, p: number): number {
    let u = this.next();
    let probability = portableExp(n * portableLog1p(-p));
    const odds = p / (1 - p);
    const most = Math.min(n, 200);
    let k = 0;
    while (u >= probability && k <= most) {
      u -= probability;
      k++;
      probability *= (odds * (n - k + 1)) / k;
    }
    return k <= most ? k : Math.floor(n * p);
  }

  private binomialByRejection(n: number, p: number): number {
    const spread = Math.sqrt(n * p * (1 - p));
    const b = 1.15 + 2.53 * spread;
    const a = -0.0873 + 0.0248 * b + 0.01 * p;
    const alpha = (2.83 + 5.1 / b) * spread;
    const squeeze = 0.92 - 4.2 / b;
    const logMode = logBinomialProbability(Math.floor((n + 1) * p), n, p);
    for (;;) {
      const u = this.next() - 0.5;
      const v = this.next();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + n * p + 0.5);
      if (us >= 0.07 && v <= squeeze) return k;
      if (!(k >= 0 && k <= n)) continue;
      if (portableLog((v * alpha) / (a / (us * us) + b)) <= logBinomialProbability(k, n, p) - logMode) return k;
    }
  }
}

function requireWhole(value: number, name: string): void {
  if (!(Number.isSafeInteger(value) && value >= 0)) throw outOfRange(name, value, 'a whole number in [0, 2^53)');
}

function outOfRange(name: string, value: number, expected: string) {
  return inputError({
    code: 'random-range',
    what: `${name} = ${value} is out of range`,
    where: 'random draw',
    expected,
  });
}
