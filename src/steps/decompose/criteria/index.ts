import { anisotropy } from './anisotropy.ts';
import type { CriterionRule } from './criterion.ts';
import { gavishDonoho } from './gavish-donoho.ts';
import { malinowskiF, malinowskiInd } from './malinowski.ts';
import { moranCriterion } from './moran.ts';
import { parallelAnalysis } from './parallel-analysis.ts';
import { thinning } from './thinning.ts';

/** All ways to count components, in the order they are shown. */
export const CRITERIA: Readonly<Record<string, CriterionRule>> = {
  anisotropy,
  moran: moranCriterion,
  parallel: parallelAnalysis,
  thinning,
  'gavish-donoho': gavishDonoho,
  'malinowski-f': malinowskiF,
  'malinowski-ind': malinowskiInd,
};
