import {
  gramApply,
  gramMatrix,
  type Precision,
  packOnce,
  portableCos,
  portableSin,
  project as projectRows,
  type Rows,
  rowTotals,
} from '../../kernels/index.ts';
import { type FoldResult, runJob, withRows } from '../../shapes/job.ts';
import { pixelArray, plainMemory } from '../../shapes/per-pixel.ts';
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

/** Counts per pixel and per channel, in one pass. */
export const totals = defineFold<CountsArgs, Omit<Totals, 'rows'>, Pick<Totals, 'rows'>>({
  init: (_args, { channels }) => ({ channels: new Float64Array(channels), negative: 0 }),
  perPixel: () => ({ rows: { type: 'float64', width: 1 } }),
  add: (args, { channels }, [block], start, _end, { rows }) => ({
    channels,
    negative: addTotals(block, start, args, rows, channels),
  }),
  merge: (left, right) => {
    for (let j = 0; j < left.channels.length; j++) left.channels[j] += right.channels[j];
    return { channels: left.channels, negative: left.negative + right.negative };
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
  if (gain.per !== 'pixel' && units.every((unit) => unit === 1)) {
    return rowTotals(data, pixelMask?.subarray(start, start + data.pixels), rows, channels);
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

/** Weights of rows; their squares are made tile by tile. */
interface RowsArgs {
  readonly rows: Float64Array;
}

function squaresOf({ rows }: RowsArgs, start: number, { pixels }: Block): Float64Array {
  const squares = new Float64Array(pixels);
  for (let i = 0; i < pixels; i++) squares[i] = rows[start + i] * rows[start + i];
  return squares;
}

/** Xᵀ·diag(rows²)·X·columns: channels × width. */
export const gram = defineFold<ColumnsArgs & RowsArgs, Float64Array>({
  additive: true,
  init: ({ width }, { channels }) => new Float64Array(channels * width),
  add: (args, state, [data], start) => {
    const rows = rowsOf(data);
    const columns = packOnce(rows, args.columns, args.width, args.precision);
    gramApply(rows, columns, squaresOf(args, start, data), state);
    return state;
  },
  merge: addTo,
  example: ({ pixels, channels }) => ({
    args: {
      rows: new Float64Array(pixels).fill(0.5),
      columns: Float64Array.from({ length: channels * 2 }, (_, i) => portableSin(i)),
      width: 2,
      precision: 'double',
    },
    kinds: ['events'],
  }),
});

/** Xᵀ·diag(rows²)·X, entries (c, d) with c ≤ d of channels × channels. */
export const fullGram = defineFold<RowsArgs, Float64Array>({
  init: (_args, { channels }) => new Float64Array(channels * channels),
  add: (args, state, [data], start) => {
    gramMatrix(rowsOf(data), squaresOf(args, start, data), state);
    return state;
  },
  merge: addTo,
  example: ({ pixels }) => ({ args: { rows: new Float64Array(pixels).fill(0.5) }, kinds: ['events'] }),
});

/** Sums over all pixels that come with the scores. */
interface ScoreSums {
  /** Σ (rows_i·scale_j·x_ij)². */
  readonly squares: number;
  /** Of the scores of each component. */
  readonly sums: Float64Array;
}

/** diag(rows)·X·columns: pixels × width. */
export const project = defineFold<
  ColumnsArgs & RowsArgs & { readonly scale: Float64Array },
  ScoreSums,
  { scores: Float32Array }
>({
  init: ({ width }) => ({ squares: 0, sums: new Float64Array(width) }),
  perPixel: ({ width }) => ({ scores: { type: 'float32', width } }),
  add: (args, { sums }, [block], start, _end, { scores }) => {
    const { columns, width, precision, scale } = args;
    const data = rowsOf(block);
    // In single precision the scores themselves hold every digit.
    const projected = precision === 'single' ? scores : new Float64Array(data.pixels * width);
    const weights = squaresOf(args, start, data);
    const squares = projectRows(data, packOnce(data, columns, width, precision), projected, { scale, weights });
    scaleScores(projected, args.rows.subarray(start, start + data.pixels), scores, sums);
    return { squares, sums };
  },
  merge: (left, right) => ({ squares: left.squares + right.squares, sums: addTo(left.sums, right.sums) }),
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

/** scores = weight of the row × projected; what that adds up to is added to `sums`. */
function scaleScores(
  projected: Float32Array | Float64Array,
  rows: Float64Array,
  scores: Float32Array,
  sums: Float64Array,
) {
  const width = sums.length;
  for (let i = 0, at = 0; i < rows.length; i++) {
    const weight = rows[i];
    for (let k = 0; k < width; k++, at++) {
      scores[at] = projected[at] * weight;
      sums[k] += scores[at];
    }
  }
}

/** Rows a kernel can take: a reconstruction is multiplied out. */
function rowsOf(block: Block): Rows {
  return block.kind === 'factors' ? toDense(block) : block;
}

/** The three passes a factorisation needs, over whatever holds the data. */
export interface Passes {
  readonly pixels: number;
  readonly channels: number;
  /** A number for each pixel, 0 before it is filled. */
  perPixel(): Float64Array;
  totals(args: CountsArgs): Promise<Totals>;
  /** ZᵀZ·Q for Q of `width` columns, channels × width. */
  gram(weights: Weights, q: Float64Array, width: number, precision: Precision): Promise<Float64Array>;
  /** ZᵀZ whole: channels × channels. */
  fullGram(weights: Weights): Promise<Float64Array>;
  /** Z·V for V of `width` columns, Σ z², and the sum of each column. */
  project(
    weights: Weights,
    vectors: Float64Array,
    width: number,
    precision: Precision,
  ): Promise<{ scores: Float32Array } & ScoreSums>;
}

type RunFold = <R>(name: string, args: unknown) => Promise<R>;

function passesBy(
  run: RunFold,
  perPixel: Passes['perPixel'],
  { pixels, channels }: Pick<Geometry, 'pixels' | 'channels'>,
): Passes {
  return {
    pixels,
    channels,
    perPixel,
    totals: (args) => run<Totals>('totals', args),
    gram: async ({ rows, channels: scale }, q, width, precision) => {
      const columns = scaleRows(q, scale, width);
      return scaleRows(await run<Float64Array>('gram', { columns, width, rows, precision }), scale, width);
    },
    fullGram: async (weights) => {
      const gram = await run<Float64Array>('fullGram', { rows: weights.rows });
      for (let c = 0; c < channels; c++) {
        for (let d = c; d < channels; d++) {
          const value = gram[c * channels + d] * weights.channels[c] * weights.channels[d];
          gram[c * channels + d] = value;
          gram[d * channels + c] = value;
        }
      }
      return gram;
    },
    project: ({ rows, channels: scale }, vectors, width, precision) =>
      run('project', { columns: scaleRows(vectors, scale, width), width, rows, scale, precision }),
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
  return passesBy(
    (name, args) => context.fold(name, args, [source], geometry),
    () => context.array('float64', geometry.pixels),
    geometry,
  );
}

const SHAPES: Readonly<Record<string, Shape>> = { totals, gram, fullGram, project };

/** The same passes over a block in memory, where the caller stands: for calibrations on drawn data. */
export function passesInMemory(block: Block): Passes {
  const { pixels, channels } = block;
  const geometry = { pixels, channels, width: pixels };
  const job = { start: 0, end: pixels, ranges: [{ type: 'memory' as const, block }] };
  return passesBy(
    async (name, args) => {
      const found = await runJob({ kind: 'fold', shape: name, args, geometry }, job, async (id) => SHAPES[id]);
      const { state, rows } = found as FoldResult;
      return withRows(state, rows) as never;
    },
    () => pixelArray('float64', pixels, plainMemory),
    geometry,
  );
}
