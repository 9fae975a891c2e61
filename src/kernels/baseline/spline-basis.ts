import { outOfRange, requireWhole } from './limits.ts';

/**
 * Cubic B-splines over the channels: on each channel four are not 0. Interval i holds the channels bounds[i] …
 * bounds[i + 1] − 1 and the splines i … i + 3.
 */
export interface SplineBasis {
  readonly channels: number;
  readonly intervals: number;
  readonly bounds: Uint32Array;
  /** Row-major 4 × channels. */
  readonly values: Float64Array;
}

/**
 * Splines with `knots` inner knots, evenly spaced on the axis: knots + 4 of them.
 *
 * @param axis positions of the channels, strictly ascending or descending, default even
 * @throws input error `baseline-parameter`: knots 0 … 10000, axes that do not fit
 */
export function splineBasis(channels: number, knots: number, axis?: Float64Array): SplineBasis {
  requireWhole('channels', channels, 1);
  requireWhole('knots', knots, 0, 10_000);
  const intervals = knots + 1;
  const bounds = new Uint32Array(intervals + 1).fill(channels);
  const values = new Float64Array(4 * channels);
  let filled = 0;
  for (let j = 0; j < channels; j++) {
    const place = intervals * partOfAxis(channels, j, axis);
    const interval = Math.min(intervals - 1, Math.floor(place));
    while (filled <= interval) bounds[filled++] = j;
    // De Boor's recursion with the end knots repeated.
    const knot = (i: number) => Math.min(intervals, Math.max(0, i));
    const four = [1, 0, 0, 0];
    for (let degree = 1; degree <= 3; degree++) {
      let saved = 0;
      for (let r = 0; r < degree; r++) {
        const right = knot(interval + 1 + r);
        const left = knot(interval + 1 + r - degree);
        const share = four[r] / (right - left);
        four[r] = saved + (right - place) * share;
        saved = (place - left) * share;
      }
      four[degree] = saved;
    }
    for (let r = 0; r < 4; r++) values[r * channels + j] = four[r];
  }
  return { channels, intervals, bounds, values };
}

/** Where channel j lies between the first (0) and the last (1). */
function partOfAxis(channels: number, j: number, axis?: Float64Array): number {
  if (!axis) return channels > 1 ? j / (channels - 1) : 0;
  const length = axis[channels - 1] - axis[0];
  const step = j > 0 ? (axis[j] - axis[j - 1]) * length : 1;
  if (axis.length !== channels || !(step > 0)) {
    throw outOfRange('axis', `${axis.length} positions`, `${channels}, strictly ascending or descending`);
  }
  return channels > 1 ? (axis[j] - axis[0]) / length : 0;
}

/**
 * Cholesky factor of the splines' products over the channels, weighted: for each spline three numbers below the diagonal,
 * ascending, and the inverse of the diagonal. A spline that the channels do not determine gets the coefficient 0.
 */
export function factoriseSplines(
  { channels, intervals, bounds, values }: SplineBasis,
  weights?: Float64Array,
): Float64Array {
  const count = intervals + 3;
  const factor = new Float64Array(4 * count);
  for (let i = 0; i < intervals; i++) {
    for (let j = bounds[i]; j < bounds[i + 1]; j++) {
      for (let r = 0; r < 4; r++) {
        const weighted = (weights ? weights[j] : 1) * values[r * channels + j];
        for (let q = 0; q <= r; q++) factor[4 * (i + r) + 3 + q - r] += weighted * values[q * channels + j];
      }
    }
  }
  let most = 0;
  for (let k = 0; k < count; k++) most = Math.max(most, factor[4 * k + 3]);
  for (let k = 0; k < count; k++) {
    for (let l = Math.max(0, k - 3); l <= k; l++) {
      let sum = factor[4 * k + 3 + l - k];
      for (let m = Math.max(0, k - 3); m < l; m++) sum -= factor[4 * k + 3 + m - k] * factor[4 * l + 3 + m - l];
      if (l < k) factor[4 * k + 3 + l - k] = sum * factor[4 * l + 3];
      else factor[4 * k + 3] = sum > 1e-12 * most ? 1 / Math.sqrt(sum) : 0;
    }
  }
  return factor;
}

/** Solves with that factor, in place. */
export function solveSplines(factor: Float64Array, x: Float64Array): void {
  const count = x.length;
  for (let k = 0; k < count; k++) {
    for (let m = Math.max(0, k - 3); m < k; m++) x[k] -= factor[4 * k + 3 + m - k] * x[m];
    x[k] *= factor[4 * k + 3];
  }
  for (let k = count - 1; k >= 0; k--) {
    for (let m = k + 1; m < Math.min(count, k + 4); m++) x[k] -= factor[4 * m + 3 + k - m] * x[m];
    x[k] *= factor[4 * k + 3];
  }
}

/** Sums over the channels of each spline times the row. */
export function projectSplines({ channels, intervals, bounds, values }: SplineBasis, row: Float64Array): Float64Array {
  const sums = new Float64Array(intervals + 3);
  for (let i = 0; i < intervals; i++) {
    for (let j = bounds[i]; j < bounds[i + 1]; j++) {
      for (let r = 0; r < 4; r++) sums[i + r] += values[r * channels + j] * row[j];
    }
  }
  return sums;
}

/** The spline with these coefficients at every channel. */
export function evaluateSplines(basis: SplineBasis, coefficients: Float64Array, out: Float64Array): void {
  const { channels, intervals, bounds, values } = basis;
  for (let i = 0; i < intervals; i++) {
    for (let j = bounds[i]; j < bounds[i + 1]; j++) {
      let sum = 0;
      for (let r = 0; r < 4; r++) sum += values[r * channels + j] * coefficients[i + r];
      out[j] = sum;
    }
  }
}
