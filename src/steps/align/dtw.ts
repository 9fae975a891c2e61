import { z } from 'zod';
import { type DtwOptions, dtwWarper } from '../../kernels/index.ts';
import { defineWarp } from './define-warp.ts';
import { areaToleranceParameter, conserveParameter, lengthParameter, limitOf, warpParameters } from './warp-params.ts';

const params = z.strictObject({
  shift: lengthParameter.describe(
    'half width of the band: the largest displacement that the instrument can have, for example "5 1/cm"; "any" bounds nothing, which the plan refuses',
  ),
  steps: z
    .enum(['symmetric2', 'symmetric1'])
    .default('symmetric2')
    .describe('symmetric2: a diagonal step counts twice, so that no detour is free; symmetric1: all steps count once'),
  derivative: z
    .boolean()
    .default(false)
    .describe('compare slopes instead of values: peaks that differ in height, or lie on a background'),
  conserve: conserveParameter,
  areaTolerance: areaToleranceParameter,
  rounds: z
    .number()
    .int()
    .min(1)
    .max(5)
    .default(1)
    .describe('times to align; from the second on to the mean of what was aligned, where no other reference is given'),
  ...warpParameters,
});
type Params = z.infer<typeof params>;

const isBounded = ({ shift }: Pick<Params, 'shift'>) => shift !== 'any';

export default defineWarp<Params, DtwOptions>({
  id: 'align.dtw',
  version: 1,
  title: 'Dynamic time warping',
  summary:
    'Matches the channels of each spectrum to those of the reference one by one, within a band. It follows any displacement, and noise as well: for strong, smooth spectra. A spectrum that fits no better than chance, or whose peaks would change their areas, stays as it is.',
  cite: ['Sakoe & Chiba 1978, IEEE Trans. ASSP 26, 43', 'Keogh & Pazzani 2001, SIAM Int. Conf. on Data Mining'],
  params,
  example: {
    shift: 1,
    steps: 'symmetric2',
    derivative: false,
    areaTolerance: 0.01,
    target: 'mean',
    nulls: 3,
    rounds: 1,
  },
  bounded: isBounded,
  whole: false,
  inChannels({ spectral }, p) {
    const limit = isBounded(p) ? limitOf(spectral, p.shift) : spectral.size - 1;
    return { options: { band: limit, steps: p.steps, derivative: p.derivative }, limit };
  },
  warper: (references, options) => dtwWarper(references, options),
});
