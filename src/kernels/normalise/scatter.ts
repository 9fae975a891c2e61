import type { Basis } from '../pre-edge/basis.ts';
import { hasScale, type RowNormaliser } from './row-normaliser.ts';

/**
 * Scatter correction: x = b·r + Σ_k c_k·φ_k + e by least squares, y = (x − Σ_k c_k·φ_k)/b. With φ = 1 it is multiplicative
 * scatter correction (Geladi, MacDougall & Martens 1985, Appl. Spectrosc. 39, 491), with more polynomials and the spectra of
 * interferents the extended one (Martens & Stark 1991, J. Pharm. Biomed. Anal. 9, 625).
 * @param basis its first shape is the reference r, the others are subtracted. Its channels are those that take part.
 * @param weights of its least squares, one for each of its channels; default: all 1.
 */
export function scatterCorrection({ shapes, count, channels, operator }: Basis, weights?: Float64Array): RowNormaliser {
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
  /** Fits, and makes ∂T/∂c_p·(−b) of all coefficients: that of the reference comes in as what the sum is divided by. */
  const extend = (row: Float64Array, sum: Float64Array) => {
    const b = fitted(row);
    let total = 0;
    extents.fill(0);
    for (let j = 0; j < stride; j++) {
      if (sum[j] === 0) continue;
      total += sum[j] * row[j];
      for (let p = 1; p < count; p++) extents[p] += sum[j] * shapes[p * stride + j];
    }
    for (let p = 1; p < count; p++) total -= extents[p] * coefficients[p];
    extents[0] = total / b;
    return b;
  };
  const takenAt = (k: number) => {
    let taken = 0;
    for (let p = 0; p < count; p++) taken += extents[p] * operator[p * used + k];
    return taken;
  };
  // The row of (ΦᵀWΦ)⁻¹ that belongs to the reference.
  const inverse = Float64Array.from({ length: count }, (_, p) => {
    let sum = 0;
    for (let k = 0; k < used; k++) sum += (operator[k] * operator[p * used + k]) / (weights?.[k] ?? 1);
    return sum;
  });
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
      const b = extend(row, sum);
      out.fill(0);
      if (!hasScale(b)) return 0;
      for (let j = 0; j < stride; j++) out[j] = sum[j] / b;
      for (let k = 0; k < used; k++) out[channels[k]] -= takenAt(k) / b;
      return 0;
    },
    respondReference(row, sum, _variance, out) {
      const b = extend(row, sum);
      out.fill(0);
      if (!hasScale(b)) return;
      // ∂θ/∂r_j = M⁻¹(w_j·e_j·1_r − w_j·b·φ_j), with e what the fit leaves and 1_r the row of the reference.
      let ofReference = 0;
      for (let p = 0; p < count; p++) ofReference += extents[p] * inverse[p];
      for (let k = 0; k < used; k++) {
        const j = channels[k];
        let left = row[j];
        for (let p = 0; p < count; p++) left -= coefficients[p] * shapes[p * stride + j];
        out[j] = takenAt(k) - ((weights?.[k] ?? 1) * left * ofReference) / b;
      }
    },
  };
}
