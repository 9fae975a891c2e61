/** Shapes of the X-ray continuum, photons per energy interval up to a factor, at `energy` under a beam of `beam`, both keV. */

/** Thick target: (E0 − E)/E (H. A. Kramers, Phil. Mag. 46 (1923) 836). 0 from the beam energy on. */
export function kramers(energy: number, beam: number): number {
  return energy < beam ? (beam - energy) / energy : 0;
}

/**
 * Thin foil: (E0 − E)/(E0·E)·(1 − (E0 − E)/E0) and (E0 − E)²/(E0²·E) (E. Lifshin, Proc. 9th MAS (1974) 53). Their sum is
 * Kramers' shape over E0. 0 from the beam energy on.
 */
export function lifshin(energy: number, beam: number): readonly [number, number] {
  if (energy >= beam) return [0, 0];
  const left = (beam - energy) / beam;
  return [(left / energy) * (1 - left), (left * left) / energy];
}

/**
 * 1/E, 1 and E (J. Chapman et al., J. Microsc. 136 (1984) 179) in the mixtures (1 − t)²/E, 2t(1 − t)/E and t²/E of
 * t = E/top: what is mixed of these in amounts that are not negative is a continuum that nowhere up to `top` is.
 */
export function chapman(energy: number, top: number): readonly [number, number, number] {
  const t = energy / top;
  return [((1 - t) * (1 - t)) / energy, (2 * t * (1 - t)) / energy, (t * t) / energy];
}
