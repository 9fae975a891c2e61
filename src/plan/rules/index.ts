import type { Objection } from '../objection.ts';
import type { PlannedNode } from '../plan.ts';
import type { RecipeStep } from '../recipe.ts';
import { backgroundFirst } from './background-first.ts';
import { countsGone } from './counts-gone.ts';
import { lowCounts } from './low-counts.ts';
import { needsOfInputs } from './needs.ts';
import { noResidualPass } from './no-residual-pass.ts';
import { overwarp } from './overwarp.ts';
import { receptiveField } from './receptive-field.ts';
import { sqrtNAfterDenoise } from './sqrt-n-after-denoise.ts';
import { unalignedDecomposition } from './unaligned-decomposition.ts';
import { unclosedCalibration } from './unclosed-calibration.ts';
import { unpairedTransfer } from './unpaired-transfer.ts';

/** Looks at one node and the states it reads. */
export type NodeRule = (node: PlannedNode) => Objection[];

/** Looks at the whole graph; may add nodes that the recipe forgot. */
export type GraphRule = (nodes: readonly PlannedNode[]) => {
  objections: Objection[];
  add: readonly (RecipeStep & { added: string })[];
};

/** Rules of order. Each reads tags and measured state, never the names of steps. */
export const nodeRules: readonly NodeRule[] = [
  needsOfInputs,
  countsGone,
  lowCounts,
  backgroundFirst,
  unalignedDecomposition,
  receptiveField,
  overwarp,
  sqrtNAfterDenoise,
  unpairedTransfer,
  unclosedCalibration,
];
export const graphRules: readonly GraphRule[] = [noResidualPass];
