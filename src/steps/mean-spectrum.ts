import { defineFold, type FoldShape } from '../shapes/shape.ts';
import { signalGeometry } from '../shapes/signal-geometry.ts';
import { readRow } from '../signal/block.ts';
import { type Factor, gainAt } from '../signal/noise.ts';
import type { Signal } from '../signal/signal.ts';
import type { StepContext } from './step.ts';

export interface SumArgs {
  readonly pixelMask?: Uint8Array;
  /** Taken off every value. Default: 0. */
  readonly pedestal?: number;
  /** What is left is divided by it. Default: 1. */
  readonly gain?: Factor;
}

export interface SpectrumSum {
  readonly values: Float64Array;
  spectra: number;
}

/** Sum of all spectra that count, as they are or without their pedestal and gain. */
export const spectrumSum: FoldShape<SumArgs, SpectrumSum> = defineFold<SumArgs, SpectrumSum>({
  init: (_, { channels }) => ({ values: new Float64Array(channels), spectra: 0 }),
  add: ({ pixelMask, pedestal = 0, gain }, state, [block], start) => {
    const row = new Float64Array(block.channels);
    for (let i = 0; i < block.pixels; i++) {
      if (pixelMask?.[start + i]) continue;
      readRow(block, i, row);
      for (let j = 0; j < row.length; j++) {
        const net = row[j] - pedestal;
        state.values[j] += gain ? net / gainAt(gain, start + i, j) : net;
      }
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
    args: {
      pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)),
      pedestal: 0.5,
      gain: { per: 'pixel', values: Float64Array.from({ length: pixels }, (_, i) => 1 + (i % 3)) },
    },
    kinds: ['events'],
  }),
});

/** The sum of the spectra of a signal, for a step that has `spectrumSum` among its shapes under that name. */
export function sumOfSpectra(context: StepContext, signal: Signal, how: SumArgs = {}): Promise<SpectrumSum> {
  const args: SumArgs = { pixelMask: signal.mask.pixels, ...how };
  return context.fold<SpectrumSum>('spectrumSum', args, [signal.source], signalGeometry(signal));
}

/** Their mean. */
export async function meanSpectrum(context: StepContext, signal: Signal, how: SumArgs = {}): Promise<Float64Array> {
  const { values, spectra } = await sumOfSpectra(context, signal, how);
  return values.map((value) => value / Math.max(1, spectra));
}
