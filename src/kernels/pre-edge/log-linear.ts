import { EXPONENTIAL_TABLE, portableExp, portableLog } from '../portable-math.ts';
import { machine, Room } from '../wasm/machine.ts';

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
/** Scoring of counts is Newton's method, whose next step would be the square of this; any other weights only come nearer. */
const NEWTON_REST = 1e-6;
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
  const reach = t.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  const scoring = placeScoring(t, weights);
  const window = scoring.x.subarray(0, n);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += window[k] = values[row * stride + channels[k]];
    const at = row * FITTED_WIDTH;
    out.fill(0, at, at + FITTED_WIDTH);
    out[at] = Number.NEGATIVE_INFINITY;
    if (sum > 0 && sum < Number.POSITIVE_INFINITY) score(scoring, window, t, reach, sum, out, at);
  }
}

/** The window of one row in the kernels' memory, and what a step of scoring finds. */
interface Scoring {
  readonly x: Float64Array;
  /** Of the step from a and b. */
  readonly sums: Float64Array;
  readonly step: (a: number, b: number) => void;
  readonly rest: number;
  /** Is the covariance scaled by what the fit leaves? */
  readonly scaled: boolean;
}

function placeScoring(t: Float64Array, weights: FitWeights): Scoring {
  const padded = t.length + (t.length & 1);
  const room = new Room();
  const at = {
    exponential: room.place(EXPONENTIAL_TABLE.byteLength),
    step: room.place(64),
    sums: room.place(48),
    x: room.place(8 * padded),
    t: room.place(8 * padded),
    gain: room.place(8 * padded),
    use: room.place(8 * padded),
  };
  const memory = room.buffer();
  const doubles = (place: number, length: number) => new Float64Array(memory, place, length).fill(0);
  const [x, placed, gain, use] = [at.x, at.t, at.gain, at.use].map((place) => doubles(place, padded));
  doubles(at.exponential, EXPONENTIAL_TABLE.length).set(EXPONENTIAL_TABLE);
  placed.set(t);
  use.fill(1, 0, t.length);
  const poisson = weights.law === 'poisson';
  if (poisson) gain.set(weights.gain ?? new Float64Array(t.length).fill(1));
  // What pads the window has a variance, so that nothing is divided by 0.
  gain.fill(1, t.length);
  const readout = poisson ? (weights.readout ?? 0) : 1;
  const floor = readout * readout;
  const { scoreLine } = machine();
  return {
    x,
    sums: new Float64Array(memory, at.sums, 6),
    step: (a, b) => scoreLine(at.x, at.t, at.gain, at.use, floor, padded, a, b, at.exponential, at.step, at.sums),
    rest: poisson && floor === 0 ? NEWTON_REST : REST,
    scaled: !poisson,
  };
}

function score(
  { sums, step, rest, scaled }: Scoring,
  x: Float64Array,
  t: Float64Array,
  reach: number,
  sum: number,
  out: Float64Array,
  at: number,
): void {
  let [a, b] = startFromHalves(x, t, sum);
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

/** Work of one call: what stays in the second-level cache. */
const BYTES = 2 ** 18;

/**
 * f = exp(a + b·t) of every row at channels first ≤ j < end, to 2·10⁻¹⁵; e^±600 where it is beyond.
 * @param fitted rows × `width`, of which the first two numbers are a and b. @param t regressor at each of the `stride` channels.
 * @param out rows × stride, overwritten; 0 at the other channels, and where a = −∞.
 */
export function evaluateLogLinear(
  fitted: Float64Array,
  rows: number,
  t: Float64Array,
  out: Float64Array,
  first = 0,
  end = t.length,
  width: number = FITTED_WIDTH,
): void {
  const stride = t.length;
  const n = end - first;
  const together = Math.max(1, Math.min(rows, Math.floor(BYTES / (8 * stride))));
  const room = new Room();
  const at = {
    exponential: room.place(EXPONENTIAL_TABLE.byteLength),
    step: room.place(64),
    t: room.place(8 * n),
    rows: room.place(8 * together * stride),
  };
  const memory = room.buffer();
  new Float64Array(memory, at.exponential, EXPONENTIAL_TABLE.length).set(EXPONENTIAL_TABLE);
  new Float64Array(memory, at.t, n).set(t.subarray(first, end));
  const placed = new Float64Array(memory, at.rows, together * stride).fill(0);
  const { evaluateLine } = machine();
  for (let from = 0; from < rows; from += together) {
    const count = Math.min(together, rows - from);
    for (let row = 0; row < count; row++) {
      const [a, b] = [fitted[(from + row) * width], fitted[(from + row) * width + 1]];
      const begin = row * stride + first;
      if (a === Number.NEGATIVE_INFINITY) placed.fill(0, begin, begin + n);
      else evaluateLine(a, b, at.t, n, at.exponential, at.step, at.rows + 8 * begin);
    }
    out.set(placed.subarray(0, count * stride), from * stride);
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
