import { z } from 'zod';
import { TILE_PIXELS } from '../../shapes/tile.ts';
import { readRow } from '../../signal/block.ts';
import { mapShape, type Signal, withSignal } from '../../signal/signal.ts';
import type { Source } from '../../signal/source.ts';
import { totals } from '../decompose/passes.ts';
import { mappedRows } from '../mapped-rows.ts';
import type { SignalState } from '../state.ts';
import { defineStep, type ReceptiveField, type Step } from '../step.ts';
import { comparedBands } from './compared-bands.ts';
import { means, type NonLocalArgs, weighed, worth } from './non-local-maps.ts';
import { onePixelOf } from './one-pixel.ts';
import { fieldOf, lengthInPixels, smallestFeatureParameter } from './pixel-lengths.ts';
import type { Smoother } from './smoother.ts';

const params = z.strictObject({
  search: z
    .number()
    .int()
    .min(1)
    .max(32)
    .default(5)
    .describe('pixels up to so many rows and columns away may enter the mean: 5 are a window of 11 × 11'),
  patch: z
    .number()
    .int()
    .min(0)
    .max(5)
    .default(1)
    .describe('pixels are compared with those around them: 1 are patches of 3 × 3, 0 each pixel by itself'),
  strength: z
    .number()
    .positive()
    .max(10)
    .default(0.5)
    .describe(
      'h²: how fast the weight falls with the distance beyond noise, exp(−(d² − 2)/h²), in units of the variance; 0.4 to 0.7',
    ),
  bandCounts: z
    .number()
    .min(1)
    .default(5)
    .describe(
      'counts that a band of channels holds in a mean pixel: below 4 its variance is not that of the transform',
    ),
  bands: z
    .number()
    .int()
    .min(1)
    .max(256)
    .default(32)
    .describe('bands of channels that pixels are compared in, at most'),
  smallestFeature: smallestFeatureParameter,
});
type Params = z.infer<typeof params>;

function fieldFor(
  { navigation }: Pick<SignalState, 'navigation'>,
  { search, smallestFeature }: Params,
): ReceptiveField {
  const { y, x } = lengthInPixels(navigation, 'a search', search);
  return fieldOf(
    navigation,
    { y: 2 * y + 1, x: 2 * x + 1 },
    smallestFeature,
    'where the noise hides how they differ, unlike pixels are averaged like any others',
  );
}

function smoothedState(state: SignalState, p: Params): SignalState {
  return {
    ...state,
    storage: 'dense',
    entriesPerPixel: state.spectral.size,
    noise: {
      tag: 'unknown',
      why: 'a mean whose weights were chosen by the noisy values',
      across: { kind: 'kernel', pixels: 2 * (p.search + p.patch) },
    },
  };
}

const step = defineStep<Params>({
  id: 'spatial.non-local-means',
  version: 1,
  title: 'Non-local means',
  summary:
    'Replaces each spectrum by the mean of those around it that are alike within their counting noise: edges between unlike phases stay sharp. What the noise hides is averaged away like anywhere else, and the errors of the result are of no known law.',
  params,
  inputs: {
    in: {
      product: 'signal',
      doc: 'counts, or values of one Gaussian error',
      needs: { noise: ['poisson', 'gaussian'], across: ['independent'], shift: 'refuses', minPixels: 2 },
    },
  },
  output: 'signal',
  cite: ['Buades, Coll & Morel 2005, CVPR 2, 60', 'Anscombe 1948, Biometrika 35, 246'],
  shapes: { means, worth, weighed, totals },
  effect: ({ in: state }, p) => {
    fieldFor(state as SignalState, p);
    return smoothedState(state as SignalState, p);
  },
  receptiveField: ({ in: state }, p) => fieldFor(state as SignalState, p),
  cost: ({ in: state }, p) => {
    const { spectral, navigation } = state as SignalState;
    const { width } = mapShape(navigation);
    const side = 2 * p.search + 1;
    return {
      passes: 1,
      keeps: 0,
      works: 0,
      // The rows around a job written out, their bands, and the weights of its pixels.
      lane:
        8 * 2 * (p.search + p.patch) * width * (spectral.size + p.bands) +
        8 * TILE_PIXELS * (side * side + spectral.size),
    };
  },
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    const { width, height } = mapShape(signal.navigation);
    const args: NonLocalArgs = {
      width,
      height,
      pixelMask: signal.mask.pixels,
      channelMask: signal.mask.channels,
      noise: signal.noise,
      field: fieldFor(signal, p),
      patch: p.patch,
      search: { y: Math.min(p.search, height - 1), x: Math.min(p.search, width - 1) },
      strength: p.strength,
      ends: await comparedBands(context, signal, p),
    };
    return withSignal(signal, {
      ...smoothedState(signal as unknown as SignalState, p),
      source: mappedRows(signal, context.shapeId('means'), args),
      history: [...signal.history, { step: 'spatial.non-local-means', version: 1, params: p as never }],
    });
  },
});

/** Rows that a map of this step makes of all pixels, or of some. */
const mapped = (shape: string, args: NonLocalArgs, source: Source, channels: number): Source => ({
  type: 'mapped',
  map: `${step.id}/${shape}`,
  args,
  parents: [source],
  pixels: args.width * args.height,
  channels,
  kind: 'dense',
});

export default {
  ...step,
  linear: false,
  reach: ({ search, patch }: NonLocalArgs) => ({ y: search.y + patch, x: search.x + patch }),
  async worth(context, args, source) {
    const pixels = args.width * args.height;
    const block = await context.collect(mapped('worth', args, source, 1), { pixels, channels: 1, width: args.width });
    return Float64Array.from({ length: pixels }, (_, i) => readRow(block, i, new Float64Array(1))[0]);
  },
  async shares(context, args, source, pixel) {
    const { width, height, search } = args;
    const columns = 2 * search.x + 1;
    const channels = columns * (2 * search.y + 1);
    const one = onePixelOf(mapped('weighed', args, source, channels), pixel);
    const block = await context.collect(one, { pixels: 1, channels, width: 1 });
    const weights = readRow(block, 0, new Float64Array(channels));
    const total = weights.reduce((sum, w) => sum + w, 0) || 1;
    const shares = new Float64Array(width * height);
    weights.forEach((w, at) => {
      const to = pixel + (Math.floor(at / columns) - search.y) * width + (at % columns) - search.x;
      if (w > 0) shares[to] = w / total;
    });
    return shares;
  },
} satisfies Step<Params> & Smoother<NonLocalArgs>;
