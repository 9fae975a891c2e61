import {
  gramApplyDense,
  gramApplyEvents,
  portableCos,
  portableSin,
  projectDense,
  projectEvents,
  sumSquaresDense,
  sumSquaresEvents,
} from '../../kernels/index.ts';
import { runJob } from '../../shapes/job.ts';
import { defineFold, type Geometry, type Shape } from '../../shapes/shape.ts';
import type { Block } from '../../signal/block.ts';
import type { Factor } from '../../signal/noise.ts';
import type { Source } from '../../signal/source.ts';
import type { StepContext } from '../step.ts';

/** Which pixels and channels take part, and how values become counts. */
export interface CountsArgs {
  /** Non-zero: skip. */
  readonly pixelMask?: Uint8Array;
  readonly channelMask?: Uint8Array;
  /** Signal units per count. */
  readonly gain: Factor;
}

export interface Totals {
  /** Counts per pixel, per channel. */
  readonly rows: Float64Array;
  readonly channels: Float64Array;
  readonly negative: number;
}

/** Counts per pixel and per channel, in one pass. */
export const totals = defineFold<CountsArgs, Totals>({
  init: (_args, { channels }) => ({ rows: new Float64Array(0), channels: new Float64Array(channels), negative: 0 }),
  add: (args, state, [block], start) => {
    const rows = new Float64Array(block.pixels);
    const negative = addTotals(block, start, args, rows, state.channels);
    return { rows, channels: state.channels, negative };
  },
  merge: (left, right) => {
    for (let j = 0; j < left.channels.length; j++) left.channels[j] += right.channels[j];
    return { rows: join(left.rows, right.rows), channels: left.channels, negative: left.negative + right.negative };
  },
  example: () => ({ args: { gain: { per: 'cube', value: 1 } }, kinds: ['events'] }),
});

function addTotals(block: Block, start: number, args: CountsArgs, rows: Float64Array, channels: Float64Array): number {
  const { pixelMask, channelMask, gain } = args;
  let negative = 0;
  for (let i = 0; i < block.pixels; i++) {
    if (pixelMask?.[start + i]) continue;
    const pixelGain = gain.per === 'cube' ? gain.value : gain.per === 'pixel' ? gain.values[start + i] : 1;
    let sum = 0;
    const add = (j: number, value: number) => {
      if (channelMask?.[j]) return;
      const counts = value / (gain.per === 'channel' ? gain.values[j] : pixelGain);
      if (counts < 0) negative++;
      sum += counts;
      channels[j] += counts;
    };
    if (block.kind === 'events') {
      for (let e = block.offsets[i]; e < block.offsets[i + 1]; e++) add(block.channel[e], block.count[e]);
    } else if (block.kind === 'dense') {
      for (let j = 0, at = i * block.channels; j < block.channels; j++) add(j, block.values[at + j]);
    } else {
      for (let j = 0; j < block.channels; j++) add(j, factorsValue(block, i, j));
    }
    rows[i] = sum;
  }
  return negative;
}

function factorsValue(block: Extract<Block, { kind: 'factors' }>, pixel: number, channel: number): number {
  let value = 0;
  for (let k = 0; k < block.rank; k++) {
    value += block.scores[pixel * block.rank + k] * block.loadings[channel * block.rank + k];
  }
  return value;
}

export interface Weights {
  /** z_ij = rows[i] · channels[j] · x_ij; 0 leaves a pixel or channel out. */
  readonly rows: Float64Array;
  readonly channels: Float64Array;
}

/** Zᵀ(Z·Q) for a block Q of `width` columns: channels × width. */
export const gram = defineFold<Weights & { readonly block: Float64Array; readonly width: number }, Float64Array>({
  init: ({ width }, { channels }) => new Float64Array(channels * width),
  add: (args, state, [data], start) => {
    const rows = args.rows.subarray(start, start + data.pixels);
    if (data.kind === 'events') gramApplyEvents(data, args.block, args.width, rows, args.channels, state);
    else gramApplyDense(denseOf(data), args.block, args.width, rows, args.channels, state);
    return state;
  },
  merge: (left, right) => {
    for (let i = 0; i < left.length; i++) left[i] += right[i];
    return left;
  },
  example: ({ pixels, channels }) => ({
    args: {
      rows: new Float64Array(pixels).fill(0.5),
      channels: new Float64Array(channels).fill(2),
      block: Float64Array.from({ length: channels * 2 }, (_, i) => portableSin(i)),
      width: 2,
    },
    kinds: ['events'],
  }),
});

/** Z·V: pixels × width, and Σ z². */
export const project = defineFold<
  Weights & { readonly vectors: Float64Array; readonly width: number },
  { scores: Float64Array; squares: number }
>({
  init: () => ({ scores: new Float64Array(0), squares: 0 }),
  add: (args, _state, [data], start) => {
    const rows = args.rows.subarray(start, start + data.pixels);
    const scores = new Float64Array(data.pixels * args.width);
    if (data.kind === 'events') {
      projectEvents(data, args.vectors, args.width, rows, args.channels, scores);
      return { scores, squares: sumSquaresEvents(data, rows, args.channels) };
    }
    const dense = denseOf(data);
    projectDense(dense, args.vectors, args.width, rows, args.channels, scores);
    return { scores, squares: sumSquaresDense(dense, rows, args.channels) };
  },
  merge: (left, right) => ({ scores: join(left.scores, right.scores), squares: left.squares + right.squares }),
  example: ({ pixels, channels }) => ({
    args: {
      rows: new Float64Array(pixels).fill(0.5),
      channels: new Float64Array(channels).fill(2),
      vectors: Float64Array.from({ length: channels * 2 }, (_, i) => portableCos(i)),
      width: 2,
    },
    kinds: ['events'],
  }),
});

function denseOf(block: Exclude<Block, { kind: 'events' }>) {
  if (block.kind === 'dense') return block;
  const values = new Float64Array(block.pixels * block.channels);
  for (let i = 0; i < block.pixels; i++) {
    for (let j = 0; j < block.channels; j++) values[i * block.channels + j] = factorsValue(block, i, j);
  }
  return { pixels: block.pixels, channels: block.channels, values };
}

function join(left: Float64Array, right: Float64Array): Float64Array {
  const both = new Float64Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

/** The three passes a factorisation needs, over whatever holds the data. */
export interface Passes {
  readonly pixels: number;
  readonly channels: number;
  totals(args: CountsArgs): Promise<Totals>;
  gram(weights: Weights, block: Float64Array, width: number): Promise<Float64Array>;
  project(weights: Weights, vectors: Float64Array, width: number): Promise<{ scores: Float64Array; squares: number }>;
}

/** Passes over a source, on the engine of the running step. */
export function passesOver(context: StepContext, source: Source, geometry: Geometry): Passes {
  return {
    pixels: geometry.pixels,
    channels: geometry.channels,
    totals: (args) => context.fold('totals', args, [source], geometry),
    gram: (weights, block, width) => context.fold('gram', { ...weights, block, width }, [source], geometry),
    project: (weights, vectors, width) => context.fold('project', { ...weights, vectors, width }, [source], geometry),
  };
}

const SHAPES: Readonly<Record<string, Shape>> = { totals, gram, project };

/** The same passes over a block in memory, where the caller stands: for calibrations on drawn data. */
export function passesInMemory(block: Block): Passes {
  const { pixels, channels } = block;
  const geometry = { pixels, channels, width: pixels };
  const job = { start: 0, end: pixels, ranges: [{ type: 'memory' as const, block }] };
  const run = (name: string, args: unknown) =>
    runJob({ kind: 'fold', shape: name, args, geometry }, job, async (id) => SHAPES[id]) as Promise<never>;
  return {
    pixels,
    channels,
    totals: (args) => run('totals', args),
    gram: (weights, columns, width) => run('gram', { ...weights, block: columns, width }),
    project: (weights, vectors, width) => run('project', { ...weights, vectors, width }),
  };
}
