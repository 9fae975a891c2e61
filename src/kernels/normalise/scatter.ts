import type { Basis } from '../pre-edge/basis.ts';
import { hasScale, type RowNormaliser } from './row-normaliser.ts';

/**
 * Scatter correction: x = b·r + Σ_k c_k·φ_k + e by least squares, y = (x − Σ_k c_k·φ_k)/b. With φ = 1 it is multiplicative
 * scatter correction (Geladi, MacDougall & Martens 1985, Appl. Spectrosc. 39, 491), with more polynomials and the spectra of
 * interferents the extended one (Martens & Stark 1991, J. Pharm. Biomed. Anal. 9, 625).
 * @param basis its first shape is the reference r, the others are subtracted. Its channels are those that take part.
 */
export function scatterCorrection({ shapes, count, channels, operator }: Basis): RowNormaliser {
  const stride = shapes.length / count;
  const used = channels.length;
  const coefficients = new Float64Array(count);
  const extents = new Float64Array(count);
  const fitted = (row: Float64Array) => {
    for (let p = 0; p < count; p++) {
      let sum = 0;
      for (let k = 0; k < used; k++) sum += operator[p * used + k] * row[channels[k]];
      coefficients[p] = sum;
    }
    return coefficients[0];
  };
  return {
    divisor: fitted,
    respondDivisor(_row, _variance, out) {
      out.fill(0);
      for (let k = 0; k < used; k++) out[channels[k]] = operator[k];
      return 0;
    },
    normalise(row, out) {
      const b = fitted(row);
      if (!hasScale(b)) {
        out.fill(Number.NaN);
        return b;
      }
      for (let j = 0; j < stride; j++) {
        let value = row[j];
        for (let p = 1; p < count; p++) value -= coefficients[p] * shapes[p * stride + j];
        out[j] = value / b;
      }
      return b;
    },
    respond(row, sum, _variance, out) {
      const b = fitted(row);
      out.fill(0);
      if (!hasScale(b)) return 0;
      let total = 0;
      extents.fill(0);
      for (let j = 0; j < stride; j++) {
        if (sum[j] === 0) continue;
        total += sum[j] * row[j];
        for (let p = 1; p < count; p++) extents[p] += sum[j] * shapes[p * stride + j];
      }
      for (let p = 1; p < count; p++) total -= extents[p] * coefficients[p];
      // The reference comes in by its coefficient, as what the sum is divided by.
      extents[0] = total / b;
      for (let j = 0; j < stride; j++) out[j] = sum[j] / b;
      for (let k = 0; k < used; k++) {
        let taken = 0;
        for (let p = 0; p < count; p++) taken += extents[p] * operator[p * used + k];
        out[channels[k]] -= taken / b;
      }
      return 0;
    },
  };
}
