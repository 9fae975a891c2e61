import { mapShape, type Signal } from '../signal/signal.ts';
import { sourceChannels, sourcePixels } from '../signal/source.ts';
import type { Geometry } from './shape.ts';

/** The geometry that passes over a signal need. */
export function signalGeometry({ source, navigation }: Pick<Signal, 'source' | 'navigation'>): Geometry {
  return { pixels: sourcePixels(source), channels: sourceChannels(source), width: mapShape(navigation).width };
}
