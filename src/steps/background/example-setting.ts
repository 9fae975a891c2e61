import { poisson } from '../../signal/noise.ts';
import type { Setting } from './estimator.ts';

/** Channels that the parameters of an example suit. */
const CHANNELS = 16;

/** A setting for the law suite, on as many channels as its parameters ask for at least. */
export function exampleSetting<P>(params: P, channels: number, learned?: Float64Array): Setting<P> {
  const positions = Float64Array.from({ length: Math.max(channels, CHANNELS) }, (_, j) => j);
  return { params, positions, unit: '', axis: '', noise: poisson(), learned };
}
