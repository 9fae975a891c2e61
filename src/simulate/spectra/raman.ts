import { lorentzian, portableExp, square } from '../../kernels/index.ts';
import { axisValues, uniformAxis } from '../../signal/axis.ts';
import { part, type SpectrumModel } from './spectrum-model.ts';

const SPECTRAL = uniformAxis({
  name: 'Raman shift',
  unit: '1/cm',
  role: 'spectral',
  size: 1100,
  scale: 1.4,
  offset: 300,
});

/** Position and full width (1/cm), and height (counts), of polystyrene: ASTM E1840 gives the positions. */
const LINES = [
  [620.9, 7, 420],
  [795.8, 9, 160],
  [1001.4, 6, 1900],
  [1031.8, 8, 560],
  [1155.3, 9, 240],
  [1450.5, 14, 260],
  [1583.1, 10, 240],
  [1602.3, 10, 800],
];

/** Light scattered by polystyrene that fluoresces, on a cooled camera. */
export function fluorescentPlastic(): SpectrumModel {
  const x = axisValues(SPECTRAL);
  return {
    modality: 'raman',
    title: 'Polystyrene that fluoresces',
    spectral: SPECTRAL,
    parts: [
      part(
        'background',
        'fluorescence',
        'light of electronic states, ten to a hundred times as strong',
        x,
        (at) => 2600 * portableExp(-square((at - 1250) / 700) / 2) + 1500 * portableExp(-(at - 300) / 280),
      ),
      part('background', 'dark counts', 'thermal electrons of the camera', x, () => 120),
      part('signal', 'Raman lines', 'light that lost a vibration of the chain or the ring', x, (at) =>
        LINES.reduce(
          (sum, [centre, fwhm, height]) => sum + height * lorentzian(at - centre, fwhm / 2) * Math.PI * (fwhm / 2),
          0,
        ),
      ),
    ],
  };
}
