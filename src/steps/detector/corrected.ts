import { defineMap } from '../../shapes/shape.ts';
import { type Block, readRow } from '../../signal/block.ts';

/** (z − level_j)·factor_j; a factor of 0 leaves nothing of a channel. */
export interface CorrectionArgs {
  readonly levels: Float64Array;
  readonly factors: Float64Array;
}

export const corrected = defineMap<CorrectionArgs>({
  apply: ({ levels, factors }, [block]): Block => {
    const { pixels, channels } = block;
    const values = new Float64Array(pixels * channels);
    const row = new Float64Array(channels);
    for (let i = 0; i < pixels; i++) {
      readRow(block, i, row);
      for (let j = 0; j < channels; j++) values[i * channels + j] = (row[j] - levels[j]) * factors[j];
    }
    return { kind: 'dense', pixels, channels, values };
  },
  example: ({ channels }) => ({
    args: {
      levels: Float64Array.from({ length: channels }, (_, j) => j % 3),
      factors: Float64Array.from({ length: channels }, (_, j) => (j % 5) / 2),
    },
    kinds: ['events'],
  }),
});
