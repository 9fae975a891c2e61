import { inputError, internalError } from '../signal/errors.ts';
import { SweepPanels } from './sweep-panels.ts';
import { type TridiagonalForm, tridiagonalise } from './tridiagonal-form.ts';

export interface SymmetricEigen {
  /** Descending. */
  readonly values: Float64Array;
  /** Row-major n×n: vectors[i·n + k] is component i of eigenvector k; its largest |component| is positive. */
  readonly vectors: Float64Array;
}

const EPSILON = 2 ** -52;
const MOST_SWEEPS = 60;

/**
 * All eigenvalues and orthonormal eigenvectors of a dense symmetric matrix: Householder tridiagonalisation and implicit
 * QL with Wilkinson's shift (Golub & Van Loan, Matrix Computations, 8.3). Only +, −, ×, ÷ and √: the same bits in every
 * engine. Accurate to a few n·ε·‖A‖ in value and residual, n·ε in orthogonality.
 *
 * @param a row-major n×n, of which the lower triangle is read; left untouched
 * @throws input error when an entry is not finite
 */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen {
  const { work, norms, diagonal, offDiagonal, scale } = reduce(a, n);
  const panels = new SweepPanels(n);
  accumulateReflectors(work, n, norms, panels);
  return sorted(tridiagonalValues(diagonal, offDiagonal, n, panels), panels, n, scale, work);
}

/** A/scale in tridiagonal form: row i of `work` is its reflector, see `tridiagonalise`. */
export interface Reduced extends TridiagonalForm {
  readonly work: Float64Array;
  readonly norms: Float64Array;
  readonly scale: number;
}

/** @throws input error when an entry is not finite */
export function reduce(a: Float64Array, n: number): Reduced {
  let largest = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const magnitude = Math.abs(a[i * n + j]);
      if (!(magnitude < Number.POSITIVE_INFINITY)) throw notFinite(i, j, a[i * n + j]);
      if (magnitude > largest) largest = magnitude;
    }
  }
  const scale = largest > 0 ? largest : 1;
  const work = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) work[i * n + j] = a[i * n + j] / scale;
  const norms = new Float64Array(n);
  return { ...tridiagonalise(work, n, norms), work, norms, scale };
}

/** Rows of Qᵀ, four at a time, into the panels. */
function accumulateReflectors(work: Float64Array, n: number, norms: Float64Array, panels: SweepPanels): void {
  const rows = new Float64Array(4 * n);
  for (let first = 0; first < n; first += 4) {
    rows.fill(0);
    for (let r = 0; r < 4 && first + r < n; r++) rows[r * n + first + r] = 1;
    for (let i = first + 1; i < n; i++) {
      const h = norms[i];
      if (h === 0) continue;
      const v = i * n;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let j = 0; j < i; j++) {
        const x = work[v + j];
        s0 += x * rows[j];
        s1 += x * rows[n + j];
        s2 += x * rows[2 * n + j];
        s3 += x * rows[3 * n + j];
      }
      s0 /= h;
      s1 /= h;
      s2 /= h;
      s3 /= h;
      for (let j = 0; j < i; j++) {
        const x = work[v + j];
        rows[j] -= s0 * x;
        rows[n + j] -= s1 * x;
        rows[2 * n + j] -= s2 * x;
        rows[3 * n + j] -= s3 * x;
      }
    }
    for (let r = 0; r < 4 && first + r < n; r++) panels.setRow(first + r, rows, r * n);
  }
}

/** Where the rotations of QL sweeps go. */
type Rotated = Pick<SweepPanels, 'beginSweep' | 'rotate' | 'flush'>;

/** For eigenvalues alone. */
export const NO_VECTORS: Rotated = { beginSweep() {}, rotate() {}, flush() {} };

/** Eigenvalues of a symmetric tridiagonal matrix, in no order, over its diagonal. `coupling[i]` couples i − 1 and i. */
export function tridiagonalValues(d: Float64Array, coupling: Float64Array, n: number, panels: Rotated): Float64Array {
  // e[i] couples i and i + 1 from here on.
  const e = new Float64Array(n);
  for (let i = 1; i < n; i++) e[i - 1] = coupling[i];
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]) + Math.abs(e[i]));
  const floor = (EPSILON * norm) / 8;
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]) > EPSILON * (Math.abs(d[m]) + Math.abs(d[m + 1])) && Math.abs(e[m]) > floor)
        m++;
      if (m === l) break;
      if (sweep === MOST_SWEEPS) throw notConverged(l);
      sweepOnce(d, e, l, m, panels);
    }
  }
  panels.flush();
  return d;
}

/** One implicit QL sweep over rows l … m, its rotations queued on the panels. */
function sweepOnce(d: Float64Array, e: Float64Array, l: number, m: number, panels: Rotated): void {
  const theta = (d[l + 1] - d[l]) / (2 * e[l]);
  const radius = Math.sqrt(theta * theta + 1);
  let g = d[m] - d[l] + e[l] / (theta >= 0 ? theta + radius : theta - radius);
  let s = 1;
  let c = 1;
  let p = 0;
  panels.beginSweep(m - 1);
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i];
    const b = c * e[i];
    const r = Math.sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r === 0) {
      // The chain of rotations met an exact zero: what is left below splits off by itself.
      d[i + 1] -= p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    const t = (d[i] - g) * s + 2 * c * b;
    p = s * t;
    d[i + 1] = g + p;
    g = c * t - b;
    panels.rotate(c, s);
  }
  d[l] -= p;
  e[l] = g;
  e[m] = 0;
}

function sorted(d: Float64Array, panels: SweepPanels, n: number, scale: number, out: Float64Array): SymmetricEigen {
  const order = Uint32Array.from(d, (_, i) => i).sort((i, j) => d[j] - d[i] || i - j);
  const values = new Float64Array(n);
  const row = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    values[k] = d[order[k]] * scale;
    panels.getRow(order[k], row);
    let peak = 0;
    for (let i = 1; i < n; i++) if (Math.abs(row[i]) > Math.abs(row[peak])) peak = i;
    const sign = row[peak] < 0 ? -1 : 1;
    for (let i = 0; i < n; i++) out[i * n + k] = sign * row[i];
  }
  return { values, vectors: out };
}

function notFinite(i: number, j: number, value: number) {
  return inputError({
    code: 'matrix-not-finite',
    what: `entry (${i}, ${j}) is ${value}`,
    where: 'symmetric eigen-decomposition',
    expected: 'finite numbers',
    fix: 'mask pixels or channels that hold no number before the decomposition',
  });
}

function notConverged(index: number) {
  return internalError({
    code: 'eigen-not-converged',
    what: `eigenvalue ${index} did not settle in ${MOST_SWEEPS} sweeps`,
    where: 'symmetric eigen-decomposition',
  });
}
