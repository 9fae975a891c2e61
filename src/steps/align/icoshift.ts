import { z } from 'zod';
import { intervalShiftWarper } from '../../kernels/index.ts';
import { inputError } from '../../signal/errors.ts';
import { windowChannels } from '../reshape/channels.ts';
import type { SignalState } from '../state.ts';
import { defineWarp } from './define-warp.ts';
import { lengthParameter, limitOf, warpParameters } from './warp-params.ts';

const edge = z.union([z.number(), z.string()]);

const params = z.strictObject({
  shift: lengthParameter.describe(
    'largest displacement that the instrument can have, for example "1.5 eV": nothing is moved further',
  ),
  intervals: z
    .array(z.tuple([edge, edge]))
    .min(1)
    .max(200)
    .optional()
    .describe(
      'windows that are moved each on its own, for example [["100 eV", "150 eV"], …]; what is between stays. Default: the whole spectrum is one',
    ),
  rounds: z
    .number()
    .int()
    .min(1)
    .max(5)
    .default(2)
    .describe('times to align; from the second on to the mean of what was aligned, where no other reference is given'),
  ...warpParameters,
});
type Params = z.infer<typeof params>;

interface Options {
  readonly intervals: readonly (readonly [number, number])[];
  readonly limit: number;
}

function inChannels({ spectral }: SignalState, { shift, intervals }: Params): { options: Options; limit: number } {
  const found = intervals?.map((window) => windowChannels(spectral, window)) ?? [[0, spectral.size] as const];
  const sorted = [...found].sort(([a], [b]) => a - b);
  sorted.forEach(([first], i) => {
    if (i === 0 || first >= sorted[i - 1][1]) return;
    throw inputError({
      code: 'overlapping-intervals',
      what: `two intervals share channel ${first}`,
      expected: 'intervals that lie apart',
      fix: 'move or join them',
    });
  });
  const limit = limitOf(spectral, shift, Math.min(...sorted.map(([first, end]) => end - first)));
  return { options: { intervals: sorted, limit }, limit };
}

export default defineWarp<Params, Options>({
  id: 'align.icoshift',
  version: 1,
  title: 'Interval shifts (icoshift)',
  summary:
    'Moves each spectrum, or each interval of it, by the whole number of channels at which it correlates best with the reference. Peaks keep their shape and counts stay counts, on a listed axis as on a uniform one; channels that a moved spectrum may lack are masked. A spectrum that fits no better than chance stays as it is.',
  cite: ['Savorani, Tomasi & Engelsen 2010, J. Magn. Reson. 202, 190'],
  params,
  example: { shift: 1, target: 'mean', nulls: 19, rounds: 2 },
  whole: true,
  inChannels,
  warper: (references, options) => intervalShiftWarper(references, options),
  torn: ({ intervals, limit }) =>
    intervals.flatMap(
      ([first, end]) =>
        [
          [first, first + limit],
          [end - limit, end],
        ] as const,
    ),
});
