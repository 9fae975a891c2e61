import { defineFold } from '../../shapes/shape.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { readRow } from '../../signal/block.ts';
import type { Signal } from '../../signal/signal.ts';
import type { StepContext } from '../step.ts';

interface Args {
  readonly width: number;
  readonly pixelMask?: Uint8Array;
}

interface Sums {
  readonly pixels: number;
  readonly values: Float64Array;
  readonly squares: Float64Array;
  readonly pairs: number;
  readonly differences: Float64Array;
}

/** Sums over the valid pixels, channel by channel, and over pairs of neighbours in a row of the map. */
export const channelSums = defineFold<Args, Sums>({
  init: (_args, { channels }) => ({
    pixels: 0,
    values: new Float64Array(channels),
    squares: new Float64Array(channels),
    pairs: 0,
    differences: new Float64Array(channels),
  }),
  add: ({ width, pixelMask }, { values, squares, differences, ...counts }, [block], start) => {
    let { pixels, pairs } = counts;
    const { channels } = block;
    let [row, before] = [new Float64Array(channels), new Float64Array(channels)];
    for (let i = 0; i < block.pixels; i++) {
      if (pixelMask?.[start + i]) continue;
      [row, before] = [before, row];
      readRow(block, i, row);
      pixels++;
      for (let j = 0; j < channels; j++) {
        values[j] += row[j];
        squares[j] += row[j] * row[j];
      }
      const second = ((start + i) % width) % 2 === 1 && i > 0 && !pixelMask?.[start + i - 1];
      if (!second) continue;
      pairs++;
      for (let j = 0; j < channels; j++) differences[j] += (row[j] - before[j]) * (row[j] - before[j]);
    }
    return { pixels, values, squares, pairs, differences };
  },
  merge: (left, right) => {
    for (const name of ['values', 'squares', 'differences'] as const) {
      for (let j = 0; j < left[name].length; j++) left[name][j] += right[name][j];
    }
    return { ...left, pixels: left.pixels + right.pixels, pairs: left.pairs + right.pairs };
  },
  example: ({ pixels, width }) => ({
    args: { width, pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)) },
    kinds: ['events'],
  }),
});

export interface ChannelMoments {
  readonly pixels: number;
  readonly mean: Float64Array;
  /** Over all valid pixels; 0 for one. */
  readonly variance: Float64Array;
  /** Pairs of neighbouring pixels, and half the mean square of their difference. */
  readonly pairs: number;
  readonly pairVariance: Float64Array;
}

/** Mean and variance of each channel, by a fold of the step that is called `channelSums`. */
export async function channelMoments(context: StepContext, signal: Signal): Promise<ChannelMoments> {
  const geometry = signalGeometry(signal);
  const args: Args = { width: geometry.width, pixelMask: signal.mask.pixels };
  const { pixels, values, squares, pairs, differences } = await context.fold<Sums>(
    'channelSums',
    args,
    [signal.source],
    geometry,
  );
  const mean = values.map((sum) => sum / Math.max(1, pixels));
  return {
    pixels,
    mean,
    variance: squares.map((sum, j) => Math.max(0, sum - pixels * mean[j] * mean[j]) / Math.max(1, pixels - 1)),
    pairs,
    pairVariance: differences.map((sum) => sum / (2 * Math.max(1, pairs))),
  };
}
