import { transpose } from './matrix-product.ts';
import { machine, Room } from './wasm/machine.ts';

/** A direction that keeps less than this part of its length is a combination of the others. */
const DEPENDENT = 1e-12;

/**
 * Replaces the columns of a row-major n×k matrix by an orthonormal basis of their span, in place: modified Gram–Schmidt,
 * twice (L. Giraud, J. Langou & M. Rozložník, Comput. Math. Appl. 50 (2005) 1069: twice is enough). Columns that depend
 * on earlier ones (less than 1e−12 of their length remains) are dropped: the basis fills the first `rank` columns, the
 * rest become zero.
 *
 * @returns the rank
 */
export function orthonormalise(columns: Float64Array, n: number, k: number): number {
  const rows = transpose(columns, n, k);
  const rank = orthonormaliseRows(rows, k, n);
  transpose(rows, k, n, columns);
  return rank;
}

/**
 * The same for the rows of a k×n matrix, which lie together in memory, and orthogonal to the orthonormal rows of `basis`
 * (any number of rows of n) besides.
 */
export function orthonormaliseRows(
  given: Float64Array,
  k: number,
  n: number,
  basis: Float64Array = new Float64Array(0),
): number {
  const room = new Room();
  const first = room.place(8 * (basis.length + k * n));
  const memory = room.buffer();
  new Float64Array(memory, first, basis.length).set(basis);
  const base = first + 8 * basis.length;
  const rows = new Float64Array(memory, base, k * n);
  rows.set(given.subarray(0, k * n));
  const { subtractProjections } = machine();
  const known = basis.length / n;
  let rank = 0;
  for (let i = 0; i < k; i++) {
    const at = rank * n;
    if (i !== rank) rows.copyWithin(at, i * n, (i + 1) * n);
    const before = rowLength(rows, at, n);
    if (!(before > 0)) continue;
    scale(rows, at, n, before);
    let kept = 1;
    for (let pass = 0; pass < 2; pass++) {
      subtractProjections(base + 8 * at, first, known + rank, n);
      const length = rowLength(rows, at, n);
      kept *= length;
      if (!(kept > DEPENDENT && length > 0)) {
        kept = 0;
        break;
      }
      scale(rows, at, n, length);
    }
    if (kept > 0) rank++;
  }
  rows.fill(0, rank * n, k * n);
  given.set(rows);
  return rank;
}

function scale(rows: Float64Array, at: number, n: number, by: number): void {
  const factor = 1 / by;
  if (factor < 1e300 && factor > 1e-300) for (let l = at; l < at + n; l++) rows[l] *= factor;
  else for (let l = at; l < at + n; l++) rows[l] /= by;
}

/** Euclidean length of n entries from `at` on, safe against overflow and underflow of the squares. */
export function rowLength(rows: Float64Array, at: number, n: number): number {
  let sum = 0;
  for (let l = at; l < at + n; l++) sum += rows[l] * rows[l];
  if (sum > 1e-200 && sum < 1e200) return Math.sqrt(sum);
  let largest = 0;
  for (let l = at; l < at + n; l++) {
    const magnitude = Math.abs(rows[l]);
    if (magnitude > largest) largest = magnitude;
  }
  if (!(largest > 0)) return largest;
  sum = 0;
  for (let l = at; l < at + n; l++) {
    const part = rows[l] / largest;
    sum += part * part;
  }
  return largest * Math.sqrt(sum);
}
