import { portableExp, portableLog } from '../portable-math.ts';
import type { FitWeights, FitWindow } from './fit-window.ts';
import { type Scoring, scoringOf } from './scoring.ts';

/** Numbers of one fitted row, in this order. */
export const FITTED = {
  /** ln f where t = 0. */
  a: 0,
  /** Slope of ln f along t. */
  b: 1,
  /** Covariance of a and b. */
  varianceA: 2,
  covarianceAB: 3,
  varianceB: 4,
  /** 1 where the iteration came to rest; 0 where it did not, or where the window holds no intensity (f is then 0). */
  converged: 5,
} as const;
/** Numbers per row. */
export const FITTED_WIDTH = 6;

const MOST_STEPS = 40;
/** Largest change of ln f anywhere in the window in one step. */
const LONGEST_STEP = 2;

/**
 * Fits f = exp(a + b·t) to the window of every row by Fisher scoring: the likelihood of Poisson counts has one maximum
 * (its logarithm is concave in a and b); weights are held fixed within each step, so their expectation is unbiased to first
 * order, which that of logarithms of counts is not.
 *
 * @param values rows × stride, row-major; window channels are read, any sign.
 * @param out rows × FITTED_WIDTH, overwritten. A row with a value that is not finite in its window, or no positive sum,
 * gets a = −∞ (f = 0), b = 0, no covariance, `converged` 0.
 */
export function fitLogLinear(
  values: Float64Array,
  rows: number,
  stride: number,
  { channels, t }: FitWindow,
  weights: FitWeights,
  out: Float64Array,
): void {
  const n = channels.length;
  const scoring = scoringOf(t, weights);
  const window = scoring.x.subarray(0, n);
  for (let row = 0; row < rows; row++) {
    let [sum, tilt] = [0, 0];
    for (let k = 0; k < n; k++) {
      const value = values[row * stride + channels[k]];
      window[k] = value;
      sum += value;
      tilt += value * t[k];
    }
    scoring.sum = sum;
    scoring.tilt = tilt;
    const at = row * FITTED_WIDTH;
    out.fill(0, at, at + FITTED_WIDTH);
    out[at] = Number.NEGATIVE_INFINITY;
    if (sum > 0 && sum < Number.POSITIVE_INFINITY) score(scoring, window, out, at);
  }
}

function score(scoring: Scoring, x: Float64Array, out: Float64Array, at: number): void {
  const { sums, step, reach, rest, scaled } = scoring;
  let [a, b] = startFromHalves(x, scoring);
  let [sa, sb, faa, fab, fbb] = [0, 0, 0, 0, 0];
  let converged = false;
  for (let steps = 0; steps < MOST_STEPS && !converged; steps++) {
    step(a, b);
    sa = sums[0];
    sb = sums[1];
    faa = sums[2];
    fab = sums[3];
    fbb = sums[4];
    const det = faa * fbb - fab * fab;
    if (!(det > 0)) break;
    let da = (fbb * sa - fab * sb) / det;
    let db = (faa * sb - fab * sa) / det;
    const largest = Math.abs(da) + Math.abs(db) * reach;
    if (!(largest < Number.POSITIVE_INFINITY)) break;
    if (largest > LONGEST_STEP) {
      da *= LONGEST_STEP / largest;
      db *= LONGEST_STEP / largest;
    }
    a += da;
    b += db;
    converged = largest < rest;
  }
  const det = faa * fbb - fab * fab;
  if (!(det > 0)) return;
  const spread = scaled ? sums[5] / Math.max(1, x.length - 2) : 1;
  out[at + FITTED.a] = a;
  out[at + FITTED.b] = b;
  out[at + FITTED.varianceA] = (spread * fbb) / det;
  out[at + FITTED.covarianceAB] = (-spread * fab) / det;
  out[at + FITTED.varianceB] = (spread * faa) / det;
  out[at + FITTED.converged] = converged ? 1 : 0;
}

/** From the mean of each half of the window; flat where a half holds nothing. */
function startFromHalves(x: Float64Array, { sum, apart }: Scoring): [a: number, b: number] {
  const half = x.length >> 1;
  let first = 0;
  for (let k = 0; k < half; k++) first += x[k];
  // An odd number in the middle belongs to neither.
  const second = sum - first - (x.length & 1 ? x[half] : 0);
  const mean = portableLog(sum / x.length);
  if (!(first > 0 && second > 0) || apart === 0) return [mean, 0];
  return [mean, portableLog(second / first) / apart];
}

/**
 * How Σ_j sum_j·f_j of one row responds to the values it was fitted to: ∂/∂x_k at each window channel, to first order
 * about the fit. The variance of the sum is Σ_k response_k²·Var(x_k).
 * @param sum weight of every channel in the sum. @param out one number per window channel, overwritten.
 */
export function respondLogLinear(
  fitted: Float64Array,
  t: Float64Array,
  window: FitWindow,
  weights: FitWeights,
  sum: Float64Array,
  out: Float64Array,
): void {
  const [a, b, vaa, vab, vbb] = fitted;
  out.fill(0);
  if (a === Number.NEGATIVE_INFINITY) return;
  let [ga, gb] = [0, 0];
  for (let j = 0; j < t.length; j++) {
    if (sum[j] === 0) continue;
    const f = sum[j] * portableExp(a + b * t[j]);
    ga += f;
    gb += f * t[j];
  }
  const poisson = weights.law === 'poisson';
  let [faa, fab, fbb] = [vaa, vab, vbb];
  if (!poisson) [faa, fab, fbb] = inverseInformation(fitted, window);
  const da = faa * ga + fab * gb;
  const db = fab * ga + fbb * gb;
  for (let k = 0; k < out.length; k++) {
    const f = portableExp(a + b * window.t[k]);
    const variance = poisson
      ? (weights.gain ? weights.gain[k] : 1) * f + (weights.readout ?? 0) * (weights.readout ?? 0)
      : 1;
    out[k] = (f / variance) * (da + db * window.t[k]);
  }
}

/** (JᵀJ)⁻¹ of least squares, without the spread of the residuals that the covariance carries. */
function inverseInformation([a, b]: Float64Array, { t }: FitWindow): [number, number, number] {
  let [faa, fab, fbb] = [0, 0, 0];
  for (const each of t) {
    const f = portableExp(a + b * each);
    faa += f * f;
    fab += f * f * each;
    fbb += f * f * each * each;
  }
  const det = faa * fbb - fab * fab;
  return [fbb / det, -fab / det, faa / det];
}
