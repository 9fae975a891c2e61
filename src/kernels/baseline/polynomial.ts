import { eachFiniteRow, type Iterated } from './finite-rows.ts';
import { requireAbove, requireWhole } from './limits.ts';
import {
  evaluate,
  factoriseKept,
  type PolynomialBasis,
  polynomialBasis,
  project,
  solveKept,
} from './polynomial-basis.ts';

/*
 * Polynomial baselines: least squares on the axis mapped to [−1, 1]. Rows with a value that is not finite become NaN. `out`
 * may be `values`. All throw input errors `baseline-parameter` for degrees other than 0 … 30 or an axis that does not fit, and
 * `baseline-shape`. Degrees above 8 ring at the ends.
 */

export interface PolynomialOptions {
  readonly degree: number;
  /** Positions of the channels, default even. */
  readonly axis?: Float64Array;
}

/** Least-squares polynomial of each row: peaks pull it up. Linear in the data. */
export function polynomialBaseline(
  values: Float64Array,
  rows: number,
  channels: number,
  { degree, axis }: PolynomialOptions,
  out: Float64Array,
): void {
  const basis = polynomialBasis(channels, degree, axis);
  const coefficients = new Float64Array(basis.terms);
  eachFiniteRow(values, rows, channels, out, (row, baseline) => {
    project(basis, row, undefined, coefficients);
    evaluate(basis, coefficients, baseline);
  });
}

/** How a weighted sum over the least-squares polynomial answers to the data: Σ weights·baseline = Σ out·row, exactly. */
export function polynomialResponse(channels: number, options: PolynomialOptions, weights: Float64Array): Float64Array {
  const response = new Float64Array(channels);
  polynomialBaseline(weights, 1, channels, options, response);
  return response;
}

export interface PeeledPolynomialOptions extends PolynomialOptions {
  /** Relative change at which it stops. Default 10⁻³. */
  readonly tolerance?: number;
  /** Default 250. */
  readonly iterations?: number;
  /** Cut the recorded row in each pass instead of what the last pass left. Default off. */
  readonly fromOriginal?: boolean;
}

export interface ImprovedPolynomialOptions extends PeeledPolynomialOptions {
  /** Leave out for good what lies above the first fit + σ. Default on. */
  readonly leaveOutPeaks?: boolean;
  /** σ that the cut lies above the fit. Default 1. */
  readonly deviations?: number;
}

/**
 * ModPoly: fit, cut what lies above the fit down to it, and again, until the fit changes by less than the tolerance, ‖fit −
 * last‖ / ‖last‖. C. Lieber & A. Mahadevan-Jansen, Appl. Spectrosc. 57 (2003) 1363.
 *
 * @throws also for a tolerance of 0 or below, or fewer than one iteration
 */
export function modPoly(
  values: Float64Array,
  rows: number,
  channels: number,
  options: PeeledPolynomialOptions,
  out: Float64Array,
): Iterated {
  return peel(values, rows, channels, { ...options, deviations: 0, leaveOutPeaks: false, rule: 'fit' }, out);
}

/**
 * IModPoly: as ModPoly, but cut σ above the fit, σ the standard deviation of the cut row from it, with the peaks of the first
 * fit left out, until σ changes by less than the tolerance. J. Zhao, H. Lui, D. McLean & H. Zeng, Appl. Spectrosc. 61 (2007)
 * 1225.
 *
 * @throws also for deviations below 0
 */
export function improvedModPoly(
  values: Float64Array,
  rows: number,
  channels: number,
  options: ImprovedPolynomialOptions,
  out: Float64Array,
): Iterated {
  return peel(values, rows, channels, { ...options, rule: 'deviation' }, out);
}

/**
 * How a weighted sum over a ModPoly baseline answers to its row: Σ weights·baseline changes by Σ response·(change of the row),
 * as long as each pass cuts the same channels. On the Raman recipe of the tests, standard deviations made of it are 1.2 times
 * those of repeated draws, since low values are picked: where that matters, bootstrap.
 */
export function modPolyResponse(
  row: Float64Array,
  options: PeeledPolynomialOptions,
  weights: Float64Array,
): Float64Array {
  return peeledResponse(row, { ...options, deviations: 0, leaveOutPeaks: false, rule: 'fit' }, weights);
}

/** The same of IModPoly, σ frozen; standard deviations agree within 10 %. */
export function improvedModPolyResponse(
  row: Float64Array,
  options: ImprovedPolynomialOptions,
  weights: Float64Array,
): Float64Array {
  return peeledResponse(row, { ...options, rule: 'deviation' }, weights);
}

interface Peeling extends ImprovedPolynomialOptions {
  /** What has to stand still. */
  readonly rule: 'fit' | 'deviation';
}

interface PeelingWork {
  readonly basis: PolynomialBasis;
  readonly coefficients: Float64Array;
  readonly factor: Float64Array;
  readonly kept: Uint8Array;
  readonly cut: Float64Array;
  readonly fit: Float64Array;
  readonly last: Float64Array;
}

function peel(values: Float64Array, rows: number, channels: number, options: Peeling, out: Float64Array): Iterated {
  const work = peelingWork(channels, options);
  const result = { iterations: new Uint32Array(rows), converged: new Uint8Array(rows) };
  eachFiniteRow(values, rows, channels, out, (row, baseline, index) => {
    const { passes, converged } = peelRow(row, options, work);
    baseline.set(work.fit);
    result.iterations[index] = passes;
    result.converged[index] = converged ? 1 : 0;
  });
  return result;
}

function peelingWork(channels: number, options: Peeling): PeelingWork {
  const { degree, axis, tolerance = 1e-3, iterations = 250, deviations = 1 } = options;
  requireAbove('tolerance', tolerance, 0);
  requireWhole('iterations', iterations, 1);
  if (deviations !== 0) requireAbove('deviations', deviations, 0);
  const basis = polynomialBasis(channels, degree, axis);
  return {
    basis,
    coefficients: new Float64Array(basis.terms),
    factor: new Float64Array(basis.terms * basis.terms),
    kept: new Uint8Array(channels),
    cut: new Float64Array(channels),
    fit: new Float64Array(channels),
    last: new Float64Array(channels),
  };
}

/** Leaves the baseline in `work.fit`; `passed` learns which channels each pass cut. */
function peelRow(row: Float64Array, options: Peeling, work: PeelingWork, passed?: (cut: Uint8Array) => void) {
  const { rule, tolerance = 1e-3, iterations: most = 250, fromOriginal = false } = options;
  const { leaveOutPeaks = true, deviations = 1 } = options;
  const { basis, coefficients, factor, kept, cut, fit, last } = work;
  const n = row.length;
  cut.set(row);
  kept.fill(1);
  project(basis, cut, undefined, coefficients);
  evaluate(basis, coefficients, fit);
  let sigma = deviationOf(cut, fit);
  if (leaveOutPeaks) {
    let size = 0;
    for (let j = 0; j < n; j++) size = Math.max(size, Math.abs(fit[j]));
    // Where the polynomial fits to the last digits nothing is a peak.
    const limit = sigma > 1e-12 * size ? sigma : Number.POSITIVE_INFINITY;
    for (let j = 0; j < n; j++) kept[j] = cut[j] > fit[j] + limit ? 0 : 1;
    factoriseKept(basis, kept, factor);
  }
  for (let pass = 1; pass <= most; pass++) {
    const above = deviations * sigma;
    const marks = passed && new Uint8Array(n);
    for (let j = 0; j < n; j++) {
      const from = fromOriginal ? row[j] : cut[j];
      const limit = fit[j] + above;
      if (marks && from > limit) marks[j] = 1;
      cut[j] = from > limit ? limit : from;
    }
    if (marks) passed(marks);
    last.set(fit);
    project(basis, cut, leaveOutPeaks ? kept : undefined, coefficients);
    if (leaveOutPeaks) solveKept(basis.terms, factor, coefficients);
    evaluate(basis, coefficients, fit);
    const before = sigma;
    sigma = deviationOf(cut, fit);
    const still =
      rule === 'fit'
        ? changeOf(fit, last) <= tolerance
        : Math.abs(sigma - before) <= tolerance * Math.max(sigma, VANISHED);
    if (still) return { passes: pass, converged: true };
  }
  return { passes: most, converged: false };
}

function peeledResponse(row: Float64Array, options: Peeling, weights: Float64Array): Float64Array {
  const n = row.length;
  const work = peelingWork(n, options);
  const marks: Uint8Array[] = [];
  peelRow(row, options, work, (cut) => marks.push(cut));
  const { leaveOutPeaks = true, fromOriginal = false } = options;
  const { basis, kept, factor, coefficients } = work;
  // From the last pass to the first: what the sum answers to in the cut row, and through the fits in the row before.
  const ofRow = new Float64Array(n);
  const ofCut = new Float64Array(n);
  const ofFit = Float64Array.from(weights);
  const throughFit = (masked: boolean) => {
    project(basis, ofFit, undefined, coefficients);
    if (masked) solveKept(basis.terms, factor, coefficients);
    evaluate(basis, coefficients, ofFit);
    for (let j = 0; j < n; j++) ofCut[j] += masked ? kept[j] * ofFit[j] : ofFit[j];
  };
  for (const cut of marks.reverse()) {
    throughFit(leaveOutPeaks);
    for (let j = 0; j < n; j++) {
      ofFit[j] = cut[j] ? ofCut[j] : 0;
      if (cut[j] || fromOriginal) {
        if (!cut[j]) ofRow[j] += ofCut[j];
        ofCut[j] = 0;
      }
    }
  }
  throughFit(false);
  for (let j = 0; j < n; j++) ofRow[j] += ofCut[j];
  return ofRow;
}

/** A σ that shrinks by the same factor in every pass, as over channels that are almost all 0, ends here. */
const VANISHED = 2 ** -52;

/** Standard deviation (of the population) of row − fit. */
function deviationOf(row: Float64Array, fit: Float64Array): number {
  let mean = 0;
  for (let j = 0; j < row.length; j++) mean += row[j] - fit[j];
  mean /= row.length;
  let squares = 0;
  for (let j = 0; j < row.length; j++) {
    const from = row[j] - fit[j] - mean;
    squares += from * from;
  }
  return Math.sqrt(squares / row.length);
}

/** ‖fit − last‖ / ‖last‖; 0 where nothing changed. */
function changeOf(fit: Float64Array, last: Float64Array): number {
  let change = 0;
  let size = 0;
  for (let j = 0; j < fit.length; j++) {
    change += (fit[j] - last[j]) * (fit[j] - last[j]);
    size += last[j] * last[j];
  }
  return change === 0 ? 0 : Math.sqrt(change / size);
}
