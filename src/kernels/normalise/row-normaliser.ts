/**
 * Brings spectra to a common scale, one row at a time: y = (x − shapes)/s with a divisor s of the row's own. Everything that
 * its errors need is known of it: how sums of its result respond to the values it was made from.
 */
export interface RowNormaliser {
  /** s: what the row is divided by. 0 or NaN where the row has no scale. */
  divisor(row: Float64Array): number;
  /**
   * How the expected divisor responds to each value, one number a channel into `out`. Returns the variance of the divisor that
   * Σ out_j²·variance_j leaves out: above 0 where it picks among values.
   * @param variance of each value; the values are independent.
   */
  respondDivisor(row: Float64Array, variance: Float64Array, out: Float64Array): number;
  /** The normalised row into `out`, which may be the row; NaN in every channel where it has no scale. Returns the divisor. */
  normalise(row: Float64Array, out: Float64Array): number;
  /**
   * How T = Σ_j sum_j·y_j responds to each value, to first order, into `out`. Returns the variance that picking adds:
   * Var(T) = Σ_j out_j²·variance_j + what is returned. For a row without a scale all is 0.
   */
  respond(row: Float64Array, sum: Float64Array, variance: Float64Array, out: Float64Array): number;
  /** How T responds to each channel of the reference spectrum, into `out`, where there is one. */
  respondReference?(row: Float64Array, sum: Float64Array, variance: Float64Array, out: Float64Array): void;
}

/** A divisor, and how it responds: what a quotient needs to be told. */
export interface Divisor extends Pick<RowNormaliser, 'divisor' | 'respondDivisor'> {
  /** ∂s/∂r_j of a reference spectrum, where there is one: from `respondDivisor`'s result in `out`, in place. */
  throughReference?(row: Float64Array, out: Float64Array): void;
}

/** y = x/s: T = Σ a_j·x_j/s has ∂T/∂x_j = (a_j − T·∂s/∂x_j)/s. */
export function quotient({ divisor, respondDivisor, throughReference }: Divisor): RowNormaliser {
  return {
    divisor,
    respondDivisor,
    respondReference:
      throughReference &&
      ((row, sum, variance, out) => {
        const s = divisor(row);
        out.fill(0);
        if (!hasScale(s)) return;
        respondDivisor(row, variance, out);
        throughReference(row, out);
        const total = weightedSum(row, sum) / s;
        for (let j = 0; j < row.length; j++) out[j] *= -total / s;
      }),
    normalise(row, out) {
      const s = divisor(row);
      if (!hasScale(s)) out.fill(Number.NaN);
      else for (let j = 0; j < row.length; j++) out[j] = row[j] / s;
      return s;
    },
    respond(row, sum, variance, out) {
      const s = divisor(row);
      if (!hasScale(s)) {
        out.fill(0);
        return 0;
      }
      const picking = respondDivisor(row, variance, out);
      const total = weightedSum(row, sum) / s;
      for (let j = 0; j < row.length; j++) out[j] = (sum[j] - total * out[j]) / s;
      return ((total * total) / (s * s)) * picking;
    },
  };
}

export const hasScale = (divisor: number) => divisor !== 0 && Number.isFinite(divisor);

/** Σ weights_j·row_j over the channels whose weight is not 0. */
export function weightedSum(row: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < row.length; j++) if (weights[j] !== 0) sum += weights[j] * row[j];
  return sum;
}
