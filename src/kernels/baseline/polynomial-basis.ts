import { outOfRange, requireWhole } from './limits.ts';

/** Polynomials that are orthonormal over the channels: row-major (degree + 1) × channels, ascending degree. */
export interface PolynomialBasis {
  readonly channels: number;
  readonly terms: number;
  readonly values: Float64Array;
}

/**
 * Chebyshev polynomials of the axis mapped to [−1, 1], made orthonormal by two rounds of Gram–Schmidt. Of as many channels as
 * that or fewer, the polynomials beyond the last that is independent are 0.
 *
 * @param axis positions of the channels, default even
 * @throws input error `baseline-parameter`: degrees 0 … 30; positions that are not finite, as many as channels, not all alike
 */
export function polynomialBasis(channels: number, degree: number, axis?: Float64Array): PolynomialBasis {
  requireWhole('degree', degree, 0, 30);
  requireWhole('channels', channels, 1);
  const x = mapped(channels, axis);
  const values = new Float64Array((degree + 1) * channels);
  const row = (k: number) => values.subarray(k * channels, (k + 1) * channels);
  for (let k = 0; k <= degree; k++) {
    const [own, last, beforeLast] = [row(k), row(Math.max(0, k - 1)), row(Math.max(0, k - 2))];
    for (let j = 0; j < channels; j++) {
      own[j] = k === 0 ? 1 : k === 1 ? x[j] : 2 * x[j] * last[j] - beforeLast[j];
    }
  }
  for (let k = 0; k <= degree; k++) {
    const own = row(k);
    const before = Math.sqrt(dot(own, own));
    for (let round = 0; round < 2; round++) {
      for (let l = 0; l < k; l++) {
        const other = row(l);
        const along = dot(own, other);
        for (let j = 0; j < channels; j++) own[j] -= along * other[j];
      }
    }
    const length = Math.sqrt(dot(own, own));
    const factor = length > 1e-10 * before ? 1 / length : 0;
    for (let j = 0; j < channels; j++) own[j] *= factor;
  }
  return { channels, terms: degree + 1, values };
}

function mapped(channels: number, axis?: Float64Array): Float64Array {
  const x = axis ? Float64Array.from(axis) : Float64Array.from({ length: channels }, (_, j) => j);
  let [least, most] = [x[0], x[0]];
  for (const position of x) {
    least = Math.min(least, position);
    most = Math.max(most, position);
  }
  const bad = x.length !== channels || !Number.isFinite(most - least) || (channels > 1 && most === least);
  if (bad) throw outOfRange('axis', `${x.length} positions from ${least} to ${most}`, `${channels} finite ones`);
  for (let j = 0; j < channels; j++) x[j] = channels > 1 ? (2 * x[j] - least - most) / (most - least) : 0;
  return x;
}

/** Coefficients of a row: its dots with the polynomials, of the channels with weight 1. */
export function project(
  basis: PolynomialBasis,
  row: Float64Array,
  kept: Uint8Array | undefined,
  out: Float64Array,
): void {
  const { channels, terms, values } = basis;
  for (let k = 0, at = 0; k < terms; k++, at += channels) {
    let sum = 0;
    if (kept) for (let j = 0; j < channels; j++) sum += kept[j] * values[at + j] * row[j];
    else for (let j = 0; j < channels; j++) sum += values[at + j] * row[j];
    out[k] = sum;
  }
}

/** The polynomial with these coefficients at every channel. */
export function evaluate({ channels, terms, values }: PolynomialBasis, of: Float64Array, out: Float64Array): void {
  for (let j = 0; j < channels; j++) out[j] = of[0] * values[j];
  for (let k = 1, at = channels; k < terms; k++, at += channels) {
    for (let j = 0; j < channels; j++) out[j] += of[k] * values[at + j];
  }
}

/** Cholesky factor (row-major, lower) of the polynomials' products over the kept channels. */
export function factoriseKept(
  { channels, terms, values }: PolynomialBasis,
  kept: Uint8Array,
  factor: Float64Array,
): void {
  for (let k = 0; k < terms; k++) {
    for (let l = 0; l <= k; l++) {
      let sum = 0;
      for (let j = 0; j < channels; j++) sum += kept[j] * values[k * channels + j] * values[l * channels + j];
      for (let m = 0; m < l; m++) sum -= factor[k * terms + m] * factor[l * terms + m];
      // A polynomial that the kept channels do not determine gets the coefficient 0.
      if (k === l) factor[k * terms + k] = sum > 1e-12 ? Math.sqrt(sum) : Number.POSITIVE_INFINITY;
      else factor[k * terms + l] = sum / factor[l * terms + l];
    }
  }
}

/** Solves with that factor, in place. */
export function solveKept(terms: number, factor: Float64Array, x: Float64Array): void {
  for (let k = 0; k < terms; k++) {
    for (let m = 0; m < k; m++) x[k] -= factor[k * terms + m] * x[m];
    x[k] /= factor[k * terms + k];
  }
  for (let k = terms - 1; k >= 0; k--) {
    for (let m = k + 1; m < terms; m++) x[k] -= factor[m * terms + k] * x[m];
    x[k] /= factor[k * terms + k];
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}
