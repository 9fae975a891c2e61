import type { EventsBlock } from '../signal/block.ts';
import { portableLog } from './portable-math.ts';
import { machine, Room } from './wasm/machine.ts';

/** A model of counts: of pixel i after k components Σ scores·spectra, but at least `floor` times its rank-one mean. */
export interface ComponentModel {
  readonly rank: number;
  /** pixels × rank. */
  readonly scores: Float64Array;
  /** rank × channels. */
  readonly spectra: Float64Array;
  /** Counts per channel: with `pixelShares` the rank-one mean. A channel without any says nothing. */
  readonly channelCounts: Float64Array;
  /** Share of all counts in each pixel; 0 leaves the pixel out. */
  readonly pixelShares: Float64Array;
  readonly floor: number;
}

/**
 * Gain in Poisson log-likelihood Σ x ln μ − μ of the counts of pixels [start, end) from each component, the first
 * relative to the rank-one mean.
 */
export function poissonGains(counts: EventsBlock, model: ComponentModel, start: number, end: number): Float64Array {
  const { rank, scores, spectra, channelCounts, pixelShares, floor } = model;
  const { channels, offsets, channel, count } = counts;
  const room = new Room();
  const places = {
    model: room.place(8 * channels),
    least: room.place(8 * channels),
    spectra: room.place(8 * channels * rank),
  };
  const memory = room.buffer();
  const mean = new Float64Array(memory, places.model, channels);
  new Float64Array(memory, places.least, channels).set(channelCounts);
  new Float64Array(memory, places.spectra, channels * rank).set(spectra.subarray(0, channels * rank));
  const { addComponent } = machine();
  let total = 0;
  for (let j = 0; j < channels; j++) total += channelCounts[j];
  const gains = new Float64Array(rank);
  for (let i = start; i < end; i++) {
    const share = pixelShares[i];
    if (!(share > 0)) continue;
    mean.fill(0);
    let before = -total * share;
    for (let e = offsets[i]; e < offsets[i + 1]; e++) {
      const expected = channelCounts[channel[e]] * share;
      if (expected > 0) before += count[e] * portableLog(expected);
    }
    for (let k = 0; k < rank; k++) {
      const from = places.spectra + 8 * channels * k;
      let after = -addComponent(places.model, scores[i * rank + k], from, floor * share, places.least, channels);
      for (let e = offsets[i]; e < offsets[i + 1]; e++) {
        const least = floor * share * channelCounts[channel[e]];
        if (least > 0) after += count[e] * portableLog(Math.max(mean[channel[e]], least));
      }
      gains[k] += after - before;
      before = after;
    }
  }
  return gains;
}
