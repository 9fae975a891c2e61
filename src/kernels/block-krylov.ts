import { inputError } from '../signal/errors.ts';
import { isAllFinite } from './finite.ts';
import { leadingEigen } from './leading-eigen.ts';
import { addProduct, multiplyTransposed, transpose } from './matrix-product.ts';
import { orthonormaliseRows } from './orthonormalise.ts';
import { CounterRandom } from './random.ts';

/** A·Q for a row-major n×b block Q. Each call is one pass over the data. The result is not kept, nor is Q changed. */
export type BlockOperator = (block: Float64Array, b: number) => Promise<Float64Array> | Float64Array;

export interface BlockKrylovOptions {
  /** Eigenpairs wanted; at most n are returned. */
  rank: number;
  /** Columns per pass; raised where needed so that block × steps ≥ rank. Should exceed the highest multiplicity. */
  block: number;
  /** Passes over the data, at most. */
  steps: number;
  /** Of the random start block. */
  seed: number;
  /** Stop when every residual is below tolerance × the largest value. Default 0: all steps. */
  tolerance?: number;
  /** Row-major n×startColumns guesses that begin the start block; the rest of it is random. */
  start?: Float64Array;
  startColumns?: number;
}

export interface BlockKrylovResult {
  /** Descending, length min(rank, n) or less where the operator was explored in full before. */
  values: Float64Array;
  /** Row-major n×values.length: the columns are orthonormal, the largest |component| of each is positive. */
  vectors: Float64Array;
  /** ‖A·v − λ·v‖ of each pair: an eigenvalue lies within this distance of λ. */
  residuals: Float64Array;
  /** Passes made. */
  steps: number;
  /** Whether the residuals met the tolerance (with tolerance 0: whether the space was exhausted). */
  converged: boolean;
}

/** Basis and applied basis, one vector per row. */
interface Krylov {
  n: number;
  size: number;
  basis: Float64Array;
  applied: Float64Array;
}

/**
 * Leading eigenpairs of a symmetric positive semi-definite operator (XᵀX) by block Krylov iteration with all blocks kept,
 * full re-orthogonalisation and Rayleigh–Ritz (C. Musco & C. Musco, NeurIPS 2015; Golub & Underwood 1977). The applied
 * blocks are kept as well, so values, vectors and residuals cost no further pass. Deterministic for a given seed.
 *
 * @throws input error for options out of range or an operator that returns anything but n×b finite numbers
 */
export async function blockKrylov(
  apply: BlockOperator,
  n: number,
  options: BlockKrylovOptions,
): Promise<BlockKrylovResult> {
  const { steps, seed, tolerance = 0 } = options;
  requireCount(n, 'n');
  requireCount(options.rank, 'rank');
  requireCount(options.block, 'block');
  requireCount(steps, 'steps');
  const rank = Math.min(options.rank, n);
  const block = Math.min(n, Math.max(options.block, Math.ceil(rank / steps)));
  const random = new CounterRandom(seed, 0);
  const room = Math.min(n, block * steps);
  const krylov: Krylov = { n, size: 0, basis: new Float64Array(room * n), applied: new Float64Array(room * n) };

  let next = startBlock(options, n, block, random);
  let step = 0;
  let ritz: RitzPairs | undefined;
  for (; step < steps && krylov.size < room; ) {
    let b = admit(krylov, next, room);
    if (b === 0) {
      if (krylov.size >= rank) break;
      b = admit(krylov, randomRows(block, n, random), room);
      if (b === 0) break;
    }
    const from = krylov.size * n;
    const rows = krylov.basis.subarray(from, from + b * n);
    const result = await apply(transpose(rows, b, n), b);
    requireFinite(result, n * b);
    next = transpose(result, n, b);
    krylov.applied.set(next, from);
    krylov.size += b;
    step++;
    ritz = undefined;
    if (tolerance > 0 && krylov.size >= rank) {
      ritz = rayleighRitz(krylov, rank);
      if (meets(ritz, tolerance)) break;
    }
  }
  ritz ??= rayleighRitz(krylov, rank);
  return { ...ritz, steps: step, converged: meets(ritz, tolerance > 0 ? tolerance : 1e-13) };
}

function startBlock(options: BlockKrylovOptions, n: number, block: number, random: CounterRandom): Float64Array {
  const { start, startColumns = start ? Math.ceil(start.length / n) : 0 } = options;
  const rows = randomRows(block, n, random);
  if (!start) return rows;
  if (start.length !== n * startColumns) {
    throw inputError({
      code: 'krylov-start',
      what: `start holds ${start.length} numbers`,
      where: 'block Krylov',
      expected: `a whole number of columns of ${n}`,
    });
  }
  const given = transpose(start, n, startColumns);
  rows.set(given.subarray(0, Math.min(given.length, rows.length)));
  return rows;
}

function randomRows(k: number, n: number, random: CounterRandom): Float64Array {
  const rows = new Float64Array(k * n);
  for (let i = 0; i < rows.length; i++) rows[i] = random.normal();
  return rows;
}

/** Writes the part of `rows` orthogonal to the basis behind the basis; returns how many directions that adds. */
function admit(krylov: Krylov, rows: Float64Array, room: number): number {
  const { n, size, basis } = krylov;
  const block = rows.slice();
  const found = orthonormaliseRows(block, rows.length / n, n, basis.subarray(0, size * n));
  const b = Math.min(found, room - size);
  basis.set(block.subarray(0, b * n), size * n);
  return b;
}

type RitzPairs = Pick<BlockKrylovResult, 'values' | 'vectors' | 'residuals'>;

function rayleighRitz({ n, size, basis, applied }: Krylov, wanted: number): RitzPairs {
  const rank = Math.min(wanted, size);
  const q = basis.subarray(0, size * n);
  const y = applied.subarray(0, size * n);
  const t = new Float64Array(size * size);
  multiplyTransposed(q, size, y, size, n, t);
  // Their mean is nearer to the truth than either triangle: what rounding did to an operator in single precision differs.
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) t[i * size + j] = (t[i * size + j] + t[j * size + i]) / 2;
  }
  const small = leadingEigen(t, size, rank);
  const weights = transpose(small.vectors, size, rank);
  const rows = new Float64Array(rank * n);
  const image = new Float64Array(rank * n);
  addProduct(weights, rank, size, q, n, 1, rows);
  addProduct(weights, rank, size, y, n, 1, image);
  const { values } = small;
  const residuals = new Float64Array(rank);
  for (let k = 0; k < rank; k++) {
    let sum = 0;
    let peak = k * n;
    for (let l = k * n; l < (k + 1) * n; l++) {
      const difference = image[l] - values[k] * rows[l];
      sum += difference * difference;
      if (Math.abs(rows[l]) > Math.abs(rows[peak])) peak = l;
    }
    residuals[k] = Math.sqrt(sum);
    if (rows[peak] < 0) for (let l = k * n; l < (k + 1) * n; l++) rows[l] = -rows[l];
  }
  return { values, vectors: transpose(rows, rank, n), residuals };
}

function meets({ values, residuals }: RitzPairs, tolerance: number): boolean {
  const limit = tolerance * Math.abs(values[0]);
  return residuals.every((residual) => residual <= limit);
}

function requireCount(value: number, name: string): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw inputError({
    code: 'krylov-option',
    what: `${name} = ${value}`,
    where: 'block Krylov',
    expected: 'a whole number of at least 1',
  });
}

function requireFinite(result: Float64Array, length: number): void {
  if (result.length === length && isAllFinite(result)) return;
  throw inputError({
    code: 'krylov-operator',
    what:
      result.length === length
        ? 'the data hold values that are not finite'
        : `the operator returned ${result.length} numbers`,
    where: 'block Krylov',
    expected: `${length} finite numbers`,
    fix: 'mask pixels or channels that hold no number before the decomposition',
  });
}
