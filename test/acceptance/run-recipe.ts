import { inlineEngine } from '../../src/engines/inline.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { checkRecipe } from '../../src/plan/recipe.ts';
import { type Run, runPlan } from '../../src/plan/run.ts';
import type { Signal } from '../../src/signal/signal.ts';
import { resolveShape } from '../../src/steps/index.ts';
import type { Anomalies, PhaseMap, Truncation } from '../../src/steps/products.ts';
import { signalState } from '../../src/steps/state.ts';

export type Steps = readonly { id: string; use: string; in?: unknown; params?: unknown }[];

export const PHASE_MAP: Steps = [
  { id: 'pca', use: 'decompose.pca', in: 'counts' },
  { id: 'truncation', use: 'decompose.truncation', in: { factors: 'pca', counts: 'counts' } },
  { id: 'phases', use: 'segment.phases', in: { factors: 'pca', truncation: 'truncation', counts: 'counts' } },
  { id: 'model', use: 'decompose.reconstruct', in: { factors: 'pca', truncation: 'truncation' } },
  { id: 'residual', use: 'detect.residual', in: { counts: 'counts', model: 'model' } },
];

export function recipeOf(steps: Steps, extra: object = {}) {
  return checkRecipe({ spectrail: 'recipe/1', title: 'test', inputs: { counts: {} }, steps, ...extra });
}

export async function planOf(steps: Steps, counts: Signal, extra?: object) {
  return makePlan(recipeOf(steps, extra), { counts: signalState(counts) });
}

export async function runSteps(steps: Steps, counts: Signal): Promise<Run> {
  return runPlan(await planOf(steps, counts), { counts }, inlineEngine(resolveShape));
}

/** The whole phase map, its results by name. */
export async function runPhaseMap(counts: Signal) {
  const { products } = await runSteps(PHASE_MAP, counts);
  return {
    truncation: products.truncation as Truncation,
    phases: products.phases as PhaseMap,
    residual: products.residual as Anomalies,
    model: products.model as Signal,
  };
}
