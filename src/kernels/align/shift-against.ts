import { bridgeMasked } from '../bridge-masked.ts';
import { isAllFinite } from '../finite.ts';
import { cubicSpline, SPLINE_WIDTH } from './cubic-spline.ts';
import { checkReading, FOUND, type Positions, type Reading, setPosition } from './positions.ts';

export interface ShiftOptions extends Reading {
  /** Largest displacement that is looked for, in channels to either side: at least 1, below the number of channels. */
  readonly limit: number;
  /**
   * `likelihood` (default): Poisson likelihood of the reference times a factor, displaced: the matched filter for counts.
   * `correlation`: largest correlation, found as the least-squares fit of the reference times a factor plus a constant: for
   * values that are not counts. `parabola`: a parabola through the three largest correlations at whole channels: quick, and
   * wrong by up to a few hundredths of a channel.
   */
  readonly estimator?: 'likelihood' | 'correlation' | 'parabola';
}

const MOST_STEPS = 100;
const LONGEST_STEP = 1;
const REST = 1e-8;
/** Of the largest value of the model, added to the variance: a stray count where the reference is empty does not pull. */
const FLOOR = 1e-3;

/**
 * How far the features of each row lie from where they lie in the reference: positive towards higher channels.
 *
 * @param values rows × channels, row-major: counts on a zero pedestal for the likelihood, anything else for the others.
 * Standard uncertainties take Var(x) = x + readout² in every case, and the reference as known: that of the mean of M
 * spectra adds 1/M of the variance, common to all.
 * @param reference as many channels; masked ones are bridged by straight lines. A cubic spline is drawn through it, so
 * features should be at least three channels wide.
 * @throws RangeError for settings that cannot be, and a reference that is not finite.
 */
export function shiftAgainst(
  values: Float64Array,
  rows: number,
  reference: Float64Array,
  out: Positions,
  options: ShiftOptions,
): void {
  const channels = reference.length;
  const { first, end, saturation, readout, masked } = checkReading(channels, options);
  const { limit, estimator = 'likelihood' } = options;
  if (!(limit >= 1 && limit < end - first)) {
    throw new RangeError(`the largest displacement must be at least 1 and below ${end - first} channels, not ${limit}`);
  }
  const known = bridged(reference, masked).subarray(first, end);
  if (!isAllFinite(known)) throw new RangeError('the reference has a value that is not finite');
  const n = end - first;
  const poisson = estimator === 'likelihood';
  const fit: Fit = {
    x: new Float64Array(n),
    used: new Uint8Array(n),
    known,
    spline: new Float64Array(SPLINE_WIDTH * n),
    poisson,
    readout,
    floor: FLOOR * known.reduce((most, value) => Math.max(most, value), 0),
    parameters: new Float64Array(3),
    information: new Float64Array(9),
    score: new Float64Array(3),
    model: new Float64Array(n),
    slope: new Float64Array(n),
  };
  cubicSpline(poisson ? known.map((value) => Math.sqrt(Math.max(value, 0))) : known, fit.spline);
  const reach = Math.floor(limit);
  const correlations = new Float64Array(2 * reach + 1);
  for (let row = 0; row < rows; row++) {
    const at = row * channels + first;
    let usable = 0;
    for (let k = 0; k < n; k++) {
      fit.x[k] = values[at + k];
      fit.used[k] = masked?.[first + k] || values[at + k] >= saturation ? 0 : 1;
      usable += fit.used[k];
    }
    if (usable < 3 || !isAllFinite(fit.x)) {
      setPosition(out, row, 0, Number.NaN, FOUND.nothing);
      continue;
    }
    const best = correlate(fit, reach, correlations);
    if (!(correlations[best] > 0)) {
      setPosition(out, row, 0, Number.NaN, FOUND.nothing);
      continue;
    }
    const atEnd = best === 0 || best === 2 * reach;
    let displacement = best - reach;
    if (!atEnd) {
      const [a, b, c] = [correlations[best - 1], correlations[best], correlations[best + 1]];
      const bend = a - 2 * b + c;
      if (bend < 0) displacement += Math.min(Math.max((0.5 * (a - c)) / bend, -0.5), 0.5);
    }
    const steps = estimator === 'parabola' ? 1 : MOST_STEPS;
    const flag = refine(fit, displacement, steps, limit);
    const found = estimator === 'parabola' ? displacement : fit.parameters[0];
    const judged = estimator === 'parabola' ? (atEnd ? FOUND.atLimit : FOUND.yes) : flag;
    setPosition(out, row, found, flag === FOUND.nothing ? Number.NaN : varianceOfShift(fit), judged);
  }
}

interface Fit {
  readonly x: Float64Array;
  /** 1 where a value takes part. */
  readonly used: Uint8Array;
  readonly known: Float64Array;
  /** Of the reference, or of its square root for counts: never negative, and half as bent where a peak is narrow. */
  readonly spline: Float64Array;
  readonly poisson: boolean;
  readonly readout: number;
  readonly floor: number;
  /** Displacement, factor, constant. */
  readonly parameters: Float64Array;
  readonly information: Float64Array;
  readonly score: Float64Array;
  /** The displaced reference and its slope; NaN where it does not reach. */
  readonly model: Float64Array;
  readonly slope: Float64Array;
}

function bridged(reference: Float64Array, masked?: Uint8Array): Float64Array {
  if (!masked?.some((each) => each !== 0)) return reference;
  const out = reference.slice();
  bridgeMasked(out, masked);
  return out;
}

/** Pearson's correlation at every whole displacement, over the channels that both have; the place of the largest. */
function correlate({ x, used, known }: Fit, reach: number, out: Float64Array): number {
  const n = x.length;
  const fewest = Math.max(3, Math.min(n - reach, n >> 2));
  let best = 0;
  for (let lag = -reach; lag <= reach; lag++) {
    let [count, sx, sr, sxx, srr, sxr] = [0, 0, 0, 0, 0, 0];
    const to = Math.min(n, n + lag);
    const [x0, r0] = [x[Math.max(0, lag)], known[Math.max(0, -lag)]];
    for (let j = Math.max(0, lag); j < to; j++) {
      if (!used[j]) continue;
      const a = x[j] - x0;
      const b = known[j - lag] - r0;
      count++;
      sx += a;
      sr += b;
      sxx += a * a;
      srr += b * b;
      sxr += a * b;
    }
    const product = (sxx - (sx * sx) / count) * (srr - (sr * sr) / count);
    const correlation = count >= fewest && product > 0 ? (sxr - (sx * sr) / count) / Math.sqrt(product) : -1;
    out[lag + reach] = correlation;
    if (correlation > out[best]) best = lag + reach;
  }
  return best;
}

/** Fisher scoring from this displacement; what became of it. Leaves the information, factorised, at the end. */
function refine(fit: Fit, displacement: number, steps: number, limit: number): number {
  const { parameters, score } = fit;
  parameters[0] = displacement;
  if (!startFactor(fit)) return FOUND.nothing;
  // A reference with noise of its own has bumps: steps to and fro across one are halved until they settle.
  let [longest, before] = [LONGEST_STEP, 0];
  for (let step = 0; step < steps; step++) {
    if (!solve(fit)) return FOUND.nothing;
    const size = Math.abs(score[0]);
    if (score[0] * before < 0) longest = Math.min(longest, Math.abs(before) / 2);
    const scale = size > longest ? longest / size : 1;
    before = scale * score[0];
    parameters[0] += before;
    // The factor answers to the displacement: it starts anew after a long step.
    if (size > LONGEST_STEP) startFactor(fit);
    else for (let a = 1; a < 3; a++) parameters[a] += score[a];
    if (!(Math.abs(parameters[0]) <= limit)) {
      parameters[0] = Math.min(Math.max(parameters[0], -limit), limit);
      return solve(fit) ? FOUND.atLimit : FOUND.nothing;
    }
    if (Math.abs(before) < REST) return FOUND.yes;
  }
  return FOUND.restless;
}

/** Factor from the sums over the channels that count, constant 0; with a constant, from their regression. */
function startFactor(fit: Fit): boolean {
  displace(fit);
  const { x, used, model, poisson, parameters } = fit;
  let [count, sx, sm, smm, sxm] = [0, 0, 0, 0, 0];
  for (let j = 0; j < x.length; j++) {
    if (!used[j] || Number.isNaN(model[j])) continue;
    count++;
    sx += x[j];
    sm += model[j];
    smm += model[j] * model[j];
    sxm += x[j] * model[j];
  }
  parameters[1] = poisson ? sx / sm : (sxm - (sx * sm) / count) / (smm - (sm * sm) / count);
  parameters[2] = poisson ? 0 : (sx - parameters[1] * sm) / count;
  return parameters[1] > 0 && parameters[1] < Number.POSITIVE_INFINITY;
}

/** The reference and its slope at j − displacement. */
function displace({ spline, parameters, poisson, model, slope }: Fit): void {
  const n = model.length;
  const down = Math.ceil(parameters[0]);
  const t = down - parameters[0];
  for (let j = 0; j < n; j++) {
    let i = j - down;
    let at = t;
    if (i === n - 1 && t === 0) {
      i = n - 2;
      at = 1;
    }
    if (i < 0 || i > n - 2) {
      model[j] = slope[j] = Number.NaN;
      continue;
    }
    const k = SPLINE_WIDTH * i;
    model[j] = spline[k] + at * (spline[k + 1] + at * (spline[k + 2] + at * spline[k + 3]));
    slope[j] = spline[k + 1] + at * (2 * spline[k + 2] + 3 * at * spline[k + 3]);
    if (poisson) {
      slope[j] *= 2 * model[j];
      model[j] *= model[j];
    }
  }
}

const varianceOfModel = ({ poisson, readout, floor }: Fit, factor: number, model: number) =>
  poisson ? factor * (Math.max(model, 0) + floor) + readout * readout : 1;

/** Information and score at the parameters; the score becomes the change of the parameters. False where singular. */
function solve(fit: Fit): boolean {
  displace(fit);
  const { x, used, model, slope, parameters, information: m, score, poisson } = fit;
  const [, factor, constant] = parameters;
  m.fill(0);
  score.fill(0);
  for (let j = 0; j < x.length; j++) {
    if (!used[j] || Number.isNaN(model[j])) continue;
    const weight = 1 / varianceOfModel(fit, factor, model[j]);
    const rest = x[j] - factor * model[j] - constant;
    const byShift = -factor * slope[j];
    m[0] += weight * byShift * byShift;
    m[3] += weight * byShift * model[j];
    m[4] += weight * model[j] * model[j];
    m[6] += weight * byShift;
    m[7] += weight * model[j];
    m[8] += weight;
    score[0] += weight * byShift * rest;
    score[1] += weight * model[j] * rest;
    score[2] += weight * rest;
  }
  if (poisson) {
    m[6] = m[7] = score[2] = 0;
    m[8] = 1;
  }
  if (!factorised(m)) return false;
  substitute(m, score);
  return true;
}

/** Cholesky factor of a 3 × 3 matrix in its lower triangle. */
function factorised(m: Float64Array): boolean {
  if (!(m[0] > 0)) return false;
  const [own4, own8] = [m[4], m[8]];
  m[0] = Math.sqrt(m[0]);
  m[3] /= m[0];
  m[6] /= m[0];
  m[4] -= m[3] * m[3];
  if (!(m[4] > 1e-13 * own4)) return false;
  m[4] = Math.sqrt(m[4]);
  m[7] = (m[7] - m[3] * m[6]) / m[4];
  m[8] -= m[6] * m[6] + m[7] * m[7];
  if (!(m[8] > 1e-13 * own8)) return false;
  m[8] = Math.sqrt(m[8]);
  return true;
}

function substitute(m: Float64Array, v: Float64Array): void {
  v[0] /= m[0];
  v[1] = (v[1] - m[3] * v[0]) / m[4];
  v[2] = (v[2] - m[6] * v[0] - m[7] * v[1]) / m[8];
  v[2] /= m[8];
  v[1] = (v[1] - m[7] * v[2]) / m[4];
  v[0] = (v[0] - m[3] * v[1] - m[6] * v[2]) / m[0];
}

/** Σ (∂shift/∂x)²·Var(x), with the errors from the values themselves. */
function varianceOfShift(fit: Fit): number {
  if (!solve(fit)) return Number.NaN;
  const { x, used, model, slope, parameters, information, score, poisson, readout } = fit;
  const factor = parameters[1];
  score.fill(0);
  score[0] = 1;
  substitute(information, score);
  let variance = 0;
  for (let j = 0; j < x.length; j++) {
    if (!used[j] || Number.isNaN(model[j])) continue;
    const along = -factor * slope[j] * score[0] + model[j] * score[1] + (poisson ? 0 : score[2]);
    const response = along / varianceOfModel(fit, factor, model[j]);
    variance += response * response * (Math.max(x[j], 0) + readout * readout);
  }
  return variance;
}

/**
 * Adds a row to a sum after moving it by a whole number of channels, and counts how often each channel was given something:
 * what a reference is made of in the second round, when the displacements of the first are known.
 * @param displacement of the features of the row; they are moved back by it, rounded.
 * @param masked channels of the row that are left out.
 */
export function addMovedBack(
  row: Float64Array,
  displacement: number,
  sum: Float64Array,
  given: Float64Array,
  masked?: Uint8Array,
): void {
  const by = Math.round(displacement);
  const n = row.length;
  for (let j = Math.max(0, -by); j < Math.min(n, n - by); j++) {
    if (masked?.[j + by]) continue;
    sum[j] += row[j + by];
    given[j]++;
  }
}
