import { moranOfSums, normalQuantile } from '../../kernels/index.ts';
import { defineFold, defineMap } from '../../shapes/shape.ts';
import type { Factor } from '../../signal/noise.ts';
import { type HalfBandCounts, type ModelVariance, sumHalfBands, upperBound } from './scan-map.ts';

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
 * Per pixel: standardised residual of every non-overlapping band, followed by the sum and the sum of
 * squares of the same over the right and lower neighbour. What Moran's I needs, without a map per band in memory.
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
        values[i * channels + b] = r[i * columns + b];
        values[i * channels + columns + b] = beside + under;
        values[i * channels + 2 * columns + b] = beside * beside + under * under;
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

/** Residuals, neighbour sums, neighbour squares. */
export const COLUMN_SETS = 3;

/**
 * Column b: half-bands 2b and 2b + 1. There is no column for the total: Poisson weights make the first component reproduce
 * the total of every pixel, so its residual is zero by construction and says nothing.
 */
export function residualColumns(halves: number): number {
  return Math.ceil(halves / 2);
}

/** (observed − expected)/√(upper bound of the model): bounded where the model is near 0. */
function standardise(
  { observed, expected, halves }: HalfBandCounts,
  variance: ModelVariance,
  pixel: number,
  row: number,
  columns: number,
  out: Float64Array,
): void {
  const at = row * halves;
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

interface MoranSums {
  readonly sum: Float64Array;
  readonly squares: Float64Array;
  readonly products: Float64Array;
  /** Σ r_i · (number of neighbours of i). */
  readonly degrees: Float64Array;
  /** Σ over neighbouring pairs of (r_i·r_j)². */
  readonly productSquares: Float64Array;
}

/** Sums behind Moran's I of every column. */
export const moranSums = defineFold<{ readonly width: number; readonly height: number }, MoranSums>({
  init: (_args, { channels }) => {
    const zeros = () => new Float64Array(channels / COLUMN_SETS);
    return { sum: zeros(), squares: zeros(), products: zeros(), degrees: zeros(), productSquares: zeros() };
  },
  add: ({ width, height }, state, [block], start) => {
    const columns = block.channels / COLUMN_SETS;
    if (block.kind !== 'dense') return state;
    for (let i = 0; i < block.pixels; i++) {
      const q = start + i;
      const x = q % width;
      const y = Math.floor(q / width);
      const degree = (x > 0 ? 1 : 0) + (x < width - 1 ? 1 : 0) + (y > 0 ? 1 : 0) + (y < height - 1 ? 1 : 0);
      for (let b = 0; b < columns; b++) {
        const r = block.values[i * block.channels + b];
        state.sum[b] += r;
        state.squares[b] += r * r;
        state.products[b] += r * block.values[i * block.channels + columns + b];
        state.degrees[b] += r * degree;
        state.productSquares[b] += r * r * block.values[i * block.channels + 2 * columns + b];
      }
    }
    return state;
  },
  merge: (left, right) => {
    for (const key of ['sum', 'squares', 'products', 'degrees', 'productSquares'] as const) {
      for (let b = 0; b < left[key].length; b++) left[key][b] += right[key][b];
    }
    return left;
  },
  example: ({ pixels, width }) => ({ args: { width, height: pixels / width }, kinds: ['dense'], channels: [6] }),
});

export interface Structure {
  /** Moran z under normality. */
  readonly z: number;
  /** Σ r_i r_j / √Σ (r_i r_j)²: 1 for a single pair of neighbouring counts in an empty band, whatever z says of it. */
  readonly robust: number;
}

/** Spatial order of each column of the summed map. */
export function structureOfSums(sums: MoranSums, width: number, height: number): Structure[] {
  const { sum, squares, products, degrees, productSquares } = sums;
  const n = width * height;
  const pairs = height * (width - 1) + width * (height - 1);
  const degreeSquares = rookDegreeSquares(height, width);
  return Array.from(sum, (total, b) => {
    const mean = total / n;
    const cross = products[b] - mean * degrees[b] + pairs * mean * mean;
    return {
      z: moranOfSums(n, 2 * pairs, degreeSquares, squares[b] - n * mean * mean, cross).z,
      robust: productSquares[b] > 0 ? products[b] / Math.sqrt(productSquares[b]) : 0,
    };
  });
}

/** Σ degree² of a full map: a pixel has as many vertical links as rows allow, and horizontal ones as columns allow. */
function rookDegreeSquares(height: number, width: number): number {
  const ends = (size: number) => (size > 1 ? [2, size - 2] : [0, 0]);
  const [edgeRows, innerRows] = ends(height);
  const [edgeColumns, innerColumns] = ends(width);
  let sum = 0;
  for (const [rows, vertical] of [
    [edgeRows, 1],
    [innerRows, 2],
    [height === 1 ? 1 : 0, 0],
  ]) {
    for (const [columns, horizontal] of [
      [edgeColumns, 1],
      [innerColumns, 2],
      [width === 1 ? 1 : 0, 0],
    ]) {
      sum += rows * columns * (vertical + horizontal) ** 2;
    }
  }
  return sum;
}

/** z above which the largest of `bands` independent maps is structured, at a 0.5 % false-alarm rate. */
export function bandLimit(bands: number): number {
  return normalQuantile(0.995 ** (1 / Math.max(1, bands)));
}
