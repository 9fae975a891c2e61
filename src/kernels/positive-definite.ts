/*
 * Small symmetric positive definite matrices, n × n row-major: a handful of parameters, not a cube.
 */

/** Below this share of its diagonal element a pivot is rounding: its parameter is a combination of those before. */
const NOTHING_LEFT = 1e-13;

/** Lower Cholesky factor; undefined where the matrix is not positive definite, as far as doubles can tell. */
export function choleskyFactor(a: Float64Array, n: number): Float64Array | undefined {
  const factor = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    for (let l = 0; l <= k; l++) {
      let sum = a[k * n + l];
      for (let m = 0; m < l; m++) sum -= factor[k * n + m] * factor[l * n + m];
      if (l < k) factor[k * n + l] = sum / factor[l * n + l];
      else if (sum > NOTHING_LEFT * a[k * n + k] && sum < Number.POSITIVE_INFINITY) factor[k * n + k] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return factor;
}

/** x of L·Lᵀ·x = b, with that factor. */
export function solveCholesky(factor: Float64Array, n: number, b: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(b);
  for (let k = 0; k < n; k++) {
    for (let m = 0; m < k; m++) x[k] -= factor[k * n + m] * x[m];
    x[k] /= factor[k * n + k];
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let m = k + 1; m < n; m++) x[k] -= factor[m * n + k] * x[m];
    x[k] /= factor[k * n + k];
  }
  return x;
}

/** Inverse, exactly symmetric; undefined where there is no factor. */
export function invertPositive(a: Float64Array, n: number): Float64Array | undefined {
  const factor = choleskyFactor(a, n);
  if (!factor) return undefined;
  const inverse = new Float64Array(n * n);
  const unit = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    unit.fill(0);
    unit[k] = 1;
    const column = solveCholesky(factor, n, unit);
    for (let l = 0; l <= k; l++) inverse[k * n + l] = inverse[l * n + k] = column[l];
  }
  return inverse;
}
