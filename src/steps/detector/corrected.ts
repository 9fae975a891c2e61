import { defineMap } from '../../shapes/shape.ts';
import { rowByRow } from '../row-by-row.ts';

/** (z − level_j)·factor_j; a factor of 0 leaves nothing of a channel. */
export interface CorrectionArgs {
  readonly levels: Float64Array;
  readonly factors: Float64Array;
}

export const corrected = defineMap<CorrectionArgs>({
  apply: ({ levels, factors }, [block], _start, _end, lend) => {
    const { channels } = block;
    return rowByRow(block, channels, lend, (row, values, at) => {
      for (let j = 0; j < channels; j++) values[at + j] = (row[j] - levels[j]) * factors[j];
    });
  },
  example: ({ channels }) => ({
    args: {
      levels: Float64Array.from({ length: channels }, (_, j) => j % 3),
      factors: Float64Array.from({ length: channels }, (_, j) => (j % 5) / 2),
    },
    kinds: ['events'],
  }),
});
