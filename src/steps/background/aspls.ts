import { z } from 'zod';
import { aspls } from '../../kernels/index.ts';
import { definePenalised, stiffnessParameter } from './penalised.ts';

const params = z.strictObject({
  stiffness: stiffnessParameter,
  steepness: z
    .number()
    .positive()
    .default(0.5)
    .describe('of the weights about one standard deviation; the paper prints 2 in one place'),
});
type Params = z.infer<typeof params>;

export default definePenalised<Params>({
  id: 'background.aspls',
  title: 'asPLS baseline',
  summary:
    'Takes off a curve that is the stiffer the further the spectrum rises above it. Its iteration can be unstable: a change of the last digit may move the baseline visibly.',
  params,
  cite: ['Zhang et al. 2020, Spectrosc. Lett. 53, 222'],
  example: { stiffness: 100, steepness: 0.5 },
  baselines: (rows, channels, lambda, { params: { steepness } }) => {
    aspls(rows, channels, rows, { lambda, steepness });
  },
});
