import { CounterRandom, portableCos, portableSin, square } from '../../../kernels/index.ts';
import type { CriterionRule } from './criterion.ts';

const DIRECTIONS = 36;
const NULL_POINTS = 2048;
const NULL_REPEATS = 400;

/**
 * Potapov & Lubk 2019, Adv. Struct. Chem. Imaging 5, 4: scatter plots of two noise components are isotropic, those with
 * signal are not. Statistic: spread over directions of the first absolute moment of the standardised scores.
 */
export const anisotropy: CriterionRule = ({ factors, null: calibration, seed }) => {
  const { rank, scores, rowWeights, validPixels } = factors;
  if (rank < 2) return undefined;
  const statistic = Array.from({ length: rank - 1 }, (_, k) => anisotropyOf(scores, rowWeights, rank, k));
  const threshold =
    (calibration ? poissonQuantile(calibration.anisotropies, seed) : normalNull(seed).quantile) /
    Math.sqrt(validPixels);
  const components = Math.max(1, statistic.findLastIndex((value) => value > threshold) + 1);
  return {
    id: 'anisotropy',
    title: 'Anisotropy of score plots',
    components,
    reason: `component ${components} is the last whose scatter plot with the next is less isotropic than noise allows (99.9 % at ${validPixels} pixels: ${threshold.toPrecision(3)})`,
    statistic,
    threshold,
  };
};

/** (max − min)/mean over 36 directions of mean |z_k cos φ + z_{k+1} sin φ|, standardised scores of occupied pixels. */
export function anisotropyOf(scores: Float32Array, rowWeights: Float64Array, rank: number, k: number): number {
  const pixels = rowWeights.length;
  const a = new Float64Array(pixels);
  const b = new Float64Array(pixels);
  let n = 0;
  for (let i = 0; i < pixels; i++) {
    if (rowWeights[i] <= 0) continue;
    a[n] = scores[i * rank + k];
    b[n++] = scores[i * rank + k + 1];
  }
  standardise(a, n);
  standardise(b, n);
  return spread(a, b, n);
}

function standardise(values: Float64Array, n: number): void {
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i];
  mean /= n;
  let variance = 0;
  for (let i = 0; i < n; i++) variance += square(values[i] - mean);
  const scale = variance > 0 ? Math.sqrt(n / variance) : 0;
  for (let i = 0; i < n; i++) values[i] = (values[i] - mean) * scale;
}

function spread(a: Float64Array, b: Float64Array, n: number): number {
  let low = Infinity;
  let high = -Infinity;
  let total = 0;
  for (let q = 0; q < DIRECTIONS; q++) {
    const c = portableCos((q * Math.PI) / DIRECTIONS);
    const s = portableSin((q * Math.PI) / DIRECTIONS);
    let moment = 0;
    for (let i = 0; i < n; i++) moment += Math.abs(a[i] * c + b[i] * s);
    low = Math.min(low, moment);
    high = Math.max(high, moment);
    total += moment;
  }
  return total > 0 ? ((high - low) * DIRECTIONS) / total : 0;
}

/** 99.9 % quantile from few Poisson draws: the normal null gives the shape of the tail, the draws its place and width. */
function poissonQuantile(draws: Float64Array, seed: number): number {
  const normal = normalNull(seed);
  const { mean, sigma } = momentsOf(draws);
  return Math.max(normal.quantile, mean + (sigma * (normal.quantile - normal.mean)) / normal.sigma);
}

function momentsOf(values: Float64Array): { mean: number; sigma: number } {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let variance = 0;
  for (const value of values) variance += square(value - mean) / Math.max(1, values.length - 1);
  return { mean, sigma: Math.sqrt(variance) };
}

/** The statistic for isotropic normal clouds, times √points: so scaled it does not depend on their number. */
function normalNull(seed: number): { mean: number; sigma: number; quantile: number } {
  const values = new Float64Array(NULL_REPEATS);
  const a = new Float64Array(NULL_POINTS);
  const b = new Float64Array(NULL_POINTS);
  const random = new CounterRandom(seed, 0);
  for (let repeat = 0; repeat < NULL_REPEATS; repeat++) {
    random.reset(repeat);
    for (let i = 0; i < NULL_POINTS; i++) {
      a[i] = random.normal();
      b[i] = random.normal();
    }
    standardise(a, NULL_POINTS);
    standardise(b, NULL_POINTS);
    values[repeat] = spread(a, b, NULL_POINTS) * Math.sqrt(NULL_POINTS);
  }
  values.sort();
  return {
    ...momentsOf(values),
    quantile: values[Math.ceil(0.999 * (NULL_REPEATS + 1)) - 1] ?? values[NULL_REPEATS - 1],
  };
}
