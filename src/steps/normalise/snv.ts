import { z } from 'zod';
import { standardVariate } from '../../kernels/index.ts';
import { countedChannels } from './counted.ts';
import { defineNormalisation } from './define-normalisation.ts';

const params = z.strictObject({
  deviation: z
    .enum(['n-1', 'n'])
    .default('n-1')
    .describe('what squares are divided by: n-1 as published, n as some programs do'),
});
type Params = z.infer<typeof params>;

/** One channel has no deviation. */
const FEWEST = 2;

export default defineNormalisation<Params>({
  id: 'normalise.snv',
  version: 1,
  title: 'Standard normal variate (SNV)',
  summary:
    'Takes off the mean of each spectrum and divides by the standard deviation of its channels. Assumes that offset and scale are scatter: for broad bands on spectra of one kind. Where lines are few, or a background dominates, it is those that it scales by.',
  params,
  example: { deviation: 'n-1' },
  traits: ['wants-net'],
  cite: ['Barnes, Dhanoa & Lister 1989, Appl. Spectrosc. 43, 772'],
  scale: 'the standard deviation',
  how: () => 'SNV',
  questions: {},
  prepare: (setting) =>
    standardVariate(countedChannels(setting, { fewest: FEWEST }), setting.params.deviation === 'n' ? 0 : 1),
});
