import { z } from 'zod';
import { explicitAxis } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import type { Setting } from '../background/estimator.ts';
import { windowChannels } from '../reshape/channels.ts';

const edge = z.union([z.number(), z.string()]);
export const windowParameter = z.tuple([edge, edge]);
export type WindowParameter = z.infer<typeof windowParameter>;

/**
 * 1 for the channels that a scale is taken from, 0 for others: those of a window that are not masked; default: of the axis.
 * @throws SpectrailError `input/empty-window`; `input/narrow-window` where fewer than `fewest` of them count.
 */
export function countedChannels(
  { positions, masked, unit }: Pick<Setting, 'positions' | 'masked' | 'unit'>,
  { window, fewest = 1 }: { window?: WindowParameter; fewest?: number } = {},
): Float64Array {
  const [first, end] = window
    ? windowChannels(explicitAxis({ positions, unit, role: 'spectral' }), window)
    : [0, positions.length];
  const counts = Float64Array.from(positions, (_, j) => (j >= first && j < end && !masked?.[j] ? 1 : 0));
  const left = counts.reduce((sum, each) => sum + each, 0);
  if (left < fewest) {
    throw inputError({
      code: 'narrow-window',
      what: `${left} channels ${window ? `between ${window[0]} and ${window[1]}` : 'of the axis'} count`,
      expected: `at least ${fewest}`,
      fix: window ? 'widen or move the window' : 'mask or crop fewer channels',
    });
  }
  return counts;
}
