import type { Criterion, Factorisation } from '../../products.ts';
import type { StepContext } from '../../step.ts';
import type { NullCalibration } from '../null-model.ts';
import type { ScoreStatistics } from '../score-statistics.ts';
import type { ThinnedFit } from './thinning.ts';

/** What a criterion may look at. */
export interface CriterionInput {
  readonly factors: Factorisation;
  /** Of each component. */
  readonly scores: readonly ScoreStatistics[];
  /** Only for Poisson-weighted data. */
  readonly null?: NullCalibration;
  /** For cross-validation; absent where the values are not whole counts. */
  readonly thinned?: ThinnedFit;
  /** The running step, for work in pieces. */
  readonly context: StepContext;
}

/** One way to count components. Undefined: it does not apply to these data. */
export type CriterionRule = (input: CriterionInput) => Criterion | undefined | Promise<Criterion | undefined>;

/** Number of leading entries above a threshold. */
export function countLeading(values: ArrayLike<number>, threshold: number): number {
  let n = 0;
  while (n < values.length && values[n] > threshold) n++;
  return n;
}

/** Noise σ of the weighted data: 1 for Poisson weights, else from what the leading components leave behind. */
export function noiseSigma({
  weighting,
  totalSquares,
  singularValues,
  validPixels,
  validChannels,
}: Factorisation): number {
  if (weighting === 'poisson') return 1;
  const rank = singularValues.length;
  let left = totalSquares;
  for (const s of singularValues) left -= s * s;
  const freedom = (validPixels - rank) * (validChannels - rank);
  return freedom > 0 ? Math.sqrt(Math.max(0, left) / freedom) : 0;
}
