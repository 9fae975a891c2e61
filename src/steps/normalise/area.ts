import { z } from 'zod';
import { linearDivisor, quotient, trapezoidWeights } from '../../kernels/index.ts';
import { countedChannels, windowParameter } from './counted.ts';
import { defineNormalisation } from './define-normalisation.ts';

const params = z.strictObject({
  window: windowParameter
    .optional()
    .describe('part of the axis that is integrated, for example ["200 1/cm", "1800 1/cm"]; default: all of it'),
});
type Params = z.infer<typeof params>;

/** An integral has two ends. */
const FEWEST = 2;

export default defineNormalisation<Params>({
  id: 'normalise.area',
  version: 1,
  title: 'Normalise to the area',
  summary:
    'Divides each spectrum by its integral over the axis, whatever its spacing and direction: the result has area 1, in one over the unit of the axis. Assumes what the total assumes, of densities such as counts per eV.',
  params,
  example: {},
  traits: ['wants-net'],
  cite: [],
  scale: 'the area',
  how: ({ window }) => (window ? `to the area of ${window.join(' to ')}` : 'to unit area'),
  questions: { follows: 'divisor' },
  prepare(setting) {
    const counts = countedChannels(setting, { ...setting.params, fewest: FEWEST });
    return quotient(linearDivisor(trapezoidWeights(setting.positions, (j) => counts[j] !== 0)));
  },
});
