import type { z } from 'zod';
import {
  equivalentWidth,
  type Neighbourhood,
  neighbourhoodShares,
  neighbourhoodSums,
  neighbourhoodWorth,
  reachOf,
  rowsAround,
} from '../../kernels/index.ts';
import { defineMap } from '../../shapes/shape.ts';
import { TILE_PIXELS } from '../../shapes/tile.ts';
import type { Axis } from '../../signal/axis.ts';
import { type Block, readRow } from '../../signal/block.ts';
import { averageNoise } from '../../signal/noise.ts';
import { mapShape, type Signal, withSignal } from '../../signal/signal.ts';
import { mappedRows } from '../mapped-rows.ts';
import type { SignalState } from '../state.ts';
import { defineStep, type Step } from '../step.ts';
import { fieldOf } from './pixel-lengths.ts';
import type { Smoother, SmoothingArgs } from './smoother.ts';

export interface AveragingArgs extends SmoothingArgs {
  readonly neighbourhood: Neighbourhood;
}

interface Definition<P> extends Pick<Step<P>, 'id' | 'version' | 'title' | 'summary' | 'cite'> {
  readonly params: z.ZodType<P>;
  readonly example: P;
  /** @throws SpectrailError `input/…` where the parameters do not fit the map. */
  readonly neighbourhood: (params: P, navigation: readonly Axis[]) => Neighbourhood;
  /** Are all weights alike, so that the mean of counts is a sum of counts? */
  readonly equalWeights: boolean;
}

type Declared = { readonly smallestFeature?: string | number };

/** Means around each pixel, what is masked left out of them and as it was. */
function meansAround(
  { neighbourhood, width, height, pixelMask }: AveragingArgs,
  block: Block,
  start: number,
  end: number,
) {
  const run = { width, height, start, end, masked: pixelMask };
  const base = rowsAround(reachOf(neighbourhood).y, run)[0] * width;
  const { channels } = block;
  const { values, weights } = neighbourhoodSums(neighbourhood, run, channels, (pixel, row) => {
    readRow(block, pixel - base, row);
  });
  for (let pixel = start; pixel < end; pixel++) {
    const row = values.subarray((pixel - start) * channels, (pixel - start + 1) * channels);
    if (pixelMask?.[pixel]) {
      readRow(block, pixel - base, row);
      continue;
    }
    const scale = 1 / weights[pixel - start];
    for (let j = 0; j < channels; j++) row[j] *= scale;
  }
  return { kind: 'dense' as const, pixels: end - start, channels, values };
}

/** A step that replaces each spectrum by a weighted mean of those around it, with weights that owe nothing to the values. */
export function defineSmoothing<P extends Declared>(definition: Definition<P>): Step<P> & Smoother<AveragingArgs> {
  const { neighbourhood: neighbourhoodOf, equalWeights, ...rest } = definition;
  const field = (navigation: readonly Axis[], p: P) =>
    fieldOf(
      navigation,
      equivalentWidth(neighbourhoodOf(p, navigation)),
      p.smallestFeature,
      'of anything narrower more than a tenth is spread over its neighbours, and mixtures appear at its sides',
    );
  const means = defineMap<AveragingArgs>({
    gather: ({ neighbourhood, width, height }, start, end) => {
      const [first, last] = rowsAround(reachOf(neighbourhood).y, { width, height, start, end });
      return [[first * width, last * width]];
    },
    apply: (args, [block], start, end) => meansAround(args, block, start, end),
    example: ({ pixels, width }) => ({
      args: {
        width,
        height: pixels / width,
        pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)),
        noise: { tag: 'unknown', why: 'an example', across: { kind: 'independent' } },
        field: { mixes: '', axes: [] },
        neighbourhood: neighbourhoodOf(rest.example, EXAMPLE_AXES),
      },
      kinds: ['events'],
    }),
  });
  const step = defineStep<P>({
    ...rest,
    inputs: {
      in: { product: 'signal', doc: 'any map or line of spectra', needs: { shift: 'refuses', minPixels: 2 } },
    },
    output: 'signal',
    shapes: { means },
    effect: ({ in: state }, p) => {
      field((state as SignalState).navigation, p);
      return smoothedState(state as SignalState, p);
    },
    receptiveField: ({ in: state }, p) => field((state as SignalState).navigation, p),
    cost: ({ in: state }) => {
      const { spectral, navigation } = state as SignalState;
      // Of a tile the sums, and those along one row of the map.
      const lane = 8 * spectral.size * (TILE_PIXELS + mapShape(navigation).width);
      return { passes: 0, keeps: 0, works: 0, lane };
    },
    async run(context, inputs, p) {
      const signal = inputs.in as Signal;
      const { navigation, mask, noise } = signal;
      const args: AveragingArgs = {
        ...mapShape(navigation),
        pixelMask: mask.pixels,
        noise,
        field: field(navigation, p),
        neighbourhood: neighbourhoodOf(p, navigation),
      };
      return withSignal(signal, {
        ...smoothedState(signal as unknown as SignalState, p),
        source: mappedRows(signal, context.shapeId('means'), args),
        history: [...signal.history, { step: rest.id, version: rest.version, params: p as never }],
      });
    },
  });

  function smoothedState(state: SignalState, p: P): SignalState {
    const neighbourhood = neighbourhoodOf(p, state.navigation);
    const { y, x } = reachOf(neighbourhood);
    const map = { ...mapShape(state.navigation), masked: state.mask.pixels };
    const members = equalWeights ? neighbourhoodWorth(neighbourhood, map) : undefined;
    return {
      ...state,
      storage: 'dense',
      entriesPerPixel: state.spectral.size,
      noise: averageNoise(state.noise, { reach: Math.max(y, x), members }),
    };
  }

  return {
    ...step,
    linear: true,
    reach: ({ neighbourhood }) => reachOf(neighbourhood),
    worth: async (_context, { neighbourhood, width, height, pixelMask }) =>
      neighbourhoodWorth(neighbourhood, { width, height, masked: pixelMask }),
    shares: async (_context, { neighbourhood, width, height, pixelMask }, _source, pixel) =>
      neighbourhoodShares(neighbourhood, { width, height, masked: pixelMask }, pixel),
  };
}

const EXAMPLE_AXES: readonly Axis[] = ['y', 'x'].map((name) => ({
  kind: 'uniform',
  name,
  unit: '',
  role: 'navigation',
  size: 2,
  scale: 1,
  offset: 0,
}));
