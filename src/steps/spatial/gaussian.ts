import { z } from 'zod';
import { gaussianNeighbourhood } from '../../kernels/index.ts';
import { defineSmoothing } from './define-smoothing.ts';
import { lengthInPixels, mapLength, smallestFeatureParameter } from './pixel-lengths.ts';

const params = z.strictObject({
  sigma: mapLength.describe('standard deviation of the Gaussian, in pixels or as text such as "2 nm"'),
  smallestFeature: smallestFeatureParameter,
});
type Params = z.infer<typeof params>;

export default defineSmoothing<Params>({
  id: 'spatial.gaussian',
  version: 1,
  title: 'Gaussian smoothing over pixels',
  summary:
    'Replaces each spectrum by the Gaussian mean of those around it: the variance falls to 1/(4πσ²), a step edge becomes 2.6 σ wide. Pixels then share errors, and √N is no longer their size.',
  params,
  cite: ['Kotula & Keenan 2006, Microsc. Microanal. 12, 538'],
  example: { sigma: 1 },
  equalWeights: false,
  neighbourhood: (p, navigation) => gaussianNeighbourhood(lengthInPixels(navigation, 'a sigma', p.sigma)),
});
