import { outOfRange, requirePositive, requireWhole } from './penalty.ts';

export interface WhittakerOptions {
  /** Stiffness λ > 0. It goes with the width of a channel: see `rescaledLambda`. */
  readonly lambda?: number;
  /** Order of the differences that are penalised: 1, 2 (default) or 3. */
  readonly order?: number;
  /** Most linear systems to solve for a row, at least 1. */
  readonly maxIterations?: number;
  /** Ends when the weights change by at most this share, ‖Δw‖/‖w‖. Not negative. */
  readonly tolerance?: number;
  /** Gets the weights that follow from each baseline, rows × channels: with convergence, those it was solved with. */
  readonly weights?: Float64Array;
}

export interface WhittakerSettings {
  readonly lambda: number;
  readonly order: number;
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly weights?: Float64Array;
}

/** The options with what a method takes by default. @throws SpectrailError `input/baseline-option` for one out of range. */
export function whittakerSettings(
  options: WhittakerOptions,
  defaults: { readonly lambda: number; readonly maxIterations?: number; readonly tolerance?: number },
): WhittakerSettings {
  const { lambda = defaults.lambda, order = 2, weights } = options;
  const { maxIterations = defaults.maxIterations ?? 50, tolerance = defaults.tolerance ?? 1e-3 } = options;
  requirePositive(lambda, 'lambda');
  requireWhole(order, 'order', 1, 3);
  requireWhole(maxIterations, 'maxIterations', 1, 1e6);
  if (!(tolerance >= 0)) throw outOfRange('tolerance', tolerance, 'a number that is not negative');
  return { lambda, order, maxIterations, tolerance, weights };
}
