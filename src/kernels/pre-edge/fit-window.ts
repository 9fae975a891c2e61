/**
 * What a background is fitted to: the channels of the pre-edge window and the regressor t of ln f = a + b·t at each of
 * them, its mean over the window taken off, so that a and b are nearly uncorrelated.
 */
export interface FitWindow {
  /** Ascending channel numbers; those that are masked are left out. */
  readonly channels: Int32Array;
  /** Regressor at each of these channels. */
  readonly t: Float64Array;
}

/** How far the squares of the residuals are trusted. */
export type FitWeights =
  /** Variance ∝ the fitted value (times `gain` of the channel), plus `readout`²: the Poisson likelihood where there is no readout noise. */
  | { readonly law: 'poisson'; readonly gain?: Float64Array; readonly readout?: number }
  /** The same variance everywhere: least squares on the values themselves. */
  | { readonly law: 'equal' };
