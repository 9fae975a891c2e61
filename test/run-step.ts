import { collect } from '../src/engines/engine.ts';
import { inlineEngine } from '../src/engines/inline.ts';
import { makePlan } from '../src/plan/plan.ts';
import { checkRecipe } from '../src/plan/recipe.ts';
import { type Run, runPlan } from '../src/plan/run.ts';
import { signalGeometry } from '../src/shapes/signal-geometry.ts';
import { type Axis, uniformAxis } from '../src/signal/axis.ts';
import { toDense } from '../src/signal/block.ts';
import { COUNTS } from '../src/signal/intensity.ts';
import { poisson } from '../src/signal/noise.ts';
import { createSignal, type Signal } from '../src/signal/signal.ts';
import { resolveShape } from '../src/steps/index.ts';
import { signalState } from '../src/steps/state.ts';

const engine = inlineEngine(resolveShape);

/** Pure counts, or whatever `parts` say, on a map of so many columns and an axis of 0, 1, … eV. */
export function signalOf(values: Float64Array, channels: number, width: number, parts: Partial<Signal> = {}): Signal {
  const pixels = values.length / channels;
  const size = { y: pixels / width, x: width };
  return createSignal({
    modality: 'eels',
    navigation: (['y', 'x'] as const).map((name) => uniformAxis({ name, role: 'navigation', size: size[name] })),
    spectral: axisOf(channels),
    source: { type: 'memory', block: { kind: 'dense', pixels, channels, values } },
    intensity: COUNTS,
    noise: poisson(),
    shift: { state: 'bounded', within: 0, origin: 'made so' },
    ...parts,
  });
}

export const axisOf = (size: number, scale = 1, offset = 0): Axis =>
  uniformAxis({ name: 'Energy loss', unit: 'eV', role: 'spectral', size, scale, offset });

/** One step on its inputs, planned and run as a recipe. */
export async function runStep(
  use: string,
  params: object,
  inputs: Readonly<Record<string, Signal>>,
): Promise<Run & { readonly made: Run['products'][string]; readonly notes: readonly string[] }> {
  const names = Object.keys(inputs);
  const recipe = checkRecipe({
    spectrail: 'recipe/1',
    title: 'One step',
    inputs: Object.fromEntries(names.map((name) => [name, {}])),
    steps: [{ id: 'one', use, in: Object.fromEntries(names.map((name) => [name, name])), params }],
  });
  const states = Object.fromEntries(names.map((name) => [name, signalState(inputs[name])]));
  const run = await runPlan(await makePlan(recipe, states), inputs, engine);
  return { ...run, made: run.products.one, notes: run.trail[0].notes };
}

/** Its values, pixel by pixel. */
export async function valuesOf(signal: Signal): Promise<Float64Array> {
  const geometry = signalGeometry(signal);
  return Float64Array.from(toDense(await collect(engine, signal.source, { resolve: resolveShape, geometry })).values);
}
