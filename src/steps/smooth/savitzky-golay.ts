import { z } from 'zod';
import { type ChannelOperator, savitzkyGolay } from '../../kernels/index.ts';
import { axisValues } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { type Signal, withSignal } from '../../signal/signal.ts';
import { widthInChannels } from '../background/whole-rows.ts';
import { mappedRows } from '../mapped-rows.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';
import { operated, operatedNoise } from './operated.ts';

const params = z.strictObject({
  window: z
    .union([z.number(), z.string()])
    .describe(
      'width of the window along the axis, for example "2 eV": for smoothing at most the width at half maximum of the narrowest line; the next odd number of channels is taken',
    ),
  order: z.number().int().min(0).max(6).default(2).describe('degree of the polynomial in the window'),
  derivative: z
    .number()
    .int()
    .min(0)
    .max(4)
    .default(0)
    .describe('0: smoothed values; 1, 2, …: their derivatives, per unit of the axis'),
  ends: z
    .enum(['interp', 'mirror', 'nearest', 'constant', 'wrap'])
    .default('interp')
    .describe(
      'within half a window of the ends: interp, the polynomial of the last whole window; or what is taken to lie beyond: the spectrum mirrored, its last value, zeros, or its other end',
    ),
});
type Params = z.infer<typeof params>;

export default defineStep<Params>({
  id: 'smooth.savitzky-golay',
  version: 1,
  title: 'Savitzky–Golay smoothing',
  summary:
    'Smooths along the axis, or differentiates, with a least-squares polynomial around each channel. Errors of neighbouring channels are then correlated over the window: fits and counting statistics are for the values before.',
  params,
  example: { window: 3, order: 2, derivative: 0, ends: 'interp' },
  inputs: { in: { product: 'signal', doc: 'any signal' } },
  output: 'signal',
  cite: ['Savitzky & Golay 1964, Anal. Chem. 36, 1627', 'Steinier, Termonia & Deltour 1972, Anal. Chem. 44, 1906'],
  shapes: { operated },
  effect: ({ in: state }, p) => smoothed(state as SignalState, p).state,
  cost: () => ({ passes: 0, keeps: 0, works: 0, lane: 0 }),
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    const { state, operator } = smoothed(signal as unknown as SignalState, p);
    if (p.derivative === 0) context.note(lessened(operator));
    return withSignal(signal, {
      ...state,
      source: mappedRows(signal, context.shapeId('operated'), operator),
      history: [...signal.history, { step: 'smooth.savitzky-golay', version: 1, params: p }],
    });
  },
});

function smoothed(state: SignalState, p: Params): { state: SignalState; operator: ChannelOperator } {
  const operator = operatorOf(state, p);
  const channels = state.spectral.size;
  const why = p.derivative
    ? `derivative ${p.derivative} over ${operator.width} channels`
    : `smoothed over ${operator.width} channels`;
  return {
    operator,
    state: {
      ...state,
      storage: 'dense',
      entriesPerPixel: channels,
      intensity: p.derivative ? { kind: 'dimensionless' } : state.intensity,
      noise: operatedNoise(state.noise, operator, channels, why),
    },
  };
}

/** @throws SpectrailError `input/bad-width` or `input/bad-window` where there is no such polynomial. */
function operatorOf({ spectral, mask }: SignalState, { window, order, derivative, ends }: Params): ChannelOperator {
  const positions = axisValues(spectral);
  const widths = widthInChannels({ positions, unit: spectral.unit }, window);
  const windows = widths.map((width) => width + 1 - (width % 2));
  try {
    return savitzkyGolay(positions, { windows, order, derivative, ends, masked: mask.channels });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw inputError({
      code: 'bad-window',
      what: `window ${window}, order ${order}, derivative ${derivative}: ${error.message}`,
      expected: 'derivative ≤ order < unmasked channels in the window ≤ channels',
      fix: 'widen the window or lower the order; bare numbers are in the unit of the axis',
      cause: error,
    });
  }
}

/** How much independent errors of one size are lessened, in the middle of the spectrum. */
function lessened({ channels, width, weights }: ChannelOperator): string {
  const middle = (channels >> 1) * width;
  const squares = weights.subarray(middle, middle + width).reduce((sum, weight) => sum + weight * weight, 0);
  return `independent errors are lessened to ${Math.sqrt(squares).toFixed(2)} of what they were, and shared over ${width} channels`;
}
