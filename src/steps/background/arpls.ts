import { z } from 'zod';
import { arpls } from '../../kernels/index.ts';
import { definePenalised, stiffnessParameter } from './penalised.ts';

const params = z.strictObject({
  stiffness: stiffnessParameter,
});
type Params = z.infer<typeof params>;

export default definePenalised<Params>({
  id: 'background.arpls',
  title: 'arPLS baseline',
  summary:
    'Takes off a smooth curve that weighs each channel by how likely it is noise about the baseline (logistic, from the residuals below it): one parameter, noise-aware, the first choice for Raman. It takes the noise to be the same in all channels.',
  params,
  cite: ['Baek, Park, Ahn & Choo 2015, Analyst 140, 250'],
  example: { stiffness: 100 },
  baselines: (rows, channels, lambda) => {
    arpls(rows, channels, rows, { lambda });
  },
});
