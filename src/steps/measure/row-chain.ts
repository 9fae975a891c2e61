import type { RowNormaliser } from '../../kernels/index.ts';
import type { Estimator } from '../background/estimator.ts';
import { repeatedNets, varianceOfSum } from '../background/repeats.ts';
import { rowOf } from '../background/rows.ts';
import { bringToScale } from '../normalise/method.ts';

/** Of estimates whose response is not known: a standard deviation is then known to an eighth. */
const REPEATS = 32;

/** Variances of a sum over the channels of one row. */
export interface RowErrors {
  /** By the counts alone, as if the background were certain; what the counts do to the scale is in it. */
  readonly counting: number;
  /** With the error of the background. */
  readonly variance: number;
  /** The part of it that rows around share. */
  readonly shared: number;
}

/** One row on its way from raw values: a background taken off, then one normalisation after the other. */
export class RowChain {
  /** The row before each normalisation, and after the last. */
  private readonly levels: Float64Array[];
  /** Variance of each value there. */
  private readonly spreads: Float64Array[];
  private readonly weights: Float64Array;
  private readonly response: Float64Array;

  constructor(
    private readonly background: Estimator | undefined,
    private readonly normalisers: readonly RowNormaliser[],
    channels: number,
  ) {
    const levels = () => Array.from({ length: normalisers.length + 1 }, () => new Float64Array(channels));
    this.levels = levels();
    this.spreads = levels();
    this.weights = new Float64Array(channels);
    this.response = new Float64Array(channels);
  }

  /** Takes a row above its background through all normalisations; false where it has no scale. */
  take(net: Float64Array): boolean {
    this.levels[0].set(net);
    for (const [k, normaliser] of this.normalisers.entries()) {
      this.levels[k + 1].set(this.levels[k]);
      if (!bringToScale(normaliser, this.levels[k + 1])) return false;
    }
    return true;
  }

  /** Σ sum_j·y_j of the row that was taken. */
  total(sum: Float64Array): number {
    const row = this.levels[this.levels.length - 1];
    let total = 0;
    for (let j = 0; j < row.length; j++) if (sum[j] !== 0) total += sum[j] * row[j];
    return total;
  }

  /**
   * Errors of that sum.
   * @param raw the row before anything was done to it. @param own variance of each of its values.
   * @param around what the background takes of its neighbourhood. @param key tells rows apart.
   */
  errors(
    raw: Float64Array,
    sum: Float64Array,
    own: Float64Array,
    around: Float64Array | undefined,
    key: number,
  ): RowErrors {
    const { background, weights, response } = this;
    const picking = this.weigh(sum, own);
    let counting = picking;
    for (let j = 0; j < own.length; j++) if (weights[j] !== 0) counting += weights[j] * weights[j] * own[j];
    if (!background) return { counting, variance: counting, shared: 0 };
    const shared = (around && background.varianceBeside?.(raw, weights, around)) ?? 0;
    if (!background.respond)
      return { counting, shared, variance: shared + this.repeated(background, raw, sum, own, key) };
    background.respond(raw, weights, response, around);
    let variance = shared + picking;
    for (let j = 0; j < own.length; j++) {
      const weight = weights[j] - response[j];
      if (weight !== 0) variance += weight * weight * own[j];
    }
    return { counting, variance, shared };
  }

  /** Weights of the values above the background in the sum, into `weights`; returns the variance that picking adds. */
  private weigh(sum: Float64Array, own: Float64Array): number {
    const { levels, spreads, normalisers, weights, response } = this;
    weights.set(sum);
    spreads[0].set(own);
    for (const [k, normaliser] of normalisers.entries()) {
      const divisor = normaliser.divisor(levels[k]);
      for (let j = 0; j < own.length; j++) spreads[k + 1][j] = spreads[k][j] / (divisor * divisor);
    }
    let picking = 0;
    for (let k = normalisers.length - 1; k >= 0; k--) {
      picking += normalisers[k].respond(levels[k], weights, spreads[k], response);
      weights.set(response);
    }
    return picking;
  }

  /** Variance of the sum when the errors strike again and everything is done anew. */
  private repeated(
    background: Estimator,
    raw: Float64Array,
    sum: Float64Array,
    own: Float64Array,
    key: number,
  ): number {
    const nets = repeatedNets(background, raw, own, REPEATS, key);
    for (const normaliser of this.normalisers) {
      for (let r = 0; r < REPEATS; r++) bringToScale(normaliser, rowOf(nets, r, raw.length));
    }
    return varianceOfSum(nets, sum);
  }
}
