import { inputError } from '../signal/errors.ts';
import { bestAmounts, setOf, solve } from './best-amounts.ts';
import { portableLog } from './portable-math.ts';
import type { FitWeights } from './pre-edge/fit-window.ts';

/**
 * A background that is a mixture of a few given shapes in amounts that are not negative: f = Σ_k c_k·φ_k, c ≥ 0, fitted by
 * the likelihood of Poisson counts, which has one maximum.
 */
export interface PositiveBasis {
  /** shapes × channels: each shape at every channel of the axis. */
  readonly shapes: Float64Array;
  readonly count: number;
  /** Ascending channel numbers that are fitted. */
  readonly channels: Int32Array;
  /** shapes × fitted channels: each shape in counts, of unit sum. */
  readonly columns: Float64Array;
  /** Sum of each shape over the fitted channels in counts: what its column was divided by. */
  readonly extents: Float64Array;
  /** Per fitted channel: counts per unit of value, and readout variance in counts². */
  readonly perUnit: Float64Array;
  readonly readout: Float64Array;
  readonly law: FitWeights['law'];
}

/** More shapes are more subsets of them than it is worth to try. */
const MOST_SHAPES = 6;

/**
 * @param shapes shapes × axis channels, row-major, not negative. @param channels fitted ones; those where every shape is 0 are
 * left out. @param weights the law of the values, as the counts they are made of.
 * @throws RangeError for more than 6 shapes; SpectrailError `input/narrow-window` for fewer channels than shapes, or a shape
 * that is 0 in all of them.
 */
export function positiveBasis(
  shapes: Float64Array,
  count: number,
  channels: Int32Array,
  weights: FitWeights,
): PositiveBasis {
  if (!(count >= 1 && count <= MOST_SHAPES)) throw new RangeError(`1 to ${MOST_SHAPES} shapes, not ${count}`);
  const size = shapes.length / count;
  const gainOf = (k: number) => (weights.law === 'poisson' ? (weights.gain?.[k] ?? 1) : 1);
  const noise = weights.law === 'poisson' ? (weights.readout ?? 0) : 0;
  const kept = Array.from(channels.keys()).filter((k) => {
    for (let p = 0; p < count; p++) if (shapes[p * size + channels[k]] > 0) return gainOf(k) > 0;
    return false;
  });
  const n = kept.length;
  const columns = new Float64Array(count * n);
  const extents = new Float64Array(count);
  for (let p = 0; p < count; p++) {
    for (let i = 0; i < n; i++) {
      const value = shapes[p * size + channels[kept[i]]] / gainOf(kept[i]);
      columns[p * n + i] = value;
      extents[p] += value;
    }
  }
  if (n < count || extents.some((extent) => !(extent > 0))) {
    throw inputError({
      code: 'narrow-window',
      what: `${n} channels with background are fitted`,
      expected: `at least ${count}, one for each shape of the background, none of which is 0 in all of them`,
      fix: 'widen the windows',
    });
  }
  for (let p = 0; p < count; p++) for (let i = 0; i < n; i++) columns[p * n + i] /= extents[p];
  return {
    shapes,
    count,
    channels: Int32Array.from(kept, (k) => channels[k]),
    columns,
    extents,
    perUnit: Float64Array.from(kept, (k) => 1 / gainOf(k)),
    readout: Float64Array.from(kept, (k) => (noise / gainOf(k)) * (noise / gainOf(k))),
    law: weights.law,
  };
}

const MOST_STEPS = 100;
/** Largest change of an amount beside the sum of all that ends the search. */
const REST = 1e-11;
const HALVINGS = 40;
/** Of a likelihood, relative. */
const ROUNDING = 1e-13;

/** One row as it is fitted: the channels that hold something. */
interface Row {
  readonly index: Int32Array;
  readonly counts: Float64Array;
  readonly mean: Float64Array;
  held: number;
}

/**
 * Amounts of every row: Newton steps, each to the best amounts ≥ 0 of the local parabola, halved until the likelihood rises.
 * Readout noise r of counts of gain g is met by (x + r²/g)/g ~ Poisson((f + r²/g)/g), which has the same variance; values
 * below 0 that it leaves count as 0. With equal weights the sum of squares is minimised.
 *
 * @param values rows × axis channels. @param out rows × shapes, overwritten: 0 where a row holds nothing, NaN where it is
 * not finite.
 */
export function fitPositiveBasis(values: Float64Array, rows: number, basis: PositiveBasis, out: Float64Array): void {
  const { count, channels } = basis;
  const n = channels.length;
  const stride = basis.shapes.length / count;
  const row: Row = { index: new Int32Array(n), counts: new Float64Array(n), mean: new Float64Array(n), held: 0 };
  for (let i = 0; i < rows; i++) {
    const to = out.subarray(i * count, (i + 1) * count);
    const total = take(values, i * stride, basis, row);
    if (Number.isFinite(total)) search(basis, row, total, to);
    else to.fill(Number.NaN);
    for (let p = 0; p < count; p++) to[p] /= basis.extents[p];
  }
}

/** Reads a row; the sum of its counts. */
function take(values: Float64Array, at: number, { channels, perUnit, readout, law }: PositiveBasis, row: Row): number {
  let [held, total] = [0, 0];
  for (let i = 0; i < channels.length; i++) {
    const shifted = values[at + channels[i]] * perUnit[i] + readout[i];
    const y = law === 'poisson' ? Math.max(0, shifted) : shifted;
    total += y - readout[i];
    if (y === 0) continue;
    row.index[held] = i;
    row.counts[held++] = y;
  }
  row.held = held;
  return total;
}

function search(basis: PositiveBasis, row: Row, total: number, amounts: Float64Array): void {
  const { count } = basis;
  amounts.fill(0);
  if (basis.law === 'equal') {
    const { matrix, gradient } = squares(basis, row);
    amounts.set(bestAmounts(matrix, gradient, count, (1 << count) - 1));
    return;
  }
  if (!(total > 0)) return;
  amounts.fill(total / count);
  const matrix = new Float64Array(count * count);
  const linear = new Float64Array(count);
  const trial = new Float64Array(count);
  let likelihood = likelihoodAt(basis, row, amounts);
  for (let step = 0; step < MOST_STEPS; step++) {
    localForm(basis, row, matrix, linear);
    for (let p = 0; p < count; p++) for (let q = 0; q < count; q++) linear[p] += matrix[p * count + q] * amounts[q];
    const target = bestAmounts(matrix, linear, count, setOf(amounts));
    // Where it is flat its rounding must not end the search.
    const least = likelihood - ROUNDING * (Math.abs(likelihood) + total);
    let [share, risen] = [1, Number.NEGATIVE_INFINITY];
    for (let halving = 0; halving < HALVINGS; halving++) {
      for (let p = 0; p < count; p++) trial[p] = amounts[p] + share * (target[p] - amounts[p]);
      risen = likelihoodAt(basis, row, trial);
      if (risen >= least) break;
      share /= 2;
    }
    if (!(risen >= least)) return;
    likelihood = risen;
    let moved = 0;
    for (let p = 0; p < count; p++) {
      moved = Math.max(moved, Math.abs(trial[p] - amounts[p]));
      amounts[p] = trial[p];
    }
    if (moved <= REST * total) return;
  }
}

/** Σ y·ln μ − Σ μ; leaves μ of the channels that hold something in the row. */
function likelihoodAt({ count, columns, readout }: PositiveBasis, row: Row, amounts: Float64Array): number {
  const { index, counts, mean, held } = row;
  const n = readout.length;
  let sum = 0;
  for (let h = 0; h < held; h++) {
    const i = index[h];
    let mu = readout[i];
    for (let p = 0; p < count; p++) mu += amounts[p] * columns[p * n + i];
    mean[h] = mu;
    sum += counts[h] * portableLog(mu);
  }
  for (let p = 0; p < count; p++) sum -= amounts[p];
  return Number.isNaN(sum) ? Number.NEGATIVE_INFINITY : sum;
}

/** Curvature and slope of the likelihood at the means of the row. */
function localForm(basis: PositiveBasis, row: Row, matrix: Float64Array, slope: Float64Array): void {
  const { count, columns, readout } = basis;
  const { index, counts, mean, held } = row;
  const n = readout.length;
  matrix.fill(0);
  slope.fill(-1);
  for (let h = 0; h < held; h++) {
    const weight = counts[h] / mean[h];
    for (let p = 0; p < count; p++) {
      const one = weight * columns[p * n + index[h]];
      slope[p] += one;
      for (let q = 0; q <= p; q++) matrix[p * count + q] += (one * columns[q * n + index[h]]) / mean[h];
    }
  }
  mirror(matrix, count);
}

/** The parabola of least squares. */
function squares({ count, columns, readout }: PositiveBasis, { index, counts, held }: Row) {
  const n = readout.length;
  const matrix = new Float64Array(count * count);
  const gradient = new Float64Array(count);
  for (let p = 0; p < count; p++) {
    for (let h = 0; h < held; h++) gradient[p] += counts[h] * columns[p * n + index[h]];
    for (let q = 0; q <= p; q++) {
      for (let i = 0; i < n; i++) matrix[p * count + q] += columns[p * n + i] * columns[q * n + i];
    }
  }
  mirror(matrix, count);
  return { matrix, gradient };
}

function mirror(matrix: Float64Array, count: number): void {
  for (let p = 0; p < count; p++) for (let q = 0; q < p; q++) matrix[q * count + p] = matrix[p * count + q];
}

/**
 * How Σ_j sum_j·f_j of one row responds to each value that it was fitted to, to first order about the fit, the shapes of
 * amount 0 left at 0. @param row the axis channels. @param amounts as fitted to it. @param sum weight of every channel in the sum. @param out
 * one number per fitted channel, overwritten.
 */
export function respondPositiveBasis(
  row: Float64Array,
  amounts: Float64Array,
  basis: PositiveBasis,
  sum: Float64Array,
  out: Float64Array,
): void {
  const { shapes, count, columns, extents, perUnit, readout, channels } = basis;
  const n = channels.length;
  const stride = shapes.length / count;
  out.fill(0);
  const members = Array.from(amounts.keys()).filter((p) => amounts[p] > 0);
  if (members.length === 0) return;
  const read: Row = { index: new Int32Array(n), counts: new Float64Array(n), mean: new Float64Array(n), held: 0 };
  take(row, 0, basis, read);
  const mean = new Float64Array(n).fill(1);
  let matrix = new Float64Array(count * count);
  if (basis.law === 'equal') ({ matrix } = squares(basis, read));
  else {
    const scaled = amounts.map((amount, p) => amount * extents[p]);
    likelihoodAt(basis, read, scaled);
    localForm(basis, read, matrix, new Float64Array(count));
    for (let i = 0; i < n; i++) {
      mean[i] = readout[i];
      for (const p of members) mean[i] += scaled[p] * columns[p * n + i];
    }
  }
  const weights = new Float64Array(count);
  for (const p of members) {
    for (let j = 0; j < stride; j++) if (sum[j] !== 0) weights[p] += sum[j] * shapes[p * stride + j];
    weights[p] /= extents[p];
  }
  const pull = solve(matrix, count, members, weights);
  if (!pull) return;
  for (let i = 0; i < n; i++) {
    let slope = 0;
    for (let m = 0; m < members.length; m++) slope += pull[m] * columns[members[m] * n + i];
    out[i] = (slope / mean[i]) * perUnit[i];
  }
}
