import { CounterRandom, directionalSpread, square } from '../../../kernels/index.ts';
import type { CriterionRule } from './criterion.ts';

const NULL_POINTS = 2048;

/**
 * Potapov & Lubk 2019, Adv. Struct. Chem. Imaging 5, 4: scatter plots of two noise components are isotropic, those with
 * signal are not. Statistic: spread over directions of the first absolute moment of the standardised scores.
 */
export const anisotropy: CriterionRule = ({ factors, null: calibration, scores }) => {
  const { rank, validPixels } = factors;
  if (rank < 2) return undefined;
  const statistic = scores.slice(0, rank - 1).map(({ anisotropy: spread }) => spread);
  const threshold =
    (calibration ? poissonQuantile(calibration.anisotropies) : NORMAL_NULL.quantile) / Math.sqrt(validPixels);
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

/** Directional spread of the standardised scores of two components, pixel for pixel. */
export function anisotropyOf(a: Scores, b: Scores): number {
  const [first, second] = [standard(a), standard(b)];
  return directionalSpread(a.length, (from, to, x, y) => {
    standardise(a.subarray(from, to), first, x);
    standardise(b.subarray(from, to), second, y);
  });
}

type Scores = Float32Array | Float64Array;

/** (value − mean)·scale has mean 0 and variance 1. */
interface Standard {
  readonly mean: number;
  readonly scale: number;
}

function standard(values: Scores): Standard {
  const n = values.length;
  const mean = sumOf(values) / n;
  const variance = squaresAround(values, mean);
  return { mean, scale: variance > 0 ? Math.sqrt(n / variance) : 0 };
}

function sumOf(values: Scores): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

function squaresAround(values: Scores, mean: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - mean) * (values[i] - mean);
  return sum;
}

function standardise(values: Scores, { mean, scale }: Standard, out: Float64Array): void {
  for (let i = 0; i < values.length; i++) out[i] = (values[i] - mean) * scale;
}

/** 99.9 % quantile from few Poisson draws: the normal null gives the shape of the tail, the draws its place and width. */
function poissonQuantile(draws: Float64Array): number {
  const normal = NORMAL_NULL;
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

/** What 30 000 repeats of `normalNull` give. */
export const NORMAL_NULL = { mean: 1.1274064774023411, sigma: 0.5547136931016662, quantile: 3.6174416349985803 };

/** The statistic for isotropic normal clouds, times √points: so scaled it does not depend on their number. */
export function normalNull(seed: number, repeats: number): { mean: number; sigma: number; quantile: number } {
  const values = new Float64Array(repeats);
  const a = new Float64Array(NULL_POINTS);
  const b = new Float64Array(NULL_POINTS);
  const random = new CounterRandom(seed, 0);
  for (let repeat = 0; repeat < repeats; repeat++) {
    random.reset(repeat);
    for (let i = 0; i < NULL_POINTS; i++) {
      a[i] = random.normal();
      b[i] = random.normal();
    }
    values[repeat] = anisotropyOf(a, b) * Math.sqrt(NULL_POINTS);
  }
  values.sort();
  return {
    ...momentsOf(values),
    quantile: values[Math.ceil(0.999 * (repeats + 1)) - 1] ?? values[repeats - 1],
  };
}
