import type { Engine } from '../../src/engines/engine.ts';
import { inputSignal } from '../../src/plan/input-signal.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { checkRecipe, type Recipe } from '../../src/plan/recipe.ts';
import { type Run, runPlan } from '../../src/plan/run.ts';
import type { Signal } from '../../src/signal/signal.ts';
import { simulateEds } from '../../src/simulate/eds.ts';
import type { EdsParameters } from '../../src/simulate/index.ts';
import { signalState } from '../../src/steps/state.ts';

/** The phase map of an EDS cube with everything in it, calibrated with as few simulated maps as the steps allow. */
export const PHASE_MAP: Recipe = checkRecipe({
  spectrail: 'recipe/1',
  title: 'Crop, rebin, phases and what is rare',
  inputs: { counts: { modality: 'eds' } },
  steps: [
    { id: 'part', use: 'crop', in: 'counts', params: { spectral: ['-0.1 keV', '4.4 keV'] } },
    { id: 'coarse', use: 'rebin', params: { spectral: 2 } },
    { id: 'pca', use: 'decompose.pca', params: { components: 12 } },
    { id: 'components', use: 'decompose.truncation', in: { factors: 'pca', counts: 'coarse' }, params: { nulls: 8 } },
    { id: 'model', use: 'decompose.reconstruct', in: { factors: 'pca', truncation: 'components' } },
    {
      id: 'phases',
      use: 'segment.phases',
      in: { factors: 'pca', truncation: 'components', counts: 'coarse' },
      params: { restarts: 3 },
    },
    { id: 'rare', use: 'detect.residual', in: { counts: 'coarse', model: 'model' }, params: { nulls: 10 } },
  ],
});

export async function simulatedMap(parameters: Partial<EdsParameters>): Promise<Signal> {
  return inputSignal([simulateEds(parameters).dataset], { modality: 'eds' });
}

export async function runOn(engine: Engine, signal: Signal, recipe: Recipe = PHASE_MAP): Promise<Run> {
  const [name] = Object.keys(recipe.inputs);
  return runPlan(await makePlan(recipe, { [name]: signalState(signal) }), { [name]: signal }, engine);
}
