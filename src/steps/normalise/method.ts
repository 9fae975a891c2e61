import type { RowNormaliser } from '../../kernels/index.ts';
import type { Setting } from '../background/estimator.ts';

/** What a normalisation is made on. */
export interface NormalisationSetting<P = unknown> extends Setting<P> {
  /** Of how many of the spectra that are normalised the reference was made; absent where it came from elsewhere. */
  readonly ownSpectra?: number;
}

/** A way to bring spectra to a common scale, as its step and what measures behind it use it. */
export interface NormalisationMethod<P = unknown> {
  /** Id and title of its step. */
  readonly id: string;
  readonly title: string;
  /**
   * For a setting whose `learned` is there where the method learns.
   * @throws SpectrailError `input/…` where the parameters do not fit the axis.
   */
  prepare(setting: NormalisationSetting<P>): RowNormaliser;
  /**
   * How the sum of weights over channels of what a row gives to the reference responds to the row. Default: the reference is the mean
   * of the rows, and the response is the weights.
   */
  respondLearned?(setting: NormalisationSetting<P>, row: Float64Array, weights: Float64Array, out: Float64Array): void;
}

/**
 * Brings one row to its scale, in place. A row whose divisor is not above 0 has no scale that means anything: it becomes 0,
 * and false is returned.
 */
export function bringToScale(normaliser: RowNormaliser, row: Float64Array): boolean {
  const legal = normaliser.normalise(row, row) > 0;
  if (!legal) row.fill(0);
  return legal;
}
