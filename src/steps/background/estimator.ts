import type { ModalityId } from '../../signal/modality.ts';
import type { Noise } from '../../signal/noise.ts';

/** What a background is estimated on: plain data, so that it can cross a worker boundary. */
export interface Setting<P = unknown> {
  readonly params: P;
  /** Positions of the channels, in the order of the file. */
  readonly positions: Float64Array;
  readonly unit: string;
  /** Name of the axis, as the file has it. */
  readonly axis: string;
  /** Channels that take no part. */
  readonly masked?: Uint8Array;
  /** Errors of the values. */
  readonly noise: Noise;
  /** What was learned from the whole signal beforehand. */
  readonly learned?: Float64Array;
}

/**
 * Estimates backgrounds of spectra of one setting. Rows are spectra without their pedestal, row-major, float64. A row that
 * it can make nothing of gets a background of 0.
 */
export interface Estimator {
  /**
   * Backgrounds of `rows` rows into `out`, of the same size. Each row's is independent of the others, to the last bit.
   * @param beside what the method's `beside` makes of the neighbourhood of each row, where there is such a thing.
   */
  estimate(values: Float64Array, rows: number, out: Float64Array, beside?: Float64Array): void;
  /**
   * What is left of rows without their backgrounds, 0 where those are not defined, into `out`, for methods that are quicker
   * to take them off than to hand them over. Default: the values less what `estimate` gives.
   */
  subtract?(values: Float64Array, rows: number, out: Float64Array): void;
  /**
   * How Σ_j sum_j·B_j of one row responds to each of its values, to first order: one number a channel into `out`. `sum` is 0
   * where the background is not defined.
   * Var(Σ sum_j·(x_j − B_j)) = Σ_j (sum_j − out_j)²·Var(x_j), where the values are independent. Absent where the estimate
   * picks values: then only repeating it shows its error.
   */
  respond?(row: Float64Array, sum: Float64Array, out: Float64Array, beside?: Float64Array): void;
  /** Variance that Σ_j sum_j·B_j has from elsewhere: the neighbourhood. Default: none. */
  varianceBeside?(row: Float64Array, sum: Float64Array, beside: Float64Array): number;
  /** How many pixels share an error of the neighbourhood: that of a sum over many pixels is larger by so much. Default: 1. */
  readonly sharing?: number;
}

/** A way to estimate a background, as steps, rival estimates and window intensities use it. */
export interface BackgroundMethod<P = unknown> {
  /** Id and title of its step. */
  readonly id: string;
  readonly title: string;
  /** Modalities whose physics it describes; undefined: it assumes none. */
  readonly modality?: readonly ModalityId[];
  /**
   * Channels first ≤ j < end on which the background is defined; estimates are 0 elsewhere.
   * @throws SpectrailError `input/…` where the parameters do not fit the axis.
   */
  range(setting: Setting<P>): readonly [first: number, end: number];
  /** For a setting whose `range` can be told, and whose `learned` is there where the method learns. */
  prepare(setting: Setting<P>): Estimator;
}
