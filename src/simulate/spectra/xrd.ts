import { portableExp, pseudoVoigt, square } from '../../kernels/index.ts';
import { powderLines } from '../../reference/powder-standards.ts';
import { axisValues, uniformAxis } from '../../signal/axis.ts';
import { part, type SpectrumModel } from './spectrum-model.ts';

const SPECTRAL = uniformAxis({ name: '2θ', unit: '°', role: 'spectral', size: 2000, scale: 0.04, offset: 15 });

/** Kα₁ and Kα₂ of copper, Å, and what part of both they are (Hölzer et al. 1997, Phys. Rev. A 56, 4554). */
const COPPER = [
  { wavelength: 1.540593, share: 2 / 3 },
  { wavelength: 1.544427, share: 1 / 3 },
];

/** Integrated intensities of silicon powder, of the strongest line: PDF 27-1402. */
const INTENSITIES: Readonly<Record<string, number>> = {
  111: 1,
  220: 0.55,
  311: 0.3,
  400: 0.06,
  331: 0.11,
  422: 0.12,
};
const STRONGEST = 900;

/** Diffraction of copper radiation by silicon powder on glass, in Bragg-Brentano geometry. */
export function siliconPowder(): SpectrumModel {
  const x = axisValues(SPECTRAL);
  const lines = COPPER.flatMap(({ wavelength, share }) =>
    powderLines('Si', wavelength, [15, 95]).map(({ hkl, twoTheta }) => ({
      at: twoTheta,
      area: STRONGEST * share * (INTENSITIES[hkl] ?? 0),
    })),
  );
  return {
    modality: 'xrd',
    title: 'Silicon powder on glass',
    spectral: SPECTRAL,
    parts: [
      part(
        'background',
        'air',
        'scattering by the air in the beam, at small angles',
        x,
        (at) => 400 * portableExp(-(at - 15) / 8),
      ),
      part(
        'background',
        'glass',
        'the holder: short-range order of SiO₄ tetrahedra',
        x,
        (at) => 110 * portableExp(-square((at - 24) / 6) / 2),
      ),
      part('background', 'fluorescence', 'Compton scattering and fluorescence, alike at all angles', x, () => 45),
      part('signal', 'Si', 'Bragg reflections, each of Kα₁ and Kα₂', x, (at) =>
        lines.reduce((sum, line) => sum + line.area * pseudoVoigt(at - line.at, 0.09 + 0.0007 * at, 0.6), 0),
      ),
    ],
  };
}
