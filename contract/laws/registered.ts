import type { Shape } from '../../src/shapes/shape.ts';
import { loadStep, STEP_IDS } from '../../src/steps/index.ts';
import type { Step } from '../../src/steps/step.ts';

/** Every registered step. */
export const registeredSteps: readonly Step[] = await Promise.all(STEP_IDS.map(loadStep));

/** Every shape of every registered step, by its id. */
export const registeredShapes: readonly { readonly id: string; readonly shape: Shape }[] = registeredSteps.flatMap(
  (step) => Object.entries(step.shapes ?? {}).map(([name, shape]) => ({ id: `${step.id}/${name}`, shape })),
);
