import { gaussian, portableExp, portablePow } from '../../kernels/index.ts';
import { axisValues, uniformAxis } from '../../signal/axis.ts';
import { part, type SpectrumModel } from './spectrum-model.ts';

const SPECTRAL = uniformAxis({
  name: 'Energy loss',
  unit: 'eV',
  role: 'spectral',
  size: 900,
  scale: 0.5,
  offset: 400,
});

/** From 0 to 1 over the width of the initial state and the resolution, and then down as an edge goes: E^−3. */
const edge = (energy: number, onset: number, width: number) =>
  portablePow(energy / onset, -3) / (1 + portableExp(-(energy - onset) / width));

/**
 * Core losses of an iron oxide at 200 keV: the tail of what lies below, A·E^−3 (Egerton 2011, sec. 4.4), the O K edge with its
 * fine structure, and the L₃ and L₂ edges of iron with their white lines.
 */
export function ironOxideLosses(): SpectrumModel {
  const x = axisValues(SPECTRAL);
  const line = (energy: number, at: number, sigma: number, area: number) => area * gaussian(energy - at, sigma);
  return {
    modality: 'eels',
    title: 'Core losses of an iron oxide',
    spectral: SPECTRAL,
    parts: [
      part(
        'background',
        'power law',
        'valence losses and edges at lower losses: A·E^−r',
        x,
        (energy) => 3000 * portablePow(energy / 400, -3),
      ),
      part(
        'signal',
        'O K',
        '1s electrons of oxygen into empty 2p states, mixed with 3d of iron below 535 eV',
        x,
        (energy) => 320 * edge(energy, 534, 1) + line(energy, 531, 0.8, 380) + line(energy, 540.5, 2.2, 1100),
      ),
      part(
        'signal',
        'Fe L',
        '2p electrons of iron: white lines into empty 3d states, steps into the continuum',
        x,
        (energy) =>
          90 * edge(energy, 712, 1) +
          45 * edge(energy, 725, 1) +
          line(energy, 709.6, 1.1, 1500) +
          line(energy, 722.8, 1.4, 520),
      ),
    ],
  };
}
