import { type IsreaOptions, isrea } from './isrea.ts';
import { outOfRange, requireWhole } from './limits.ts';

export interface KnotChoice {
  /** The fewest knots among those that cannot be told apart from the best. */
  readonly knots: number;
  /** Fewest and most knots that this spectrum cannot tell apart from the best: repeat what matters with both. */
  readonly range: readonly [fewest: number, most: number];
  /** Of every candidate, ascending: the score, and how far above the best with its standard error. */
  readonly scores: readonly { knots: number; score: number; above: number; error: number }[];
}

/** Numbers of inner knots from a cubic to more than a Raman background needs. */
const CANDIDATES = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30];
/** Runs of channels over which the difference of two scores is taken as one draw: residuals of splines are correlated. */
const RUNS = 20;

/**
 * How many knots an ISREA baseline of this spectrum needs, from its residuals below 0 alone: peaks only add, so what lies below
 * a good baseline is noise. Score: the mean square of those residuals over (1 − (knots + 4) / channels)², generalised
 * cross-validation (P. Craven & G. Wahba, Numer. Math. 31 (1979) 377) of one side. Candidates whose score lies above the least
 * by no more than the standard error of that difference count as equal (one-standard-error rule), and the stiffest of them is
 * taken: more knots than needed eat peaks, which residuals below 0 hardly show. So the upper end of the range often is the
 * largest candidate: take from it what the data cannot rule out, not what is good. Noise that is correlated over more than
 * channels / 20 fools the errors.
 *
 * @throws as `isrea`; input error `baseline-parameter` also for fewer than 40 channels, candidates that are not ascending or as
 * many as half of the channels, or a row that is not finite
 */
export function isreaKnots(
  row: Float64Array,
  options: Omit<IsreaOptions, 'knots'> = {},
  candidates: readonly number[] = CANDIDATES,
): KnotChoice {
  const channels = row.length;
  requireWhole('channels', channels, 2 * RUNS);
  const possible = candidates.filter((knots) => candidates !== CANDIDATES || knots + 4 < channels / 2);
  for (const [i, knots] of possible.entries()) {
    requireWhole('candidates', knots, i ? possible[i - 1] + 1 : 0, Math.ceil(channels / 2) - 5);
  }
  if (possible.length === 0) throw outOfRange('candidates', '[]', 'at least one number of knots');
  const losses = possible.map((knots) => {
    const baseline = new Float64Array(channels);
    const { iterations } = isrea(row, 1, channels, { ...options, knots }, baseline);
    if (iterations[0] === 0) throw outOfRange('row', 'not finite', 'finite values');
    const freedom = 1 - (knots + 4) / channels;
    for (let j = 0; j < channels; j++) {
      const below = Math.min(0, row[j] - baseline[j]) / freedom;
      baseline[j] = below * below;
    }
    return baseline;
  });
  const totals = losses.map((ofRow) => ofRow.reduce((sum, value) => sum + value, 0) / channels);
  const best = totals.indexOf(Math.min(...totals));
  const scores = possible.map((knots, i) => ({
    knots,
    score: totals[i],
    above: totals[i] - totals[best],
    error: errorOfDifference(losses[i], losses[best]),
  }));
  const equal = scores.filter(({ above, error }) => above <= error).map(({ knots }) => knots);
  return { knots: equal[0], range: [equal[0], equal[equal.length - 1]], scores };
}

/** Standard error of the difference of two means, from the spread of its runs. */
function errorOfDifference(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  const sums = new Float64Array(RUNS);
  for (let j = 0; j < n; j++) sums[Math.floor((j * RUNS) / n)] += a[j] - b[j];
  const mean = sums.reduce((sum, value) => sum + value, 0) / RUNS;
  const squares = sums.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return Math.sqrt((RUNS * squares) / (RUNS - 1)) / n;
}
