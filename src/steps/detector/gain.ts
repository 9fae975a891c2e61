import { z } from 'zod';
import { applyToRow, savitzkyGolay } from '../../kernels/index.ts';
import { axisValues } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { type Mask, reasonCode } from '../../signal/mask.ts';
import { type Factor, type Noise, scaleNoise } from '../../signal/noise.ts';
import { type Signal, withSignal } from '../../signal/signal.ts';
import { varianceAt } from '../background/variance.ts';
import { widthInChannels } from '../background/whole-rows.ts';
import { mappedRows } from '../mapped-rows.ts';
import type { SignalState } from '../state.ts';
import { defineStep, type StepContext } from '../step.ts';
import { channelMoments, channelSums } from './channel-moments.ts';
import { corrected } from './corrected.ts';

const params = z.strictObject({
  gains: z
    .union([z.number().positive(), z.array(z.number().nonnegative())])
    .optional()
    .describe('known gain of each channel, or of all; 0 for a dead one. Default: found from the flat'),
  illumination: z
    .union([z.number(), z.string()])
    .optional()
    .describe(
      'for a flat that is not lit evenly: width along the axis, for example "20 eV"; what is broader in it belongs to the light, what is narrower to the gain',
    ),
});
type Params = z.infer<typeof params>;

export default defineStep<Params>({
  id: 'detector.gain',
  version: 1,
  title: 'Gain of each channel',
  summary:
    'Takes the pedestal off and divides by the gain of each channel: known, or from frames of even light, where dead channels are masked too. Counts divided by a known gain stay Poisson, with a gain of their own in each channel; the error of a measured flat is the same in all pixels.',
  params,
  inputs: {
    in: { product: 'signal', doc: 'values as recorded, or without their dark level' },
    flat: {
      product: 'signal',
      doc: 'frames of even light, corrected like the data; not for known gains',
      default: 'in',
    },
  },
  output: 'signal',
  traits: ['finds-mask'],
  cite: ['Janesick 2007, Photon Transfer, SPIE Press'],
  shapes: { channelSums, corrected },
  effect: ({ in: state, flat }, p) =>
    gainState(state as SignalState, flat === state ? undefined : (flat as SignalState), p),
  cost: (_, p) => ({ passes: p.gains === undefined ? 1 : 0, keeps: 0, works: 0, lane: 0 }),
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    const flat = inputs.flat === inputs.in ? undefined : (inputs.flat as Signal);
    const state = gainState(signal as unknown as SignalState, flat as unknown as SignalState | undefined, p);
    const channels = signal.spectral.size;
    const gains = givenGains(p, channels) ?? (await gainsOf(context, flat as Signal, p));
    return withSignal(signal, {
      ...state,
      mask: withDead(signal.mask, gains),
      source: mappedRows(signal, context.shapeId('corrected'), {
        levels: new Float64Array(channels).fill(pedestalOf(signal.noise)),
        factors: gains.map((gain) => (gain > 0 ? 1 / gain : 0)),
      }),
      history: [...signal.history, { step: 'detector.gain', version: 1, params: p as never }],
    });
  },
});

const pedestalOf = (noise: Noise) => (noise.tag === 'poisson' ? noise.offset : 0);

/** A channel that takes less than this part of the light that others do is dead. */
const DEAD = 0.05;

/** Light must be so many of its own errors. */
const SIGMAS = 5;

/** Gains with a mean of 1 over the channels that live; 0 for dead ones. */
async function gainsOf(context: StepContext, flat: Signal, { illumination }: Params): Promise<Float64Array> {
  const { noise, mask } = flat;
  const { mean, variance, pixels } = await channelMoments(context, flat);
  const light = mean.map((value) => value - pedestalOf(noise));
  const middle = medianOf(light.filter((_, j) => !mask.channels?.[j]));
  const dead = light.map((value, j) => (mask.channels?.[j] || !(value > DEAD * middle) ? 1 : 0));
  // Light that is not told from none would make gains of noise.
  const least = SIGMAS * Math.sqrt(medianOf(variance) / Math.max(1, pixels));
  if (!(middle > least) || dead.every((each) => each)) {
    throw inputError({
      code: 'no-light',
      what: 'the flat has no light in it',
      expected: 'frames of even light, brighter than their pedestal',
      fix: 'check which file is the flat, and its pedestal',
    });
  }
  const alive = light.filter((_, j) => !dead[j]);
  const even = alive.reduce((sum, value) => sum + value, 0) / alive.length;
  const lit =
    illumination === undefined
      ? new Float64Array(light.length).fill(even)
      : smoothLight(flat, light, Uint8Array.from(dead), illumination);
  // Of the law of the flat, where it has one: what its own noise leaves in every gain.
  const relative = medianOf(alive.map((value, at) => Math.sqrt(varianceAt(noise, 0, at, value) / pixels) / value));
  if (relative > 0) {
    const counts = Number((1 / (relative * relative)).toPrecision(2));
    context.note(
      `the gains are known to ${(100 * relative).toPrecision(2)} % from ${pixels} frames: an error common to all pixels, above that of counting from ${counts} counts on`,
    );
  }
  return light.map((value, j) => (dead[j] ? 0 : value / lit[j]));
}

function smoothLight(flat: Signal, light: Float64Array, dead: Uint8Array, illumination: string | number): Float64Array {
  const positions = axisValues(flat.spectral);
  const windows = widthInChannels({ positions, unit: flat.spectral.unit }, illumination).map((wide) =>
    Math.min(wide + 1 - (wide % 2), positions.length - 1 + (positions.length % 2)),
  );
  const out = new Float64Array(light.length);
  try {
    applyToRow(
      savitzkyGolay(positions, { windows, order: 2, derivative: 0, ends: 'interp', masked: dead }),
      light,
      out,
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw inputError({
      code: 'bad-window',
      what: `illumination ${illumination}: ${error.message}`,
      expected: 'a width of several channels that live',
      fix: 'widen it',
      cause: error,
    });
  }
  return out;
}

function medianOf(values: Float64Array): number {
  const sorted = values.slice().sort();
  return sorted.length ? sorted[sorted.length >> 1] : 0;
}

/** @throws SpectrailError `input/shape-mismatch` for a list that is not one number a channel. */
function givenGains({ gains }: Params, channels: number): Float64Array | undefined {
  if (gains === undefined) return undefined;
  if (typeof gains === 'number') return new Float64Array(channels).fill(gains);
  if (gains.length === channels) return Float64Array.from(gains);
  throw inputError({
    code: 'shape-mismatch',
    what: `${gains.length} gains for ${channels} channels`,
    expected: 'one gain a channel, or one for all',
    fix: 'give 0 for channels that are dead',
  });
}

function withDead(mask: Mask, gains: Float64Array): Mask {
  const channels = mask.channels?.slice() ?? new Uint8Array(gains.length);
  for (let j = 0; j < gains.length; j++) if (!(gains[j] > 0) && !channels[j]) channels[j] = reasonCode('dead');
  return { ...mask, channels: channels.some((code) => code !== 0) ? channels : undefined };
}

function gainState(state: SignalState, flat: SignalState | undefined, p: Params): SignalState {
  const channels = state.spectral.size;
  const gains = givenGains(p, channels);
  if (!gains && !flat) {
    throw inputError({
      code: 'no-flat',
      what: 'there is neither a flat nor known gains',
      expected: 'an input "flat", or `gains`',
      fix: 'in: {in: …, flat: …}',
    });
  }
  if (!gains && flat && flat.spectral.size !== channels) {
    throw inputError({
      code: 'shape-mismatch',
      what: `the flat has ${flat.spectral.size} channels, the data ${channels}`,
      expected: 'the same channels',
      fix: 'crop or rebin both alike',
    });
  }
  const level = state.noise.tag === 'poisson' ? { ...state.noise, offset: 0 } : state.noise;
  const next = { ...state, storage: 'dense' as const, entriesPerPixel: channels };
  if (!gains) return { ...next, noise: afterFlat(level) };
  const factor: Factor =
    typeof p.gains === 'number'
      ? { per: 'cube', value: 1 / p.gains }
      : { per: 'channel', values: gains.map((gain) => (gain > 0 ? 1 / gain : 1)) };
  return { ...next, mask: withDead(state.mask, gains), noise: scaleNoise(level, factor) };
}

/** The errors of the gains are common to all pixels. */
function afterFlat(noise: Noise): Noise {
  const across = { kind: 'global', rank: 1 } as const;
  switch (noise.tag) {
    case 'unknown':
      return { ...noise, across };
    case 'correlated':
      return { ...noise, form: noise.form.kind === 'band' ? noise.form : { kind: 'full' }, across };
    default:
      return { tag: 'diagonal', variance: 'variance / gain² + value² × that of the flat', across };
  }
}
