import { CounterRandom } from './random.ts';
import { NO_VECTORS, reduce, type SymmetricEigen, tridiagonalValues } from './symmetric-eigen.ts';

const EPSILON = 2 ** -52;
/** Solutions of one eigenvector: the second settles it, the third makes sure. */
const SOLUTIONS = 3;
/** Starts of one eigenvector before what is left of it is taken as it is. */
const STARTS = 5;
/** A solution that keeps less than this of its length beside the vectors before it begins anew. */
const LEAST_LEFT = 1e-3;

/**
 * The leading eigenpairs of a dense symmetric matrix, as `symmetricEigen` gives them, for a fraction of its work where few
 * are wanted: eigenvalues of the tridiagonal form, then inverse iteration on it, each vector kept orthogonal to those before
 * (J. H. Wilkinson, The Algebraic Eigenvalue Problem, 1965, 5.53–5.57), and the reflections undone for these alone.
 *
 * @param a row-major n×n, of which the lower triangle is read; left untouched
 * @returns `values` and `vectors` (row-major n×rank) of the `rank` largest eigenvalues, descending
 * @throws input error when an entry is not finite
 */
export function leadingEigen(a: Float64Array, n: number, rank: number): SymmetricEigen {
  const { work, norms, diagonal, offDiagonal, scale } = reduce(a, n);
  const shifts = tridiagonalValues(diagonal.slice(), offDiagonal, n, NO_VECTORS).sort().reverse().subarray(0, rank);
  const random = new CounterRandom(n, 0);
  const solver = new ShiftedSolver(diagonal, offDiagonal, n);
  const rows = new Float64Array(rank * n);
  for (let k = 0; k < rank; k++) {
    solver.shift(shifts[k]);
    vectorOf(rows, k, n, solver, random);
  }
  const vectors = new Float64Array(n * rank);
  for (let k = 0; k < rank; k++) {
    const row = rows.subarray(k * n, (k + 1) * n);
    undoReflections(work, norms, n, row);
    let peak = 0;
    for (let i = 1; i < n; i++) if (Math.abs(row[i]) > Math.abs(row[peak])) peak = i;
    const sign = row[peak] < 0 ? -1 : 1;
    for (let i = 0; i < n; i++) vectors[i * rank + k] = sign * row[i];
  }
  return { values: shifts.map((value) => value * scale), vectors };
}

/** Row k: a unit vector that the solver leaves where it is, orthogonal to the rows before. */
function vectorOf(rows: Float64Array, k: number, n: number, solver: ShiftedSolver, random: CounterRandom): void {
  const row = rows.subarray(k * n, (k + 1) * n);
  for (let start = 0; start < STARTS; start++) {
    for (let i = 0; i < n; i++) row[i] = random.next() - 0.5;
    let left = 1;
    for (let solution = 0; solution < SOLUTIONS; solution++) {
      solver.solve(row);
      scaleToUnit(row);
      left = 1;
      for (let pass = 0; pass < 2; pass++) {
        for (let j = 0; j < k; j++) removeProjection(row, rows, j * n);
        left *= scaleToUnit(row);
      }
    }
    if (left > LEAST_LEFT) return;
  }
}

function removeProjection(row: Float64Array, rows: Float64Array, from: number): void {
  let dot = 0;
  for (let i = 0; i < row.length; i++) dot += row[i] * rows[from + i];
  for (let i = 0; i < row.length; i++) row[i] -= dot * rows[from + i];
}

/** Returns the length it had. */
function scaleToUnit(row: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < row.length; i++) largest = Math.max(largest, Math.abs(row[i]));
  if (!(largest > 0)) return 0;
  let sum = 0;
  for (let i = 0; i < row.length; i++) {
    row[i] /= largest;
    sum += row[i] * row[i];
  }
  const length = Math.sqrt(sum);
  for (let i = 0; i < row.length; i++) row[i] /= length;
  return length * largest;
}

/** x ← Q·x for the reflectors of a tridiagonal form. */
function undoReflections(work: Float64Array, norms: Float64Array, n: number, x: Float64Array): void {
  for (let i = 1; i < n; i++) {
    const h = norms[i];
    if (h === 0) continue;
    const v = i * n;
    let s = 0;
    for (let j = 0; j < i; j++) s += work[v + j] * x[j];
    s /= h;
    for (let j = 0; j < i; j++) x[j] -= s * work[v + j];
  }
}

/** LU factors with row exchanges of a symmetric tridiagonal matrix less a multiple of one. */
class ShiftedSolver {
  private readonly n: number;
  private readonly diagonal: Float64Array;
  private readonly offDiagonal: Float64Array;
  /** Smallest pivot, where the shift is an eigenvalue to the last bit. */
  private readonly least: number;
  private readonly pivot: Float64Array;
  private readonly above: Float64Array;
  private readonly beyond: Float64Array;
  private readonly factor: Float64Array;
  private readonly exchanged: Uint8Array;

  /** @param offDiagonal entry i couples i − 1 and i */
  constructor(diagonal: Float64Array, offDiagonal: Float64Array, n: number) {
    this.n = n;
    this.diagonal = diagonal;
    this.offDiagonal = offDiagonal;
    this.pivot = new Float64Array(n);
    this.above = new Float64Array(n);
    this.beyond = new Float64Array(n);
    this.factor = new Float64Array(n);
    this.exchanged = new Uint8Array(n);
    let norm = 0;
    for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(diagonal[i]) + Math.abs(offDiagonal[i]));
    this.least = EPSILON * (norm > 0 ? norm : 1);
  }

  shift(by: number): void {
    const { n, diagonal, offDiagonal, pivot, above, beyond, factor, exchanged, least } = this;
    let p = diagonal[0] - by;
    let q = n > 1 ? offDiagonal[1] : 0;
    for (let i = 0; i + 1 < n; i++) {
      const below = offDiagonal[i + 1];
      const next = diagonal[i + 1] - by;
      const afterNext = i + 2 < n ? offDiagonal[i + 2] : 0;
      if (Math.abs(below) > Math.abs(p)) {
        exchanged[i] = 1;
        factor[i] = p / below;
        pivot[i] = below;
        above[i] = next;
        beyond[i] = afterNext;
        p = q - factor[i] * next;
        q = -factor[i] * afterNext;
      } else {
        exchanged[i] = 0;
        if (Math.abs(p) < least) p = least;
        factor[i] = below / p;
        pivot[i] = p;
        above[i] = q;
        beyond[i] = 0;
        p = next - factor[i] * q;
        q = afterNext;
      }
    }
    pivot[n - 1] = Math.abs(p) < least ? least : p;
  }

  /** x ← (T − shift)⁻¹·x */
  solve(x: Float64Array): void {
    const { n, pivot, above, beyond, factor, exchanged } = this;
    for (let i = 0; i + 1 < n; i++) {
      const first = x[i];
      const second = x[i + 1];
      x[i] = exchanged[i] ? second : first;
      x[i + 1] = (exchanged[i] ? first : second) - factor[i] * x[i];
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = x[i];
      if (i + 1 < n) sum -= above[i] * x[i + 1];
      if (i + 2 < n) sum -= beyond[i] * x[i + 2];
      x[i] = sum / pivot[i];
    }
  }
}
