import { z } from 'zod';
import { type ChannelFault, channelFaults, normalUpperQuantile } from '../../kernels/index.ts';
import { axisIndex, axisValue, axisValues } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { type Mask, reasonCode } from '../../signal/mask.ts';
import { type Signal, withSignal } from '../../signal/signal.ts';
import { parseInUnit } from '../../signal/units.ts';
import { varianceAt } from '../background/variance.ts';
import { widthInChannels } from '../background/whole-rows.ts';
import type { SignalState } from '../state.ts';
import { defineStep, type StepContext } from '../step.ts';
import { channelMoments, channelSums } from './channel-moments.ts';

const params = z.strictObject({
  channels: z
    .array(z.union([z.number(), z.string()]))
    .default([])
    .describe('positions on the axis of channels that are known to be dead'),
  find: z
    .boolean()
    .default(true)
    .describe('look for others: channels whose mean, or whose noise, no spectrum explains'),
  line: z
    .union([z.number(), z.string()])
    .optional()
    .describe('full width at half maximum of the narrowest real line, for example "0.8 eV"; default: four channels'),
  falseAlarms: z
    .number()
    .positive()
    .max(100)
    .default(0.01)
    .describe('good channels that may be taken for dead ones: the number to be expected at most'),
});
type Params = z.infer<typeof params>;

export default defineStep<Params>({
  id: 'detector.dead-channels',
  version: 1,
  title: 'Dead channels',
  summary:
    'Masks channels that are known to be dead, and those that are darker or brighter than lines of the instrument’s width allow beside their neighbours, or hardly have noise, or too much of it.',
  params,
  inputs: { in: { product: 'signal', doc: 'values as recorded' } },
  output: 'signal',
  traits: ['finds-mask'],
  cite: ['Janesick 2007, Photon Transfer, SPIE Press'],
  shapes: { channelSums },
  effect: ({ in: state }, p) => {
    linesOf(state as SignalState, p);
    return { ...(state as SignalState), mask: givenMask(state as SignalState, p) };
  },
  cost: (_, p) => ({ passes: p.find ? 1 : 0, keeps: 0, works: 0, lane: 0 }),
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    const mask = givenMask(signal, p);
    const found = p.find ? await look(context, withSignal(signal, { mask }), p) : new Map<number, ChannelFault>();
    return withSignal(signal, {
      mask: withChannels(mask, signal.spectral.size, [...found.keys()]),
      history: [...signal.history, { step: 'detector.dead-channels', version: 1, params: p as never }],
    });
  },
});

/** @throws SpectrailError `input/outside-axis` for a position beside the axis. */
function givenMask({ spectral, mask }: Pick<Signal, 'spectral' | 'mask'>, { channels }: Params): Mask {
  const ends = [axisValue(spectral, 0), axisValue(spectral, spectral.size - 1)];
  const places = channels.map((position) => {
    const value = parseInUnit(position, spectral.unit);
    const place = Math.round(axisIndex(spectral, value));
    const beside = spectral.kind === 'explicit' && (value < Math.min(...ends) || value > Math.max(...ends));
    if (place >= 0 && place < spectral.size && !beside) return place;
    throw inputError({
      code: 'outside-axis',
      what: `there is no channel at ${position}`,
      expected: `positions from ${ends[0]} to ${ends[1]} ${spectral.unit}`.trimEnd(),
      fix: 'bare numbers are in the unit of the axis',
    });
  });
  return withChannels(mask, spectral.size, places);
}

function withChannels(mask: Mask, size: number, places: readonly number[]): Mask {
  if (places.length === 0) return mask;
  const channels = mask.channels?.slice() ?? new Uint8Array(size);
  for (const j of places) if (!channels[j]) channels[j] = reasonCode('dead');
  return { ...mask, channels };
}

function linesOf({ spectral }: Pick<Signal, 'spectral'>, { line }: Params): Uint32Array {
  if (line === undefined) return new Uint32Array(spectral.size).fill(4);
  return widthInChannels({ positions: axisValues(spectral), unit: spectral.unit }, line);
}

/** Pairs of pixels that tell a variance. */
const ENOUGH_PAIRS = 50;

const WORDS: Readonly<Record<ChannelFault, string>> = {
  dark: 'too dark',
  bright: 'too bright',
  still: 'without noise',
  noisy: 'too noisy',
};

async function look(context: StepContext, signal: Signal, p: Params): Promise<Map<number, ChannelFault>> {
  const { spectral, noise, mask } = signal;
  const { pixels, pairs, mean, pairVariance } = await channelMoments(context, signal);
  const pedestal = noise.tag === 'poisson' ? noise.offset : 0;
  const above = mean.map((value) => value - pedestal);
  const lawful = above.map((value, j) => varianceAt(noise, 0, j, value));
  const known = lawful.every((value) => !Number.isNaN(value));
  if (pairs < ENOUGH_PAIRS && !known) {
    context.note(
      `${pairs} pairs of neighbouring pixels are too few to tell the noise of a channel: none was looked for`,
    );
    return new Map();
  }
  const variance = pairs < ENOUGH_PAIRS ? lawful : pairVariance;
  // The noise of a value, over what the law says where there is one; Poisson noise has heavier tails where counts are few.
  const ratio = known ? pairVariance.map((value, j) => value / (lawful[j] || Number.POSITIVE_INFINITY)) : pairVariance;
  const error = above.map((value, j) => {
    const counts = known && noise.tag === 'poisson' ? (value * value) / (lawful[j] || 1) : Number.POSITIVE_INFINITY;
    return Math.sqrt((2 + 1 / (2 * Math.max(counts, 1e-3))) / Math.max(1, pairs));
  });
  const found = channelFaults({
    mean: above,
    meanVariance: variance.map((value) => value / Math.max(1, pixels)),
    noise: pairs < ENOUGH_PAIRS ? undefined : { ratio, error },
    line: linesOf(signal, p),
    masked: mask.channels,
    sigmas: normalUpperQuantile(Math.min(0.1, p.falseAlarms / (4 * spectral.size))),
  });
  const listed = [...found].sort(([a], [b]) => a - b);
  context.note(
    listed.length === 0
      ? 'no channel is dead'
      : `${listed.length} of ${spectral.size} channels are masked: ${listed
          .slice(0, 20)
          .map(([j, fault]) => `${Number(axisValue(spectral, j).toPrecision(6))} ${spectral.unit} ${WORDS[fault]}`)
          .join(', ')}${listed.length > 20 ? ', …' : ''}`,
  );
  return found;
}
