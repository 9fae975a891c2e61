import { z } from 'zod';
import { linearDivisor, medianQuotientDivisor, quotient } from '../../kernels/index.ts';
import { mapShape, pixelCount } from '../../signal/signal.ts';
import { spectrumSum } from '../mean-spectrum.ts';
import { countedChannels } from './counted.ts';
import { defineNormalisation } from './define-normalisation.ts';
import { histogramBytes, medianShares, shareHistograms } from './median-spectrum.ts';
import { checkSameAxis, learnedFrom, learnMean, referenceInput } from './reference-spectrum.ts';
import { exampleReference } from './scatter-basis.ts';

const params = z.strictObject({
  reference: z
    .enum(['median', 'mean'])
    .default('median')
    .describe(
      'median: channel by channel over spectra of total 1, as published; mean: of the spectra as they are, for few spectra or few counts',
    ),
});
type Params = z.infer<typeof params>;

export default defineNormalisation<Params>({
  id: 'normalise.pqn',
  version: 1,
  title: 'Probabilistic quotient normalisation (PQN)',
  summary:
    'Divides each spectrum by the median of its quotients to a reference spectrum. Assumes that most channels differ by dose alone: a strong line may then change without pulling the rest down, as it does with the total. Needs counts in most channels.',
  params,
  example: { reference: 'median' },
  traits: ['wants-net'],
  cite: ['Dieterle, Ross, Schlotterbeck & Senn 2006, Anal. Chem. 78, 4281'],
  scale: 'the median quotient',
  how: () => 'PQN',
  questions: { weak: true },
  prepare: (setting) => {
    const counts = countedChannels(setting);
    return quotient(medianQuotientDivisor(setting.learned ?? counts, counts));
  },
  learning: {
    inputs: { reference: referenceInput },
    passes: 1,
    lane: histogramBytes,
    check({ in: state, reference }, setting) {
      checkSameAxis('reference', state, reference);
      countedChannels(setting);
    },
    async learn(context, inputs, p) {
      if (p.reference === 'mean') return learnMean(context, inputs);
      const { reference } = inputs;
      const channels = reference.spectral.size;
      const found = await context.fold<Parameters<typeof medianShares>[0]>(
        'shareHistograms',
        {
          pixelMask: reference.mask.pixels,
          channelMask: reference.mask.channels,
          offset: reference.noise.tag === 'poisson' ? reference.noise.offset : 0,
        },
        [reference.source],
        { pixels: pixelCount(reference), channels, width: mapShape(reference.navigation).width },
      );
      context.note(`the reference is the median of ${learnedFrom(inputs.in, reference)}, each with a total of 1`);
      return medianShares(found, channels);
    },
    respondLearned(setting, row, weights, out) {
      if (setting.params.reference === 'mean') out.set(weights);
      else quotient(linearDivisor(countedChannels(setting))).respond(row, weights, row, out);
    },
    example: exampleReference,
    shapes: { spectrumSum, shareHistograms },
  },
});
