/** A = Q·T·Qᵀ with T symmetric tridiagonal. */
export interface TridiagonalForm {
  readonly diagonal: Float64Array;
  /** Entry i couples i−1 and i; entry 0 is 0. */
  readonly offDiagonal: Float64Array;
}

/**
 * Householder reduction of a symmetric matrix (Golub & Van Loan, Matrix Computations, 8.3), the update of one step fused
 * with the product of the next so that the matrix passes through the cache once per step. Reads and overwrites the
 * lower triangle of the row-major `a`: row i then holds its reflector v (i entries), and `norms[i]` = v·v/2, 0 for none.
 */
export function tridiagonalise(a: Float64Array, n: number, norms: Float64Array): TridiagonalForm {
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(n);
  const p = new Float64Array(n);
  const q = new Float64Array(n);
  let updateFrom = -1;
  for (let i = n - 1; i >= 1; i--) {
    const row = i * n;
    if (updateFrom >= 0) {
      const vRow = updateFrom * n;
      const vi = a[vRow + i];
      const qi = q[i];
      for (let j = 0; j <= i; j++) a[row + j] -= vi * q[j] + qi * a[vRow + j];
    }
    diagonal[i] = a[row + i];
    let tail = 0;
    for (let j = 0; j < i - 1; j++) tail += a[row + j] * a[row + j];
    const last = a[row + i - 1];
    if (tail === 0) {
      offDiagonal[i] = last;
      norms[i] = 0;
      if (updateFrom >= 0) applyUpdate(a, n, i, updateFrom, q);
      updateFrom = -1;
      continue;
    }
    const length = Math.sqrt(tail + last * last);
    const e = last > 0 ? -length : length;
    offDiagonal[i] = e;
    a[row + i - 1] = last - e;
    const h = length * length - last * e;
    norms[i] = h;
    p.fill(0, 0, i);
    updateAndMultiply(a, n, i, updateFrom, q, p);
    let k = 0;
    for (let j = 0; j < i; j++) k += a[row + j] * p[j];
    k /= 2 * h * h;
    for (let j = 0; j < i; j++) q[j] = p[j] / h - k * a[row + j];
    updateFrom = i;
  }
  if (updateFrom >= 0) applyUpdate(a, n, 1, updateFrom, q);
  diagonal[0] = a[0];
  return { diagonal, offDiagonal };
}

function applyUpdate(a: Float64Array, n: number, size: number, from: number, q: Float64Array): void {
  const vRow = from * n;
  for (let r = 0; r < size; r++) {
    const row = r * n;
    const vr = a[vRow + r];
    const qr = q[r];
    for (let j = 0; j <= r; j++) a[row + j] -= vr * q[j] + qr * a[vRow + j];
  }
}

/** Pending rank-2 update of the leading `size` rows (none when from < 0), and p = A·u with u = row `size`. */
function updateAndMultiply(
  a: Float64Array,
  n: number,
  size: number,
  from: number,
  q: Float64Array,
  p: Float64Array,
): void {
  const uRow = size * n;
  const vRow = from * n;
  for (let r = 0; r < size; r++) {
    const row = r * n;
    const ur = a[uRow + r];
    let sum = 0;
    if (from >= 0) {
      const vr = a[vRow + r];
      const qr = q[r];
      for (let j = 0; j < r; j++) {
        const value = a[row + j] - vr * q[j] - qr * a[vRow + j];
        a[row + j] = value;
        sum += value * a[uRow + j];
        p[j] += value * ur;
      }
      a[row + r] -= 2 * vr * qr;
    } else {
      for (let j = 0; j < r; j++) {
        const value = a[row + j];
        sum += value * a[uRow + j];
        p[j] += value * ur;
      }
    }
    p[r] += sum + a[row + r] * ur;
  }
}
