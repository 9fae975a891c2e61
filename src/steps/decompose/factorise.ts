import { blockKrylov, type Precision, square, symmetricEigen } from '../../kernels/index.ts';
import { inputError } from '../../signal/errors.ts';
import type { CountsArgs, Passes, Totals, Weights } from './passes.ts';

export interface FactoriseOptions {
  readonly rank: number;
  readonly weighting: 'poisson' | 'none';
  /** `gram`: from the whole matrix ZᵀZ, exact in every value. Default: `krylov`, the leading ones. */
  readonly method?: 'krylov' | 'gram';
  /** Passes over the data after the totals. */
  readonly steps: number;
  readonly seed: number;
  /** Columns carried through each pass; fewer than the rank and more passes find more for the same work. */
  readonly block: number;
  /** Guesses that begin the search: channels × columns, row-major. */
  readonly start?: { readonly vectors: Float64Array; readonly columns: number };
}

export interface Factors {
  readonly rank: number;
  readonly singularValues: Float64Array;
  /** All of them, where the whole matrix was decomposed. */
  readonly spectrum?: Float64Array;
  readonly scores: Float32Array;
  readonly vectors: Float64Array;
  /** For counts: values divided by their gain. */
  readonly weights: Weights;
  readonly totals: Totals;
  readonly validPixels: number;
  readonly validChannels: number;
  readonly totalSquares: number;
}

/**
 * Leading singular triplets of weighted data by block Krylov iteration: one pass for the totals, `steps` for the
 * subspace, one for the scores.
 * @throws SpectrailError `input/no-counts` when nothing is left to decompose, `input/negative-counts` for Poisson
 * weights on data that are not counts.
 */
export async function factorise(passes: Passes, args: CountsArgs, options: FactoriseOptions): Promise<Factors> {
  const totals = await passes.totals(args);
  if (options.weighting === 'poisson' && totals.negative > MOST_NEGATIVE * passes.pixels * passes.channels) {
    throw inputError({
      code: 'negative-counts',
      what: `${totals.negative} values are negative: they are not Poisson counts`,
      expected: 'raw counts, before any background or dark subtraction',
      fix: 'decompose the raw counts, or use `weighting: none`',
    });
  }
  const weights = options.weighting === 'poisson' ? poissonWeights(passes, totals) : flatWeights(passes, totals, args);
  const onValues = divideByGain(passes, weights, args);
  const validPixels = countPositive(weights.rows);
  const validChannels = countPositive(weights.channels);
  if (validPixels === 0 || validChannels === 0) {
    throw inputError({
      code: 'no-counts',
      what: 'every pixel is empty or masked: there is nothing to decompose',
      expected: 'at least one pixel with counts',
    });
  }
  const rank = Math.min(options.rank, validPixels, validChannels);
  const precision = options.weighting === 'poisson' ? precisionFor(totals, validPixels, validChannels) : 'double';
  const { values, vectors, spectrum } =
    options.method === 'gram'
      ? await exactPairs(passes, onValues, rank)
      : await leadingPairs(passes, onValues, rank, precision, options);
  const { scores, squares, sums } = await passes.project(onValues, vectors, values.length, precision);
  fixSigns(scores, vectors, sums);
  const singularValues = values.map((value) => Math.sqrt(Math.max(0, value)));
  return {
    rank: values.length,
    singularValues,
    spectrum,
    scores,
    vectors,
    weights,
    totals,
    validPixels,
    validChannels,
    totalSquares: squares,
  };
}

interface Pairs {
  readonly values: Float64Array;
  /** channels × values. */
  readonly vectors: Float64Array;
  readonly spectrum?: Float64Array;
}

function leadingPairs(
  passes: Passes,
  weights: Weights,
  rank: number,
  precision: Precision,
  { block, steps, seed, start }: FactoriseOptions,
): Promise<Pairs> {
  return blockKrylov((q, width) => passes.gram(weights, q, width, precision), passes.channels, {
    rank,
    block: Math.min(block, passes.channels),
    steps,
    seed,
    start: start?.vectors,
    startColumns: start?.columns,
  });
}

async function exactPairs(passes: Passes, weights: Weights, rank: number): Promise<Pairs> {
  const n = passes.channels;
  const { values, vectors } = symmetricEigen(await passes.fullGram(weights), n);
  const leading = new Float64Array(n * rank);
  for (let j = 0; j < n; j++) leading.set(vectors.subarray(j * n, j * n + rank), j * rank);
  return {
    values: values.slice(0, rank),
    vectors: leading,
    spectrum: values.map((value) => Math.sqrt(Math.max(0, value))),
  };
}

/** Share of values that dark subtraction and readout noise may leave below zero; a subtracted background leaves far more. */
const MOST_NEGATIVE = 0.01;
/** Largest eigenvalue over that of noise up to which sums of 7 digits leave the noise alone. */
const SINGLE_RANGE = 2e4;
/** Largest whole number below which every one has its own value in single precision. */
const SINGLE_WHOLE = 2 ** 24;

/**
 * The largest eigenvalue is the number of counts T, that of noise (√pixels + √channels)². Where they are 2e4 apart, the
 * rounding of single precision disturbs the singular values of noise by less than 1e-4 of themselves.
 */
function precisionFor({ rows }: Totals, pixels: number, validChannels: number): Precision {
  const largest = largestOf(rows);
  const total = sumOf(rows);
  const noise = square(Math.sqrt(pixels) + Math.sqrt(validChannels));
  return total / noise <= SINGLE_RANGE && largest < SINGLE_WHOLE ? 'single' : 'double';
}

/** Pixels with less than this share of the mean dose are weighted as if they had it. */
const LEAST_DOSE = 0.2;
/** A lone count may reach this share of the noise edge √pixels + √channels, no more. */
const LONE_COUNT = 1 / 3;

/**
 * Keenan & Kotula 2004, Surf. Interface Anal. 36, 203: Var(x_ij) ≈ g_i·h_j/μ̄, so z = x·√(T/(R_i·C_j)) has unit noise.
 * Split so that row weights are near 1 and channel weights are 1/√(mean counts of the channel). In very sparse data a lone
 * count in an empty channel of an empty pixel would outweigh everything; both sums are held above a floor that only such
 * data reach.
 */
function poissonWeights(passes: Passes, totals: Totals): Weights {
  const { rows, channels } = totals;
  const total = sumOf(rows);
  const occupied = countPositive(rows);
  const meanRow = total / Math.max(1, occupied);
  const leastRow = LEAST_DOSE * meanRow;
  const edge = LONE_COUNT * (Math.sqrt(occupied) + Math.sqrt(countPositive(channels)));
  const leastChannel = total / (edge * edge * Math.max(leastRow, smallestPositive(rows)));
  const weights = { rows: passes.perPixel(), channels: new Float64Array(channels.length) };
  weightByCounts(rows, meanRow, leastRow, weights.rows);
  weightByCounts(channels, total / meanRow, leastChannel, weights.channels);
  return weights;
}

/** √(scale/counts), counts no less than `least`; 0 for none. */
function weightByCounts(counts: Float64Array, scale: number, least: number, weights: Float64Array): void {
  for (let i = 0; i < counts.length; i++)
    weights[i] = counts[i] > 0 ? Math.sqrt(scale / Math.max(counts[i], least)) : 0;
}

function rowWeights(passes: Passes, weight: (pixel: number) => number): Float64Array {
  const rows = passes.perPixel();
  for (let i = 0; i < rows.length; i++) rows[i] = weight(i);
  return rows;
}

/** The same weights for values in signal units. */
function divideByGain(passes: Passes, { rows, channels }: Weights, { gain }: CountsArgs): Weights {
  return {
    rows: gain.per === 'pixel' ? rowWeights(passes, (i) => rows[i] / gain.values[i]) : rows,
    channels: channels.map(
      (w, j) => w / (gain.per === 'cube' ? gain.value : gain.per === 'channel' ? gain.values[j] : 1),
    ),
  };
}

function largestOf(values: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]);
  return largest;
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

function smallestPositive(values: Float64Array): number {
  let least = Infinity;
  for (let i = 0; i < values.length; i++) if (values[i] > 0 && values[i] < least) least = values[i];
  return least;
}

function flatWeights(passes: Passes, totals: Totals, { pixelMask, channelMask }: CountsArgs): Weights {
  return {
    rows: rowWeights(passes, (i) => (pixelMask?.[i] ? 0 : 1)),
    channels: Float64Array.from({ length: totals.channels.length }, (_, j) => (channelMask?.[j] ? 0 : 1)),
  };
}

function countPositive(values: Float64Array): number {
  let n = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > 0) n++;
  return n;
}

/** Signs are arbitrary; make the mean score of each component positive, and its largest loading where the mean is 0. */
function fixSigns(scores: Float32Array, vectors: Float64Array, sums: Float64Array): void {
  for (let k = 0; k < sums.length; k++) {
    if (!(sums[k] < 0)) continue;
    negateColumn(scores, k, sums.length);
    negateColumn(vectors, k, sums.length);
  }
}

function negateColumn(values: Float32Array | Float64Array, k: number, width: number): void {
  for (let at = k; at < values.length; at += width) values[at] = -values[at];
}
