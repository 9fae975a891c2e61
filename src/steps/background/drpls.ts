import { z } from 'zod';
import { drpls } from '../../kernels/index.ts';
import { definePenalised, stiffnessParameter } from './penalised.ts';

const params = z.strictObject({
  stiffness: stiffnessParameter,
  eta: z.number().min(0).lt(1).default(0.5).describe('how far the stiffness loosens where there are no peaks'),
});
type Params = z.infer<typeof params>;

export default definePenalised<Params>({
  id: 'background.drpls',
  title: 'drPLS baseline',
  summary:
    'Takes off a curve whose stiffness loosens where there are no peaks: for baselines that bend sharply between them.',
  params,
  cite: ['Xu et al. 2019, Appl. Opt. 58, 3913'],
  example: { stiffness: 100, eta: 0.5 },
  baselines: (rows, channels, lambda, { params: { eta } }) => {
    drpls(rows, channels, rows, { lambda, eta });
  },
});
