import { expect } from 'vitest';
import { collect } from '../../src/engines/engine.ts';
import { inlineEngine } from '../../src/engines/inline.ts';
import type { ShapeResolver } from '../../src/shapes/shape.ts';
import { signalGeometry } from '../../src/shapes/signal-geometry.ts';
import { type Block, toDense } from '../../src/signal/block.ts';
import { mapShape, type Signal } from '../../src/signal/signal.ts';
import { claimOf } from './claimed-noise.ts';

/** What many realisations of one signal showed, and what its noise tag said of them. */
export interface Observed {
  readonly signal: Signal;
  readonly pixels: number;
  readonly channels: number;
  readonly repeats: number;
  /** Deviations from the mean over realisations, value by value: pixels × channels × repeats. */
  readonly deviations: Float64Array;
  readonly variance: Float64Array;
  /** Claimed variance of each value, averaged over realisations; NaN where nothing is claimed. */
  readonly claimed: Float64Array;
  /** Claimed variance of the sum over all channels of a pixel. */
  readonly claimedSum: Float64Array;
  readonly channelsApart: number;
  readonly pixelsApart: number;
}

export async function observe(realisations: readonly Signal[], resolve: ShapeResolver): Promise<Observed> {
  const engine = inlineEngine(resolve);
  const repeats = realisations.length;
  const [signal] = realisations;
  const { pixels, channels } = signalGeometry(signal);
  const blocks: Block[] = [];
  for (const each of realisations) {
    blocks.push(await collect(engine, each.source, { resolve, geometry: signalGeometry(each) }));
  }
  const size = pixels * channels;
  const deviations = new Float64Array(size * repeats);
  blocks.forEach((block, r) => {
    const { values } = toDense(block);
    for (let at = 0; at < size; at++) deviations[at * repeats + r] = values[at];
  });
  const mean = new Float64Array(size);
  const variance = new Float64Array(size);
  for (let at = 0; at < size; at++) {
    const series = deviations.subarray(at * repeats, (at + 1) * repeats);
    for (let r = 0; r < repeats; r++) mean[at] += series[r];
    mean[at] /= repeats;
    for (let r = 0; r < repeats; r++) {
      series[r] -= mean[at];
      variance[at] += series[r] * series[r];
    }
    variance[at] /= repeats - 1;
  }
  const claimed = new Float64Array(size);
  const claimedSum = new Float64Array(pixels);
  realisations.forEach(({ noise }, r) => {
    const claim = claimOf(noise, blocks[r]);
    for (let i = 0; i < pixels; i++) {
      for (let j = 0; j < channels; j++) {
        claimed[i * channels + j] += (claim.variance?.(i, j, mean[i * channels + j]) ?? Number.NaN) / repeats;
        for (let other = 0; claim.covariance && other < channels; other++) {
          claimedSum[i] += claim.covariance(i, j, other) / repeats;
        }
      }
    }
  });
  const { channelsApart, pixelsApart } = claimOf(signal.noise, blocks[0]);
  return { signal, pixels, channels, repeats, deviations, variance, claimed, claimedSum, channelsApart, pixelsApart };
}

/** A value that is the same in more of its realisations has too few others to tell a correlation by. */
const MOST_TIES = 0.8;

/**
 * The same with the ranks of values among their realisations in place of the values: independence survives it, and where the
 * variance of a value is not finite, as that of the exponential of a fitted exponent, ranks still show it.
 */
export function byRank(observed: Observed): Observed {
  const { repeats, variance } = observed;
  const deviations = new Float64Array(observed.deviations.length);
  const constant = new Uint8Array(variance.length);
  for (let at = 0; at < variance.length; at++) {
    const series = observed.deviations.subarray(at * repeats, (at + 1) * repeats);
    const order = Uint32Array.from(series.keys()).sort((a, b) => series[a] - series[b]);
    for (let first = 0, end = 0; first < repeats; first = end) {
      while (end < repeats && series[order[end]] === series[order[first]]) end++;
      if (end - first > MOST_TIES * repeats) constant[at] = 1;
      for (let r = first; r < end; r++) deviations[at * repeats + order[r]] = (first + end - repeats) / 2;
    }
  }
  const ranked = variance.map((before, at) => {
    if (!(before > 0) || constant[at]) return 0;
    const series = deviations.subarray(at * repeats, (at + 1) * repeats);
    return series.reduce((sum, rank) => sum + rank * rank, 0) / (repeats - 1);
  });
  return { ...observed, deviations, variance: ranked };
}

/** Values that count: not masked, and with errors at all. */
export function valid({ signal, channels, variance }: Observed, at: number): boolean {
  const [i, j] = [Math.floor(at / channels), at % channels];
  return !signal.mask.pixels?.[i] && !signal.mask.channels?.[j] && variance[at] > 0;
}

/** Sampling errors a single value, and the mean over all values, may be off by. */
const SIGMAS = { single: 6.5, pooled: 5 };

/** The claimed variances are those of the realisations: each by itself, and all together, which sees a per cent. */
export function expectVariances(observed: Observed): void {
  const { repeats, deviations, variance, claimed } = observed;
  let pooled = 0;
  let pooledError = 0;
  let values = 0;
  for (let at = 0; at < variance.length; at++) {
    if (!valid(observed, at)) continue;
    expect(claimed[at], `claim for value ${at}`).toBeGreaterThan(0);
    let fourth = 0;
    for (let r = at * repeats; r < (at + 1) * repeats; r++) {
      const square = deviations[r] * deviations[r];
      fourth += square * square;
    }
    const error = Math.sqrt((fourth / repeats / variance[at] ** 2 - 1) / repeats);
    const off = variance[at] / claimed[at] - 1;
    pooled += off;
    pooledError += error ** 2;
    values++;
    if (!(Math.abs(off) < SIGMAS.single * error)) {
      expect.fail(`variance of value ${at} is ${variance[at]}, claimed ${claimed[at]} (± ${error * 100} %)`);
    }
  }
  const sigmas = pooled / Math.sqrt(pooledError);
  expect(Math.abs(sigmas), `mean variance is ${1 + pooled / values} of the claim`).toBeLessThan(SIGMAS.pooled);
}

/** What is said to be independent is not correlated: neither any single pair, nor all pairs of a distance together. */
export function expectIndependence(observed: Observed): void {
  const { pixels, channels, channelsApart, pixelsApart, signal } = observed;
  const { width, height } = mapShape(signal.navigation);
  for (let lag = channelsApart + 1; lag < Math.min(channels, channelsApart + 4); lag++) {
    const pairs: [number, number][] = [];
    for (let at = 0; at < pixels * channels; at++) if ((at % channels) + lag < channels) pairs.push([at, at + lag]);
    expectUncorrelated(observed, pairs, `${lag} channels apart`);
  }
  const lags = [0, 1].map((beyond) => pixelsApart + 1 + beyond).filter(Number.isFinite);
  for (const [dy, dx] of lags.flatMap((lag) => [
    [0, lag],
    [lag, 0],
    [lag, lag],
  ])) {
    const pairs: [number, number][] = [];
    for (let i = 0; i < pixels; i++) {
      if ((i % width) + dx >= width || Math.floor(i / width) + dy >= height) continue;
      // Where the channels of a pixel share errors, one of them says as much as all.
      const [first, step] = Number.isFinite(channelsApart) ? [0, 1] : [(7 * i) % channels, channels];
      for (let j = first; j < channels; j += step) pairs.push([i * channels + j, (i + dy * width + dx) * channels + j]);
    }
    expectUncorrelated(observed, pairs, `${dy} rows and ${dx} columns apart`);
  }
}

/** Pairs of values that share pixels of a mean, or channels, say the same again: what all say together has its own scatter. */
function expectUncorrelated(observed: Observed, pairs: readonly (readonly [number, number])[], where: string): void {
  const { repeats, deviations, variance } = observed;
  const together = new Float64Array(repeats);
  for (const [a, b] of pairs) {
    if (!valid(observed, a) || !valid(observed, b)) continue;
    const scale = 1 / Math.sqrt(variance[a] * variance[b]);
    let product = 0;
    for (let r = 0; r < repeats; r++) {
      const one = deviations[a * repeats + r] * deviations[b * repeats + r] * scale;
      product += one;
      together[r] += one;
    }
    const correlation = product / (repeats - 1);
    if (Math.abs(correlation) * Math.sqrt(repeats) > SIGMAS.single) {
      expect.fail(`values ${a} and ${b}, ${where}, are correlated: ${correlation}`);
    }
  }
  const mean = together.reduce((sum, value) => sum + value, 0) / repeats;
  const scatter = Math.sqrt(together.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (repeats - 1));
  if (!(scatter > 0)) return;
  expect(Math.abs((mean / scatter) * Math.sqrt(repeats)), `mean correlation of values ${where}`).toBeLessThan(
    SIGMAS.pooled,
  );
}

/** Variance that was seen over the variance that was claimed: above 1, the claim is too weak. */
export interface Ratios {
  /** Of all values together. */
  readonly total: number;
  /** The worst channel over all pixels, and the worst pixel over all channels. */
  readonly channel: number;
  readonly pixel: number;
  /** Of the sum over all channels of a pixel, all pixels together: what a window sum would see. 0 where there is none. */
  readonly sum: number;
}

export function ratios(observed: Observed): Ratios {
  const { pixels, channels, repeats, deviations, variance, claimed, claimedSum } = observed;
  const seen = { channel: new Float64Array(channels), pixel: new Float64Array(pixels) };
  const said = { channel: new Float64Array(channels), pixel: new Float64Array(pixels) };
  const sum = { seen: 0, said: 0 };
  for (let i = 0; i < pixels; i++) {
    const series = new Float64Array(repeats);
    for (let j = 0; j < channels; j++) {
      const at = i * channels + j;
      if (!valid(observed, at)) continue;
      seen.channel[j] += variance[at];
      seen.pixel[i] += variance[at];
      said.channel[j] += claimed[at];
      said.pixel[i] += claimed[at];
      for (let r = 0; r < repeats; r++) series[r] += deviations[at * repeats + r];
    }
    for (const value of series) sum.seen += value ** 2 / (repeats - 1);
    sum.said += said.pixel[i] > 0 ? claimedSum[i] : 0;
  }
  const all = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  const worst = (a: Float64Array, b: Float64Array) =>
    a.reduce((top, value, n) => (b[n] > 0 ? Math.max(top, value / b[n]) : top), 0);
  return {
    total: all(seen.channel) / all(said.channel),
    channel: worst(seen.channel, said.channel),
    pixel: worst(seen.pixel, said.pixel),
    sum: sum.seen / (sum.said + 1e-9 * all(said.channel)),
  };
}
