import { z } from 'zod';
import { type Alikeness, nonLocalWeights, type Run, rowsAround, rowsCompared } from '../../kernels/index.ts';
import { defineMap } from '../../shapes/shape.ts';
import { type Block, readRow } from '../../signal/block.ts';
import { mapShape, pixelCount, type Signal, withSignal } from '../../signal/signal.ts';
import type { Source } from '../../signal/source.ts';
import { totals } from '../decompose/passes.ts';
import type { SignalState } from '../state.ts';
import { defineStep, type ReceptiveField, type Step } from '../step.ts';
import { type Bands, bandFeatures, comparedBands } from './compared-bands.ts';
import { fieldOf, lengthInPixels, smallestFeatureParameter } from './pixel-lengths.ts';
import type { Smoother, SmoothingArgs } from './smoother.ts';

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

type Args = SmoothingArgs & Alikeness & Bands;

const runOf = ({ width, height, pixelMask }: Args, start: number, end: number): Run => ({
  width,
  height,
  start,
  end,
  masked: pixelMask,
});

function gather(args: Args, start: number, end: number): readonly (readonly [number, number])[] {
  const [first, last] = rowsAround(rowsCompared(args), runOf(args, start, end));
  return [[first * args.width, last * args.width]];
}

/** Calls `each` for every pixel of a run, with its weights and the first row of the map in the block. */
function weightsOf(args: Args, block: Block, start: number, end: number) {
  const [[base]] = gather(args, start, end);
  const features = bandFeatures(args, args.noise, block, base);
  const weights = nonLocalWeights(features, args.ends.length, base / args.width, runOf(args, start, end), args);
  return { base, weights };
}

const means = defineMap<Args>({
  gather,
  apply: (args, [block], start, end) => {
    const { width, search, pixelMask } = args;
    const { channels } = block;
    const { base, weights } = weightsOf(args, block, start, end);
    const add = weightedSum(block);
    const values = new Float64Array((end - start) * channels);
    const around = (2 * search.y + 1) * (2 * search.x + 1);
    const [some, pixels] = [new Float64Array(around), new Int32Array(around)];
    for (let i = start; i < end; i++) {
      const mean = values.subarray((i - start) * channels, (i - start + 1) * channels);
      if (pixelMask?.[i]) {
        readRow(block, i - base, mean);
        continue;
      }
      let [sum, count, at] = [0, 0, (i - start) * around];
      for (let dy = -search.y; dy <= search.y; dy++) {
        for (let dx = -search.x; dx <= search.x; dx++, at++) {
          if (weights[at] === 0) continue;
          some[count] = weights[at];
          pixels[count++] = i - base + dy * width + dx;
          sum += weights[at];
        }
      }
      add(some, pixels, count, mean);
      const scale = 1 / sum;
      for (let j = 0; j < channels; j++) mean[j] *= scale;
    }
    return { kind: 'dense', pixels: end - start, channels, values };
  },
  example: ({ pixels, width, channels }) => ({
    args: exampleArgs(pixels, width, channels),
    kinds: ['events'],
  }),
});

/** One number a pixel: (Σw)²/Σw², 0 where masked. */
const worth = defineMap<Args>({
  gather,
  apply: (args, [block], start, end) => {
    const { weights } = weightsOf(args, block, start, end);
    const around = weights.length / Math.max(1, end - start);
    const values = Float64Array.from({ length: end - start }, (_, i) => {
      let [sum, squares] = [0, 0];
      for (let at = i * around; at < (i + 1) * around; at++) {
        sum += weights[at];
        squares += weights[at] * weights[at];
      }
      return squares > 0 ? (sum * sum) / squares : 0;
    });
    return { kind: 'dense', pixels: end - start, channels: 1, values };
  },
  example: ({ pixels, width, channels }) => ({
    args: exampleArgs(pixels, width, channels),
    kinds: ['events'],
  }),
});

function exampleArgs(pixels: number, width: number, channels: number): Args {
  return {
    width,
    height: pixels / width,
    pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)),
    noise: { tag: 'gaussian', sigma: 1, across: { kind: 'independent' } },
    field: { mixes: '', axes: [] },
    patch: 1,
    search: { y: Math.min(1, pixels / width - 1), x: Math.min(2, width - 1) },
    strength: 0.5,
    ends: Int32Array.of(...(channels > 1 ? [Math.ceil(channels / 2)] : []), channels),
  };
}

/** Σ w·row into a mean, for the rows of a block; sparse rows by their entries, written-out rows four at a time. */
type WeightedSum = (weights: Float64Array, pixels: Int32Array, count: number, mean: Float64Array) => void;

function weightedSum(block: Block): WeightedSum {
  const { channels } = block;
  if (block.kind === 'events') {
    const { offsets, channel, count: counts } = block;
    return (weights, pixels, count, mean) => {
      for (let k = 0; k < count; k++) {
        const w = weights[k];
        for (let e = offsets[pixels[k]]; e < offsets[pixels[k] + 1]; e++) mean[channel[e]] += w * counts[e];
      }
    };
  }
  const values = new Float64Array(block.pixels * channels);
  for (let i = 0; i < block.pixels; i++) readRow(block, i, values.subarray(i * channels, (i + 1) * channels));
  return (weights, pixels, count, mean) => {
    for (let k = 0; k < count; k += 4) {
      const row = (n: number) => pixels[Math.min(k + n, count - 1)] * channels;
      const weight = (n: number) => (k + n < count ? weights[k + n] : 0);
      const [a, b, c, d] = [row(0), row(1), row(2), row(3)];
      const [wa, wb, wc, wd] = [weight(0), weight(1), weight(2), weight(3)];
      for (let j = 0; j < channels; j++) {
        mean[j] += wa * values[a + j] + wb * values[b + j] + wc * values[c + j] + wd * values[d + j];
      }
    }
  };
}

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
    shift: state.shift.state === 'map' ? { state: 'unmeasured' } : state.shift,
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
      needs: { noise: ['poisson', 'gaussian'], across: ['independent'], minPixels: 2 },
    },
  },
  output: 'signal',
  cite: ['Buades, Coll & Morel 2005, CVPR 2, 60', 'Anscombe 1948, Biometrika 35, 246'],
  shapes: { means, worth, totals },
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
      lane: 8 * 2 * (p.search + p.patch) * width * (spectral.size + p.bands) + 8 * 4096 * (side * side + spectral.size),
    };
  },
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    const { width, height } = mapShape(signal.navigation);
    const args: Args = {
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
      source: {
        type: 'mapped',
        map: context.shapeId('means'),
        args,
        parents: [signal.source],
        pixels: pixelCount(signal),
        channels: signal.spectral.size,
        kind: 'dense',
      },
      history: [...signal.history, { step: 'spatial.non-local-means', version: 1, params: p as never }],
    });
  },
});

export default {
  ...step,
  linear: false,
  reach: ({ search, patch }: Args) => ({ y: search.y + patch, x: search.x + patch }),
  async worth(context, args, source: Source) {
    const pixels = args.width * args.height;
    const mapped: Source = {
      type: 'mapped',
      map: `${step.id}/worth`,
      args,
      parents: [source],
      pixels,
      channels: 1,
      kind: 'dense',
    };
    const block = await context.collect(mapped, { pixels, channels: 1, width: args.width });
    return Float64Array.from({ length: pixels }, (_, i) => readRow(block, i, new Float64Array(1))[0]);
  },
} satisfies Step<Params> & Smoother<Args>;
