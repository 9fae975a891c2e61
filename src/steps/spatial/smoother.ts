import type { Noise } from '../../signal/noise.ts';
import type { Signal } from '../../signal/signal.ts';
import type { Source } from '../../signal/source.ts';
import type { ReceptiveField, StepContext } from '../step.ts';

/** What every smoothing map is given: plain data, so that what was done to a map can be done to another. */
export interface SmoothingArgs {
  readonly width: number;
  readonly height: number;
  readonly pixelMask?: Uint8Array;
  /** Errors of the values that are smoothed. */
  readonly noise: Noise;
  readonly field: ReceptiveField;
}

/** A way to smooth over pixels, as steps that look at what smoothing does use it. */
export interface Smoother<A extends SmoothingArgs = SmoothingArgs> {
  /** Id of its step. */
  readonly id: string;
  /** Weights owe nothing to the values: what it does to means is what it does to expectations. */
  readonly linear: boolean;
  /** How many pixels away values have a say, along columns and rows. */
  reach(args: A): { readonly y: number; readonly x: number };
  /** Pixels that the mean around each pixel is worth, (Σw)²/Σw²; 0 where masked. */
  worth(context: StepContext, args: A, source: Source): Promise<Float64Array>;
  /** Share of every pixel of the map in the mean around one. */
  shares(context: StepContext, args: A, source: Source, pixel: number): Promise<Float64Array>;
}

/** How a step smoothed a signal: its map and arguments, and the values it was given. */
export interface Smoothing {
  readonly map: string;
  readonly args: SmoothingArgs;
  readonly raw: Source;
}

/** The smoothing that a signal is the direct result of. */
export function smoothingOf({ source }: Signal, ids: readonly string[]): Smoothing | undefined {
  if (source.type !== 'mapped') return undefined;
  const id = source.map.slice(0, source.map.lastIndexOf('/'));
  return ids.includes(id) ? { map: source.map, args: source.args as SmoothingArgs, raw: source.parents[0] } : undefined;
}
