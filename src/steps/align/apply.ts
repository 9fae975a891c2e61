import { z } from 'zod';
import { CounterRandom, interpolateRow, moveChannels, splitCounts } from '../../kernels/index.ts';
import { defineMap } from '../../shapes/shape.ts';
import { type Axis, axisIndex, axisValue, uniformAxis } from '../../signal/axis.ts';
import { type Block, type BlockKind, concatBlocks, type DenseBlock, readRow, toEvents } from '../../signal/block.ts';
import { inputError } from '../../signal/errors.ts';
import type { Lend } from '../../signal/lent-memory.ts';
import { reasonCode } from '../../signal/mask.ts';
import { type Factor, gainAt, isScaledCounts, type Noise } from '../../signal/noise.ts';
import type { Shift } from '../../signal/shift.ts';
import { pixelCount, type Signal, withSignal } from '../../signal/signal.ts';
import { mappedRows } from '../mapped-rows.ts';
import { roomForRows } from '../row-by-row.ts';
import { type SignalState, signalState } from '../state.ts';
import { defineStep } from '../step.ts';

const WAYS = ['split', 'nearest', 'interpolate'] as const;
type Way = (typeof WAYS)[number];

const params = z.strictObject({
  how: z
    .enum(WAYS)
    .optional()
    .describe(
      'split: each count goes to one of the two channels beside its place at random, so that counts stay Poisson; nearest: by whole channels, any law stays; interpolate: by straight lines, channels become correlated. Default: split for counts on a uniform axis, else interpolate',
    ),
});
type Params = z.infer<typeof params>;

interface Args {
  readonly how: Way;
  readonly kind: BlockKind;
  readonly offsets: Float64Array;
  readonly axis: Axis;
  readonly gain: Factor;
  readonly seed: number;
  /** Channels first ≤ j < end that every pixel has. */
  readonly first: number;
  readonly end: number;
}

const WHOLE: Factor = { per: 'cube', value: 1 };

/** Rows made at a time where they become events: no dense form of a whole tile is held. */
const ROWS_AT_ONCE = 64;

/** The pixels with their values at their places on the common axis, 0 where not every pixel has one. */
function moved(args: Args, block: Block, start: number, lend?: Lend): Block {
  const { pixels } = block;
  if (args.kind !== 'events') return movedRows(args, block, 0, pixels, start, lend);
  const pieces: Block[] = [];
  for (let from = 0; from < pixels; from += ROWS_AT_ONCE) {
    pieces.push(toEvents(movedRows(args, block, from, Math.min(from + ROWS_AT_ONCE, pixels), start)));
  }
  return concatBlocks(pieces);
}

/** Rows [from, to) of a block whose first pixel is `start`. */
function movedRows(args: Args, block: Block, from: number, to: number, start: number, lend?: Lend): DenseBlock {
  const { channels } = block;
  const { how, axis, offsets, gain, first, end } = args;
  const values = roomForRows(to - from, channels, lend).fill(0);
  const row = new Float64Array(channels);
  const out = new Float64Array(channels);
  const source = new Float64Array(channels);
  const pitch = pitchOf(axis);
  const random = new CounterRandom(args.seed, 0);
  for (let i = from; i < to; i++) {
    const offset = offsets[start + i];
    readRow(block, i, row);
    if (how === 'interpolate') {
      for (let j = 0; j < channels; j++) source[j] = axisIndex(axis, axisValue(axis, j) + offset);
      interpolateRow(row, source, out);
    } else if (how === 'nearest') {
      moveChannels(row, Math.round(offset / pitch), out);
    } else {
      const unit = gainAt(gain, start + i, 0);
      for (let j = 0; j < channels; j++) row[j] = wholeCounts(row[j], unit, start + i);
      random.reset(start + i);
      splitCounts(row, offset / pitch, random, out);
      if (unit !== 1) for (let j = 0; j < channels; j++) out[j] *= unit;
    }
    values.set(out.subarray(first, end), (i - from) * channels + first);
  }
  return { kind: 'dense', pixels: to - from, channels, values };
}

/** Rounding of a product with the gain is forgiven, a fraction of a count is not. */
function wholeCounts(value: number, gain: number, pixel: number): number {
  const counts = Math.round(value / gain);
  if (counts >= 0 && Math.abs(value / gain - counts) < 1e-6 * Math.max(1, counts)) return counts;
  throw inputError({
    code: 'not-whole-counts',
    what: `pixel ${pixel} holds ${value}, which is no whole number of counts of ${gain}`,
    expected: 'whole counts times the gain',
    fix: 'set how: nearest, or state the gain of the input',
  });
}

const pitchOf = (axis: Axis) =>
  axis.size > 1 ? (axisValue(axis, axis.size - 1) - axisValue(axis, 0)) / (axis.size - 1) : 1;

const onCommonAxis = defineMap<Args>({
  apply: (args, [block], start, _end, lend) => moved(args, block, start, lend),
  example: ({ channels, pixels }) => ({
    args: {
      how: 'split',
      kind: 'events',
      offsets: Float64Array.from({ length: pixels }, (_, i) => ((i % 7) - 3) / 4),
      axis: uniformAxis({ role: 'spectral', size: channels }),
      gain: WHOLE,
      seed: 1,
      first: 0,
      end: channels,
    },
    kinds: ['events'],
  }),
});

export default defineStep<Params>({
  id: 'align.apply',
  version: 1,
  title: 'Take out the drift',
  summary:
    'Brings every pixel onto the common axis by its measured displacement. Counts are dealt out to whole channels at random and stay Poisson. Channels that some pixel may lack are masked.',
  params,
  inputs: { in: { product: 'signal', doc: 'spectra whose displacements were measured', needs: { shift: 'uses' } } },
  output: 'signal',
  cite: ['Kingman 1993, Poisson Processes'],
  shapes: { onCommonAxis },
  effect: ({ in: state }, p) => appliedState(state as SignalState, p),
  cost: () => ({ passes: 0, keeps: 0, works: 0, lane: 0 }),
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    const { shift, spectral, noise } = signal;
    const before = signalState(signal);
    const state = appliedState(before, p);
    const how = wayOf(before, p);
    const [first, end] = commonChannels(spectral, measured(shift).within);
    const args: Args = {
      how,
      kind: state.storage,
      offsets: shift.state === 'map' ? shift.offsets : new Float64Array(pixelCount(signal)),
      axis: spectral,
      gain: noise.tag === 'poisson' && how === 'split' ? noise.gain : WHOLE,
      seed: context.seed,
      first,
      end,
    };
    return withSignal(signal, {
      ...state,
      source: mappedRows(signal, context.shapeId('onCommonAxis'), args, { kind: state.storage }),
      history: [...signal.history, { step: 'align.apply', version: 1, params: p as never }],
    });
  },
});

function measured(shift: Shift): { within: number; origin: string } {
  if (shift.state === 'map' || shift.state === 'expected') return shift;
  throw inputError({
    code: 'no-displacements',
    what:
      shift.state === 'bounded'
        ? `there are no displacements to take out: ${shift.origin}`
        : 'nobody has measured the displacements',
    expected: 'spectra behind a step that measures them',
    fix: 'measure them first: align.zero-loss or align.correlation',
  });
}

function wayOf({ noise, spectral }: SignalState, { how }: Params): Way {
  const counts = isScaledCounts(noise) && noise.tag === 'poisson' && noise.gain.per !== 'channel';
  const uniform = spectral.kind === 'uniform';
  if (how === 'split' && !counts) {
    throw inputError({
      code: 'no-counts-to-split',
      what: 'only whole counts of one gain in all channels can be dealt out to channels',
      expected: 'Poisson counts without pedestal or readout noise',
      fix: 'set how: nearest or interpolate',
    });
  }
  if (how && how !== 'interpolate' && !uniform) {
    throw inputError({
      code: 'channels-differ',
      what: 'channels of a listed axis differ in width: nothing can be moved from one to another as it is',
      expected: 'a uniform axis',
      fix: 'set how: interpolate',
    });
  }
  return how ?? (counts && uniform ? 'split' : 'interpolate');
}

/** Channels that every pixel has, whatever its displacement. */
function commonChannels(axis: Axis, within: number): [number, number] {
  const ends = [axisValue(axis, 0), axisValue(axis, axis.size - 1)];
  const sign = Math.sign(ends[1] - ends[0]) || 1;
  const low = axisIndex(axis, ends[0] + sign * within);
  const high = axisIndex(axis, ends[1] - sign * within);
  const first = within > 0 ? Math.ceil(low) + 1 : 0;
  const end = within > 0 ? Math.floor(high) : axis.size;
  if (end > first) return [first, end];
  throw inputError({
    code: 'too-few-channels',
    what: `displacements up to ± ${within} ${axis.unit} leave no channel that every pixel has`,
    expected: `an axis longer than ${2 * within} ${axis.unit}`,
    fix: 'allow smaller displacements where they are measured',
  });
}

function appliedState(state: SignalState, p: Params): SignalState {
  const { spectral, shift, mask } = state;
  const { within, origin } = measured(shift);
  const how = wayOf(state, p);
  const [first, end] = commonChannels(spectral, within);
  const channels = mask.channels ? spreadMask(mask.channels, spectral, within) : new Uint8Array(spectral.size);
  const outside = reasonCode('outside axis');
  for (let j = 0; j < channels.length; j++) if ((j < first || j >= end) && !channels[j]) channels[j] = outside;
  const pitch = spectral.kind === 'uniform' ? Math.abs(spectral.scale) : 0;
  return {
    ...state,
    storage: state.storage === 'events' && how === 'split' ? 'events' : 'dense',
    entriesPerPixel: state.storage === 'events' && how === 'split' ? 2 * state.entriesPerPixel : spectral.size,
    mask: { ...mask, channels: channels.some((code) => code !== 0) ? channels : undefined },
    noise: movedNoise(state.noise, how),
    shift: { state: 'bounded', within: how === 'nearest' ? pitch / 2 : 0, origin: `aligned: ${origin}` },
  };
}

/** A masked channel of the detector lies at another place of the common axis in every pixel. */
export function spreadMask(codes: Uint8Array, axis: Axis, within: number): Uint8Array {
  const out = codes.slice();
  for (let j = 0; j < codes.length; j++) {
    if (!codes[j]) continue;
    const at = axisValue(axis, j);
    const ends = [axisIndex(axis, at - within), axisIndex(axis, at + within)];
    const [low, high] = [Math.floor(Math.min(...ends)) - 1, Math.ceil(Math.max(...ends)) + 1];
    for (let k = Math.max(0, low); k <= Math.min(high, codes.length - 1); k++) if (!out[k]) out[k] = codes[j];
  }
  return out;
}

export function movedNoise(noise: Noise, how: Way): Noise {
  if (how === 'split') return noise;
  if (how === 'nearest') {
    if (noise.tag === 'poisson' && noise.gain.per === 'channel') {
      return { tag: 'diagonal', variance: 'gain of the channel it was recorded in × value', across: noise.across };
    }
    return noise.tag === 'correlated' && noise.form.kind !== 'band'
      ? { ...noise, form: { kind: 'full' }, why: `${noise.why}, moved pixel by pixel` }
      : noise;
  }
  if (noise.tag === 'unknown') return noise;
  const { across } = noise;
  const why = 'interpolated between channels';
  if (noise.tag !== 'correlated') return { tag: 'correlated', form: { kind: 'band', channels: 1 }, why, across };
  if (noise.form.kind !== 'band') return { ...noise, form: { kind: 'full' }, why: `${noise.why}, ${why}` };
  return { ...noise, form: { kind: 'band', channels: noise.form.channels + 1 }, why: `${noise.why}, ${why}` };
}
