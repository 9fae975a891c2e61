import { inputError } from '../signal/errors.ts';
import { addProduct, multiplyTransposed, transpose } from './matrix-product.ts';
import { orthonormaliseRows } from './orthonormalise.ts';
import { portableAsin } from './portable-trigonometry.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/**
 * Largest principal angle between the column spaces of two row-major matrices, n×k and n×kOther, in degrees (0 … 90);
 * between spaces of different dimension, how far the smaller lies outside the larger. By its sine below 45°, where the
 * cosine has no digits (Å. Björck & G. Golub, Math. Comp. 27 (1973) 579). The columns need not be orthonormal.
 *
 * @throws input error when a matrix has no direction
 */
export function subspaceAngle(
  basis: Float64Array,
  other: Float64Array,
  n: number,
  k: number,
  kOther: number = k,
): number {
  const a = orthonormalRows(basis, n, k);
  const b = orthonormalRows(other, n, kOther);
  const [large, small] = a.rank >= b.rank ? [a, b] : [b, a];
  const overlap = new Float64Array(small.rank * large.rank);
  multiplyTransposed(small.rows, small.rank, large.rows, large.rank, n, overlap);
  const outside = small.rows.slice();
  addProduct(overlap, small.rank, large.rank, large.rows, n, -1, outside);
  const sine = Math.sqrt(extreme(outside, small.rank, n, 0));
  if (sine < Math.SQRT1_2) return (portableAsin(sine) * 180) / Math.PI;
  const cosine = Math.sqrt(Math.max(0, extreme(overlap, small.rank, large.rank, small.rank - 1)));
  return 90 - (portableAsin(Math.min(1, cosine)) * 180) / Math.PI;
}

/** k-th largest eigenvalue of M·Mᵀ. */
function extreme(m: Float64Array, rows: number, columns: number, k: number): number {
  const gram = new Float64Array(rows * rows);
  multiplyTransposed(m, rows, m, rows, columns, gram);
  return Math.max(0, symmetricEigen(gram, rows).values[k]);
}

function orthonormalRows(columns: Float64Array, n: number, k: number): { rows: Float64Array; rank: number } {
  const rows = transpose(columns, n, k);
  const rank = orthonormaliseRows(rows, k, n);
  if (rank > 0) return { rows: rows.subarray(0, rank * n), rank };
  throw inputError({
    code: 'empty-subspace',
    what: `all ${k} columns are zero`,
    where: 'angle between subspaces',
    expected: 'at least one direction',
  });
}
