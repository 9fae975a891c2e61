import type { RowNormaliser } from '../../kernels/index.ts';
import type { Setting } from '../background/estimator.ts';

/** A way to bring spectra to a common scale, as its step and what measures behind it use it. */
export interface NormalisationMethod<P = unknown> {
  /** Id and title of its step. */
  readonly id: string;
  readonly title: string;
  /**
   * For a setting whose `learned` is there where the method learns.
   * @throws SpectrailError `input/…` where the parameters do not fit the axis.
   */
  prepare(setting: Setting<P>): RowNormaliser;
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
