import { portableExp, portableLog } from '../portable-math.ts';

/**
 * What a background is fitted to: the channels of the pre-edge window and the regressor t of ln f = a + b·t at each of
 * them, its mean over the window taken off, so that a and b are nearly uncorrelated.
 */
export interface FitWindow {
  /** Ascending channel numbers; those that are masked are left out. */
  readonly channels: Int32Array;
  /** Regressor at each of these channels. */
  readonly t: Float64Array;
}

/** How far the squares of the residuals are trusted. */
export type FitWeights =
  /** Variance ∝ the fitted value (times `gain` of the channel), plus `readout`²: the Poisson likelihood where there is no readout noise. */
  | { readonly law: 'poisson'; readonly gain?: Float64Array; readonly readout?: number }
  /** The same variance everywhere: least squares on the values themselves. */
  | { readonly law: 'equal' };

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
const REST = 1e-11;

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
  const window = new Float64Array(n);
  const reach = t.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += window[k] = values[row * stride + channels[k]];
    const at = row * FITTED_WIDTH;
    out.fill(0, at, at + FITTED_WIDTH);
    out[at] = Number.NEGATIVE_INFINITY;
    if (sum > 0 && sum < Number.POSITIVE_INFINITY)
      score(window, t, reach, sum, weights, out.subarray(at, at + FITTED_WIDTH));
  }
}

function score(
  x: Float64Array,
  t: Float64Array,
  reach: number,
  sum: number,
  weights: FitWeights,
  out: Float64Array,
): void {
  const n = x.length;
  const poisson = weights.law === 'poisson';
  const gain = poisson ? weights.gain : undefined;
  const readout = poisson ? (weights.readout ?? 0) : 0;
  let [a, b] = startFromHalves(x, t, sum);
  let [faa, fab, fbb, rest] = [0, 0, 0, 0];
  let converged = false;
  for (let step = 0; step < MOST_STEPS && !converged; step++) {
    let [sa, sb] = [0, 0];
    faa = fab = fbb = rest = 0;
    for (let k = 0; k < n; k++) {
      const f = portableExp(a + b * t[k]);
      const variance = poisson ? (gain ? gain[k] : 1) * f + readout * readout : 1;
      const slope = f / variance;
      const r = x[k] - f;
      sa += slope * r;
      sb += slope * r * t[k];
      faa += slope * f;
      fab += slope * f * t[k];
      fbb += slope * f * t[k] * t[k];
      rest += r * r;
    }
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
    converged = largest < REST;
  }
  const det = faa * fbb - fab * fab;
  if (!(det > 0)) return;
  const spread = poisson ? 1 : rest / Math.max(1, n - 2);
  out[FITTED.a] = a;
  out[FITTED.b] = b;
  out[FITTED.varianceA] = (spread * fbb) / det;
  out[FITTED.covarianceAB] = (-spread * fab) / det;
  out[FITTED.varianceB] = (spread * faa) / det;
  out[FITTED.converged] = converged ? 1 : 0;
}

/** From the mean of each half of the window; flat where a half holds nothing. */
function startFromHalves(x: Float64Array, t: Float64Array, sum: number): [a: number, b: number] {
  const n = x.length;
  const half = n >> 1;
  let [first, t1, t2] = [0, 0, 0];
  for (let k = 0; k < half; k++) {
    first += x[k];
    t1 += t[k];
    t2 += t[n - 1 - k];
  }
  let second = 0;
  for (let k = n - half; k < n; k++) second += x[k];
  const mean = portableLog(sum / n);
  if (!(first > 0 && second > 0) || t1 === t2) return [mean, 0];
  const b = (portableLog(second / first) * half) / (t2 - t1);
  return [mean, b];
}

/**
 * f = exp(a + b·t) of every row at channels first ≤ j < end.
 * @param t regressor at each of the `stride` channels. @param out rows × stride, overwritten; 0 at the other channels, and
 * where a = −∞.
 */
export function evaluateLogLinear(
  fitted: Float64Array,
  rows: number,
  t: Float64Array,
  out: Float64Array,
  first = 0,
  end = t.length,
): void {
  const stride = t.length;
  for (let row = 0; row < rows; row++) {
    const a = fitted[row * FITTED_WIDTH];
    const b = fitted[row * FITTED_WIDTH + 1];
    const at = row * stride;
    out.fill(0, at, at + stride);
    if (a === Number.NEGATIVE_INFINITY) continue;
    for (let j = first; j < end; j++) out[at + j] = portableExp(a + b * t[j]);
  }
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
