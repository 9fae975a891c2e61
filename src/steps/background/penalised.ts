import { z } from 'zod';
import { chooseArplsLambda, lambdaOfPeriod, ramanLambda } from '../../kernels/index.ts';
import { meanSpectrum, spectrumSum } from '../mean-spectrum.ts';
import type { Needs } from '../step.ts';
import { type BackgroundStep, defineBackground } from './define-background.ts';
import type { Setting } from './estimator.ts';
import { wholeRange, wholeRows, widthInChannels } from './whole-rows.ts';

/** How stiff a penalised baseline is. */
export const stiffnessParameter = z
  .union([z.literal('auto'), z.literal('choose'), z.number().positive(), z.string()])
  .default('auto')
  .describe(
    'auto: λ = 10⁶·(channels/1000)⁴; choose: from the corner of the L-curve of the mean spectrum; a number: λ itself, which goes with the width of a channel; a length such as "150 1/cm": the period of a wave that is halved, whatever the channels',
  );

interface Stiff {
  readonly stiffness: 'auto' | 'choose' | number | string;
}

/** Fewer channels tell nothing of the stiffness. */
const FEWEST_CHANNELS = 40;

function lambdaOf(setting: Setting<Stiff>): number {
  const { positions, learned, params } = setting;
  const { stiffness } = params;
  if (typeof stiffness === 'number') return stiffness;
  if (stiffness === 'auto') return ramanLambda(positions.length);
  if (stiffness === 'choose') return learned?.[0] ?? ramanLambda(positions.length);
  const periods = widthInChannels(setting, stiffness).slice().sort();
  return lambdaOfPeriod(periods[periods.length >> 1]);
}

interface PenalisedDefinition<P extends Stiff>
  extends Pick<BackgroundStep<P>, 'id' | 'title' | 'summary' | 'params' | 'cite'> {
  readonly needs?: Needs;
  readonly example: P;
  /** Baselines of rows in place. */
  readonly baselines: (rows: Float64Array, channels: number, lambda: number, setting: Setting<P>) => void;
}

/**
 * A baseline by penalised least squares. What it weighs follows the data, so that its errors are found by repeating it: with
 * weights held fixed they would be too small.
 */
export function definePenalised<P extends Stiff>(definition: PenalisedDefinition<P>): BackgroundStep<P> {
  const { baselines, needs = {}, ...rest } = definition;
  return defineBackground<P>({
    ...rest,
    version: 1,
    needs,
    exampleLearned: Float64Array.of(100),
    passes: 1,
    shapes: { spectrumSum },
    learns: ({ stiffness }) => stiffness === 'choose',
    async learn(context, signal, setting) {
      const { length } = setting.positions;
      if (length < FEWEST_CHANNELS) return Float64Array.of(ramanLambda(length));
      const { chosen, range } = chooseArplsLambda(await meanSpectrum(context, signal), length);
      const [low, high] = range.map((lambda) => lambda.toPrecision(2));
      context.note(`λ = ${chosen.toPrecision(3)}, from the mean spectrum; it does not tell it from ${low} to ${high}`);
      return Float64Array.of(chosen);
    },
    range(setting) {
      lambdaOf(setting);
      return wholeRange(setting);
    },
    prepare: (setting) =>
      wholeRows(setting, (values, rows, channels, out) => {
        if (values !== out) out.set(values.subarray(0, rows * channels));
        baselines(out.subarray(0, rows * channels), channels, lambdaOf(setting), setting);
      }),
  });
}
