import { addMovedBack, FOUND } from '../../kernels/index.ts';
import { defineFold } from '../../shapes/shape.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { type Noise, poisson } from '../../signal/noise.ts';
import type { Signal } from '../../signal/signal.ts';
import { eachRowGroup, rowOf } from '../row-groups.ts';
import type { StepContext } from '../step.ts';
import { type Displacements, toCounts } from './measured-shift.ts';

interface MovedSum {
  readonly sum: Float64Array;
  readonly given: Float64Array;
}

interface MovedArgs {
  readonly place: Float64Array;
  readonly flag: Uint8Array;
  readonly noise: Noise;
  readonly pixelMask?: Uint8Array;
  readonly channelMask?: Uint8Array;
}

/** Sum of the spectra in counts, each moved back by its displacement. */
export const movedSum = defineFold<MovedArgs, MovedSum>({
  init: (_, { channels }) => ({ sum: new Float64Array(channels), given: new Float64Array(channels) }),
  add: ({ place, flag, noise, pixelMask, channelMask }, state, blocks, start) => {
    const [{ channels }] = blocks;
    eachRowGroup(blocks, noise, ({ from, count, values }) => {
      toCounts(values, count, noise, start + from);
      for (let i = 0; i < count; i++) {
        const pixel = start + from + i;
        if (pixelMask?.[pixel] || flag[pixel] !== FOUND.yes) continue;
        addMovedBack(rowOf(values, i, channels), place[pixel], state.sum, state.given, channelMask);
      }
    });
    return state;
  },
  merge: (left, right) => {
    for (let j = 0; j < left.sum.length; j++) {
      left.sum[j] += right.sum[j];
      left.given[j] += right.given[j];
    }
    return left;
  },
  example: ({ pixels }) => ({
    args: {
      place: Float64Array.from({ length: pixels }, (_, i) => (i % 5) - 2.3),
      flag: Uint8Array.from({ length: pixels }, (_, i) => (i % 9 === 8 ? 1 : 0)),
      noise: poisson(),
    },
    kinds: ['events'],
  }),
});

/**
 * The mean spectrum in counts, once every spectrum is moved back by its displacement: for steps that have
 * `movedSum` among their shapes under that name.
 */
export async function movedMean(
  context: StepContext,
  signal: Signal,
  { place, flag }: Displacements,
  origin = 0,
): Promise<Float64Array> {
  const { noise, mask } = signal;
  const args: MovedArgs = {
    place: origin === 0 ? place : place.map((at) => at - origin),
    flag,
    noise,
    pixelMask: mask.pixels,
    channelMask: mask.channels,
  };
  const { sum, given } = await context.fold<MovedSum>('movedSum', args, [signal.source], signalGeometry(signal));
  return sum.map((value, j) => (given[j] > 0 ? value / given[j] : 0));
}
