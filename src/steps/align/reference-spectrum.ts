import { defineFold, type FoldShape } from '../../shapes/shape.ts';
import { readRow } from '../../signal/block.ts';

interface Args {
  readonly pixelMask?: Uint8Array;
}

/** Sum of the spectra that count, and the one of them with the most intensity. */
export interface ReferenceSums {
  readonly sum: Float64Array;
  spectra: number;
  readonly strongest: Float64Array;
  most: number;
}

/** What the reference of an alignment is made of. */
export const referenceSums: FoldShape<Args, ReferenceSums> = defineFold<Args, ReferenceSums>({
  init: (_, { channels }) => ({
    sum: new Float64Array(channels),
    spectra: 0,
    strongest: new Float64Array(channels),
    most: Number.NEGATIVE_INFINITY,
  }),
  add: ({ pixelMask }, state, [block], start) => {
    const row = new Float64Array(block.channels);
    for (let i = 0; i < block.pixels; i++) {
      if (pixelMask?.[start + i]) continue;
      readRow(block, i, row);
      let total = 0;
      for (let j = 0; j < row.length; j++) {
        state.sum[j] += row[j];
        total += row[j];
      }
      state.spectra++;
      if (total > state.most) {
        state.most = total;
        state.strongest.set(row);
      }
    }
    return state;
  },
  merge: (left, right) => {
    for (let j = 0; j < left.sum.length; j++) left.sum[j] += right.sum[j];
    left.spectra += right.spectra;
    if (right.most > left.most) {
      left.most = right.most;
      left.strongest.set(right.strongest);
    }
    return left;
  },
  example: ({ pixels }) => ({
    args: { pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)) },
    kinds: ['events'],
  }),
});
