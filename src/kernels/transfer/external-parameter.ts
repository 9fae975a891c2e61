import type { PairedStandards } from './direct.ts';
import type { LinearMap } from './linear-map.ts';
import { principalParts } from './principal-parts.ts';

export interface Orthogonalisation {
  readonly map: LinearMap;
  readonly components: number;
  /** Share of the squared differences between the instruments that the components hold. */
  readonly share: number;
}

/**
 * External parameter orthogonalisation (J. Roger, F. Chauchard & V. Bellon-Maurel, Chemom. Intell. Lab. Syst. 66 (2003) 191),
 * the instrument being the external parameter: x·(I − V·Vᵀ), V the leading directions of the differences between the two
 * spectra of each standard, their mean included. The spectra of both instruments are to go through it, and models to be made
 * behind it.
 * @throws RangeError unless both instruments have the same channels
 */
export function fitExternalParameter(
  { standards, slave, from, master, to }: PairedStandards,
  wanted: number,
): Orthogonalisation {
  if (from !== to) throw new RangeError(`${from} channels cannot be compared with ${to}: they must be as many`);
  const differences = slave.map((value, at) => value - master[at]);
  const { rank, values, right } = principalParts(differences, standards, from, wanted);
  const total = differences.reduce((sum, value) => sum + value * value, 0);
  const held = values.reduce((sum, value) => sum + value * value, 0);
  return {
    map: {
      from,
      to,
      rank,
      keep: 1,
      loadings: right,
      images: right.map((value) => -value),
      offset: new Float64Array(to),
    },
    components: rank,
    share: total > 0 ? held / total : 1,
  };
}
