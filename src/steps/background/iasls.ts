import { z } from 'zod';
import { iasls } from '../../kernels/index.ts';
import { definePenalised, stiffnessParameter } from './penalised.ts';

const params = z.strictObject({
  stiffness: stiffnessParameter,
  p: z.number().positive().lt(1).default(0.01).describe('weight of what lies above the baseline; 1 − p below'),
  slope: z.number().positive().default(1e-4).describe('weight of the penalty on the slope of what is left'),
});
type Params = z.infer<typeof params>;

export default definePenalised<Params>({
  id: 'background.iasls',
  title: 'IAsLS baseline',
  summary: 'AsLS with a second penalty on the slope of what is left, which lets peaks stand on sloping baselines.',
  params,
  cite: ['He et al. 2014, Anal. Methods 6, 4402'],
  example: { stiffness: 100, p: 0.01, slope: 1e-4 },
  baselines: (rows, channels, lambda, { params: { p, slope } }) => {
    iasls(rows, channels, rows, { lambda, p, firstLambda: slope });
  },
});
