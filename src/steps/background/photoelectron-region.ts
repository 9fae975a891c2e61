import { z } from 'zod';
import { explicitAxis } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { windowChannels } from '../reshape/channels.ts';
import type { Estimator, Setting } from './estimator.ts';
import { type RowKernel, wholeRows } from './whole-rows.ts';

const edge = z.union([z.number(), z.string()]);

export const regionParameter = z
  .tuple([edge, edge])
  .optional()
  .describe('the part of the spectrum with the peaks, its ends on the background; default: all of it');

export const scaleParameter = z
  .enum(['auto', 'binding', 'kinetic'])
  .default('auto')
  .describe('what the energies of the axis are; auto: kinetic where the axis is called so, else binding');

interface Regional {
  readonly region?: readonly [string | number, string | number];
}

interface Scaled extends Regional {
  readonly scale: 'auto' | 'binding' | 'kinetic';
}

/** Fewest channels that have two ends and something between. */
const FEWEST = 5;

/**
 * Channels of the region.
 * @throws SpectrailError `input/empty-window`, `input/narrow-window`
 */
export function regionChannels({ positions, unit, params }: Setting<Regional>): readonly [first: number, end: number] {
  const { region } = params;
  const axis = explicitAxis({ positions, unit, role: 'spectral' });
  const [first, end] = region ? windowChannels(axis, region) : [0, positions.length];
  if (end - first < FEWEST) {
    throw inputError({
      code: 'narrow-window',
      what: `the region holds ${end - first} channels`,
      expected: `at least ${FEWEST}`,
      fix: 'widen the region',
    });
  }
  return [first, end];
}

/** Energies of the region. */
export function regionEnergies(setting: Setting<Regional>): Float64Array {
  return setting.positions.slice(...regionChannels(setting));
}

/** Energies of the region, and what they count from. */
export function energiesOf(setting: Setting<Scaled>): { energies: Float64Array; scale: 'binding' | 'kinetic' } {
  const { scale } = setting.params;
  const said = /kinetic/i.test(setting.axis) ? 'kinetic' : 'binding';
  return { energies: regionEnergies(setting), scale: scale === 'auto' ? said : scale };
}

/** The estimator of a kernel that is given the region only. */
export function onRegion(setting: Setting<Regional>, kernel: RowKernel, respond?: Estimator['respond']): Estimator {
  const [first, end] = regionChannels(setting);
  const width = end - first;
  const inside: Setting = {
    ...setting,
    positions: setting.positions.slice(first, end),
    masked: setting.masked?.slice(first, end),
  };
  const regional = wholeRows(inside, kernel);
  const channels = setting.positions.length;
  return {
    estimate(values, rows, out) {
      const part = new Float64Array(rows * width);
      for (let i = 0; i < rows; i++) part.set(values.subarray(i * channels + first, i * channels + end), i * width);
      const background = new Float64Array(rows * width);
      regional.estimate(part, rows, background);
      out.fill(0, 0, rows * channels);
      for (let i = 0; i < rows; i++) {
        out.set(background.subarray(i * width, (i + 1) * width), i * channels + first);
      }
    },
    respond:
      respond &&
      ((row, sum, out) => {
        const response = new Float64Array(width);
        respond(row.subarray(first, end), sum.subarray(first, end), response);
        out.fill(0);
        out.set(response, first);
      }),
  };
}
