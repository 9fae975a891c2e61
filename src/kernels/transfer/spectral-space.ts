import type { ComponentChoice, FittedMap, PairedStandards } from './direct.ts';
import { fewestComponents, leaveOutFolds } from './folds.ts';
import type { LinearMap } from './linear-map.ts';
import { othersThan, principalParts } from './principal-parts.ts';

/**
 * Spectral space transformation (W. Du et al., Anal. Chim. Acta 690 (2011) 64): the spectra of both instruments side by side
 * have common scores, X_master ≈ T·P_mᵀ and X_slave ≈ T·P_sᵀ. What the scores of a new spectrum say of the slave is taken
 * out and put in as the master would show it, x + x·(P_sᵀ)⁺·(P_m − P_s)ᵀ; what no standard has shown stays as it is. Not
 * about the means, as published.
 * @throws RangeError unless both instruments have the same channels
 */
export function fitSpectralSpace(paired: PairedStandards, choice: ComponentChoice): FittedMap {
  const { standards, from, to } = paired;
  if (from !== to) throw new RangeError(`${from} channels cannot be changed into ${to}: they must be as many`);
  const everyone = Int32Array.from({ length: standards }, (_, i) => i);
  const errors = typeof choice === 'object' ? spaceErrors(paired, choice.most) : new Float64Array(0);
  const wanted = typeof choice === 'object' ? fewestComponents(errors) : choice === 'all' ? standards : choice;
  const { rank, slave, change, solve } = commonSpace(paired, everyone, wanted);
  const loadings = solve(rank);
  const map: LinearMap = { from, to, rank, keep: 1, loadings, images: change, offset: new Float64Array(to) };
  return {
    map: slave.length ? map : { ...map, rank: 0 },
    components: rank,
    leftOut: errors.map((sum) => Math.sqrt(sum / Math.max(1, standards * to))),
  };
}

/** P_s, P_m − P_s (rank × channels each), and (P_sᵀ)⁺ of the first a components as rows. */
function commonSpace({ slave, from, master }: PairedStandards, chosen: Int32Array, most: number) {
  const both = new Float64Array(chosen.length * 2 * from);
  for (let i = 0; i < chosen.length; i++) {
    both.set(master.subarray(chosen[i] * from, (chosen[i] + 1) * from), i * 2 * from);
    both.set(slave.subarray(chosen[i] * from, (chosen[i] + 1) * from), (i * 2 + 1) * from);
  }
  const parts = principalParts(both, chosen.length, 2 * from, Math.min(most, chosen.length, from));
  const own = new Float64Array(parts.rank * from);
  const change = new Float64Array(parts.rank * from);
  for (let a = 0; a < parts.rank; a++) {
    for (let j = 0; j < from; j++) {
      own[a * from + j] = parts.right[(a * 2 + 1) * from + j];
      change[a * from + j] = parts.right[a * 2 * from + j] - own[a * from + j];
    }
  }
  const { factor, rank } = choleskyOfProducts(own, parts.rank, from);
  return {
    rank,
    slave: own,
    change: change.subarray(0, rank * from),
    solve: (a: number) => solved(factor, parts.rank, own, a, from),
  };
}

/** A component whose part outside the others is below this share of it is one of them. */
const DEPENDENT = 1e-12;

/** L with L·Lᵀ = P·Pᵀ for the rows of P, as far as they are independent. Its leading part is that of the first rows. */
function choleskyOfProducts(rows: Float64Array, k: number, n: number) {
  const factor = new Float64Array(k * k);
  for (let a = 0; a < k; a++) {
    let square = 0;
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += rows[a * n + j] * rows[b * n + j];
      if (b === a) square = sum;
      for (let c = 0; c < b; c++) sum -= factor[a * k + c] * factor[b * k + c];
      if (b < a) factor[a * k + b] = sum / factor[b * k + b];
      else if (sum > DEPENDENT * square) factor[a * k + a] = Math.sqrt(sum);
      else return { factor, rank: a };
    }
  }
  return { factor, rank: k };
}

/** (L·Lᵀ)⁻¹·P for the first a rows of P. */
function solved(factor: Float64Array, k: number, rows: Float64Array, a: number, n: number): Float64Array {
  const out = rows.slice(0, a * n);
  for (let p = 0; p < a; p++) {
    for (let q = 0; q < p; q++) subtractRow(out, p, q, factor[p * k + q], n);
    for (let j = 0; j < n; j++) out[p * n + j] /= factor[p * k + p];
  }
  for (let p = a - 1; p >= 0; p--) {
    for (let q = p + 1; q < a; q++) subtractRow(out, p, q, factor[q * k + p], n);
    for (let j = 0; j < n; j++) out[p * n + j] /= factor[p * k + p];
  }
  return out;
}

function subtractRow(rows: Float64Array, from: number, row: number, times: number, n: number): void {
  for (let j = 0; j < n; j++) rows[from * n + j] -= times * rows[row * n + j];
}

/** Squared errors of left-out standards with 1 … `most` components, summed over channels. */
function spaceErrors(paired: PairedStandards, most: number): Float64Array {
  const { standards, slave, from, master } = paired;
  const errors = new Float64Array(Math.max(1, Math.min(most, standards - 1, from)));
  const residual = new Float64Array(from);
  for (const fold of leaveOutFolds(standards)) {
    const { rank, change, solve } = commonSpace(paired, othersThan(fold, standards), errors.length);
    for (let a = 1; a <= errors.length; a++) {
      const used = Math.min(a, rank);
      const loadings = solve(used);
      for (const i of fold) {
        for (let j = 0; j < from; j++) residual[j] = master[i * from + j] - slave[i * from + j];
        for (let b = 0; b < used; b++) {
          let score = 0;
          for (let j = 0; j < from; j++) score += slave[i * from + j] * loadings[b * from + j];
          for (let j = 0; j < from; j++) residual[j] -= score * change[b * from + j];
        }
        for (let j = 0; j < from; j++) errors[a - 1] += residual[j] * residual[j];
      }
    }
  }
  return errors;
}
