import { z } from 'zod';
import { type Axis, axisValues } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { parseInUnit } from '../../signal/units.ts';

/** A length along the spectral axis: "5 eV", or a number in the unit of the axis. */
export const lengthParameter = z.union([z.number().positive(), z.string()]);

/** Parameters of every step that warps spectra onto a reference. */
export const warpParameters = {
  target: z
    .enum(['mean', 'strongest'])
    .default('mean')
    .describe('what of `reference` the spectra are brought to: its mean spectrum, or the one with the most intensity'),
  nulls: z
    .number()
    .int()
    .min(0)
    .max(999)
    .default(19)
    .describe(
      'references in shuffled pieces, above all of which the correlation of a warped spectrum must lie; else it stays as it is. 19 let pass one in twenty by chance; 0: no such test',
    ),
};

export const conserveParameter = z
  .enum(['area', 'height'])
  .optional()
  .describe(
    'area: the sum over a peak stays (for counts and counts per unit, the default); height: values are looked up, and the sum changes as the width (the default for anything else)',
  );

export const areaToleranceParameter = z
  .number()
  .positive()
  .max(1)
  .default(0.01)
  .describe('largest relative change of the sum over a peak; a spectrum with a larger one stays as it is');

export interface WarpParams {
  readonly target: 'mean' | 'strongest';
  readonly nulls: number;
  readonly rounds: number;
  readonly conserve?: 'area' | 'height';
  readonly areaTolerance?: number;
}

/** Distance between neighbouring channels: the largest, and the mean. */
export function pitches(axis: Axis): { largest: number; mean: number } {
  const positions = axisValues(axis);
  const last = positions.length - 1;
  let largest = 0;
  for (let j = 1; j <= last; j++) largest = Math.max(largest, Math.abs(positions[j] - positions[j - 1]));
  return { largest, mean: last > 0 ? Math.abs(positions[last] - positions[0]) / last : 1 };
}

/**
 * Whole channels that are nowhere more than this displacement.
 * @throws SpectrailError `input/bad-shift` below one channel, or where half of `within` channels and more could move.
 */
export function limitOf(axis: Axis, shift: number | string, within = axis.size): number {
  const { largest } = pitches(axis);
  const limit = Math.floor(parseInUnit(shift, axis.unit) / (largest || 1) + 1e-9);
  if (limit >= 1 && 2 * limit < within) return limit;
  throw inputError({
    code: 'bad-shift',
    what: `displacements of up to ${shift} are ${limit < 1 ? 'less than a channel' : `${limit} channels`}, where ${within} channels are aligned`,
    expected: `at least ${largest} ${axis.unit} and less than half of what is aligned`.trimEnd(),
    fix: 'set shift to the largest displacement that the instrument can have',
  });
}

/** Channels that a length spans, at least `least`. */
export function lengthInChannels(axis: Axis, length: number | string, least: number): number {
  return Math.max(least, Math.round(parseInUnit(length, axis.unit) / pitches(axis).mean));
}
