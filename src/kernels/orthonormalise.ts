import { transpose } from './matrix-product.ts';

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
 * The same for the rows of a k×n matrix, which lie together in memory.
 *
 * @param lengths what each row measured before anything was taken away from it; default: what it measures now
 */
export function orthonormaliseRows(rows: Float64Array, k: number, n: number, lengths?: Float64Array): number {
  let rank = 0;
  for (let i = 0; i < k; i++) {
    const at = rank * n;
    if (i !== rank) rows.copyWithin(at, i * n, (i + 1) * n);
    const before = rowLength(rows, at, n);
    const reference = lengths ? lengths[i] : before;
    if (!(before > DEPENDENT * reference)) continue;
    scale(rows, at, n, before);
    let kept = 1;
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < rank; j++) subtractProjection(rows, at, j * n, n);
      const length = rowLength(rows, at, n);
      kept *= length;
      if (!(kept * before > DEPENDENT * reference && length > 0)) {
        kept = 0;
        break;
      }
      scale(rows, at, n, length);
    }
    if (kept > 0) rank++;
  }
  rows.fill(0, rank * n, k * n);
  return rank;
}

function subtractProjection(rows: Float64Array, at: number, from: number, n: number): void {
  // Four sums: one alone would wait for each addition.
  let dot = 0;
  let dot1 = 0;
  let dot2 = 0;
  let dot3 = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    dot += rows[at + i] * rows[from + i];
    dot1 += rows[at + i + 1] * rows[from + i + 1];
    dot2 += rows[at + i + 2] * rows[from + i + 2];
    dot3 += rows[at + i + 3] * rows[from + i + 3];
  }
  for (; i < n; i++) dot += rows[at + i] * rows[from + i];
  dot += dot1 + dot2 + dot3;
  for (let l = 0; l < n; l++) rows[at + l] -= dot * rows[from + l];
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
