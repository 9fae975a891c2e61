import { z } from 'zod';
import { linearDivisor, quotient } from '../../kernels/index.ts';
import { countedChannels, windowParameter } from './counted.ts';
import { defineNormalisation } from './define-normalisation.ts';

const params = z.strictObject({
  window: windowParameter
    .optional()
    .describe('part of the axis that is summed, for example ["500 eV", "600 eV"]; default: all of it'),
});
type Params = z.infer<typeof params>;

export default defineNormalisation<Params>({
  id: 'normalise.total',
  version: 1,
  title: 'Normalise to the total',
  summary:
    'Divides each spectrum by its sum, of the axis or of a window. Assumes that the total varies with dose and thickness alone. Counts become shares with multinomial errors: when one line rises, all others fall.',
  params,
  example: {},
  traits: ['wants-net'],
  cite: ['Aitchison 1982, J. R. Stat. Soc. B 44, 139: shares that add up to 1'],
  scale: 'the total',
  how: ({ window }) => (window ? `to the total of ${window.join(' to ')}` : 'to the total'),
  questions: { follows: 'divisor' },
  prepare: (setting) => quotient(linearDivisor(countedChannels(setting, setting.params))),
});
