import {
  type AliasTable,
  buildAlias,
  CounterRandom,
  drawAlias,
  kmeans,
  noiseSingularValue,
  square,
} from '../../kernels/index.ts';
import type { EventsBlock } from '../../signal/block.ts';
import { mapShape } from '../../signal/signal.ts';
import type { Factorisation } from '../products.ts';
import { anisotropyOf } from './criteria/anisotropy.ts';
import { countLeading } from './criteria/criterion.ts';
import { scoreMoran, structuredComponents } from './criteria/moran.ts';
import { factorise } from './factorise.ts';
import { passesInMemory } from './passes.ts';

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
const NULL_OVERSAMPLE = 4;
const NULL_ITERATIONS = 6;
const MOST_GROUPS = 12;

/** Groups of pixels with one mean spectrum each, and the counts each pixel should get. */
interface NoiseModel {
  readonly rows: Float64Array;
  readonly group: Uint8Array | Uint16Array;
  /** Share of counts per channel of each group, and the same as a table to draw from. */
  readonly shares: readonly Float64Array[];
  readonly tables: readonly AliasTable[];
  readonly channels: number;
}

/** Above this many counts per channel a draw per channel is cheaper than a draw per count. */
const COUNTS_PER_CHANNEL = 2;

/**
 * Draws maps in which every pixel belongs to one of a few groups with a fixed spectrum, and factorises them like the
 * data: all that is seen beyond the assumed components is noise. One common spectrum would not do: where phases differ,
 * the noise of a phase's own lines exceeds what a rank-one weight expects, and noise components would pass for real.
 */
export async function calibrateNull(factors: Factorisation, repeats: number, seed: number): Promise<NullCalibration> {
  const assumed = provisionalComponents(factors);
  const model = noiseModel(factors, assumed, seed);
  const start = { vectors: leadingVectors(factors, assumed), columns: assumed };
  const edges = new Float64Array(repeats);
  const anisotropies: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const found = await factorise(
      passesInMemory(drawNoiseMap(model, seed + repeat)),
      { gain: { per: 'cube', value: 1 } },
      {
        rank: assumed + NOISE_COMPONENTS,
        weighting: 'poisson',
        steps: NULL_ITERATIONS,
        seed: seed + repeat,
        oversample: NULL_OVERSAMPLE,
        start,
      },
    );
    edges[repeat] = (found.singularValues[assumed] ?? 0) * sizeRatio(model.rows.length, factors);
    for (let k = assumed; k + 1 < found.rank; k++) {
      anisotropies.push(anisotropyOf(found.scores, found.weights.rows, found.rank, k) * Math.sqrt(model.rows.length));
    }
  }
  return { pixels: model.rows.length, repeats, assumed, edges, anisotropies: Float64Array.from(anisotropies) };
}

/** Components with spatial structure; where there is no map, those above the Tracy–Widom edge of white noise. */
function provisionalComponents(factors: Factorisation): number {
  const { height, width } = mapShape(factors.navigation);
  if (Math.min(height, width) > 1) {
    return structuredComponents(Array.from({ length: factors.rank }, (_, k) => scoreMoran(factors, k)));
  }
  const edge = noiseSingularValue(factors.validPixels, factors.validChannels);
  return Math.max(1, Math.min(countLeading(factors.singularValues, edge), factors.rank - 1));
}

function noiseModel(factors: Factorisation, assumed: number, seed: number): NoiseModel {
  const { rank, scores, rowWeights, channelWeights, pixelCounts, channels, vectors } = factors;
  const pixels = samplePixels(rowWeights);
  const points = new Float64Array(pixels.length * assumed);
  pixels.forEach((i, at) => {
    for (let k = 0; k < assumed; k++) points[at * assumed + k] = scores[i * rank + k] * rowWeights[i];
  });
  const clusters = Math.min(assumed === 1 ? 1 : Math.min(2 * assumed, MOST_GROUPS), pixels.length);
  const weights = Float64Array.from(pixels, (i) => 1 / square(rowWeights[i]));
  const { labels } = kmeans(points, pixels.length, assumed, { clusters, weights, restarts: 3, seed });
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
  const tables = shares.map((share) => buildAlias(share));
  return { rows: Float64Array.from(pixels, (i) => pixelCounts[i]), group: labels, shares, tables, channels };
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
  const occupied: number[] = [];
  for (let i = 0; i < rowWeights.length; i++) if (rowWeights[i] > 0) occupied.push(i);
  if (occupied.length <= NULL_PIXELS) return occupied;
  return Array.from({ length: NULL_PIXELS }, (_, i) => occupied[Math.floor((i * occupied.length) / NULL_PIXELS)]);
}

/** Poisson counts of the model, as events. */
function drawNoiseMap({ rows, group, shares, tables, channels }: NoiseModel, seed: number): EventsBlock {
  const random = new CounterRandom(seed, 0);
  const offsets = new Uint32Array(rows.length + 1);
  let most = 0;
  for (const mean of rows) most += Math.min(channels, Math.ceil(mean + 8 * Math.sqrt(mean) + 16));
  const channel = new Uint32Array(most);
  const count = new Uint32Array(most);
  const drawn = new Uint32Array(channels);
  let at = 0;
  for (let i = 0; i < rows.length; i++) {
    random.reset(i);
    if (rows[i] > COUNTS_PER_CHANNEL * channels) drawChannels(drawn, rows[i], shares[group[i]], random);
    else drawCounts(drawn, rows[i], tables[group[i]], random);
    for (let j = 0; j < channels; j++) {
      if (drawn[j] === 0) continue;
      channel[at] = j;
      count[at++] = drawn[j];
      drawn[j] = 0;
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

function drawCounts(out: Uint32Array, mean: number, table: AliasTable, random: CounterRandom): void {
  const total = random.poisson(mean);
  for (let e = 0; e < total; e++) out[drawAlias(table, random)]++;
}

function drawChannels(out: Uint32Array, mean: number, share: Float64Array, random: CounterRandom): void {
  for (let j = 0; j < out.length; j++) if (share[j] > 0) out[j] = random.poisson(mean * share[j]);
}
