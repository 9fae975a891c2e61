import { z } from 'zod';
import {
  bridgeMasked,
  FOUND,
  positionsOf,
  type ShiftOptions,
  shiftAgainst,
  smoothMean,
  square,
} from '../../kernels/index.ts';
import { defineFold } from '../../shapes/shape.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { type Axis, axisValue } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { MODALITIES, type Modality } from '../../signal/modality.ts';
import { type Noise, poisson } from '../../signal/noise.ts';
import { pixelCount, type Signal, withSignal } from '../../signal/signal.ts';
import { convertUnit, isConvertible, parseInUnit } from '../../signal/units.ts';
import { type SumArgs, spectrumSum, sumOfSpectra } from '../mean-spectrum.ts';
import { windowChannels } from '../reshape/channels.ts';
import { eachRowGroup } from '../row-groups.ts';
import type { SignalState } from '../state.ts';
import { defineStep, type StepContext } from '../step.ts';
import { DISPLACEMENTS, type Displacements, readoutInCounts, shiftOf, toCounts } from './measured-shift.ts';
import { movedMean, movedSum } from './moved-sum.ts';

const edge = z.union([z.number(), z.string()]);
const params = z.strictObject({
  within: edge
    .optional()
    .describe(
      'largest displacement that is looked for, for example "2 eV". Default: 20 times the drift that the modality bears, at most a quarter of the axis',
    ),
  window: z
    .tuple([edge, edge])
    .optional()
    .describe('the part of the axis that is compared: features that chemistry does not move. Default: all of it'),
  estimator: z
    .enum(['likelihood', 'correlation', 'parabola'])
    .optional()
    .describe(
      'likelihood: of counts, the most precise; correlation: for values that are no counts; parabola: through three correlations, quick. Default: likelihood for counts, else correlation',
    ),
  rounds: z
    .union([z.literal(1), z.literal(2), z.literal(3)])
    .default(2)
    .describe(
      'how often the mean of the spectra is made anew from aligned spectra and compared again, two passes each',
    ),
});
type Params = z.infer<typeof params>;

interface Args {
  readonly reference: Float64Array;
  readonly options: ShiftOptions;
  readonly noise: Noise;
}

/** Of the example. */
const CHANNELS = 16;

const displacements = defineFold<Args, Record<string, never>, Displacements>({
  init: () => ({}),
  perPixel: () => DISPLACEMENTS,
  add: ({ reference, options, noise }, state, blocks, start, _end, { place, sigma, flag }) => {
    eachRowGroup(blocks, noise, ({ from, count, values }) => {
      const found = positionsOf(count);
      toCounts(values, count, noise, start + from);
      shiftAgainst(values, count, reference, found, options);
      place.set(found.position, from);
      sigma.set(found.uncertainty, from);
      flag.set(found.flag, from);
    });
    return state;
  },
  merge: (left) => left,
  example: () => ({
    args: {
      reference: Float64Array.from({ length: CHANNELS }, (_, j) => 5 / (1 + square(j - CHANNELS / 2))),
      options: { limit: 3, estimator: 'parabola' },
      noise: poisson(),
    },
    kinds: ['events'],
    channels: [CHANNELS],
  }),
});

export default defineStep<Params>({
  id: 'align.correlation',
  version: 1,
  title: 'Alignment by correlation',
  summary:
    'Finds how far the features of every spectrum lie beside those of the mean spectrum, or of a reference, to a fraction of a channel. The values stay as they are. What chemistry moves is taken for drift: compare features that it does not move.',
  params,
  example: { within: 7, rounds: 1 },
  inputs: {
    in: {
      product: 'signal',
      doc: 'spectra to align',
      needs: { minPixels: 2, minChannels: 8, axis: 'uniform', shift: 'refuses' },
    },
    reference: {
      product: 'signal',
      doc: 'spectra on the same axis, whose mean is where the features belong',
      default: 'in',
      needs: { shift: 'refuses' },
    },
  },
  output: 'signal',
  cite: ['Schlossmacher et al. 2010, Ultramicroscopy 110, 1138'],
  shapes: { displacements, movedSum, spectrumSum },
  effect: ({ in: state, reference }, p) => {
    const { spectral } = state as SignalState;
    checkAxes(spectral, (reference as SignalState).spectral);
    channelsOf(state as SignalState, p);
    const shift = { state: 'expected', within: limitOf(state as SignalState, p), origin: ORIGIN } as const;
    return { ...(state as SignalState), shift };
  },
  cost: ({ in: state }, { rounds }) => ({
    passes: 2 * rounds,
    keeps: 8 * pixelCount(state as SignalState),
    works: 17 * pixelCount(state as SignalState),
    lane: 16 * (state as SignalState).spectral.size,
  }),
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    const other = inputs.reference as Signal;
    const { spectral, noise, mask } = signal;
    const state = signal as unknown as SignalState;
    const within = limitOf(state, p);
    const pitch = Math.abs(axisValue(spectral, 1) - axisValue(spectral, 0));
    const [first, end] = channelsOf(state, p);
    const options: ShiftOptions = {
      first,
      end,
      masked: mask.channels,
      readout: readoutInCounts(noise),
      limit: Math.min(Math.max(1, Math.ceil(within / pitch)), end - first - 1),
      estimator: p.estimator ?? (noise.tag === 'poisson' ? 'likelihood' : 'correlation'),
    };
    const { values, spectra } = await sumOfSpectra(context, other, inCounts(other.noise));
    const mean = values.map((value) => value / Math.max(1, spectra));
    const reference = withoutBumps(mean, spectra, other, options);
    let found = await displaced(context, signal, { reference, options, noise });
    for (let round = 1; round < p.rounds && other.source === signal.source; round++) {
      const again = withoutBumps(
        await movedMean(context, signal, found),
        countFound(found, mask.pixels),
        signal,
        options,
      );
      found = await displaced(context, signal, { reference: again, options, noise });
    }
    const step = Math.sign(axisValue(spectral, 1) - axisValue(spectral, 0)) * pitch;
    const shift = shiftOf(context, {
      offsets: found.place.map((at, i) => (found.flag[i] === FOUND.yes ? at * step : Number.NaN)),
      sigma: found.sigma.map((each) => each * pitch),
      within,
      origin: ORIGIN,
      unit: spectral.unit,
      masked: mask.pixels,
    });
    return withSignal(signal, {
      shift,
      history: [...signal.history, { step: 'align.correlation', version: 1, params: p as never }],
    });
  },
});

const ORIGIN = 'the features of the reference';

const displaced = (context: StepContext, signal: Signal, args: Args) =>
  context.fold<Displacements>('displacements', args, [signal.source], signalGeometry(signal));

/** Bumps that errors make in a mean are the same in the spectra it was made of, which would be moved until they meet. */
function withoutBumps(
  mean: Float64Array,
  spectra: number,
  { noise, mask }: Signal,
  { first, end }: ShiftOptions,
): Float64Array {
  if (noise.tag !== 'poisson' || spectra === 0) return mean;
  const out = mean.slice();
  if (mask.channels?.some((code) => code !== 0)) bridgeMasked(out, mask.channels);
  out.set(smoothMean(out.slice(first, end), spectra, readoutInCounts(noise)), first);
  return out;
}

/** Spectra that were moved back into a mean. */
const countFound = ({ flag }: Displacements, masked?: Uint8Array) =>
  flag.reduce((count, each, i) => count + Number(each === FOUND.yes && !masked?.[i]), 0);

const inCounts = (noise: Noise): SumArgs =>
  noise.tag === 'poisson' ? { pedestal: noise.offset, gain: noise.gain } : {};

function channelsOf({ spectral }: SignalState, { window }: Params): [number, number] {
  return window ? windowChannels(spectral, window) : [0, spectral.size];
}

/** Times the drift that a modality bears. */
const TIMES_TOLERANCE = 20;

function limitOf({ modality, spectral }: SignalState, { within }: Params): number {
  if (within !== undefined) return Math.abs(parseInUnit(within, spectral.unit));
  const length = Math.abs(axisValue(spectral, spectral.size - 1) - axisValue(spectral, 0));
  const { driftTolerance }: Modality = MODALITIES[modality];
  const said = driftTolerance && isConvertible(driftTolerance.unit, spectral.unit);
  const tolerance = said
    ? convertUnit(driftTolerance.value, driftTolerance.unit, spectral.unit)
    : driftTolerance?.value;
  return Math.min(TIMES_TOLERANCE * (tolerance ?? Number.POSITIVE_INFINITY), length / 4);
}

function checkAxes(ours: Axis, theirs: Axis): void {
  if (ours.kind !== 'uniform') return;
  const apart = (at: number) => Math.abs(axisValue(ours, at) - axisValue(theirs, at));
  const pitch = Math.abs(axisValue(ours, 1) - axisValue(ours, 0));
  if (ours.size === theirs.size && Math.max(apart(0), apart(ours.size - 1)) < 1e-6 * pitch) return;
  throw inputError({
    code: 'axes-differ',
    what: 'the reference is on another axis than the spectra',
    expected: 'the same channels at the same positions',
    fix: 'crop or rebin one of them to the axis of the other',
  });
}
