import { describe, expect, it } from 'vitest';
import type { EventsBlock } from '../signal/block.ts';
import { type ComponentModel, poissonGains } from './poisson-gains.ts';
import { portableLog } from './portable-math.ts';
import { CounterRandom } from './random.ts';

function held(pixels: number, channels: number): EventsBlock {
  const random = new CounterRandom(5, 0);
  const offsets = [0];
  const channel: number[] = [];
  const count: number[] = [];
  for (let i = 0; i < pixels; i++) {
    for (let j = 0; j < channels; j++) {
      const n = random.poisson(0.7);
      if (n === 0) continue;
      channel.push(j);
      count.push(n);
    }
    offsets.push(channel.length);
  }
  return {
    kind: 'events',
    pixels,
    channels,
    offsets: Uint32Array.from(offsets),
    channel: Uint16Array.from(channel),
    count: Uint8Array.from(count),
  };
}

/** Σ x ln μ − μ by its definition. */
function logLikelihood(counts: readonly number[], means: readonly number[]): number {
  return means.reduce((sum, mean, j) => (mean > 0 ? sum + counts[j] * portableLog(mean) - mean : sum), 0);
}

describe.each([16, 17])('gains on %d channels', (channels) => {
  const [pixels, rank] = [9, 3];
  const counts = held(pixels, channels);
  const random = new CounterRandom(6, 0);
  const model: ComponentModel = {
    rank,
    scores: Float64Array.from({ length: pixels * rank }, () => random.normal()),
    spectra: Float64Array.from({ length: rank * channels }, () => random.normal()),
    channelCounts: Float64Array.from({ length: channels }, (_, j) => (j === 2 ? 0 : 4 + (j % 3))),
    pixelShares: Float64Array.from({ length: pixels }, (_, i) => (i === 4 ? 0 : 0.1)),
    floor: 0.05,
  };

  it('are what the likelihood grows by with each component, the model kept above its floor', () => {
    const expected = new Array<number>(rank).fill(0);
    for (let i = 0; i < pixels; i++) {
      if (model.pixelShares[i] === 0) continue;
      const row = new Array<number>(channels).fill(0);
      for (let e = counts.offsets[i]; e < counts.offsets[i + 1]; e++) row[counts.channel[e]] = counts.count[e];
      const rankOne = Array.from(model.channelCounts, (n) => n * model.pixelShares[i]);
      const mean = new Array<number>(channels).fill(0);
      let before = logLikelihood(row, rankOne);
      for (let k = 0; k < rank; k++) {
        for (let j = 0; j < channels; j++) mean[j] += model.scores[i * rank + k] * model.spectra[k * channels + j];
        const kept = mean.map((value, j) => Math.max(value, model.floor * rankOne[j]));
        // A channel without counts says nothing of x, and its model still counts.
        const after = logLikelihood(row, kept);
        expected[k] += after - before - (kept[2] > 0 ? row[2] * portableLog(kept[2]) : 0);
        before = after - (kept[2] > 0 ? row[2] * portableLog(kept[2]) : 0);
      }
    }
    const gains = poissonGains(counts, model, 0, pixels);
    for (let k = 0; k < rank; k++) expect(gains[k]).toBeCloseTo(expected[k], 9);
  });

  it('of all pixels are the sum of those of some and of the others', () => {
    const [all, some, others] = [
      [0, pixels],
      [0, 4],
      [4, pixels],
    ].map(([start, end]) => poissonGains(counts, model, start, end));
    for (let k = 0; k < rank; k++) expect(all[k]).toBeCloseTo(some[k] + others[k], 9);
  });
});
