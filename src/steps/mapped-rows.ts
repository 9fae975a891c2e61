import { pixelCount, type Signal } from '../signal/signal.ts';
import type { MappedSource } from '../signal/source.ts';

/**
 * The rows that a map makes of a signal's, one for each pixel, when they are needed.
 * @param map its id, see {@link StepContext.shapeId}.
 */
export function mappedRows(
  signal: Signal,
  map: string,
  args: unknown,
  more: Partial<Pick<MappedSource, 'kind' | 'channels' | 'parents'>> = {},
): MappedSource {
  const { kind = 'dense', channels = signal.spectral.size, parents = [signal.source] } = more;
  return { type: 'mapped', map, args, parents, pixels: pixelCount(signal), channels, kind };
}
