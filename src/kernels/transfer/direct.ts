import { fewestComponents, leaveOutFolds } from './folds.ts';
import { aboutMeans, type LinearMap } from './linear-map.ts';
import { centredRows, columnMeans, othersThan, principalParts } from './principal-parts.ts';

/** The same samples, in the same order, on both instruments: row-major, standards × channels. */
export interface PairedStandards {
  readonly standards: number;
  readonly slave: Float64Array;
  /** Channels of the slave. */
  readonly from: number;
  readonly master: Float64Array;
  /** Channels of the master. */
  readonly to: number;
}

/** How many components to use: so many, all there are, or as many as leaving standards out says, up to `most`. */
export type ComponentChoice = number | 'all' | { readonly most: number };

/** A map with the number of components it was made of. */
export interface FittedMap {
  readonly map: LinearMap;
  readonly components: number;
  /** Root-mean-square error of left-out standards over all channels with 1, 2, … components; empty where none were. */
  readonly leftOut: Float64Array;
}

/**
 * Direct standardisation (Y. Wang, D. Veltkamp & B. Kowalski, Anal. Chem. 63 (1991) 2750): the whole spectrum of the slave
 * regressed on that of the master about their means, F = X_B⁺·X_A by principal components. With all components its rank is
 * one less than the number of standards, and it reproduces them to the last bit of their noise.
 */
export function fitDirect(paired: PairedStandards, choice: ComponentChoice): FittedMap {
  const { standards, from, to } = paired;
  const everyone = Int32Array.from({ length: standards }, (_, i) => i);
  const errors = typeof choice === 'object' ? directErrors(paired, choice.most) : new Float64Array(0);
  const wanted = typeof choice === 'object' ? fewestComponents(errors) : choice === 'all' ? standards : choice;
  const fit = regress(paired, everyone, wanted);
  const { rank, loadings, images, means } = fit;
  return {
    map: aboutMeans({ from, to, rank, keep: 0, loadings, images }, means),
    components: rank,
    leftOut: errors.map((sum) => Math.sqrt(sum / Math.max(1, standards * to))),
  };
}

/** Regression of some standards, with components of falling share in the slave's spectra. */
function regress({ slave, from, master, to }: PairedStandards, chosen: Int32Array, most: number) {
  const means = { from: columnMeans(slave, from, chosen), to: columnMeans(master, to, chosen) };
  const x = centredRows(slave, from, chosen, means.from);
  const y = centredRows(master, to, chosen, means.to);
  const m = chosen.length;
  const { rank, values, left, right } = principalParts(x, m, from, Math.max(0, Math.min(most, m - 1)));
  const images = new Float64Array(rank * to);
  for (let a = 0; a < rank; a++) {
    for (let i = 0; i < m; i++) {
      const weight = left[a * m + i] / values[a];
      for (let j = 0; j < to; j++) images[a * to + j] += weight * y[i * to + j];
    }
  }
  return { rank, loadings: right, images, means };
}

/** Squared errors of left-out standards with 1 … `most` components, summed over channels. */
function directErrors(paired: PairedStandards, most: number): Float64Array {
  const { standards, slave, from, master, to } = paired;
  const errors = new Float64Array(Math.max(1, Math.min(most, standards - 2, from)));
  const residual = new Float64Array(to);
  for (const fold of leaveOutFolds(standards)) {
    const { rank, loadings, images, means } = regress(paired, othersThan(fold, standards), errors.length);
    for (const i of fold) {
      for (let j = 0; j < to; j++) residual[j] = master[i * to + j] - means.to[j];
      for (let a = 0; a < errors.length; a++) {
        if (a < rank) {
          let score = 0;
          for (let j = 0; j < from; j++) score += (slave[i * from + j] - means.from[j]) * loadings[a * from + j];
          for (let j = 0; j < to; j++) residual[j] -= score * images[a * to + j];
        }
        for (let j = 0; j < to; j++) errors[a] += residual[j] * residual[j];
      }
    }
  }
  return errors;
}
