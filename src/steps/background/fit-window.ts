import { z } from 'zod';
import { explicitAxis } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { windowChannels } from '../reshape/channels.ts';
import type { Setting } from './estimator.ts';

const edge = z.union([z.number(), z.string()]);

/** Parameter of the backgrounds that are fitted to a window before an edge and extrapolated below it. */
export const fitParameter = z
  .tuple([edge, edge])
  .describe(
    'window the background is fitted to, for example ["600 eV", "700 eV"]; it ends 5 eV or more before the edge',
  );
export type FitParameter = z.infer<typeof fitParameter>;

/** Fewest channels that tell an amplitude and a slope. */
const FEWEST = 2;

/** Channels of a fit window, in the order of the axis. */
export interface FittedChannels {
  readonly channels: Int32Array;
  /** From the start of the window on to the end of the axis, in the direction of rising positions. */
  readonly range: readonly [first: number, end: number];
}

/**
 * Channels of the fit window that are not masked, and those that its extrapolation reaches.
 * @throws SpectrailError `input/empty-window`, `input/narrow-window` for fewer than 2 channels that count.
 */
export function fittedChannels({ positions, masked, unit }: Setting, fit: FitParameter): FittedChannels {
  const [first, end] = windowChannels(explicitAxis({ positions, unit, role: 'spectral' }), fit);
  const channels = Int32Array.from({ length: end - first }, (_, k) => first + k).filter((j) => !masked?.[j]);
  if (channels.length < FEWEST) {
    throw inputError({
      code: 'narrow-window',
      what: `${channels.length} channels between ${fit[0]} and ${fit[1]} count`,
      expected: `at least ${FEWEST}`,
      fix: 'widen the fit window',
    });
  }
  const rises = positions[positions.length - 1] >= positions[0];
  return { channels, range: rises ? [first, positions.length] : [0, end] };
}
