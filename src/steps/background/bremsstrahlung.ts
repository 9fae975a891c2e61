import { z } from 'zod';
import { type PositiveBasis, positiveBasis } from '../../kernels/index.ts';
import { defineBackground } from './define-background.ts';
import {
  type ContinuumParams,
  continuumRange,
  continuumShapes,
  lineFreeChannels,
  shapeCount,
} from './eds-continuum.ts';
import type { Setting } from './estimator.ts';
import { fitWeights } from './fit-weights.ts';
import { positiveEstimator } from './positive.ts';

const edge = z.union([z.number(), z.string()]);

const params = z.strictObject({
  beam: edge.describe('energy of the electrons, for example "200 keV"; bare numbers are keV'),
  model: z
    .enum(['thin', 'thick', 'chapman'])
    .default('thin')
    .describe(
      'emission. thin: of a foil, two shapes; thick: Kramers’ law of a bulk specimen, one; chapman: b0/E + b1 + b2·E, for what neither fits',
    ),
  elements: z
    .array(z.string())
    .describe(
      'elements in the specimen and around it, for example ["Ni", "Cr", "Cu"]: the continuum is fitted away from their lines',
    ),
  fit: z
    .array(z.tuple([edge, edge]))
    .min(1)
    .optional()
    .describe('windows to fit in, for example [["3 keV", "5 keV"]]; default: all that is free of lines'),
  specimen: z
    .strictObject({
      composition: z.string().describe('atoms, for example "Al2O3" or "Ni0.6 Cr0.25 Co0.15"'),
      massThickness: z
        .number()
        .positive()
        .describe('µg/cm²: a tenth of the density in g/cm³ times the thickness in nm'),
      takeOff: edge.describe('angle between the surface of the specimen and the detector, for example "22°"'),
    })
    .optional()
    .describe('what absorbs X-rays on their way out; default: nothing'),
  detector: z
    .enum(['none', 'polymer', 'beryllium'])
    .default('none')
    .describe('window before the silicon drift detector'),
  resolution: z.number().min(122).max(1000).default(130).describe('full width at half maximum of Mn Kα, in eV'),
});
type Params = z.infer<typeof params>;

function basisOf(setting: Setting<ContinuumParams>): PositiveBasis {
  const channels = lineFreeChannels(setting);
  return positiveBasis(continuumShapes(setting), shapeCount(setting.params), channels, fitWeights(setting, channels));
}

export default defineBackground<Params>({
  id: 'background.bremsstrahlung',
  version: 1,
  title: 'Bremsstrahlung background',
  summary:
    'Takes off the X-ray continuum as physics has it: emission, times absorption in the specimen, times the efficiency of the detector, with its edges and resolution, in amounts fitted to each spectrum by the likelihood of its counts where no element has a line. Good at any dose, where the specimen and the detector are known.',
  params,
  needs: { modality: ['eds'], intensity: ['counts', 'rate'] },
  cite: [
    'Kramers 1923, Phil. Mag. 46, 836',
    'Lifshin 1974, Proc. 9th Annual Conf. Microbeam Analysis Society, 53',
    'Chapman, Nicholson & Crozier 1984, J. Microsc. 136, 179',
  ],
  example: { beam: 200, model: 'thin', elements: ['Al'], detector: 'none', resolution: 130 },
  range(setting) {
    basisOf(setting);
    return continuumRange(setting);
  },
  prepare: (setting) => positiveEstimator(basisOf(setting), continuumRange(setting)),
});
