import type { RowNormaliser } from '../../kernels/index.ts';
import type { Estimator } from '../background/estimator.ts';
import { repeatedNets, varianceOfSum } from '../background/repeats.ts';
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

/** One normalisation of the way. */
export interface Link {
  readonly normaliser: RowNormaliser;
  /**
   * Weights that the sums over all rows put on each row by way of a reference that was learned from them: how they respond
   * to the row's part in it, into `out`.
   */
  readonly byReference?: (row: Float64Array, out: Float64Array) => void;
}

/** One row on its way from raw values: a background taken off, then one normalisation after the other. */
export class RowChain {
  /** The row before each normalisation, and after the last. */
  private readonly levels: Float64Array[];
  /** Variance of each value there. */
  private readonly spreads: Float64Array[];
  /** Weights that a sum of the last level puts on the values of each. */
  private readonly weights: Float64Array[];
  private readonly response: Float64Array;

  constructor(
    private readonly background: Estimator | undefined,
    private readonly links: readonly Link[],
    channels: number,
  ) {
    const levels = () => Array.from({ length: links.length + 1 }, () => new Float64Array(channels));
    this.levels = levels();
    this.spreads = levels();
    this.weights = levels();
    this.response = new Float64Array(channels);
  }

  /** Takes a row above its background through all normalisations; false where it has no scale. */
  take(net: Float64Array): boolean {
    this.levels[0].set(net);
    for (const [k, { normaliser }] of this.links.entries()) {
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
    const { background, response } = this;
    const picking = this.weigh(sum, own);
    const [weights] = this.weights;
    let counting = picking;
    for (let j = 0; j < own.length; j++) if (weights[j] !== 0) counting += weights[j] * weights[j] * own[j];
    if (!background) return { counting, variance: counting, shared: 0 };
    const shared = (around && background.varianceBeside?.(raw, weights, around)) ?? 0;
    let variance = shared + picking;
    if (!background.respond) {
      variance += varianceOfSum(repeatedNets(background, raw, own, REPEATS, key), weights);
      return { counting, variance, shared };
    }
    background.respond(raw, weights, response, around);
    for (let j = 0; j < own.length; j++) {
      const weight = weights[j] - response[j];
      if (weight !== 0) variance += weight * weight * own[j];
    }
    return { counting, variance, shared };
  }

  /** Adds to `out` how the sum that errors were last asked of responds to the reference of normalisation k. */
  addReferenceResponse(k: number, out: Float64Array): void {
    const { response, levels, spreads, weights, links } = this;
    response.fill(0);
    links[k].normaliser.respondReference?.(levels[k], weights[k + 1], spreads[k], response);
    for (let j = 0; j < out.length; j++) out[j] += response[j];
  }

  /** Weights of the values at each level in the sum; returns the variance that picking adds. */
  private weigh(sum: Float64Array, own: Float64Array): number {
    const { levels, spreads, links, weights, response } = this;
    spreads[0].set(own);
    for (const [k, { normaliser }] of links.entries()) {
      const divisor = normaliser.divisor(levels[k]);
      for (let j = 0; j < own.length; j++) spreads[k + 1][j] = spreads[k][j] / (divisor * divisor);
    }
    weights[links.length].set(sum);
    let picking = 0;
    for (let k = links.length - 1; k >= 0; k--) {
      const { normaliser, byReference } = links[k];
      picking += normaliser.respond(levels[k], weights[k + 1], spreads[k], weights[k]);
      if (!byReference) continue;
      byReference(levels[k], response);
      for (let j = 0; j < own.length; j++) weights[k][j] += response[j];
    }
    return picking;
  }
}
