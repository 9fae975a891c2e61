import {
  eventTotals,
  gramApply,
  gramMatrix,
  type Precision,
  portableCos,
  portableSin,
  project as projectRows,
  type Rows,
  weightedSquares,
} from '../../kernels/index.ts';
import { runJob } from '../../shapes/job.ts';
import { joinPieces } from '../../shapes/pieces.ts';
import { defineFold, type Geometry, type Shape } from '../../shapes/shape.ts';
import { type Block, type EventsBlock, toDense } from '../../signal/block.ts';
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

interface TileTotals extends Omit<Totals, 'rows'> {
  readonly rows: Float64Array[];
}

/** Counts per pixel and per channel, in one pass. */
export const totals = defineFold<CountsArgs, TileTotals>({
  init: (_args, { channels }) => ({ rows: [], channels: new Float64Array(channels), negative: 0 }),
  add: (args, state, [block], start) => {
    const rows = new Float64Array(block.pixels);
    const negative = addTotals(block, start, args, rows, state.channels);
    return { rows: [rows], channels: state.channels, negative };
  },
  merge: (left, right) => {
    for (let j = 0; j < left.channels.length; j++) left.channels[j] += right.channels[j];
    return { rows: append(left.rows, right.rows), channels: left.channels, negative: left.negative + right.negative };
  },
  example: () => ({ args: { gain: { per: 'cube', value: 1 } }, kinds: ['events'] }),
});

function addTotals(block: Block, start: number, args: CountsArgs, rows: Float64Array, channels: Float64Array): number {
  const { pixelMask, channelMask, gain } = args;
  const data = rowsOf(block);
  // Signal units per count; infinite where a channel takes no part, so that it counts nothing.
  const units = new Float64Array(data.channels).fill(gain.per === 'cube' ? gain.value : 1);
  if (gain.per === 'channel') units.set(gain.values);
  for (let j = 0; j < units.length; j++) if (channelMask?.[j]) units[j] = Number.POSITIVE_INFINITY;
  if (data.kind === 'events' && gain.per !== 'pixel' && units.every((unit) => unit === 1)) {
    eventTotals(data, pixelMask?.subarray(start, start + data.pixels), rows, channels);
    return 0;
  }
  let negative = 0;
  for (let i = 0; i < data.pixels; i++) {
    if (pixelMask?.[start + i]) continue;
    const unit = gain.per === 'pixel' ? gain.values[start + i] : 1;
    if (data.kind === 'events') {
      rows[i] = addScaled(data, i, unit, units, channels);
      continue;
    }
    const { values } = data;
    let sum = 0;
    for (let j = 0, at = i * data.channels; j < data.channels; j++, at++) {
      const counts = values[at] / (unit * units[j]);
      if (counts < 0) negative++;
      sum += counts;
      channels[j] += counts;
    }
    rows[i] = sum;
  }
  return negative;
}

function addScaled(
  { offsets, channel, count }: EventsBlock,
  i: number,
  unit: number,
  units: Float64Array,
  channels: Float64Array,
): number {
  let sum = 0;
  for (let e = offsets[i]; e < offsets[i + 1]; e++) {
    const counts = count[e] / (unit * units[channel[e]]);
    sum += counts;
    channels[channel[e]] += counts;
  }
  return sum;
}

export interface Weights {
  /** z_ij = rows[i] · channels[j] · x_ij; 0 leaves a pixel or channel out. */
  readonly rows: Float64Array;
  readonly channels: Float64Array;
}

function addTo(left: Float64Array, right: Float64Array): Float64Array {
  for (let i = 0; i < left.length; i++) left[i] += right[i];
  return left;
}

/** Arithmetic of a pass over rows scaled by squared row weights; columns are scaled before and after it. */
interface ColumnsArgs {
  /** channels × width, channel weights multiplied in. */
  readonly columns: Float64Array;
  readonly width: number;
  readonly precision: Precision;
}

/** Xᵀ·diag(squared)·X·columns: channels × width. */
export const gram = defineFold<ColumnsArgs & { readonly squared: Float64Array }, Float64Array>({
  init: ({ width }, { channels }) => new Float64Array(channels * width),
  add: ({ columns, width, squared, precision }, state, [data], start) => {
    gramApply(rowsOf(data), columns, width, squared.subarray(start, start + data.pixels), precision, state);
    return state;
  },
  merge: addTo,
  example: ({ pixels, channels }) => ({
    args: {
      squared: new Float64Array(pixels).fill(0.25),
      columns: Float64Array.from({ length: channels * 2 }, (_, i) => portableSin(i)),
      width: 2,
      precision: 'double',
    },
    kinds: ['events'],
  }),
});

/** Xᵀ·diag(squared)·X, entries (c, d) with c ≤ d of channels × channels. */
export const fullGram = defineFold<{ readonly squared: Float64Array }, Float64Array>({
  init: (_args, { channels }) => new Float64Array(channels * channels),
  add: ({ squared }, state, [data], start) => {
    gramMatrix(rowsOf(data), squared.subarray(start, start + data.pixels), state);
    return state;
  },
  merge: addTo,
  example: ({ pixels }) => ({ args: { squared: new Float64Array(pixels).fill(0.25) }, kinds: ['events'] }),
});

/** diag(rows)·X·columns: pixels × width, and Σ (rows_i·scale_j·x_ij)². */
export const project = defineFold<
  ColumnsArgs & { readonly rows: Float64Array; readonly scale: Float64Array },
  { scores: Float32Array[]; squares: number }
>({
  init: () => ({ scores: [], squares: 0 }),
  add: ({ columns, width, precision, rows, scale }, _state, [block], start) => {
    const data = rowsOf(block);
    const scores = new Float64Array(data.pixels * width);
    projectRows(data, columns, width, precision, scores);
    const squared = new Float64Array(data.pixels);
    for (let i = 0; i < data.pixels; i++) {
      const r = rows[start + i];
      squared[i] = r * r;
      for (let at = i * width; at < (i + 1) * width; at++) scores[at] *= r;
    }
    return { scores: [new Float32Array(scores)], squares: weightedSquares(data, scale, squared) };
  },
  merge: (left, right) => ({ scores: append(left.scores, right.scores), squares: left.squares + right.squares }),
  example: ({ pixels, channels }) => ({
    args: {
      rows: new Float64Array(pixels).fill(0.5),
      scale: new Float64Array(channels).fill(2),
      columns: Float64Array.from({ length: channels * 2 }, (_, i) => portableCos(i)),
      width: 2,
      precision: 'double',
    },
    kinds: ['events'],
  }),
});

/** Rows a kernel can take: a reconstruction is multiplied out. */
function rowsOf(block: Block): Rows {
  return block.kind === 'factors' ? toDense(block) : block;
}

function append<T>(left: T[], right: readonly T[]): T[] {
  for (const item of right) left.push(item);
  return left;
}

/** The three passes a factorisation needs, over whatever holds the data. */
export interface Passes {
  readonly pixels: number;
  readonly channels: number;
  totals(args: CountsArgs): Promise<Totals>;
  /** ZᵀZ·Q for Q of `width` columns, channels × width. */
  gram(weights: Weights, q: Float64Array, width: number, precision: Precision): Promise<Float64Array>;
  /** ZᵀZ whole: channels × channels. */
  fullGram(weights: Weights): Promise<Float64Array>;
  /** Z·V for V of `width` columns, and Σ z². */
  project(
    weights: Weights,
    vectors: Float64Array,
    width: number,
    precision: Precision,
  ): Promise<{ scores: Float32Array; squares: number }>;
}

type RunFold = <R>(name: string, args: unknown) => Promise<R>;

function passesBy(run: RunFold, { pixels, channels }: Pick<Geometry, 'pixels' | 'channels'>): Passes {
  let known: Weights | undefined;
  let squared = new Float64Array(0);
  const squaredRows = (weights: Weights) => {
    if (weights !== known) squared = weights.rows.map((r) => r * r);
    known = weights;
    return squared;
  };
  return {
    pixels,
    channels,
    totals: async (args) => {
      const { rows, ...rest } = await run<TileTotals>('totals', args);
      return { rows: joinPieces(rows, new Float64Array(0)), ...rest };
    },
    gram: async (weights, q, width, precision) => {
      const columns = scaleRows(q, weights.channels, width);
      const args = { columns, width, squared: squaredRows(weights), precision };
      return scaleRows(await run<Float64Array>('gram', args), weights.channels, width);
    },
    fullGram: async (weights) => {
      const gram = await run<Float64Array>('fullGram', { squared: squaredRows(weights) });
      for (let c = 0; c < channels; c++) {
        for (let d = c; d < channels; d++) {
          const value = gram[c * channels + d] * weights.channels[c] * weights.channels[d];
          gram[c * channels + d] = value;
          gram[d * channels + c] = value;
        }
      }
      return gram;
    },
    project: async ({ rows, channels: scale }, vectors, width, precision) => {
      const columns = scaleRows(vectors, scale, width);
      const args = { columns, width, rows, scale, precision };
      const { scores, squares } = await run<{ scores: Float32Array[]; squares: number }>('project', args);
      return { scores: joinPieces(scores, new Float32Array(0)), squares };
    },
  };
}

/** Every row of a row-major matrix of `width` columns times its factor. */
function scaleRows(matrix: Float64Array, factors: Float64Array, width: number): Float64Array {
  const out = new Float64Array(matrix.length);
  for (let j = 0, at = 0; j < factors.length; j++)
    for (let k = 0; k < width; k++, at++) out[at] = factors[j] * matrix[at];
  return out;
}

/** Passes over a source, on the engine of the running step. */
export function passesOver(context: StepContext, source: Source, geometry: Geometry): Passes {
  return passesBy((name, args) => context.fold(name, args, [source], geometry), geometry);
}

const SHAPES: Readonly<Record<string, Shape>> = { totals, gram, fullGram, project };

/** The same passes over a block in memory, where the caller stands: for calibrations on drawn data. */
export function passesInMemory(block: Block): Passes {
  const { pixels, channels } = block;
  const geometry = { pixels, channels, width: pixels };
  const job = { start: 0, end: pixels, ranges: [{ type: 'memory' as const, block }] };
  return passesBy(
    (name, args) =>
      runJob({ kind: 'fold', shape: name, args, geometry }, job, async (id) => SHAPES[id]) as Promise<never>,
    geometry,
  );
}
