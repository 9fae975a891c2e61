import { z } from 'zod';
import { type CowOptions, cowWarper } from '../../kernels/index.ts';
import { inputError } from '../../signal/errors.ts';
import { defineWarp } from './define-warp.ts';
import {
  areaToleranceParameter,
  conserveParameter,
  lengthInChannels,
  lengthParameter,
  limitOf,
  warpParameters,
} from './warp-params.ts';

const params = z.strictObject({
  shift: lengthParameter.describe(
    'largest displacement that the instrument can have, for example "5 1/cm": no segment boundary is moved further',
  ),
  segment: lengthParameter.describe(
    'length of a segment, for example "40 1/cm": one to five widths of a peak at its base; rounded, so that segments share the spectrum evenly',
  ),
  slack: lengthParameter
    .optional()
    .describe('how much longer or shorter a segment may become; default: a sixth of its length'),
  sections: z
    .enum(['reference', 'row'])
    .default('reference')
    .describe(
      'what is cut into segments of equal length: the reference, or each spectrum, as in the program of Tomasi et al.',
    ),
  weight: z
    .enum(['variance', 'equal'])
    .default('variance')
    .describe(
      'variance: a segment counts as much as it varies, so that noise alone does not pull; equal: all alike, as published',
    ),
  refine: z
    .boolean()
    .default(true)
    .describe('move the boundaries by fractions of a channel afterwards; false: by whole channels, as published'),
  conserve: conserveParameter,
  areaTolerance: areaToleranceParameter,
  rounds: z
    .number()
    .int()
    .min(1)
    .max(5)
    .default(1)
    .describe('times to align; from the second on to the mean of what was aligned, where no other reference is given'),
  ...warpParameters,
});
type Params = z.infer<typeof params>;

/** Of a segment, that it may grow or shrink by. */
const SLACK = 1 / 6;

export default defineWarp<Params, CowOptions>({
  id: 'align.cow',
  version: 1,
  title: 'Correlation optimised warping (COW)',
  summary:
    'Stretches segments of each spectrum so that they correlate best with those of the reference: for displacements that change smoothly along the axis. A spectrum that fits no better than chance, or whose peaks would change their areas, stays as it is.',
  cite: [
    'Nielsen, Carstensen & Smedsgaard 1998, J. Chromatogr. A 805, 17',
    'Tomasi, van den Berg & Andersson 2004, J. Chemom. 18, 231',
  ],
  params,
  example: {
    shift: 1,
    segment: 4,
    sections: 'reference',
    weight: 'variance',
    refine: true,
    areaTolerance: 0.01,
    target: 'mean',
    nulls: 3,
    rounds: 1,
  },
  whole: false,
  inChannels({ spectral }, p) {
    const limit = limitOf(spectral, p.shift);
    // What is left over joins the last segment: as little as can be, or it could not bend there.
    const intervals = spectral.size - 1;
    const count = Math.max(1, Math.round(intervals / lengthInChannels(spectral, p.segment, 2)));
    const segment = Math.max(1, Math.floor(intervals / count));
    const slack =
      p.slack === undefined ? Math.max(1, Math.round(SLACK * segment)) : lengthInChannels(spectral, p.slack, 1);
    if (2 * slack > segment) {
      throw inputError({
        code: 'bad-slack',
        what: `a slack of ${slack} channels on a segment of ${segment}`,
        expected: 'a slack of at most half a segment',
        fix: 'make segments longer, or the slack smaller',
      });
    }
    const { sections, weight, refine } = p;
    return { options: { segment, slack, limit, sections, weight, refine }, limit };
  },
  warper: (references, options) => cowWarper(references, options),
});
