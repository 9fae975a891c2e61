import type { NeighbourSums } from '../../kernels/index.ts';
import type { Block } from '../../signal/block.ts';
import type { Factor } from '../../signal/noise.ts';
import type { Signal } from '../../signal/signal.ts';
import type { StepContext } from '../step.ts';
import type { Bands } from './bands.ts';

/** What the scan of a map found, before it is put into words. */
export interface Found {
  readonly bands: Bands;
  readonly gain: Factor;
  readonly significance: Float32Array;
  readonly test: Float32Array;
  readonly residual: Float32Array;
  readonly neighbours: NeighbourSums;
  /** Independent tests the whole map amounts to. */
  readonly tests: number;
  readonly threshold: number;
  readonly signal: Signal;
}

/** The model in memory: factors as they are; any other model is read once. */
export async function modelBlock(context: StepContext, { source, spectral }: Signal, pixels: number): Promise<Block> {
  if (source.type === 'memory') return source.block;
  return context.collect(source, { pixels, channels: spectral.size, width: pixels });
}
