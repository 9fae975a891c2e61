import { z } from 'zod';
import { isrea, isreaKnots, isreaResponse } from '../../kernels/index.ts';
import { meanSpectrum, spectrumSum } from '../mean-spectrum.ts';
import { defineBackground } from './define-background.ts';
import type { Setting } from './estimator.ts';
import { wholeRange, wholeRows } from './whole-rows.ts';

const params = z.strictObject({
  knots: z
    .union([z.literal('auto'), z.number().int().min(0).max(200)])
    .default('auto')
    .describe(
      'inner knots of the spline, 5–20 for a Raman spectrum of 1000–2000 channels; auto: the fewest that the mean spectrum does not rule out',
    ),
});
type Params = z.infer<typeof params>;

/** Fewer channels tell nothing of the knots. */
const FEWEST_CHANNELS = 40;
const FEW_KNOTS = 2;

const optionsOf = ({ params: { knots }, positions, learned }: Setting<Params>) => ({
  knots: knots === 'auto' ? (learned?.[0] ?? FEW_KNOTS) : knots,
  axis: positions,
});

export default defineBackground<Params>({
  id: 'background.isrea',
  version: 1,
  title: 'ISREA baseline',
  summary:
    'Takes off a spline that follows the spectrum, to which its lines count only by the root of their height: it keeps lone peaks and follows complicated fluorescence over the whole range. Knots closer than a peak is broad eat it.',
  params,
  needs: {},
  cite: ['Xu, Du, Senger, Robertson & Pirkle 2021, Appl. Spectrosc. 75, 34'],
  example: { knots: 1 },
  exampleLearned: Float64Array.of(1),
  passes: 1,
  shapes: { spectrumSum },
  learns: ({ knots }) => knots === 'auto',
  async learn(context, signal, setting) {
    if (setting.positions.length < FEWEST_CHANNELS) return Float64Array.of(FEW_KNOTS);
    const choice = isreaKnots(await meanSpectrum(context, signal), { axis: setting.positions });
    context.note(
      `${choice.knots} knots, from the mean spectrum; it does not tell them from ${choice.range[0]} to ${choice.range[1]}`,
    );
    return Float64Array.of(choice.knots);
  },
  range: wholeRange,
  prepare(setting) {
    const options = optionsOf(setting);
    return wholeRows(
      setting,
      (values, rows, channels, out) => isrea(values, rows, channels, options, out),
      (row, sum, out) => out.set(isreaResponse(row, options, sum)),
    );
  },
});
