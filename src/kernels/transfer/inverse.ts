import { multiplyTransposed, transpose } from '../matrix-product.ts';
import { symmetricEigen } from '../symmetric-eigen.ts';
import type { BandedMap } from './banded-map.ts';
import { aboutMeans, type LinearMap } from './linear-map.ts';

export interface InverseMap {
  readonly map: LinearMap;
  /** Largest over smallest singular value of what was inverted: by how much errors may grow without the regularisation. */
  readonly condition: number;
}

/**
 * The other way round: P with X_slave ≈ X_master·P + o was learned from the master to the slave, and is undone with Tikhonov's
 * regularisation, x_master = (x_slave − o)·Pᵀ·(P·Pᵀ + ε·I)⁻¹, ε = `tikhonov` times the largest eigenvalue of P·Pᵀ. To undo a
 * blur is a deconvolution: the condition says how little of the noise can be kept out.
 */
export function invertBanded(
  { from, to, width, first, count, weights, offset }: BandedMap,
  tikhonov: number,
): InverseMap {
  // Rows of P are channels of the master (`from` of the banded map), columns those of the slave.
  const p = new Float64Array(from * to);
  for (let j = 0; j < to; j++) for (let w = 0; w < count[j]; w++) p[(first[j] + w) * to + j] = weights[j * width + w];
  const gram = new Float64Array(from * from);
  multiplyTransposed(p, from, p, from, to, gram);
  const { values, vectors } = symmetricEigen(gram, from);
  const epsilon = tikhonov * Math.max(0, values[0]);
  const scaled = vectors.map((value, at) => value / (Math.max(0, values[at % from]) + epsilon));
  const inverse = new Float64Array(from * from);
  multiplyTransposed(scaled, from, vectors, from, from, inverse);
  // (Pᵀ·inverse)ᵀ = inverse·P, one row for each channel of the master.
  const loadings = new Float64Array(from * to);
  multiplyTransposed(inverse, from, transpose(p, from, to), to, from, loadings);
  const smallest = values[Math.min(rowsInUse(p, from, to), rowsInUse(transpose(p, from, to), to, from)) - 1] ?? 0;
  return {
    map: aboutMeans(
      { from: to, to: from, rank: from, keep: 0, loadings },
      { from: offset, to: new Float64Array(from) },
    ),
    condition: Math.sqrt(values[0] / Math.max(smallest, Number.MIN_VALUE)),
  };
}

/** Rows with anything in them: masked channels have nothing, and nothing to be undone. */
function rowsInUse(p: Float64Array, rows: number, columns: number): number {
  let used = 0;
  for (let i = 0; i < rows; i++) if (p.subarray(i * columns, (i + 1) * columns).some((value) => value !== 0)) used++;
  return used;
}
