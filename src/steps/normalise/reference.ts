import { z } from 'zod';
import { linearDivisor, quotient } from '../../kernels/index.ts';
import { countedChannels, windowParameter } from './counted.ts';
import { defineNormalisation } from './define-normalisation.ts';

const params = z.strictObject({
  window: windowParameter.describe('around a peak that does not change, for example ["515 1/cm", "525 1/cm"]'),
});
type Params = z.infer<typeof params>;

export default defineNormalisation<Params>({
  id: 'normalise.reference',
  version: 1,
  title: 'Normalise to a reference peak',
  summary:
    'Divides each spectrum by what a reference peak has in a window above its background: an internal standard, a line of the substrate. Assumes that it is constant. Its error is in every quotient; below about 10σ the quotients have tails without end, and the run says so.',
  params,
  example: { window: [2, 5] },
  cite: ['Hinkley 1969, Biometrika 56, 635: the ratio of two normal variables'],
  scale: 'the reference peak',
  how: ({ window }) => `to the peak in ${window.join(' to ')}`,
  questions: { weak: true },
  prepare: (setting) => quotient(linearDivisor(countedChannels(setting, setting.params))),
});
