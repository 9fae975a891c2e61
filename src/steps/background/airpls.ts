import { z } from 'zod';
import { airpls } from '../../kernels/index.ts';
import { definePenalised, stiffnessParameter } from './penalised.ts';

const params = z.strictObject({
  stiffness: stiffnessParameter,
});
type Params = z.infer<typeof params>;

export default definePenalised<Params>({
  id: 'background.airpls',
  title: 'airPLS baseline',
  summary:
    'Takes off a smooth curve whose weights grow where the spectrum lies below it and vanish where it lies above. On noisy spectra it follows the lower envelope.',
  params,
  cite: ['Zhang, Chen & Liang 2010, Analyst 135, 1138'],
  example: { stiffness: 100 },
  baselines: (rows, channels, lambda) => {
    airpls(rows, channels, rows, { lambda });
  },
});
