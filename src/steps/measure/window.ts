import { z } from 'zod';
import { defineFold } from '../../shapes/shape.ts';
import { axisValue } from '../../signal/axis.ts';
import { countGain, gainAt } from '../../signal/noise.ts';
import { mapShape, pixelCount, type Signal } from '../../signal/signal.ts';
import { originOf, type WindowIntensity } from '../products.ts';
import { windowChannels } from '../reshape/channels.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';

const edge = z.union([z.number(), z.string()]);
const params = z.strictObject({
  window: z.tuple([edge, edge]).describe('energy window, for example ["6.2 keV", "6.6 keV"]'),
});
type Params = z.infer<typeof params>;

interface Args {
  readonly first: number;
  readonly end: number;
  readonly pixelMask?: Uint8Array;
  readonly channelMask?: Uint8Array;
  /** Variance per unit of value: the gain, times the value. */
  readonly gain: Parameters<typeof gainAt>[0];
}

/** Window sum and its counting variance. */
interface Integrated {
  readonly sums: Float64Array;
  readonly variances: Float64Array;
}

const ONE_A_PIXEL = { type: 'float64', width: 1 } as const;

const integrate = defineFold<Args, Record<string, never>, Integrated>({
  init: () => ({}),
  perPixel: () => ({ sums: ONE_A_PIXEL, variances: ONE_A_PIXEL }),
  add: ({ first, end, pixelMask, channelMask, gain }, state, [block], start, _end, { sums, variances }) => {
    const row = new Float64Array(block.kind === 'factors' ? block.rank : 0);
    for (let i = 0; i < block.pixels; i++) {
      if (pixelMask?.[start + i]) continue;
      let sum = 0;
      let variance = 0;
      const add = (j: number, value: number) => {
        if (j < first || j >= end || channelMask?.[j]) return;
        sum += value;
        variance += gainAt(gain, start + i, j) * Math.max(0, value);
      };
      if (block.kind === 'events') {
        for (let e = block.offsets[i]; e < block.offsets[i + 1]; e++) add(block.channel[e], block.count[e]);
      } else if (block.kind === 'dense') {
        for (let j = first; j < end; j++) add(j, block.values[i * block.channels + j]);
      } else {
        row.set(block.scores.subarray(i * block.rank, (i + 1) * block.rank));
        for (let j = first; j < end; j++) {
          let value = 0;
          for (let k = 0; k < block.rank; k++) value += row[k] * block.loadings[j * block.rank + k];
          add(j, value);
        }
      }
      sums[i] = sum;
      variances[i] = variance;
    }
    return state;
  },
  merge: (left) => left,
  example: ({ channels, pixels }) => ({
    args: {
      first: channels > 2 ? 1 : 0,
      end: channels,
      pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)),
      gain: { per: 'pixel', values: Float64Array.from({ length: pixels }, (_, i) => 1 + (i % 5)) },
    },
    kinds: ['events'],
  }),
});

export default defineStep<Params>({
  id: 'measure.window',
  version: 1,
  title: 'Window intensity',
  summary:
    'Counts in an energy window: a map and a total, with counting statistics as the error. The background is still in it.',
  params,
  inputs: {
    in: { product: 'signal', doc: 'raw counts', needs: { noise: ['scaled-counts', 'correlated', 'unknown'] } },
  },
  output: 'window',
  traits: ['counting-errors'],
  cite: [],
  shapes: { integrate },
  effect: ({ in: state }, p) => {
    windowChannels((state as SignalState).spectral, p.window);
    return { product: 'window', of: state as SignalState };
  },
  cost: ({ in: state }) => ({
    passes: 1,
    keeps: 16 * pixelCount(state as SignalState),
    works: 0,
    lane: 0,
  }),
  async run(context, inputs, p): Promise<WindowIntensity> {
    const signal = inputs.in as Signal;
    const { spectral, mask, noise } = signal;
    const [first, end] = windowChannels(spectral, p.window);
    const pixels = pixelCount(signal);
    const gain = countGain(noise);
    const args: Args = { first, end, pixelMask: mask.pixels, channelMask: mask.channels, gain };
    const geometry = { pixels, channels: spectral.size, width: mapShape(signal.navigation).width };
    const { sums: map, variances } = await context.fold<Integrated>('integrate', args, [signal.source], geometry);
    let total = 0;
    let variance = 0;
    for (let i = 0; i < pixels; i++) {
      total += map[i];
      variance += variances[i];
    }
    const sigma = variances;
    for (let i = 0; i < pixels; i++) sigma[i] = Math.sqrt(variances[i]);
    return {
      ...originOf(signal),
      history: [...signal.history, { step: 'measure.window', version: 1, params: p as never }],
      product: 'window',
      window: [axisValue(spectral, first), axisValue(spectral, end - 1)],
      map,
      sigma,
      total: {
        value: total,
        unit: 'counts',
        random: [{ name: 'counting', sigma: Math.sqrt(variance) }],
        systematic: [],
        trail: context.node,
      },
    };
  },
});
