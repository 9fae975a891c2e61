import { z } from 'zod';
import { lengthDivisor, quotient } from '../../kernels/index.ts';
import { countedChannels, windowParameter } from './counted.ts';
import { defineNormalisation } from './define-normalisation.ts';

const params = z.strictObject({
  window: windowParameter.optional().describe('part of the axis that the length is taken from; default: all of it'),
});
type Params = z.infer<typeof params>;

export default defineNormalisation<Params>({
  id: 'normalise.vector',
  version: 1,
  title: 'Normalise to unit length',
  summary:
    'Divides each spectrum by the root of its sum of squares, so that products of spectra are cosines of their angles. Assumes what the total assumes, and is led by the strongest lines. Noise makes a spectrum longer.',
  params,
  example: {},
  traits: ['wants-net'],
  cite: [],
  scale: 'the length',
  how: ({ window }) => (window ? `to unit length in ${window.join(' to ')}` : 'to unit length'),
  questions: { follows: 'divisor' },
  prepare: (setting) => quotient(lengthDivisor(countedChannels(setting, setting.params))),
});
