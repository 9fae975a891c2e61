import { isAllFinite } from '../finite.ts';
import { multiplyTransposed } from '../matrix-product.ts';
import { outOfRange, requireRows, requireWhole } from './limits.ts';
import { type EnergyAxis, fromHighKinetic } from './shirley.ts';

/** K(T) = B·T / ((C + C'·T²)² + D·T²): what an electron that lost T is worth. */
export interface LossFunction {
  /** eV². */
  readonly b: number;
  /** eV². */
  readonly c: number;
  /** C', 1 for the universal form and −1 for the three-parameter one. */
  readonly cFactor: number;
  /** eV². */
  readonly d: number;
}

/** Transition and noble metals, and most others with broad losses: S. Tougaard, Surf. Interface Anal. 11 (1988) 453. */
export const UNIVERSAL_LOSS: LossFunction = { b: 2866, c: 1643, cFactor: 1, d: 0 };

/** For narrow plasmons, B·T / ((C − T²)² + D·T²): S. Tougaard, Surf. Interface Anal. 25 (1997) 137. */
export const threeParameterLoss = (b: number, c: number, d: number): LossFunction => ({ b, c, cFactor: -1, d });

export interface TougaardOptions extends EnergyAxis {
  readonly loss?: LossFunction;
  /** Channels at high kinetic energy whose mean is the level from which the losses come. Default 1. */
  readonly endChannels?: number;
  /**
   * Channels [from, to) whose sum the background meets, row by row, by another B; well below the peak (30–50 eV). Without it
   * B is that of the loss function.
   */
  readonly meets?: readonly [from: number, to: number];
}

export interface TougaardResult {
  /** B of each row, eV²; NaN where there is nothing to meet or the row is not finite. */
  readonly b: Float64Array;
}

/** Rows whose background is made at once, a multiple of 4. */
const TOGETHER = 256;

/**
 * Tougaard background of each row: B(E) = y_end + Σ K(E' − E)·(y(E') − y_end)·ΔE' over the channels at higher kinetic energy,
 * whichever way the axis runs; y_end is the level there. As a product with one matrix for all rows. The axis needs 30–50 eV
 * below the peak.
 *
 * Linear in the data as long as B is fixed: see `tougaardResponse`. B that is made to meet the data varies with them: then
 * only a bootstrap gives the variance of a window sum.
 *
 * @param values row-major rows × channels; @param out as large, may be `values`. A row that is not finite becomes NaN, and
 * so does one whose losses in the region to be met sum to 0 or below.
 * @throws input error `baseline-parameter`: an axis that is not as long as a row and strictly monotone, C and B that are not
 * finite, D below 0, end channels or a region outside the row; `baseline-shape`
 */
export function tougaard(
  values: Float64Array,
  rows: number,
  channels: number,
  options: TougaardOptions,
  out: Float64Array,
): TougaardResult {
  requireRows(values, rows, channels, out);
  const { loss = UNIVERSAL_LOSS, endChannels = 1, meets } = options;
  requireWhole('endChannels', endChannels, 1, channels);
  if (meets) {
    requireWhole('meets[0]', meets[0], 0, channels - 1);
    requireWhole('meets[1]', meets[1], meets[0] + 1, channels);
  }
  const matrix = lossMatrix(options, loss, channels);
  const end = endOf(options, channels, endChannels);
  const b = new Float64Array(rows);
  // The product takes four rows at a time and what is left over in another order: whole fours keep each row's bits its own.
  const fours = (count: number) => 4 * Math.ceil(count / 4);
  const most = fours(Math.min(rows, TOGETHER));
  const above = new Float64Array(most * channels);
  const losses = new Float64Array(most * channels);
  const levels = new Float64Array(TOGETHER);
  for (let first = 0; first < rows; first += TOGETHER) {
    const count = Math.min(TOGETHER, rows - first);
    for (let i = 0; i < count; i++) {
      const row = values.subarray((first + i) * channels, (first + i + 1) * channels);
      levels[i] = isAllFinite(row) ? levelOf(row, end) : Number.NaN;
      for (let j = 0; j < channels; j++) above[i * channels + j] = row[j] - levels[i];
    }
    multiplyTransposed(above, fours(count), matrix, channels, channels, losses);
    for (let i = 0; i < count; i++) {
      const scale = meets ? meeting(above, losses, i * channels, meets) : 1;
      b[first + i] = scale * loss.b + 0 * levels[i];
      for (let j = 0; j < channels; j++) {
        out[(first + i) * channels + j] = levels[i] + scale * losses[i * channels + j];
      }
    }
  }
  return { b };
}

/**
 * How a weighted sum over the background with this fixed B answers to the data: Σ weights·background = Σ result·row, exactly.
 *
 * @throws as `tougaard`; also where a region is to be met
 */
export function tougaardResponse(channels: number, options: TougaardOptions, weights: Float64Array): Float64Array {
  const { loss = UNIVERSAL_LOSS, endChannels = 1, meets } = options;
  if (meets) throw outOfRange('meets', `${meets}`, 'a fixed B: without one the background is not linear');
  requireWhole('endChannels', endChannels, 1, channels);
  if (weights.length !== channels) throw outOfRange('weights', `${weights.length} numbers`, `${channels} of them`);
  const matrix = lossMatrix(options, loss, channels);
  const response = new Float64Array(channels);
  let ofLevel = 0;
  for (let i = 0; i < channels; i++) {
    ofLevel += weights[i];
    for (let j = 0; j < channels; j++) {
      const part = weights[i] * matrix[i * channels + j];
      response[j] += part;
      ofLevel -= part;
    }
  }
  const { first, step } = endOf(options, channels, endChannels);
  for (let k = 0; k < endChannels; k++) response[first + step * k] += ofLevel / endChannels;
  return response;
}

/** Row i: what each channel adds to the background of channel i. */
function lossMatrix(axis: EnergyAxis, { b, c, cFactor, d }: LossFunction, channels: number): Float64Array {
  if (!Number.isFinite(b + c + cFactor)) throw outOfRange('loss', `${b}, ${c}, ${cFactor}`, 'finite B, C and C\u2032');
  if (!(d >= 0 && d < Number.POSITIVE_INFINITY)) throw outOfRange('loss.d', d, 'a number from 0');
  const { energies } = axis;
  const { step } = fromHighKinetic(axis, channels);
  const matrix = new Float64Array(channels * channels);
  for (let i = 0; i < channels; i++) {
    for (let j = i - step; j >= 0 && j < channels; j -= step) {
      const t = Math.abs(energies[j] - energies[i]);
      const square = t * t;
      const denominator = (c + cFactor * square) * (c + cFactor * square) + d * square;
      matrix[i * channels + j] = ((b * t) / denominator) * widthOf(energies, j);
    }
  }
  return matrix;
}

/** Half of what lies between the neighbours of a channel; at the ends, what lies between it and its one neighbour. */
function widthOf(energies: Float64Array, j: number): number {
  const [low, high] = [Math.max(0, j - 1), Math.min(energies.length - 1, j + 1)];
  return Math.abs(energies[high] - energies[low]) / (high - low);
}

interface End {
  readonly first: number;
  readonly step: number;
  readonly endChannels: number;
}

const endOf = (axis: EnergyAxis, channels: number, endChannels: number): End => ({
  ...fromHighKinetic(axis, channels),
  endChannels,
});

function levelOf(row: Float64Array, { first, step, endChannels }: End): number {
  let sum = 0;
  for (let k = 0; k < endChannels; k++) sum += row[first + step * k];
  return sum / endChannels;
}

/** The factor with which the losses reach what lies above the level, in sum over the region. */
function meeting(above: Float64Array, losses: Float64Array, at: number, [from, to]: readonly [number, number]): number {
  let data = 0;
  let lost = 0;
  for (let j = at + from; j < at + to; j++) {
    data += above[j];
    lost += losses[j];
  }
  return lost > 0 ? data / lost : Number.NaN;
}
