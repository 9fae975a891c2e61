import { portableExp, portableLog } from '../portable-math.ts';
import { evaluatePeak, PEAK, PEAK_PARAMETERS } from './peak-profile.ts';
import { FOUND, type Reading } from './positions.ts';

const MOST_STEPS = 60;
/** Changes of the parameters, the place in half widths, below which the fit is at rest, and over which it is differentiated. */
const REST = 1e-7;
const SMALL = 1e-3;
/** Largest changes in one step: ln height, place in half widths, ln width, mixing, asymmetry. */
const LONGEST = [1.5, 1, 0.5, 0.3, 0.2] as const;
/** The channels of a fit depend on its result: so often they are chosen anew. */
const MOST_WINDOWS = 4;
/** Of the height of the model, added to the variance: a stray count far from the peak does not pull at it. */
const FLOOR = 1e-3;
/** Half widths below this are not told apart from a peak that fills a single channel. */
const LEAST_HALF_WIDTH = 0.15;
/** Least and largest value of each parameter. */
const LEAST = [-700, Number.NEGATIVE_INFINITY, portableLog(LEAST_HALF_WIDTH), 0, -0.9] as const;
const MOST = [700, Number.POSITIVE_INFINITY, 700, 1, 0.9] as const;

/** Room for fits of rows with so many channels. */
export interface FitRoom {
  readonly model: Float64Array;
  readonly jacobian: Float64Array;
  readonly parameters: Float64Array;
  /** Fisher information and score, `free` × (`free` + 1). */
  readonly equations: Float64Array;
  readonly change: Float64Array;
  /** Channels [first, end) that are fitted. */
  readonly window: Int32Array;
  /** Variance of the place. */
  readonly variance: Float64Array;
  /** Curvature of the likelihood as it is seen, `free` × `free`, and a score. */
  readonly seen: Float64Array;
  readonly score: Float64Array;
}

export function fitRoom(channels: number): FitRoom {
  return {
    model: new Float64Array(channels),
    jacobian: new Float64Array(PEAK_PARAMETERS * channels),
    parameters: new Float64Array(PEAK_PARAMETERS),
    equations: new Float64Array(PEAK_PARAMETERS * (PEAK_PARAMETERS + 1)),
    change: new Float64Array(PEAK_PARAMETERS),
    window: new Int32Array(2),
    variance: new Float64Array(1),
    seen: new Float64Array(PEAK_PARAMETERS * PEAK_PARAMETERS),
    score: new Float64Array(PEAK_PARAMETERS),
  };
}

export interface FitSettings extends Required<Omit<Reading, 'masked'>> {
  readonly masked?: Uint8Array;
  /** Channels that are fitted, in full widths at half maximum to either side. */
  readonly reach: number;
  /** How many of the parameters are free: 3, or all 5 with the shape. */
  readonly free: 3 | 5;
}

/**
 * Fits the peak of one row by Fisher scoring of the Poisson likelihood (with readout noise: of the quasi-likelihood whose
 * variance is the model plus that of the readout), starting from and ending in `room.parameters`.
 * @returns what became of the row, one of {@link FOUND}. `room.variance` takes the errors from the values themselves,
 * Σ response²·Var(x), and the response from the curvature that is seen, so that it holds for peaks of other shapes, too.
 */
export function fitPeak(row: Float64Array, settings: FitSettings, room: FitRoom): number {
  const { parameters, window } = room;
  const { first, end } = settings;
  let found: number = FOUND.nothing;
  room.variance[0] = Number.NaN;
  chooseWindow(settings, room);
  for (let attempt = 0; attempt < MOST_WINDOWS; attempt++) {
    const [from, to] = window;
    if (to - from < settings.free) return FOUND.nothing;
    found = score(row, settings, room);
    if (found === FOUND.nothing) return found;
    chooseWindow(settings, room);
    if (window[0] === from && window[1] === to) break;
    if (attempt === MOST_WINDOWS - 1) window.set([from, to]);
  }
  room.variance[0] = varianceOfPlace(row, settings, room);
  const place = parameters[PEAK.place];
  return place < first - 0.5 || place > end - 0.5 ? FOUND.atLimit : found;
}

/** Channels around the peak that are fitted. */
function chooseWindow({ first, end, reach }: FitSettings, { parameters, window }: FitRoom): void {
  const width = portableExp(parameters[PEAK.lnWidth]);
  const asymmetry = parameters[PEAK.asymmetry];
  const place = parameters[PEAK.place];
  const left = Math.max(2, 2 * reach * width * (1 - asymmetry));
  const right = Math.max(2, 2 * reach * width * (1 + asymmetry));
  window[0] = Math.max(first, Math.round(place - left));
  window[1] = Math.min(end, Math.round(place + right) + 1);
}

/** One fit to fixed channels. */
function score(row: Float64Array, settings: FitSettings, room: FitRoom): number {
  const { parameters, change } = room;
  const { free } = settings;
  for (let step = 0; step < MOST_STEPS; step++) {
    if (!normalEquations(row, settings, room)) return FOUND.nothing;
    const width = portableExp(parameters[PEAK.lnWidth]);
    let scale = 1;
    let largest = 0;
    for (let a = 0; a < free; a++) {
      const size = Math.abs(change[a]) / (a === PEAK.place ? width : 1);
      if (!(size < Number.POSITIVE_INFINITY)) return FOUND.nothing;
      largest = Math.max(largest, size);
      if (size * scale > LONGEST[a]) scale = LONGEST[a] / size;
    }
    for (let a = 0; a < free; a++) {
      parameters[a] = Math.min(Math.max(parameters[a] + scale * change[a], LEAST[a]), MOST[a]);
    }
    if (largest < REST) return FOUND.yes;
  }
  return FOUND.restless;
}

/** Score at the parameters in `change`, Fisher information in `equations`. */
function scoreOf(row: Float64Array, settings: FitSettings, room: FitRoom): void {
  const { model, jacobian, parameters, equations, change, window } = room;
  const { free, masked, saturation, readout } = settings;
  const first = window[0];
  const n = window[1] - first;
  evaluatePeak(parameters, first, n, model, jacobian, free);
  const floor = readout * readout + FLOOR * portableExp(parameters[PEAK.lnHeight]);
  equations.fill(0);
  change.fill(0);
  for (let k = 0; k < n; k++) {
    const x = row[first + k];
    if (masked?.[first + k] || x >= saturation) continue;
    const weight = 1 / (model[k] + floor);
    for (let a = 0; a < free; a++) {
      const each = weight * jacobian[a * n + k];
      change[a] += each * (x - model[k]);
      for (let b = 0; b <= a; b++) equations[a * free + b] += each * jacobian[b * n + k];
    }
  }
}

/** Information and score, solved for the change of the free parameters; false where they are singular. */
function normalEquations(row: Float64Array, settings: FitSettings, room: FitRoom): boolean {
  const { parameters, equations, change } = room;
  const { free } = settings;
  scoreOf(row, settings, room);
  // A parameter at the end of its range that would leave it stays there.
  for (let a = 0; a < free; a++) {
    if ((parameters[a] <= LEAST[a] && change[a] < 0) || (parameters[a] >= MOST[a] && change[a] > 0)) {
      for (let b = 0; b < free; b++) equations[Math.max(a, b) * free + Math.min(a, b)] = a === b ? 1 : 0;
      change[a] = 0;
    }
  }
  if (!factorise(equations, free)) return false;
  substitute(equations, free, change);
  return true;
}

/** Σ_k (∂place/∂x_k)²·Var(x_k). */
function varianceOfPlace(row: Float64Array, settings: FitSettings, room: FitRoom): number {
  const { model, jacobian, parameters, equations, change, window, seen } = room;
  const { free, masked, saturation, readout } = settings;
  // Noise can leave no curvature where a fit still converges: then that which is expected.
  const inside = parameters.every((value, a) => a >= free || (value > LEAST[a] && value < MOST[a]));
  const usable = inside && curvature(row, settings, room);
  if (!normalEquations(row, settings, room)) return Number.NaN;
  change.fill(0);
  change[PEAK.place] = 1;
  substitute(usable ? seen : equations, free, change);
  const floor = readout * readout + FLOOR * portableExp(parameters[PEAK.lnHeight]);
  const first = window[0];
  const n = window[1] - first;
  let variance = 0;
  for (let k = 0; k < n; k++) {
    const x = row[first + k];
    if (masked?.[first + k] || x >= saturation) continue;
    let response = 0;
    for (let a = 0; a < free; a++) response += change[a] * jacobian[a * n + k];
    response /= model[k] + floor;
    variance += response * response * (Math.max(x, 0) + readout * readout);
  }
  return variance;
}

/** Factor of −∂score/∂parameters by differences, in `seen`; false where it has none. */
function curvature(row: Float64Array, settings: FitSettings, room: FitRoom): boolean {
  const { parameters, seen, score: ahead, change } = room;
  const { free } = settings;
  const width = portableExp(parameters[PEAK.lnWidth]);
  seen.fill(0);
  for (let a = 0; a < free; a++) {
    const before = parameters[a];
    const step = a === PEAK.place ? SMALL * width : SMALL;
    parameters[a] = before + step;
    scoreOf(row, settings, room);
    ahead.set(change);
    parameters[a] = before - step;
    scoreOf(row, settings, room);
    parameters[a] = before;
    for (let b = 0; b < free; b++) {
      const slope = (change[b] - ahead[b]) / (4 * step);
      seen[Math.max(a, b) * free + Math.min(a, b)] += a === b ? 2 * slope : slope;
    }
  }
  return factorise(seen, free);
}

/** Cholesky factor of the lower triangle in place; false where it has none. */
function factorise(matrix: Float64Array, n: number): boolean {
  for (let a = 0; a < n; a++) {
    const own = matrix[a * n + a];
    for (let b = 0; b <= a; b++) {
      let sum = matrix[a * n + b];
      for (let c = 0; c < b; c++) sum -= matrix[a * n + c] * matrix[b * n + c];
      if (a !== b) matrix[a * n + b] = sum / matrix[b * n + b];
      else if (sum > 1e-13 * own) matrix[a * n + a] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

function substitute(factor: Float64Array, n: number, x: Float64Array): void {
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < a; b++) x[a] -= factor[a * n + b] * x[b];
    x[a] /= factor[a * n + a];
  }
  for (let a = n - 1; a >= 0; a--) {
    for (let b = a + 1; b < n; b++) x[a] -= factor[b * n + a] * x[b];
    x[a] /= factor[a * n + a];
  }
}
