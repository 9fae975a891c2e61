import { inputError } from '../../signal/errors.ts';
import { symmetricEigen } from '../symmetric-eigen.ts';

/**
 * A background that is a linear combination of fixed shapes: B = Σ_k c_k·φ_k. Least squares with fixed weights makes its
 * coefficients, and so its extrapolation, linear in the data: unbiased whatever the law of the errors, and with a variance
 * that is exact.
 */
export interface Basis {
  /** shapes × channels: each shape at every channel of the axis. */
  readonly shapes: Float64Array;
  readonly count: number;
  /** Ascending channel numbers of the fit window. */
  readonly channels: Int32Array;
  /** shapes × window channels: coefficients = operator · values in the window. */
  readonly operator: Float64Array;
  /** Condition number of the weighted normal equations, scaled to a unit diagonal. */
  readonly condition: number;
}

/**
 * The operator of weighted least squares over the window.
 * @param shapes shapes × axis channels, row-major. @param weights one per window channel, above 0 (1/variance); default all 1.
 * @throws SpectrailError `input/shapes-alike` where the window cannot tell them apart (condition above 10¹²);
 * `input/narrow-window` for fewer channels than shapes.
 */
export function leastSquaresBasis(
  shapes: Float64Array,
  count: number,
  channels: Int32Array,
  weights?: Float64Array,
): Basis {
  const size = shapes.length / count;
  const n = channels.length;
  if (n < count) {
    throw inputError({
      code: 'narrow-window',
      what: `the fit window holds ${n} channels`,
      expected: `at least ${count}, one for each shape`,
      fix: 'widen the window',
    });
  }
  const weigh = (k: number) => weights?.[k] ?? 1;
  const normal = new Float64Array(count * count);
  for (let p = 0; p < count; p++) {
    for (let q = 0; q < count; q++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += weigh(k) * shapes[p * size + channels[k]] * shapes[q * size + channels[k]];
      normal[p * count + q] = sum;
    }
  }
  const { inverse, condition } = invertScaled(normal, count);
  const operator = new Float64Array(count * n);
  for (let p = 0; p < count; p++) {
    for (let k = 0; k < n; k++) {
      let sum = 0;
      for (let q = 0; q < count; q++) sum += inverse[p * count + q] * shapes[q * size + channels[k]];
      operator[p * n + k] = weigh(k) * sum;
    }
  }
  return { shapes, count, channels, operator, condition };
}

const LARGEST_CONDITION = 1e12;

/** Inverse of a symmetric positive matrix, by the eigenvalues of what it is when scaled to a unit diagonal. */
function invertScaled(matrix: Float64Array, n: number): { inverse: Float64Array; condition: number } {
  const scale = Float64Array.from({ length: n }, (_, p) => 1 / Math.sqrt(matrix[p * n + p]));
  const scaled = matrix.map((value, at) => value * scale[Math.floor(at / n)] * scale[at % n]);
  const { values, vectors } = symmetricEigen(scaled, n);
  const condition = Math.max(...values) / Math.min(...values);
  if (!(condition > 0 && condition < LARGEST_CONDITION)) {
    throw inputError({
      code: 'shapes-alike',
      what: `the shapes of the background cannot be told apart in the fit window (condition ${condition.toPrecision(2)})`,
      expected: `a condition below ${LARGEST_CONDITION}`,
      fix: 'widen the window, or take shapes that differ more',
    });
  }
  const inverse = new Float64Array(n * n);
  for (let p = 0; p < n; p++) {
    for (let q = 0; q < n; q++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += (vectors[p * n + k] * vectors[q * n + k]) / values[k];
      inverse[p * n + q] = sum * scale[p] * scale[q];
    }
  }
  return { inverse, condition };
}

/**
 * Coefficients of every row. @param values rows × axis channels. @param out rows × count, overwritten.
 */
export function fitBasis(
  values: Float64Array,
  rows: number,
  { shapes, count, channels, operator }: Basis,
  out: Float64Array,
): void {
  const stride = shapes.length / count;
  const n = channels.length;
  for (let row = 0; row < rows; row++) {
    for (let p = 0; p < count; p++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += operator[p * n + k] * values[row * stride + channels[k]];
      out[row * count + p] = sum;
    }
  }
}

/** B of every row at all channels. @param out rows × axis channels, overwritten. */
export function evaluateBasis(
  coefficients: Float64Array,
  rows: number,
  { shapes, count }: Pick<Basis, 'shapes' | 'count'>,
  out: Float64Array,
): void {
  const stride = shapes.length / count;
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < stride; j++) {
      let sum = 0;
      for (let p = 0; p < count; p++) sum += coefficients[row * count + p] * shapes[p * stride + j];
      out[row * stride + j] = sum;
    }
  }
}

/**
 * How Σ_j sum_j·B_j responds to each value of the window; the same for every row, and exact.
 * @param sum weight of every channel in the sum. @param out one number per window channel, overwritten.
 */
export function respondBasis({ shapes, count, channels, operator }: Basis, sum: Float64Array, out: Float64Array): void {
  const stride = shapes.length / count;
  const n = channels.length;
  out.fill(0);
  for (let p = 0; p < count; p++) {
    let extent = 0;
    for (let j = 0; j < stride; j++) if (sum[j] !== 0) extent += sum[j] * shapes[p * stride + j];
    for (let k = 0; k < n; k++) out[k] += extent * operator[p * n + k];
  }
}
