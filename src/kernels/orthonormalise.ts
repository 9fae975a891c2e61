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
 * (any number of rows of n) besides: all rows lose their parts in the basis at once, then those in each other.
 */
export function orthonormaliseRows(
  given: Float64Array,
  k: number,
  n: number,
  basis: Float64Array = new Float64Array(0),
): number {
  const room = new Room();
  const basisAt = room.place(8 * basis.length);
  const at = room.place(8 * k * n);
  const memory = room.buffer();
  new Float64Array(memory, basisAt, basis.length).set(basis);
  const rows = new Float64Array(memory, at, k * n);
  rows.set(given.subarray(0, k * n));
  const { subtractProjections, subtractProjectionsOfMany } = machine();
  const kept = new Float64Array(k).fill(1);
  let rank = k;
  // The first pass only brings rows to unit length.
  for (let pass = 0; pass < 3; pass++) {
    if (pass > 0) subtractProjectionsOfMany(at, rank, basisAt, basis.length / n, n);
    let to = 0;
    for (let i = 0; i < rank; i++) {
      if (i !== to) rows.copyWithin(to * n, i * n, (i + 1) * n);
      if (pass > 0) subtractProjections(at + 8 * to * n, at, to, n);
      const length = rowLength(rows, to * n, n);
      kept[to] = pass > 0 ? kept[i] * length : 1;
      if (!(length > 0 && kept[to] > DEPENDENT)) continue;
      scale(rows, to * n, n, length);
      to++;
    }
    rank = to;
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
