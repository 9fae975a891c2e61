import { z } from 'zod';
import { psalsa } from '../../kernels/index.ts';
import { definePenalised, stiffnessParameter } from './penalised.ts';

const params = z.strictObject({
  stiffness: stiffnessParameter,
  p: z.number().positive().lt(1).default(0.5).describe('weight of what lies above the baseline; 1 − p below'),
  height: z
    .number()
    .positive()
    .optional()
    .describe('height at which a peak loses its weight; default: a tenth of the standard deviation of the spectrum'),
});
type Params = z.infer<typeof params>;

export default definePenalised<Params>({
  id: 'background.psalsa',
  title: 'psalsa baseline',
  summary:
    'AsLS in which peaks lose their weight with their height: for a few large peaks on a baseline with small ones.',
  params,
  cite: ['Oller-Moreno et al. 2014, Proc. IEEE 11th Int. Multi-Conf. Systems, Signals & Devices'],
  example: { stiffness: 100, p: 0.5 },
  baselines: (rows, channels, lambda, { params: { p, height } }) => {
    psalsa(rows, channels, rows, { lambda, p, height });
  },
});
