import { z } from 'zod';
import { kennardStone } from '../../kernels/index.ts';
import { inputError } from '../../signal/errors.ts';
import { pixelCount, type Signal } from '../../signal/signal.ts';
import { type Measurements, originOf } from '../products.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';
import { collectRows, validPixels } from './collected.ts';

const params = z.strictObject({
  count: z
    .number()
    .int()
    .min(2)
    .max(1000)
    .default(20)
    .describe('standards to choose; 15 to 30 make a transfer that holds'),
});
type Params = z.infer<typeof params>;

/** The distance of every pair is looked at. */
const MOST_SPECTRA = 5000;

export default defineStep<Params>({
  id: 'transfer.standards',
  version: 1,
  title: 'Choice of transfer standards',
  summary:
    'Chooses the samples to measure on the second instrument too: those whose spectra on the master cover what the spectra can be most evenly (Kennard and Stone).',
  params,
  inputs: {
    in: { product: 'signal', doc: 'spectra of the samples on the master', needs: { minPixels: 2, shift: 'refuses' } },
  },
  output: 'measurements',
  cite: ['Kennard & Stone 1969, Technometrics 11, 137'],
  effect: ({ in: state }) => {
    const of = state as SignalState;
    const pixels = pixelCount(of);
    if (pixels > MOST_SPECTRA) {
      throw inputError({
        code: 'too-many-spectra',
        what: `${pixels} spectra are too many to compare each with each`,
        expected: `at most ${MOST_SPECTRA}`,
        fix: 'crop or rebin the map first',
      });
    }
    return { product: 'measurements', of };
  },
  cost: ({ in: state }, { count }) => {
    const { spectral } = state as SignalState;
    return { passes: 1, keeps: 24 * count, works: 8 * pixelCount(state as SignalState) * spectral.size, lane: 0 };
  },
  async run(context, inputs, p): Promise<Measurements> {
    const signal = inputs.in as Signal;
    const valid = validPixels(signal);
    const rows = await collectRows(context, signal, valid);
    const { chosen, distances } = kennardStone(rows, valid.length, p.count);
    const numbers = Float64Array.from(chosen, (i) => valid[i]);
    const order = new Float64Array(pixelCount(signal));
    for (const [k, pixel] of numbers.entries()) order[pixel] = k + 1;
    const missing = p.count - chosen.length;
    return {
      ...originOf(signal),
      history: [...signal.history, { step: 'transfer.standards', version: 1, params: p }],
      product: 'measurements',
      findings: [`${chosen.length} of ${valid.length} samples chosen: numbers ${[...numbers].join(', ')}, from 0`],
      quantities: [],
      tables: [
        {
          name: 'Standards',
          columns: [
            { name: 'order', values: numbers.map((_, k) => k + 1) },
            { name: 'sample', values: numbers },
            { name: 'distance', values: distances },
          ],
        },
      ],
      curves: [
        {
          name: 'Distance of the next standard',
          caption:
            'Distance of each standard from the nearest chosen before it. Where it has fallen to that of noise, more say nothing new.',
          xLabel: 'standards',
          yLabel: 'distance',
          x: numbers.map((_, k) => k + 1),
          traces: [{ name: 'distance', values: distances, dots: true }],
        },
      ],
      maps: [
        {
          name: 'Order of choice',
          caption: 'Order in which samples were chosen; 0: not chosen.',
          unit: '',
          values: order,
        },
      ],
      warnings: missing > 0 ? [`${p.count} standards were asked for, and there are ${chosen.length} spectra`] : [],
    };
  },
});
