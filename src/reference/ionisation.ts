import { portableLog } from '../kernels/portable-math.ts';
import { type LineFamily, lineFamilies, type XrayLine } from './xray-lines.ts';

/** Electrons in the family and the Bethe parameters b, c: C. J. Powell, Rev. Mod. Phys. 48 (1976) 33; M taken as L. */
const BETHE: Readonly<Record<LineFamily, { electrons: number; b: number; c: number }>> = {
  K: { electrons: 2, b: 0.9, c: 0.65 },
  L: { electrons: 8, b: 0.75, c: 0.6 },
  M: { electrons: 18, b: 0.75, c: 0.6 },
};

const ELECTRON_REST_KEV = 510.99895;

/** (v/c)² of an electron of this kinetic energy. */
export function betaSquared(beamEnergyKeV: number): number {
  const gamma = 1 + beamEnergyKeV / ELECTRON_REST_KEV;
  return 1 - 1 / (gamma * gamma);
}

/**
 * Ionisation cross section of a whole family in cm²: relativistic Bethe form with Powell's parameters,
 * Q = 6.51e-20·n·b/(T·E_c)·[ln(c·T/E_c) − ln(1−β²) − β²], T = m₀v²/2 in keV. Good to 10-30 %. 0 below threshold.
 */
export function ionisationCrossSection(family: LineFamily, edgeKeV: number, beamEnergyKeV: number): number {
  if (beamEnergyKeV <= edgeKeV) return 0;
  const { electrons, b, c } = BETHE[family];
  const beta2 = betaSquared(beamEnergyKeV);
  const reduced = (ELECTRON_REST_KEV / 2) * beta2;
  const bracket = portableLog((c * reduced) / edgeKeV) - portableLog(1 - beta2) - beta2;
  return bracket > 0 ? ((6.51e-20 * electrons * b) / (reduced * edgeKeV)) * bracket : 0;
}

export interface LineStrength {
  readonly line: XrayLine;
  /** Photons emitted into 4π per atom and electron/cm²: Q·(photons per ionisation)·(share of the line), cm². */
  readonly crossSection: number;
}

/** Emission cross sections of every line of an element that the beam excites, in table order. */
export function lineStrengths(element: string | number, beamEnergyKeV: number): LineStrength[] {
  return lineFamilies(element).flatMap(({ family, photonsPerIonisation, lines }) => {
    const ionisation = ionisationCrossSection(family, leadingEdge(lines), beamEnergyKeV);
    return lines
      .filter((line) => line.edgeKeV < beamEnergyKeV)
      .map((line) => ({ line, crossSection: ionisation * photonsPerIonisation * line.fraction }))
      .filter(({ crossSection }) => crossSection > 0);
  });
}

/** Edge of the shell behind the family's strongest line: the one that decides its threshold. */
function leadingEdge(lines: readonly XrayLine[]): number {
  return lines.reduce((best, line) => (line.weight > best.weight ? line : best)).edgeKeV;
}
