import { pseudoVoigt, square, UNIVERSAL_LOSS } from '../../kernels/index.ts';
import { axisValues, uniformAxis } from '../../signal/axis.ts';
import { part, type SpectrumModel, type SpectrumPart } from './spectrum-model.ts';

const STEP = 0.1;
const SPECTRAL = uniformAxis({
  name: 'Binding energy',
  unit: 'eV',
  role: 'spectral',
  size: 550,
  scale: -STEP,
  offset: 750,
});

/** Counts under the 2p₃/₂ line; the other has half as many, as it has half the states. */
const STRONGEST = 90_000;

/**
 * Fe 2p of Fe₂O₃ (Biesinger et al. 2011, Appl. Surf. Sci. 257, 2717, as single lines): the doublet and its satellites; the
 * electrons of all of them that lost energy on their way out (Tougaard 1988, universal cross section); and what lines at lower
 * binding energy left there.
 */
export function ironPhotoelectrons(): SpectrumModel {
  const x = axisValues(SPECTRAL);
  const line = (at: number, fwhm: number, area: number) => (energy: number) =>
    area * pseudoVoigt(energy - at, fwhm, 0.4) * STEP;
  const doublet = [line(710.8, 3.4, STRONGEST), line(724.4, 4, STRONGEST / 2)];
  const shaken = [line(719, 5, 0.2 * STRONGEST), line(732.9, 5, 0.1 * STRONGEST)];
  const sum = (lines: readonly ((energy: number) => number)[]) => (energy: number) =>
    lines.reduce((total, one) => total + one(energy), 0);
  const signal = [
    part('signal', 'Fe 2p', 'photoelectrons from 2p₃/₂ and 2p₁/₂, multiplets of Fe³⁺ taken together', x, sum(doublet)),
    part('signal', 'satellites', 'the same, with a 3d electron excited: they left with less', x, sum(shaken)),
  ];
  return {
    modality: 'xps',
    title: 'Fe 2p of an iron oxide',
    spectral: SPECTRAL,
    parts: [
      part(
        'background',
        'lines at lower binding energy',
        'electrons of other levels that lost energy',
        x,
        (energy) => 2400 + 6 * (energy - 700),
      ),
      {
        kind: 'background',
        name: 'inelastic losses',
        origin: 'the same electrons, after losses in the solid',
        values: losses(signal, x),
      },
      ...signal,
    ],
  };
}

/** Electrons at each channel that were at a lower binding energy before they lost energy, once or several times. */
function losses(signal: readonly SpectrumPart[], x: Float64Array): Float64Array {
  const { b, c } = UNIVERSAL_LOSS;
  const all = x.map((_, i) => signal.reduce((sum, { values }) => sum + values[i], 0));
  const lost = new Float64Array(x.length);
  for (let i = x.length - 1; i >= 0; i--) {
    for (let from = i + 1; from < x.length; from++) {
      const energy = x[i] - x[from];
      lost[i] += (all[from] * b * energy * STEP) / square(c + energy * energy);
    }
    all[i] += lost[i];
  }
  return lost;
}
