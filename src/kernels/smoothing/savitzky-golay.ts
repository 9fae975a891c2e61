import type { ChannelOperator } from './channel-operator.ts';

/** What stands beyond the ends of a spectrum. */
export type SpectrumEnds = 'interp' | 'mirror' | 'nearest' | 'constant' | 'wrap';

export interface SavitzkyGolay {
  /** Channels of the window around each channel: odd. */
  readonly windows: Uint32Array;
  /** Degree of the polynomial, below the narrowest window. */
  readonly order: number;
  /** 0: smoothed values; d: their d-th derivative by position, at most `order`. */
  readonly derivative: number;
  /**
   * `interp`: the polynomial of the first or last whole window. Else windows hang over the ends, where there are the values
   * of the spectrum again, turned round without its last (`mirror`), its last value (`nearest`), zeros (`constant`), or its
   * other end (`wrap`).
   */
  readonly ends: SpectrumEnds;
  /** Non-zero: channels whose values take no part. */
  readonly masked?: Uint8Array;
}

/**
 * Least-squares polynomials in windows along the axis (A. Savitzky & M. Golay, Anal. Chem. 36 (1964) 1627), at any positions,
 * strictly monotonic: the weights of every channel, found with polynomials that are orthogonal over its window
 * (G. Forsythe, J. SIAM 5 (1957) 74). Beyond the ends positions go on as they come, mirrored.
 * @throws RangeError for an even window, an order not below it or a derivative above the order, and a window that is wider
 * than the spectrum or has too few unmasked channels for its polynomial.
 */
export function savitzkyGolay(positions: Float64Array, options: SavitzkyGolay): ChannelOperator {
  const { windows, order, derivative, ends, masked } = options;
  const channels = positions.length;
  if (!(derivative >= 0 && derivative <= order)) {
    throw new RangeError(`derivative is ${derivative}, not in [0, order = ${order}]`);
  }
  const width = windows.reduce((most, window) => Math.max(most, window), 0);
  const columns = new Int32Array(channels * width);
  const weights = new Float64Array(channels * width);
  const x = new Float64Array(width);
  const valid = new Uint8Array(width);
  const coefficients = new Float64Array(width);
  for (let j = 0; j < channels; j++) {
    const window = windows[j];
    if (window % 2 !== 1 || window <= order || window > channels) {
      throw new RangeError(`window is ${window}, not odd and in [order + 1 = ${order + 1}, channels = ${channels}]`);
    }
    const half = (window - 1) / 2;
    const from = ends === 'interp' ? Math.min(Math.max(0, j - half), channels - window) : j - half;
    let count = 0;
    for (let k = 0; k < window; k++) {
      const place = from + k;
      const column = columnAt(place, channels, ends);
      columns[j * width + k] = Math.max(0, column);
      x[k] = positionAt(positions, place);
      valid[k] = column >= 0 && masked?.[column] ? 0 : 1;
      count += valid[k];
    }
    if (masked?.[j]) continue;
    if (count <= order) {
      throw new RangeError(`${count} unmasked channels in the window of channel ${j}, not above the order ${order}`);
    }
    localWeights(x, valid, window, positions[j], order, derivative, coefficients);
    for (let k = 0; k < window; k++) {
      if (columnAt(from + k, channels, ends) >= 0) weights[j * width + k] = coefficients[k];
    }
  }
  return { channels, width, columns, weights };
}

/** Channel whose value stands at a place, also beyond the ends; −1 where that is 0. */
function columnAt(place: number, channels: number, ends: SpectrumEnds): number {
  if (place >= 0 && place < channels) return place;
  switch (ends) {
    case 'mirror':
      return place < 0 ? -place : 2 * (channels - 1) - place;
    case 'wrap':
      return (place + channels) % channels;
    case 'constant':
      return -1;
    default:
      return place < 0 ? 0 : channels - 1;
  }
}

function positionAt(positions: Float64Array, place: number): number {
  const last = positions.length - 1;
  if (place < 0) return 2 * positions[0] - positions[-place];
  return place > last ? 2 * positions[last] - positions[2 * last - place] : positions[place];
}

/** Weights of the values at `x` in the derivative, at `at`, of the polynomial through those that are valid. */
function localWeights(
  x: Float64Array,
  valid: Uint8Array,
  size: number,
  at: number,
  order: number,
  derivative: number,
  out: Float64Array,
): void {
  const middle = (x[0] + x[size - 1]) / 2;
  const scale = Math.abs(x[size - 1] - x[0]) / 2 || 1;
  const u = Float64Array.from({ length: size }, (_, k) => (x[k] - middle) / scale);
  const target = (at - middle) / scale;
  let before = new Float64Array(size);
  let current = new Float64Array(size).fill(1);
  // Derivatives 0 … d at the target, of the polynomials two and one before.
  let targetBefore = new Float64Array(derivative + 1);
  let targetCurrent = new Float64Array(derivative + 1);
  targetCurrent[0] = 1;
  let normBefore = 1;
  out.fill(0, 0, size);
  for (let degree = 0; degree <= order; degree++) {
    let [norm, moment] = [0, 0];
    for (let k = 0; k < size; k++) {
      if (!valid[k]) continue;
      const square = current[k] * current[k];
      norm += square;
      moment += u[k] * square;
    }
    for (let k = 0; k < size; k++) if (valid[k]) out[k] += (current[k] * targetCurrent[derivative]) / norm;
    const a = moment / norm;
    const b = degree === 0 ? 0 : norm / normBefore;
    const next = current.map((value, k) => (u[k] - a) * value - b * before[k]);
    const targetNext = targetCurrent.map(
      (value, d) => (target - a) * value + (d > 0 ? d * targetCurrent[d - 1] : 0) - b * targetBefore[d],
    );
    [before, current] = [current, next];
    [targetBefore, targetCurrent] = [targetCurrent, targetNext];
    normBefore = norm;
  }
  let unit = 1;
  for (let d = 0; d < derivative; d++) unit *= scale;
  for (let k = 0; k < size; k++) out[k] /= unit;
}
