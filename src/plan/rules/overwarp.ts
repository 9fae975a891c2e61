import type { NodeRule } from './index.ts';

/** A warp that may move anything anywhere makes any two spectra alike, and one channel into many. */
export const overwarp: NodeRule = ({ id, step, params }) =>
  !step.bounded || step.bounded(params)
    ? []
    : [
        {
          code: 'overwarp',
          severity: 'error',
          step: id,
          reason: `${step.title} without a bound matches one channel to many and destroys the areas of peaks`,
          cite: 'Sakoe & Chiba 1978, IEEE Trans. ASSP 26, 43',
          fix: 'set shift: the largest displacement that the instrument can have',
        },
      ];
