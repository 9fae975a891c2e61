import { z } from 'zod';
import { asls, correctExpectileOffset } from '../../kernels/index.ts';
import { definePenalised, stiffnessParameter } from './penalised.ts';

const params = z.strictObject({
  stiffness: stiffnessParameter,
  p: z.number().positive().lt(1).default(0.01).describe('weight of what lies above the baseline; 1 − p below'),
  offset: z.boolean().default(true).describe('put the expectile offset e(p)·√z of Poisson counts back'),
});
type Params = z.infer<typeof params>;

export default definePenalised<Params>({
  id: 'background.asls',
  title: 'AsLS baseline',
  summary:
    'Takes off a smooth curve that weighs what lies above it p and what lies below 1 − p. On noise it settles at the p-expectile, 1.7σ below the mean for p = 0.01: for counts that offset is put back.',
  params,
  cite: ['Eilers & Boelens 2005, Leiden University Medical Centre report'],
  example: { stiffness: 100, p: 0.01, offset: true },
  baselines: (rows, channels, lambda, { params: { p, offset }, noise }) => {
    asls(rows, channels, rows, { lambda, p });
    if (offset && noise.tag === 'poisson') correctExpectileOffset(rows, p);
  },
});
