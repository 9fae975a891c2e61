import { square } from '../kernels/portable-math.ts';
import { detectorEfficiency } from '../reference/eds-detector.ts';
import { elementOf } from '../reference/elements.ts';
import { betaSquared, lineStrengths } from '../reference/ionisation.ts';
import { selfAbsorption } from '../reference/self-absorption.ts';
import { addLine, type Channels } from './detector-response.ts';
import type { EdsParameters } from './eds-parameters.ts';
import type { Material } from './eds-specimen.ts';

/** Photons below this never pass the contact and the noise threshold of the detector. */
const LOWEST_KEV = 0.1;
const HIGHEST_KEV = 100;

/**
 * Continuum cross section per keV at a photon energy E: C·Z²/(β²·E)·(1 − E/E0) cm², soft-photon limit of Bethe-Heitler with
 * (16/3)·α·r_e² = 3.09e-27 cm², times 1.2 for the Coulomb logarithm and the weak emission against the beam direction.
 */
const CONTINUUM_CM2 = 1.2 * 3.09e-27;

export interface Component {
  /** Symbol, or `continuum`. */
  readonly name: string;
  /** Mean counts per channel. */
  readonly values: Float64Array;
}

export interface PhaseSpectrum {
  /** Mean counts per channel at the mean thickness; sums to the dose. */
  readonly mean: Float64Array;
  /** What it is the sum of: one component per element, and the continuum. */
  readonly components: readonly Component[];
  /** Mean counts in each line group, before it is spread over channels: "Cr_Ka". */
  readonly lineCounts: Readonly<Record<string, number>>;
}

type Conditions = Omit<EdsParameters, 'height' | 'width' | 'seed' | 'rare' | 'pairDifference' | 'thickness'>;

/**
 * Mean spectrum of a thin foil of one material: characteristic lines (relativistic Bethe cross sections × photons per
 * ionisation) and continuum, each × self-absorption (1 − e^−χ)/χ × detector efficiency, spread by the detector's Gaussian
 * response. Not modelled: fluorescence, escape and sum peaks, incomplete charge collection.
 */
export function phaseSpectrum(material: Material, conditions: Conditions): PhaseSpectrum {
  const { channels, dispersionKeV, offsetKeV, beamEnergyKeV, resolutionMnKaEV, dose } = conditions;
  const axis: Channels = { count: channels, dispersionKeV, offsetKeV };
  const detected = detection(material, conditions);
  const { composition } = material;
  const lineCounts: Record<string, number> = {};
  const components: Component[] = Object.keys(composition).map((symbol) => {
    const values = new Float64Array(channels);
    for (const { line, crossSection } of lineStrengths(symbol, beamEnergyKeV)) {
      const photons = composition[symbol] * crossSection * detected(line.energyKeV);
      if (photons === 0) continue;
      addLine(values, line.energyKeV, photons, axis, resolutionMnKaEV);
      lineCounts[line.name] = photons;
    }
    return { name: symbol, values };
  });
  components.push({ name: 'continuum', values: continuum(material, conditions, axis, detected) });
  const total = components.reduce((sum, { values }) => sum + values.reduce((a, b) => a + b, 0), 0);
  const scale = dose / total;
  const mean = new Float64Array(channels);
  for (const { values } of components) {
    for (let j = 0; j < channels; j++) {
      values[j] *= scale;
      mean[j] += values[j];
    }
  }
  for (const name of Object.keys(lineCounts)) lineCounts[name] *= scale;
  return { mean, components, lineCounts };
}

/** Probability, up to the solid angle, that a photon made in the foil is counted; 0 outside the detector's range. */
function detection({ composition, density }: Material, conditions: Conditions): (energyKeV: number) => number {
  const { thicknessNm, takeOffAngleDeg, window } = conditions;
  const escaping = selfAbsorption({ composition, massThickness: density * thicknessNm * 1e-7, takeOffAngleDeg });
  return (energyKeV) =>
    energyKeV < LOWEST_KEV || energyKeV > HIGHEST_KEV ? 0 : escaping(energyKeV) * detectorEfficiency(energyKeV, window);
}

function continuum(
  { composition }: Material,
  { beamEnergyKeV, resolutionMnKaEV }: Conditions,
  axis: Channels,
  detected: (energyKeV: number) => number,
): Float64Array {
  const { count, dispersionKeV, offsetKeV } = axis;
  let zSquare = 0;
  for (const [symbol, x] of Object.entries(composition)) zSquare += x * square(elementOf(symbol).z);
  const strength = (CONTINUUM_CM2 * zSquare * dispersionKeV) / betaSquared(beamEnergyKeV);
  const out = new Float64Array(count);
  // Channels a little past the end still spill into the last ones.
  const spill = Math.ceil(1 / dispersionKeV);
  for (let j = 0; j < count + spill; j++) {
    const energy = offsetKeV + dispersionKeV * j;
    if (energy < LOWEST_KEV || energy >= Math.min(beamEnergyKeV, HIGHEST_KEV)) continue;
    const photons = (strength / energy) * (1 - energy / beamEnergyKeV) * detected(energy);
    addLine(out, energy, photons, axis, resolutionMnKaEV);
  }
  return out;
}
