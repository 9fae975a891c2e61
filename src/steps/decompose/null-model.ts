import {
  type AliasTable,
  buildAlias,
  CounterRandom,
  drawEvents,
  joinAlias,
  noiseSingularValue,
  square,
} from '../../kernels/index.ts';
import { defineSmall } from '../../shapes/shape.ts';
import type { EventsBlock } from '../../signal/block.ts';
import { mapShape } from '../../signal/signal.ts';
import { bestStart } from '../kmeans-start.ts';
import type { Factorisation } from '../products.ts';
import type { StepContext } from '../step.ts';
import { anisotropyOf } from './criteria/anisotropy.ts';
import { countLeading } from './criteria/criterion.ts';
import { structuredComponents } from './criteria/moran.ts';
import { type Factors, factorise } from './factorise.ts';
import { passesInMemory } from './passes.ts';
import type { ScoreStatistics } from './score-statistics.ts';

/** What pure Poisson noise looks like in this specimen at this dose, from simulated maps. */
export interface NullCalibration {
  readonly pixels: number;
  readonly repeats: number;
  /** Components taken as real when the maps were simulated. */
  readonly assumed: number;
  /** Largest noise singular value of each simulated map, rescaled to the size of the real one. */
  readonly edges: Float64Array;
  /** Anisotropies of pairs of noise components, times √pixels. */
  readonly anisotropies: Float64Array;
}

/** Pixels a calibration uses at most; larger maps are sampled evenly and the result is rescaled. */
export const NULL_PIXELS = 16384;
const NOISE_COMPONENTS = 4;
const NULL_COLUMNS = 16;
const NULL_ITERATIONS = 8;
const MOST_GROUPS = 12;
const GROUP_STARTS = 3;

/** Groups of pixels with one mean spectrum each, and the counts each pixel should get. */
export interface NoiseModel {
  readonly rows: Float64Array;
  readonly group: Uint32Array;
  /** Share of counts per channel of each group, and the same as tables to draw from, one after the other. */
  readonly shares: readonly Float64Array[];
  readonly tables: AliasTable;
  readonly channels: number;
}

/** Above this many counts per channel a draw per channel is cheaper than a draw per count. */
const COUNTS_PER_CHANNEL = 2;

interface NullArgs {
  readonly model: NoiseModel;
  readonly assumed: number;
  /** Loadings of the signal part: channels × assumed. */
  readonly start: Float64Array;
  readonly seed: number;
}

interface NullMap {
  /** Largest singular value beyond the assumed components. */
  readonly edge: number;
  readonly anisotropies: readonly number[];
}

/** One map of pure noise, drawn and factorised like the data. */
export const nullMap = defineSmall<NullArgs, NullMap>({
  run: async ({ model, assumed, start, seed }, repeat) => {
    const found = await factorise(
      passesInMemory(drawNoiseMap(model, seed + repeat)),
      { gain: { per: 'cube', value: 1 } },
      {
        rank: assumed + NOISE_COMPONENTS,
        weighting: 'poisson',
        steps: NULL_ITERATIONS,
        seed: seed + repeat,
        block: Math.max(NULL_COLUMNS, assumed + NOISE_COMPONENTS),
        start: { vectors: start, columns: assumed },
      },
    );
    const anisotropies: number[] = [];
    for (let k = assumed; k + 1 < found.rank; k++) {
      anisotropies.push(anisotropyOf(column(found, k), column(found, k + 1)) * Math.sqrt(model.rows.length));
    }
    return { edge: found.singularValues[assumed] ?? 0, anisotropies };
  },
  example: ({ pixels, channels }) => {
    const share = normalised(Float64Array.from({ length: channels }, (_, j) => 1 + (j % 3)));
    const model: NoiseModel = {
      rows: new Float64Array(pixels).fill(5),
      group: new Uint32Array(pixels),
      shares: [share],
      tables: buildAlias(share),
      channels,
    };
    return { args: { model, assumed: 1, start: share, seed: 5 }, kinds: [], pieces: 3 };
  },
});

/**
 * Draws maps in which every pixel belongs to one of a few groups with a fixed spectrum, and factorises them like the
 * data: all that is seen beyond the assumed components is noise. One common spectrum would not do: where phases differ,
 * the noise of a phase's own lines exceeds what a rank-one weight expects, and noise components would pass for real.
 */
export async function calibrateNull(
  { small, seed }: StepContext,
  factors: Factorisation,
  model: NoiseModel,
  assumed: number,
  repeats: number,
): Promise<NullCalibration> {
  const args: NullArgs = { model, assumed, start: leadingVectors(factors, assumed), seed };
  const maps = await small<NullMap>('nullMap', args, repeats);
  const ratio = sizeRatio(model.rows.length, factors);
  return {
    pixels: model.rows.length,
    repeats,
    assumed,
    edges: Float64Array.from(maps, ({ edge }) => edge * ratio),
    anisotropies: Float64Array.from(maps.flatMap(({ anisotropies }) => anisotropies)),
  };
}

/**
 * Components taken as real before noise is known: those with spatial structure, or where there is no map, those above the
 * Tracy–Widom edge of white noise.
 */
export function provisionalComponents(factors: Factorisation, scores: readonly ScoreStatistics[]): number {
  const { height, width } = mapShape(factors.navigation);
  if (Math.min(height, width) > 1) {
    return structuredComponents(scores.map(({ moran }) => moran));
  }
  const edge = noiseSingularValue(factors.validPixels, factors.validChannels);
  return Math.max(1, Math.min(countLeading(factors.singularValues, edge), factors.rank - 1));
}

/** Pixels in groups of one spectrum each, neighbours in the list having the same. */
export async function noiseModel(context: StepContext, factors: Factorisation, assumed: number): Promise<NoiseModel> {
  const { rank, scores, rowWeights, channelWeights, pixelCounts, channels, vectors } = factors;
  const pixels = samplePixels(rowWeights);
  const points = new Float64Array(pixels.length * assumed);
  pixels.forEach((i, at) => {
    for (let k = 0; k < assumed; k++) points[at * assumed + k] = scores[i * rank + k] * rowWeights[i];
  });
  const clusters = Math.min(assumed === 1 ? 1 : Math.min(2 * assumed, MOST_GROUPS), pixels.length);
  const weights = Float64Array.from(pixels, (i) => 1 / square(rowWeights[i]));
  const args = { points, weights, coordinates: assumed, clusters, seed: context.seed };
  const { labels } = await bestStart(context, 'groups', args, GROUP_STARTS);
  const means = new Float64Array(clusters * assumed);
  pixels.forEach((i, at) => {
    for (let k = 0; k < assumed; k++) means[labels[at] * assumed + k] += scores[i * rank + k] / rowWeights[i];
  });
  const shares = Array.from({ length: clusters }, (_, c) => {
    const spectrum = new Float64Array(channels);
    for (let j = 0; j < channels; j++) {
      if (channelWeights[j] <= 0) continue;
      for (let k = 0; k < assumed; k++)
        spectrum[j] += (means[c * assumed + k] * vectors[j * rank + k]) / channelWeights[j];
      spectrum[j] = Math.max(0, spectrum[j]);
    }
    return normalised(spectrum.some((value) => value > 0) ? spectrum : factors.channelCounts);
  });
  const tables = joinAlias(shares.map((share) => buildAlias(share)));
  // One after the other, the pixels of a group draw from a table that stays in the cache.
  const order = pixels.map((_, at) => at).sort((a, b) => labels[a] - labels[b] || a - b);
  const group = Uint32Array.from(order, (at) => labels[at]);
  return { rows: Float64Array.from(order, (at) => pixelCounts[pixels[at]]), group, shares, tables, channels };
}

/** Scores of component k in occupied pixels. */
function column({ scores, weights: { rows }, rank }: Factors, k: number): Float64Array {
  const out = new Float64Array(rows.length);
  let n = 0;
  for (let i = 0; i < rows.length; i++) if (rows[i] > 0) out[n++] = scores[i * rank + k];
  return out.subarray(0, n);
}

/** The signal part of every simulated map is already known: its search begins there. */
function leadingVectors({ vectors, channels, rank }: Factorisation, columns: number): Float64Array {
  const out = new Float64Array(channels * columns);
  for (let j = 0; j < channels; j++) for (let k = 0; k < columns; k++) out[j * columns + k] = vectors[j * rank + k];
  return out;
}

function normalised(spectrum: Float64Array): Float64Array {
  let total = 0;
  for (const value of spectrum) total += value;
  return spectrum.map((value) => value / total);
}

/** Noise singular values end at √pixels + √channels (Marchenko–Pastur), whatever the number of pixels. */
function sizeRatio(from: number, { validPixels, validChannels }: Factorisation): number {
  const channels = Math.sqrt(validChannels);
  return (Math.sqrt(validPixels) + channels) / (Math.sqrt(from) + channels);
}

/** Occupied pixels, evenly sampled over the map. */
function samplePixels(rowWeights: Float64Array): number[] {
  let occupied = 0;
  for (let i = 0; i < rowWeights.length; i++) if (rowWeights[i] > 0) occupied++;
  const size = Math.min(occupied, NULL_PIXELS);
  const sampled: number[] = [];
  for (let i = 0, nth = 0; sampled.length < size; i++) {
    if (rowWeights[i] > 0 && nth++ === Math.floor((sampled.length * occupied) / size)) sampled.push(i);
  }
  return sampled;
}

/** Poisson counts of the model, as events. */
function drawNoiseMap(model: NoiseModel, seed: number): EventsBlock {
  const { rows, group, tables, channels } = model;
  if (rows.some((mean) => mean > COUNTS_PER_CHANNEL * channels)) return drawChannels(model, seed);
  const random = new CounterRandom(seed, 0);
  const totals = new Uint32Array(rows.length);
  for (let i = 0; i < totals.length; i++) {
    random.reset(i);
    totals[i] = random.poisson(rows[i]);
  }
  return drawEvents({ channels, totals, group, tables }, seed);
}

/** The same law, drawn channel by channel. */
function drawChannels({ rows, group, shares, channels }: NoiseModel, seed: number): EventsBlock {
  const random = new CounterRandom(seed, 0);
  const offsets = new Uint32Array(rows.length + 1);
  const channel = new Uint32Array(rows.length * channels);
  const count = new Uint32Array(rows.length * channels);
  let at = 0;
  for (let i = 0; i < rows.length; i++) {
    random.reset(i);
    const share = shares[group[i]];
    for (let j = 0; j < channels; j++) {
      const drawn = share[j] > 0 ? random.poisson(rows[i] * share[j]) : 0;
      if (drawn === 0) continue;
      channel[at] = j;
      count[at++] = drawn;
    }
    offsets[i + 1] = at;
  }
  return {
    kind: 'events',
    pixels: rows.length,
    channels,
    offsets,
    channel: channel.subarray(0, at),
    count: count.subarray(0, at),
  };
}
