import { portableExp } from '../kernels/portable-math.ts';
import { portableSin } from '../kernels/portable-trigonometry.ts';
import { massFractions } from './elements.ts';
import { massAttenuation } from './mass-attenuation.ts';

/** A specimen that absorbs the X-rays that it emits. */
export interface Absorber {
  /** Atomic fractions by symbol, any scale. */
  readonly composition: Readonly<Record<string, number>>;
  /** Density times thickness, g/cm². */
  readonly massThickness: number;
  /** Angle between the specimen's surface and the detector, degrees, above 0. */
  readonly takeOffAngleDeg: number;
}

/**
 * Share of the photons of an energy (0.1 to 100 keV) that leave towards the detector, of all made evenly through the
 * thickness: (1 − e^−χ)/χ with χ = (μ/ρ)·ρt/sin α.
 */
export function selfAbsorption({
  composition,
  massThickness,
  takeOffAngleDeg,
}: Absorber): (energyKeV: number) => number {
  const path = massThickness / portableSin((takeOffAngleDeg * Math.PI) / 180);
  const areal = Object.entries(massFractions(composition)).map(([symbol, share]) => [symbol, share * path] as const);
  return (energyKeV) => {
    let depth = 0;
    for (const [symbol, mass] of areal) depth += mass * massAttenuation(symbol, energyKeV);
    return depth < 1e-6 ? 1 - depth / 2 : (1 - portableExp(-depth)) / depth;
  };
}
