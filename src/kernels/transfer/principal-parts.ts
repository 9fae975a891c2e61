import { multiplyTransposed, transpose } from '../matrix-product.ts';
import { symmetricEigen } from '../symmetric-eigen.ts';

/** X ≈ Σ σ_a·u_a·v_aᵀ, the largest σ first. */
export interface PrincipalParts {
  readonly rank: number;
  readonly values: Float64Array;
  /** rank × rows. */
  readonly left: Float64Array;
  /** rank × columns. */
  readonly right: Float64Array;
}

/** Singular values below this part of the largest are taken for 0: their squares are lost in the rounding of the Gram matrix. */
const LOST = 1e-7;

/**
 * Leading singular triplets of a small row-major m×n matrix, from the eigenvectors of the smaller of X·Xᵀ and Xᵀ·X. At most
 * `most` of them, and none whose singular value is below 1e−7 of the largest.
 */
export function principalParts(x: Float64Array, m: number, n: number, most = Math.min(m, n)): PrincipalParts {
  const short = Math.min(m, n);
  const rows = m <= n ? x : transpose(x, m, n);
  const long = Math.max(m, n);
  const gram = new Float64Array(short * short);
  multiplyTransposed(rows, short, rows, short, long, gram);
  const { values: squares, vectors } = symmetricEigen(gram, short);
  let rank = 0;
  while (rank < Math.min(most, short) && squares[rank] > LOST * LOST * squares[0]) rank++;
  const values = squares.slice(0, rank).map(Math.sqrt);
  const near = new Float64Array(rank * short);
  for (let a = 0; a < rank; a++) for (let i = 0; i < short; i++) near[a * short + i] = vectors[i * short + a];
  const far = new Float64Array(rank * long);
  for (let a = 0; a < rank; a++) {
    for (let i = 0; i < short; i++) {
      const weight = near[a * short + i] / values[a];
      for (let j = 0; j < long; j++) far[a * long + j] += weight * rows[i * long + j];
    }
  }
  return m <= n ? { rank, values, left: near, right: far } : { rank, values, left: far, right: near };
}

/** Mean of the columns of some rows of a row-major matrix; `chosen`: their numbers. */
export function columnMeans(x: Float64Array, n: number, chosen: ArrayLike<number>): Float64Array {
  const mean = new Float64Array(n);
  for (let i = 0; i < chosen.length; i++) for (let j = 0; j < n; j++) mean[j] += x[chosen[i] * n + j];
  for (let j = 0; j < n; j++) mean[j] /= Math.max(1, chosen.length);
  return mean;
}

/** Chosen rows less `mean`. */
export function centredRows(x: Float64Array, n: number, chosen: ArrayLike<number>, mean: Float64Array): Float64Array {
  const out = new Float64Array(chosen.length * n);
  for (let i = 0; i < chosen.length; i++) for (let j = 0; j < n; j++) out[i * n + j] = x[chosen[i] * n + j] - mean[j];
  return out;
}

/** The numbers below `count` that are not among `left`. */
export function othersThan(left: Int32Array, count: number): Int32Array {
  const out = new Uint8Array(count);
  for (const i of left) out[i] = 1;
  return Int32Array.from({ length: count }, (_, i) => i).filter((i) => !out[i]);
}
