import { type Block, readRow } from '../signal/block.ts';

/** Above this many stored values a sum is a pass over the data, and passes belong to steps. */
const MOST_VALUES = 2e7;

/** Σ over pixels, per channel; undefined for a block too large to sum while writing. */
export function sumSpectrum(block: Block): Float64Array | undefined {
  const total = new Float64Array(block.channels);
  if (block.kind === 'events') {
    const { offsets, channel, count, pixels } = block;
    if (offsets[pixels] - offsets[0] > MOST_VALUES) return undefined;
    for (let e = offsets[0]; e < offsets[pixels]; e++) total[channel[e]] += count[e];
    return total;
  }
  if (block.kind === 'factors') {
    const { pixels, rank, scores, channels } = block;
    const summed = new Float64Array(rank);
    for (let i = 0; i < pixels; i++) for (let k = 0; k < rank; k++) summed[k] += scores[i * rank + k];
    return readRow({ ...block, pixels: 1, channels, scores: Float32Array.from(summed) }, 0, total);
  }
  if (block.pixels * block.channels > MOST_VALUES) return undefined;
  const { values, pixels, channels } = block;
  for (let i = 0, at = 0; i < pixels; i++) for (let j = 0; j < channels; j++, at++) total[j] += values[at];
  return total;
}
