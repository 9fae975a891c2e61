import { z } from 'zod';
import { boxNeighbourhood, discNeighbourhood } from '../../kernels/index.ts';
import { inputError } from '../../signal/errors.ts';
import { defineSmoothing } from './define-smoothing.ts';
import { lengthInPixels, mapLength, smallestFeatureParameter } from './pixel-lengths.ts';

const params = z.strictObject({
  radius: mapLength.describe(
    'distance of the last pixel in the mean, in pixels or as text such as "4 nm": 2 of a box are 5 × 5 pixels',
  ),
  shape: z
    .enum(['box', 'disc'])
    .default('box')
    .describe('box: a square of pixels; disc: only those whose centre lies within the radius'),
  smallestFeature: smallestFeatureParameter,
});
type Params = z.infer<typeof params>;

export default defineSmoothing<Params>({
  id: 'spatial.local-average',
  version: 1,
  title: 'Local average over pixels',
  summary:
    'Replaces each spectrum by the mean of those around it, all alike. Of counts the mean of n is a Poisson sum with gain 1/n, so that its likelihood stays known pixel by pixel; but pixels share errors.',
  params,
  cite: ['Kotula & Keenan 2006, Microsc. Microanal. 12, 538'],
  example: { radius: 1, shape: 'box' },
  equalWeights: true,
  neighbourhood: ({ radius, shape }, navigation) => {
    const lengths = lengthInPixels(navigation, 'a radius', radius);
    if (navigation.length > 0 && lengths.y < 1 && lengths.x < 1) {
      throw inputError({
        code: 'bad-length',
        what: `a radius of ${radius} does not reach the next pixel`,
        expected: 'at least one pixel',
        fix: 'widen it, or leave the step out',
      });
    }
    return shape === 'disc' ? discNeighbourhood(lengths) : boxNeighbourhood(lengths);
  },
});
