import { portableExp } from '../kernels/portable-math.ts';
import { inputError } from '../signal/errors.ts';
import { massAttenuation } from './mass-attenuation.ts';

/** Energy of Mn Kα₁ at which detector resolutions are quoted. */
export const MN_KA_KEV = 5.8987;

/**
 * Full width at half maximum in keV of a line at `energyKeV`: √(2.5·(E − E_MnKα) + FWHM²), in eV (C. E. Fiori and
 * D. E. Newbury, SEM/1978/I 401).
 * @param resolutionMnKaEV FWHM at Mn Kα in eV.
 * @throws SpectrailError `input/resolution` where the law has no width (low energy with a resolution below 121.5 eV).
 */
export function lineFwhm(energyKeV: number, resolutionMnKaEV: number): number {
  const square = 2.5 * (energyKeV - MN_KA_KEV) * 1000 + resolutionMnKaEV * resolutionMnKaEV;
  if (!(square > 0)) {
    throw inputError({
      code: 'resolution',
      what: `a resolution of ${resolutionMnKaEV} eV at Mn Kα leaves no line width at ${energyKeV} keV`,
      expected: 'at least 122 eV for lines down to 0 keV',
    });
  }
  return Math.sqrt(square) / 1000;
}

/** Silicon K, keV: edge and line. A photon above the edge may lose the energy of the line that leaves the crystal. */
export const SILICON_K = { edgeKeV: 1.839, lineKeV: 1.74 } as const;

interface Layer {
  readonly element: string;
  /** g/cm². */
  readonly areal: number;
}

const SILICON_DENSITY = 2.33;
const CONTACT: Layer = { element: 'Al', areal: 2.7 * 20e-7 };
const DEAD_LAYER: Layer = { element: 'Si', areal: SILICON_DENSITY * 30e-7 };
const CRYSTAL: Layer = { element: 'Si', areal: SILICON_DENSITY * 450e-4 };

/** Polyimide C22H10N2O5 of 300 nm under 40 nm of aluminium; a support grid passes 77 %. */
const POLYIMIDE = { areal: 1.42 * 300e-7, mass: { C: 0.6911, H: 0.0264, N: 0.0733, O: 0.2092 } };

const WINDOWS: Readonly<Record<DetectorWindow, { open: number; layers: readonly Layer[] }>> = {
  none: { open: 1, layers: [] },
  polymer: {
    open: 0.77,
    layers: [
      { element: 'Al', areal: 2.7 * 40e-7 },
      ...Object.entries(POLYIMIDE.mass).map(([element, share]) => ({ element, areal: POLYIMIDE.areal * share })),
    ],
  },
  beryllium: { open: 1, layers: [{ element: 'Be', areal: 1.85 * 8e-4 }] },
};

/** What stands before the detector: nothing, a thin polymer foil on a grid, or 8 µm of beryllium. */
export type DetectorWindow = 'none' | 'polymer' | 'beryllium';

/**
 * Probability that a photon reaching a silicon drift detector is counted: transmission of window, contact (20 nm Al) and
 * dead layer (30 nm Si) times absorption in 450 µm of silicon.
 * @param energyKeV 0.1 to 100.
 */
export function detectorEfficiency(energyKeV: number, window: DetectorWindow = 'none'): number {
  const { open, layers } = WINDOWS[window];
  let depth = 0;
  for (const { element, areal } of [...layers, CONTACT, DEAD_LAYER])
    depth += areal * massAttenuation(element, energyKeV);
  return open * portableExp(-depth) * (1 - portableExp(-CRYSTAL.areal * massAttenuation(CRYSTAL.element, energyKeV)));
}
