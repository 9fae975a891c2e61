import { type HalfBands, normalQuantile, portablePow } from '../../kernels/index.ts';
import { defineFold, defineMap } from '../../shapes/shape.ts';
import type { Factor } from '../../signal/noise.ts';
import { type ModelVariance, sumHalfBands, upperBound } from './scan-map.ts';

export interface StructureArgs {
  readonly halfBand: Uint16Array;
  readonly halves: number;
  readonly variance: ModelVariance;
  readonly gain: Factor;
  readonly skip?: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Per pixel and non-overlapping band: the standardised residual times those of the right and lower neighbour, summed, and
 * the same with the squares. What a neighbour correlation needs, without a map per band in memory.
 */
export const neighbourResiduals = defineMap<StructureArgs>({
  gather: ({ width, height }, start, end) => [[start, Math.min(end + width, width * height)]],
  apply: ({ halfBand, halves, variance, gain, skip, width, height }, [raw, model], start, end) => {
    const counts = sumHalfBands(raw, model, halfBand, halves, gain, start, skip);
    const columns = residualColumns(counts.halves);
    const gathered = raw.pixels;
    const r = new Float64Array(gathered * columns);
    for (let i = 0; i < gathered; i++) standardise(counts, variance, start + i, i, columns, r);
    const channels = COLUMN_SETS * columns;
    const values = new Float64Array((end - start) * channels);
    for (let q = start; q < end; q++) {
      const i = q - start;
      const right = q % width < width - 1 ? i + 1 : -1;
      const below = q + width < width * height ? i + width : -1;
      for (let b = 0; b < columns; b++) {
        const beside = right >= 0 ? r[right * columns + b] : 0;
        const under = below >= 0 ? r[below * columns + b] : 0;
        const here = r[i * columns + b];
        values[i * channels + b] = here * (beside + under);
        values[i * channels + columns + b] = here * here * (beside * beside + under * under);
      }
    }
    return { kind: 'dense', pixels: end - start, channels, values };
  },
  example: ({ pixels, channels, width }) => ({
    args: {
      halfBand: Uint16Array.from({ length: channels }, (_, j) => j >> 1),
      halves: (channels + 1) >> 1,
      variance: { pixels: new Float64Array(pixels).fill(1), bands: new Float64Array(channels).fill(0.01) },
      gain: { per: 'cube', value: 1 },
      width,
      height: pixels / width,
    },
    kinds: ['events', 'factors'],
  }),
});

/** Products with neighbours, and their squares. */
export const COLUMN_SETS = 2;

/**
 * Column b: half-bands 2b and 2b + 1. There is no column for the total: Poisson weights make the first component reproduce
 * the total of every pixel, so its residual is zero by construction and says nothing.
 */
export function residualColumns(halves: number): number {
  return Math.ceil(halves / 2);
}

/** (observed − expected)/√(upper bound of the model): bounded where the model is near 0. */
function standardise(
  { observed, expected, halves, stride }: HalfBands,
  variance: ModelVariance,
  pixel: number,
  row: number,
  columns: number,
  out: Float64Array,
): void {
  const at = row * stride;
  for (let b = 0; b < columns; b++) {
    const h = 2 * b;
    const last = Math.min(h + 2, halves);
    let o = 0;
    let e = 0;
    for (let i = h; i < last; i++) {
      o += observed[at + i];
      e += expected[at + i];
    }
    const band = Math.min(h, variance.bands.length - 1);
    out[row * columns + b] = (o - e) / Math.sqrt(upperBound(e, variance.pixels[pixel] * variance.bands[band]));
  }
}

interface NeighbourSums {
  /** Σ over neighbouring pairs of r_i·r_j. */
  readonly products: Float64Array;
  /** Σ over neighbouring pairs of (r_i·r_j)². */
  readonly squares: Float64Array;
}

/** Sums behind the neighbour correlation of every column. */
export const neighbourSums = defineFold<Record<string, never>, NeighbourSums>({
  init: (_args, { channels }) => {
    const columns = channels / COLUMN_SETS;
    return { products: new Float64Array(columns), squares: new Float64Array(columns) };
  },
  add: (_args, state, [block]) => {
    const columns = block.channels / COLUMN_SETS;
    if (block.kind !== 'dense') return state;
    for (let i = 0; i < block.pixels; i++) {
      const at = i * block.channels;
      for (let b = 0; b < columns; b++) {
        state.products[b] += block.values[at + b];
        state.squares[b] += block.values[at + columns + b];
      }
    }
    return state;
  },
  merge: (left, right) => {
    for (let b = 0; b < left.products.length; b++) {
      left.products[b] += right.products[b];
      left.squares[b] += right.squares[b];
    }
    return left;
  },
  example: () => ({ args: {}, kinds: ['dense'], channels: [6] }),
});

/**
 * Neighbour correlation of each column as a z-score that holds where the noise differs from phase to phase; about 1 for a
 * single pair of stray counts in an empty band, where Moran's own z would be large.
 */
export function neighbourZ({ products, squares }: NeighbourSums): Float64Array {
  return products.map((product, b) => (squares[b] > 0 ? product / Math.sqrt(squares[b]) : 0));
}

/** z above which the largest of `bands` independent maps is structured, at a 0.5 % false-alarm rate. */
export function bandLimit(bands: number): number {
  return normalQuantile(portablePow(0.995, 1 / Math.max(1, bands)));
}
