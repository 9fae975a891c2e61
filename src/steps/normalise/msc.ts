import { z } from 'zod';
import { scatterCorrection } from '../../kernels/index.ts';
import { spectrumSum } from '../mean-spectrum.ts';
import { defineNormalisation } from './define-normalisation.ts';
import { checkSameAxis, learnMean, referenceInput } from './reference-spectrum.ts';
import { exampleReference, fittedBy, scatterBasis } from './scatter-basis.ts';

const params = z.strictObject({});
type Params = z.infer<typeof params>;

export default defineNormalisation<Params>({
  id: 'normalise.msc',
  version: 1,
  title: 'Multiplicative scatter correction (MSC)',
  summary:
    'Fits each spectrum by a + b·reference, takes off a and divides by b; the reference is the mean spectrum. Assumes that one reference stands for all: where classes differ, the mean is of none of them, and their difference goes into a and b.',
  params,
  example: {},
  traits: ['wants-net'],
  cite: ['Geladi, MacDougall & Martens 1985, Appl. Spectrosc. 39, 491'],
  scale: 'the slope against the reference',
  how: () => 'MSC',
  questions: { weak: true },
  prepare: (setting) => scatterCorrection(scatterBasis(setting, { order: 0 }).basis),
  learning: {
    inputs: { reference: referenceInput },
    passes: 1,
    check({ in: state, reference }, setting) {
      checkSameAxis('reference', state, reference);
      fittedBy(setting, 2);
    },
    learn: learnMean,
    example: exampleReference,
    shapes: { spectrumSum },
  },
});
