import { z } from 'zod';
import { scatterCorrection } from '../../kernels/index.ts';
import { readRow } from '../../signal/block.ts';
import { inputError } from '../../signal/errors.ts';
import { mapShape, pixelCount, type Signal } from '../../signal/signal.ts';
import { spectrumSum } from '../mean-spectrum.ts';
import type { StepContext } from '../step.ts';
import { defineNormalisation } from './define-normalisation.ts';
import { checkSameAxis, learnMean, referenceInput, SPECTRA } from './reference-spectrum.ts';
import { checkVariance, exampleReference, fittedBy, type ScatterOptions, scatterBasis } from './scatter-basis.ts';

/** More shapes than this fit whatever there is. */
const MOST_INTERFERENTS = 16;

/** Condition number from which errors of the coefficients are a hundred times those of shapes that are not alike. */
const NEARLY_ALIKE = 1e4;

const params = z.strictObject({
  order: z
    .number()
    .int()
    .min(0)
    .max(6)
    .default(2)
    .describe('degree of the polynomial of the axis that is taken off: 0 an offset alone, 2 as published'),
  interferents: z
    .enum(['none', 'spectra'])
    .default('none')
    .describe('spectra: every spectrum of the input "interferents" is a shape that is fitted and taken off'),
  weights: z
    .enum(['equal', 'variance'])
    .default('equal')
    .describe('variance: channels weigh by one over their variance in the reference, for raw values of known law'),
});
type Params = z.infer<typeof params>;

const optionsOf = ({ order, weights }: Params): ScatterOptions => ({ order, byVariance: weights === 'variance' });

export default defineNormalisation<Params>({
  id: 'normalise.emsc',
  version: 1,
  title: 'Extended scatter correction (EMSC)',
  summary:
    'Fits each spectrum by b·reference, a polynomial of the axis and the spectra of known interferents, takes off all but the reference part and divides by b. What an interferent shares with the analyte goes with it: give spectra of what is to stay a part in the reference.',
  params,
  example: { order: 2, interferents: 'none', weights: 'equal' },
  cite: ['Martens & Stark 1991, J. Pharm. Biomed. Anal. 9, 625'],
  scale: 'the coefficient of the reference',
  how: ({ order }) => `EMSC of order ${order}`,
  questions: { weak: true },
  prepare(setting) {
    const { basis, weights } = scatterBasis(setting, optionsOf(setting.params));
    return scatterCorrection(basis, weights);
  },
  learning: {
    inputs: {
      reference: referenceInput,
      interferents: {
        product: 'signal',
        doc: 'spectra of what is to be taken off, one each; read where the parameter says so',
        default: 'in',
        needs: SPECTRA,
      },
    },
    passes: 1,
    check({ in: state, reference, interferents }, setting) {
      const { params: p } = setting;
      checkSameAxis('reference', state, reference);
      if (p.weights === 'variance') checkVariance(state.noise);
      const spectra = p.interferents === 'none' ? 0 : pixelCount(interferents);
      fittedBy(setting, p.order + 2 + spectra);
      if (p.interferents === 'none') return;
      checkSameAxis('interferents', state, interferents);
      if (interferents !== state && spectra <= MOST_INTERFERENTS) return;
      throw inputError({
        code: 'bad-interferents',
        what:
          interferents === state
            ? 'no spectra of interferents are given'
            : `the input "interferents" has ${spectra} spectra`,
        expected: `1 to ${MOST_INTERFERENTS} spectra, one for each interferent`,
        fix: 'name an input with them, or sum its pixels into one spectrum',
      });
    },
    async learn(context, inputs, p) {
      const reference = await learnMean(context, inputs);
      if (p.interferents === 'none') {
        if (inputs.interferents !== inputs.in)
          context.note('the input "interferents" was not read: set interferents: spectra');
        return reference;
      }
      const others = await spectraOf(context, inputs.interferents);
      context.note(`${others.length / reference.length} interferents, of "${inputs.interferents.title}"`);
      const learned = new Float64Array(reference.length + others.length);
      learned.set(reference);
      learned.set(others, reference.length);
      return learned;
    },
    remark(setting) {
      const { condition } = scatterBasis(setting, optionsOf(setting.params)).basis;
      if (condition < NEARLY_ALIKE) return undefined;
      return `the reference, the polynomials and the interferents are nearly alike (condition number ${condition.toExponential(0)}): what is taken off is uncertain; lower the order`;
    },
    example: exampleReference,
    shapes: { spectrumSum },
  },
});

/** Spectra of a signal that count, one after the other, without their pedestal. */
async function spectraOf(
  context: StepContext,
  { source, navigation, spectral, mask, noise }: Signal,
): Promise<Float64Array> {
  const [pixels, channels] = [pixelCount({ navigation }), spectral.size];
  const block = await context.collect(source, { pixels, channels, width: mapShape(navigation).width });
  const kept = Array.from({ length: pixels }, (_, i) => i).filter((i) => !mask.pixels?.[i]);
  const pedestal = noise.tag === 'poisson' ? noise.offset : 0;
  const spectra = new Float64Array(kept.length * channels);
  for (const [k, i] of kept.entries()) readRow(block, i, spectra.subarray(k * channels, (k + 1) * channels));
  return pedestal === 0 ? spectra : spectra.map((value) => value - pedestal);
}
