import { defineFold, type FoldShape } from '../../shapes/shape.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { readRow } from '../../signal/block.ts';
import type { Signal } from '../../signal/signal.ts';
import type { StepContext } from '../step.ts';

interface Args {
  readonly pixelMask?: Uint8Array;
}

interface Sum {
  readonly values: Float64Array;
  spectra: number;
}

/** Sum of all spectra that count: what a background learns its stiffness from. */
export const spectrumSum: FoldShape<Args, Sum> = defineFold<Args, Sum>({
  init: (_, { channels }) => ({ values: new Float64Array(channels), spectra: 0 }),
  add: ({ pixelMask }, state, [block], start) => {
    const row = new Float64Array(block.channels);
    for (let i = 0; i < block.pixels; i++) {
      if (pixelMask?.[start + i]) continue;
      readRow(block, i, row);
      for (let j = 0; j < row.length; j++) state.values[j] += row[j];
      state.spectra++;
    }
    return state;
  },
  merge: (left, right) => {
    for (let j = 0; j < left.values.length; j++) left.values[j] += right.values[j];
    left.spectra += right.spectra;
    return left;
  },
  example: ({ pixels }) => ({
    args: { pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)) },
    kinds: ['events'],
  }),
});

/** The mean spectrum of a step that has `spectrumSum` among its shapes under that name. */
export async function meanSpectrum(context: StepContext, signal: Signal): Promise<Float64Array> {
  const geometry = signalGeometry(signal);
  const args: Args = { pixelMask: signal.mask.pixels };
  const { values, spectra } = await context.fold<Sum>('spectrumSum', args, [signal.source], geometry);
  return values.map((value) => value / Math.max(1, spectra));
}
