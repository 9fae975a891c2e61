import { isAllFinite } from '../finite.ts';
import { type BaselineFit, requireRows } from './lanes.ts';
import { DIFFERENCES, outOfRange, requirePositive, requireWhole } from './penalty.ts';

export interface PSplineOptions {
  /** Stiffness λ > 0 of the differences of coefficients. It goes with the number of knots, not with that of channels. */
  readonly lambda?: number;
  /** Knots, both ends included: from 2. Default 100. */
  readonly knots?: number;
  /** Degree of the splines, 0 to 5. Default 3. */
  readonly degree?: number;
  /** Order of the differences that are penalised: 1, 2 or 3. */
  readonly order?: number;
  /** Most linear systems to solve for a row, at least 1. */
  readonly maxIterations?: number;
  /** Ends when what the method watches changes by less than this share. Not negative. */
  readonly tolerance?: number;
}

export type PSplineSettings = Required<PSplineOptions>;

/** The options with what a method takes by default. @throws SpectrailError `input/baseline-option` for one out of range. */
export function pSplineSettings(
  options: PSplineOptions,
  defaults: {
    readonly lambda: number;
    readonly order: number;
    readonly maxIterations: number;
    readonly tolerance: number;
  },
): PSplineSettings {
  const { lambda = defaults.lambda, knots = 100, degree = 3, order = defaults.order } = options;
  const { maxIterations = defaults.maxIterations, tolerance = defaults.tolerance } = options;
  requirePositive(lambda, 'lambda');
  requireWhole(knots, 'knots', 2, 1e6);
  requireWhole(degree, 'degree', 0, 5);
  requireWhole(order, 'order', 1, Math.min(3, knots + degree - 2));
  requireWhole(maxIterations, 'maxIterations', 1, 1e6);
  if (!(tolerance >= 0)) throw outOfRange('tolerance', tolerance, 'a number that is not negative');
  return { lambda, knots, degree, order, maxIterations, tolerance };
}

/** Penalised B-splines on channels of one width, with the place that a fit takes. */
export interface PSpline {
  /** Coefficients of the last solve. */
  readonly coefficients: Float64Array;
  /** z = B c with (BᵀWB + λDᵀD) c = BᵀW y. */
  solve(y: Float64Array, w: Float64Array, z: Float64Array): void;
}

/**
 * P-splines (P. Eilers, B. Marx, Stat. Sci. 11 (1996) 89): B-splines on evenly spaced knots from the first channel to the
 * last, continued beyond both, with a penalty on differences of neighbouring coefficients.
 */
export function pSpline(channels: number, { lambda, knots, degree, order }: PSplineSettings): PSpline {
  const { first, basis } = bSplines(channels, knots, degree);
  const count = knots + degree - 1;
  const width = degree + 1;
  const half = Math.max(degree, order);
  // Row i of the lower half: columns i − half … i.
  const penalty = new Float64Array(count * (half + 1));
  const difference = DIFFERENCES[order];
  for (let from = 0; from + order < count; from++) {
    for (let a = 0; a <= order; a++) {
      for (let b = 0; b <= a; b++) {
        penalty[(from + a) * (half + 1) + half - a + b] += lambda * difference[a] * difference[b];
      }
    }
  }
  const matrix = new Float64Array(penalty.length);
  const coefficients = new Float64Array(count);
  return {
    coefficients,
    solve(y, w, z) {
      matrix.set(penalty);
      coefficients.fill(0);
      for (let i = 0, at = 0; i < channels; i++, at += width) {
        for (let a = 0; a < width; a++) {
          const row = first[i] + a;
          const weighted = w[i] * basis[at + a];
          coefficients[row] += weighted * y[i];
          for (let b = 0; b <= a; b++) matrix[row * (half + 1) + half - a + b] += weighted * basis[at + b];
        }
      }
      solveBanded(matrix, half, coefficients);
      for (let i = 0, at = 0; i < channels; i++, at += width) {
        let sum = 0;
        for (let a = 0; a < width; a++) sum += basis[at + a] * coefficients[first[i] + a];
        z[i] = sum;
      }
    },
  };
}

/** For each channel the first of the degree + 1 splines that are not 0 there, and their values (C. de Boor's recurrence). */
function bSplines(channels: number, knots: number, degree: number): { first: Uint32Array; basis: Float64Array } {
  const first = new Uint32Array(channels);
  const basis = new Float64Array(channels * (degree + 1));
  for (let i = 0; i < channels; i++) {
    const position = channels > 1 ? (i * (knots - 1)) / (channels - 1) : 0;
    first[i] = Math.min(knots - 2, Math.floor(position));
    const u = position - first[i];
    const values = basis.subarray(i * (degree + 1), (i + 1) * (degree + 1));
    values[0] = 1;
    for (let j = 1; j <= degree; j++) {
      let saved = 0;
      for (let r = 0; r < j; r++) {
        const part = values[r] / j;
        values[r] = saved + (r + 1 - u) * part;
        saved = (u + j - r - 1) * part;
      }
      values[j] = saved;
    }
  }
  return { first, basis };
}

/** Solves the symmetric positive definite system in place by LDLᵀ; the matrix becomes L, with D on its diagonal. */
function solveBanded(matrix: Float64Array, half: number, x: Float64Array): void {
  const width = half + 1;
  /** Place of column 0 of a row, were it inside the band. */
  const start = (row: number) => row * width + half - row;
  for (let i = 0; i < x.length; i++) {
    const row = start(i);
    const from = Math.max(0, i - half);
    for (let j = from; j < i; j++) {
      for (let k = from; k < j; k++) matrix[row + j] -= matrix[row + k] * matrix[start(j) + k];
    }
    for (let j = from; j < i; j++) {
      const l = matrix[row + j] / matrix[start(j) + j];
      matrix[row + i] -= l * matrix[row + j];
      matrix[row + j] = l;
      x[i] -= l * x[j];
    }
  }
  for (let i = 0; i < x.length; i++) x[i] /= matrix[start(i) + i];
  for (let i = x.length - 1; i >= 0; i--) {
    for (let j = Math.max(0, i - half); j < i; j++) x[j] -= matrix[start(i) + j] * x[i];
  }
}

/** What a method makes of one row: z is its place, and the answer how many systems it took and whether it converged. */
export type FitRow = (y: Float64Array, z: Float64Array) => { iterations: number; converged: boolean };

/** Fits all rows. A row that is not finite gives NaN, one of at most `order` channels itself. */
export function fitSplineRows(
  values: Float64Array,
  channels: number,
  out: Float64Array,
  order: number,
  fitRow: FitRow,
): BaselineFit {
  requireRows(values, channels, out);
  const rows = values.length / channels;
  const fit = { iterations: new Uint32Array(rows), converged: new Uint8Array(rows) };
  for (let row = 0; row < rows; row++) {
    const y = values.subarray(row * channels, (row + 1) * channels);
    const z = out.subarray(row * channels, (row + 1) * channels);
    const finite = isAllFinite(y);
    const { iterations, converged } = finite && channels > order ? fitRow(y, z) : { iterations: 0, converged: finite };
    if (!finite) z.fill(Number.NaN);
    else if (channels <= order) z.set(y);
    fit.iterations[row] = iterations;
    fit.converged[row] = converged ? 1 : 0;
  }
  return fit;
}

/** ‖a − b‖² and ‖b‖², to tell by how much a changed. */
export function changeOf(a: Float64Array, b: Float64Array): { change: number; size: number } {
  let [change, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    change += (a[i] - b[i]) * (a[i] - b[i]);
    size += b[i] * b[i];
  }
  return { change, size };
}
