import { z } from 'zod';
import { quotient, tallestDivisor } from '../../kernels/index.ts';
import { countedChannels, windowParameter } from './counted.ts';
import { defineNormalisation } from './define-normalisation.ts';

const params = z.strictObject({
  window: windowParameter
    .optional()
    .describe('part of the axis in which the tallest channel is looked for; default: all of it'),
});
type Params = z.infer<typeof params>;

export default defineNormalisation<Params>({
  id: 'normalise.maximum',
  version: 1,
  title: 'Normalise to the maximum',
  summary:
    'Divides each spectrum by its tallest channel. Assumes that the tallest peak does not change with composition. The maximum of noisy channels is too high, by up to σ√(2 ln n) on a flat top: for display, hardly for numbers.',
  params,
  example: {},
  traits: ['wants-net'],
  cite: ['Clark 1961, Oper. Res. 9, 145'],
  scale: 'the maximum',
  how: ({ window }) => (window ? `to the maximum of ${window.join(' to ')}` : 'to the maximum'),
  questions: { follows: 'share' },
  prepare: (setting) => quotient(tallestDivisor(countedChannels(setting, setting.params))),
});
