import { portableLog, portablePow } from '../portable-math.ts';
import { CounterRandom } from '../random.ts';
import { arpls } from './arpls.ts';
import { requireRows } from './lanes.ts';
import { lambdaOfPeriod, outOfRange, requirePositive, requireWhole } from './penalty.ts';
import type { WhittakerOptions } from './whittaker-options.ts';
import { windowResponse } from './window-response.ts';

export interface LambdaScanOptions extends Pick<WhittakerOptions, 'maxIterations' | 'tolerance'> {
  /** Shortest and longest cut-off period to try, in channels: see `cutOffPeriod`. Default: 20, and twice the channels. */
  readonly periods?: readonly [number, number];
  /** Values of λ a decade. Default 2. */
  readonly perDecade?: number;
  /** Random vectors that measure the baseline's standard error. Default 16. */
  readonly probes?: number;
}

export interface LambdaScan {
  /** The values tried, ascending. */
  readonly lambdas: Float64Array;
  /** Means over the rows of ln Σ w(y − z)² and ln Σ (D₂z)², for each λ. */
  readonly misfit: Float64Array;
  readonly roughness: Float64Array;
  /** Length of the step from each point (misfit, roughness) to the next, by decades: the V-curve. */
  readonly steps: Float64Array;
  /** Between the two λ of the shortest step. */
  readonly chosen: number;
  /** Root mean square distance of each λ's baselines from those of the chosen one, in units of y. */
  readonly distance: Float64Array;
  /** Root mean square standard error of the chosen baselines, weights frozen, in units of y. */
  readonly standardError: number;
  /**
   * The λ about the chosen one whose baselines lie within that standard error of its own: the data do not tell these apart.
   * The ends are values tried, or the chosen one itself. Where an end is the first or last value tried, it may reach further.
   */
  readonly range: readonly [number, number];
}

/**
 * A stiffness λ for arPLS from the data, and how little the data say about it. The choice is the corner of the L-curve, found
 * as the minimum of the V-curve (G. Frasso, P. Eilers, Stat. Modelling 15 (2015) 91): the λ where misfit and roughness change
 * least with it. Cross-validation would not do, as peaks are structure, too: it goes on rewarding a baseline for following
 * them. One λ for all rows; each row may also be scanned by itself. The standard error comes from tr(HHᵀ) by random signs
 * (M. Hutchinson, Commun. Stat. Simul. 19 (1990) 433), the same in every run.
 * @param values rows × channels, finite, at least 10 channels
 * @throws SpectrailError `input/baseline-option`, `input/baseline-shape`
 */
export function chooseArplsLambda(values: Float64Array, channels: number, options: LambdaScanOptions = {}): LambdaScan {
  const { periods = [20, 2 * channels], perDecade = 2, probes = 16 } = options;
  requireRows(values, channels);
  requireWhole(channels, 'channels', 10, 2 ** 30);
  requireWhole(values.length / channels, 'rows', 1, 2 ** 30);
  requireWhole(perDecade, 'perDecade', 1, 100);
  requireWhole(probes, 'probes', 1, 10000);
  for (const value of values) if (!Number.isFinite(value)) throw outOfRange('a value', value, 'finite numbers');
  const lambdas = ladder(periods, perDecade);
  const weights = new Float64Array(values.length);
  const baselines = Array.from(lambdas, () => new Float64Array(values.length));
  const misfit = new Float64Array(lambdas.length);
  const roughness = new Float64Array(lambdas.length);
  for (const [k, lambda] of lambdas.entries()) {
    arpls(values, channels, baselines[k], { ...options, lambda, weights });
    misfit[k] = meanOverRows(channels, values.length, (from) =>
      logMisfit(values, baselines[k], weights, from, channels),
    );
    roughness[k] = meanOverRows(channels, values.length, (from) => logRoughness(baselines[k], from, channels));
  }
  const steps = Float64Array.from({ length: lambdas.length - 1 }, (_, k) => {
    const [a, b] = [misfit[k + 1] - misfit[k], roughness[k + 1] - roughness[k]];
    return Math.sqrt(a * a + b * b) * perDecade;
  });
  const shortest = steps.indexOf(
    steps.reduce((least, step) => (step < least ? step : least), Number.POSITIVE_INFINITY),
  );
  const below = Math.max(0, shortest);
  const chosen = Math.sqrt(lambdas[below] * lambdas[below + 1]);
  const best = new Float64Array(values.length);
  arpls(values, channels, best, { ...options, lambda: chosen, weights });
  const standardError = frozenError(values, best, weights, channels, chosen, probes);
  const distance = Float64Array.from(baselines, (baseline) => rootMeanSquare(baseline, best));
  let [low, high] = [below, below + 1];
  while (low >= 0 && distance[low] <= standardError) low--;
  while (high < lambdas.length && distance[high] <= standardError) high++;
  const range: [number, number] = [
    low < below ? lambdas[low + 1] : chosen,
    high > below + 1 ? lambdas[high - 1] : chosen,
  ];
  return { lambdas, misfit, roughness, steps, chosen, distance, standardError, range };
}

function ladder([shortest, longest]: readonly [number, number], perDecade: number): Float64Array {
  requirePositive(shortest, 'shortest period');
  const [first, last] = [lambdaOfPeriod(shortest), lambdaOfPeriod(longest)];
  const count = Math.floor((portableLog(last / first) / Math.LN10) * perDecade + 1e-9) + 1;
  if (!(count >= 2)) throw outOfRange('longest period', longest, 'long enough for two values of λ');
  return Float64Array.from({ length: count }, (_, k) => first * portablePow(10, k / perDecade));
}

function meanOverRows(channels: number, length: number, of: (from: number) => number): number {
  let sum = 0;
  for (let from = 0; from < length; from += channels) sum += of(from);
  return (sum * channels) / length;
}

/** The logarithm of a sum; of the smallest number where it is 0, as for rows that a straight line fits. */
const logOfSum = (sum: number) => portableLog(Math.max(sum, Number.MIN_VALUE));

function logMisfit(y: Float64Array, z: Float64Array, w: Float64Array, from: number, channels: number): number {
  let sum = 0;
  for (let i = from; i < from + channels; i++) sum += w[i] * (y[i] - z[i]) * (y[i] - z[i]);
  return logOfSum(sum);
}

function logRoughness(z: Float64Array, from: number, channels: number): number {
  let sum = 0;
  for (let i = from + 1; i < from + channels - 1; i++) {
    const bend = z[i - 1] - 2 * z[i] + z[i + 1];
    sum += bend * bend;
  }
  return logOfSum(sum);
}

function rootMeanSquare(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return Math.sqrt(sum / a.length);
}

/** √(mean over rows of σ²·tr(HHᵀ)/channels), σ² the weighted mean square of a row's residuals. */
function frozenError(
  y: Float64Array,
  z: Float64Array,
  w: Float64Array,
  channels: number,
  lambda: number,
  probes: number,
): number {
  const random = new CounterRandom(1, 0);
  const signs = new Float64Array(channels);
  const response = new Float64Array(y.length);
  let total = 0;
  for (let probe = 0; probe < probes; probe++) {
    for (let i = 0; i < channels; i++) signs[i] = random.next() < 0.5 ? -1 : 1;
    windowResponse(w, channels, signs, response, { lambda });
    for (let from = 0; from < y.length; from += channels) {
      let [squares, weight, misfit] = [0, 0, 0];
      for (let i = from; i < from + channels; i++) {
        squares += response[i] * response[i];
        weight += w[i];
        misfit += w[i] * (y[i] - z[i]) * (y[i] - z[i]);
      }
      total += (squares * misfit) / weight;
    }
  }
  return Math.sqrt(total / (probes * y.length));
}
