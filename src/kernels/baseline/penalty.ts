import { inputError } from '../../signal/errors.ts';
import { portablePow } from '../portable-math.ts';

/** Coefficients of a channel in `differenceBands`. */
export const COEFFICIENTS = 10;
/** A row of the matrix of differences, by order. */
export const DIFFERENCES = [[1], [-1, 1], [1, -2, 1], [-1, 3, -3, 1]];

/**
 * The matrix DᵀD of differences of this order (1, 2, 3), row by row: seven diagonals from the third to the left to the third
 * to the right, then three diagonals of `firstOrder`·D₁ᵀD₁.
 */
export function differenceBands(channels: number, order: number, firstOrder = 0): Float64Array {
  const bands = new Float64Array(COEFFICIENTS * channels);
  addProducts(bands, channels, DIFFERENCES[order], 1, 3);
  if (firstOrder !== 0) addProducts(bands, channels, DIFFERENCES[1], firstOrder, 8);
  return bands;
}

function addProducts(
  bands: Float64Array,
  channels: number,
  difference: number[],
  factor: number,
  middle: number,
): void {
  for (let first = 0; first + difference.length <= channels; first++) {
    for (const [a, left] of difference.entries()) {
      for (const [b, right] of difference.entries()) {
        bands[COEFFICIENTS * (first + a) + middle + b - a] += factor * left * right;
      }
    }
  }
}

/**
 * Period, in channels, of the sine that a second-order penalty halves: 2π(λ/w)^¼, for weights w. Follows from the gain
 * w/(w + λω⁴) at low frequencies ω, in radians a channel.
 */
export function cutOffPeriod(lambda: number, weight = 1): number {
  requirePositive(lambda, 'lambda');
  requirePositive(weight, 'weight');
  return 2 * Math.PI * portablePow(lambda / weight, 1 / 4);
}

/** λ with which a second-order penalty halves the sine of this period, in channels. The inverse of `cutOffPeriod`. */
export function lambdaOfPeriod(period: number, weight = 1): number {
  requirePositive(period, 'period');
  requirePositive(weight, 'weight');
  const radius = period / (2 * Math.PI);
  return weight * radius * radius * radius * radius;
}

/** λ for the same stiffness on channels `pitch` wide, when it is `lambda` on channels `before` wide: λ(Δ/Δ′)⁴, second order. */
export function rescaledLambda(lambda: number, before: number, pitch: number): number {
  requirePositive(lambda, 'lambda');
  requirePositive(before, 'pitch before');
  requirePositive(pitch, 'pitch');
  const ratio = before / pitch;
  return lambda * ratio * ratio * ratio * ratio;
}

/** λ of arPLS for Raman spectra of so many channels over the usual range: 10⁶·(n/1000)⁴. */
export function ramanLambda(channels: number): number {
  requirePositive(channels, 'channels');
  return rescaledLambda(1e6, channels, 1000);
}

/** @throws SpectrailError `input/baseline-option` unless the number is positive and finite. */
export function requirePositive(value: number, name: string): void {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) throw outOfRange(name, value, 'a positive, finite number');
}

/** @throws SpectrailError `input/baseline-option` unless the number lies between 0 and 1, the ends excluded. */
export function requireShare(value: number, name: string): void {
  if (!(value > 0 && value < 1)) throw outOfRange(name, value, 'a number between 0 and 1');
}

/** @throws SpectrailError `input/baseline-option` unless the number is whole and in [least, most]. */
export function requireWhole(value: number, name: string, least: number, most: number): void {
  if (!(Number.isInteger(value) && value >= least && value <= most)) {
    throw outOfRange(name, value, `a whole number from ${least} to ${most}`);
  }
}

export function outOfRange(name: string, value: number, expected: string) {
  return inputError({ code: 'baseline-option', what: `${name} = ${value}`, where: 'baseline', expected });
}
