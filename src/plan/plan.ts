import { z } from 'zod';
import { planError, SpectrailError } from '../signal/errors.ts';
import { loadStep } from '../steps/index.ts';
import { describedSignal, type State } from '../steps/state.ts';
import type { Cost, Step } from '../steps/step.ts';
import { APPLY, misaligned } from './aligned-inputs.ts';
import { freeName } from './free-name.ts';
import { type MemoryPlan, planMemory, type Resources } from './memory.ts';
import type { Objection } from './objection.ts';
import type { Recipe, RecipeStep } from './recipe.ts';
import { graphRules, nodeRules } from './rules/index.ts';

/** A step of the recipe bound to its inputs, its parameters completed with defaults. */
export interface PlannedNode {
  readonly id: string;
  readonly use: string;
  readonly step: Step;
  readonly params: unknown;
  /** Input name of the step → node or recipe input. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly states: Readonly<Record<string, State>>;
  readonly output: State;
  readonly cost: Cost;
  /** Why the plan added this node to the recipe. */
  readonly added?: string;
}

/** Steps that share their reads of the data: a stage ends where something must be learned first. */
export interface Stage {
  readonly nodes: readonly string[];
  readonly passes: number;
}

export interface Plan {
  readonly recipe: Recipe;
  readonly inputs: Readonly<Record<string, State>>;
  readonly nodes: readonly PlannedNode[];
  readonly objections: readonly Objection[];
  readonly stages: readonly Stage[];
  readonly passes: number;
  readonly memory: MemoryPlan;
}

/** Binds a recipe to what is known of its inputs, without touching data. Objections are collected, not thrown. */
export async function makePlan(
  recipe: Recipe,
  inputs: Readonly<Record<string, State>>,
  resources: Resources = {},
): Promise<Plan> {
  for (const name of Object.keys(recipe.inputs)) {
    if (!inputs[name]) {
      throw planError({
        code: 'missing-input',
        what: `the recipe reads an input "${name}", and none was given`,
        expected: `a file for "${name}"`,
        fix: `--input ${name}=FILE`,
      });
    }
  }
  const states: Record<string, State> = { ...inputs };
  const nodes: PlannedNode[] = [];
  let previous = Object.keys(recipe.inputs)[0];
  const names = new Set([...Object.keys(inputs), ...recipe.steps.map(({ id }) => id)]);
  const aligned = new Map<string, string>();
  const bind = async (entry: RecipeStep) => {
    const bound = await bindStep(entry, previous, states);
    for (const id of misaligned(bound.step, bound.params, bound.inputs, states)) {
      if (aligned.has(id)) continue;
      const apply = { id: freeName(`${id}-aligned`, names), use: APPLY, in: id, params: {} };
      names.add(apply.id);
      aligned.set(id, apply.id);
      add({
        ...makeNode(apply, await bindStep(apply, id, states), states),
        added: 'the next step needs one common axis',
      });
    }
    const late = Object.entries(bound.inputs).map(([name, id]) => {
      const needed = misaligned(bound.step, bound.params, { [name]: id }, states).length > 0;
      return [name, needed ? (aligned.get(id) ?? id) : id];
    });
    return makeNode(entry, { ...bound, inputs: Object.fromEntries(late) }, states);
  };
  const add = (node: PlannedNode) => {
    nodes.push(node);
    states[node.id] = node.output;
  };
  for (const entry of recipe.steps) {
    add(await bind(entry));
    previous = entry.id;
  }
  const found: Objection[] = [];
  for (const node of nodes) for (const rule of nodeRules) found.push(...rule(node));
  for (const rule of graphRules) {
    const result = rule(nodes);
    found.push(...result.objections);
    for (const entry of result.add) {
      const { added, ...rest } = entry;
      add({ ...(await bind(rest)), added });
    }
  }
  const objections = found.map((objection) => applyOverride(objection, recipe));
  return {
    recipe,
    inputs,
    nodes,
    objections,
    stages: stagesOf(nodes),
    passes: nodes.reduce((sum, node) => sum + node.cost.passes, 0),
    memory: planMemory(Object.values(inputs), nodes, resources),
  };
}

/** Objections that stop the run. */
export function blocking(plan: Plan): readonly Objection[] {
  return plan.objections.filter(({ severity, overridden }) => severity === 'error' && overridden === undefined);
}

/** @throws SpectrailError `plan/<code of the first objection>` when the plan may not run. */
export function refuseIfBlocked(plan: Plan): void {
  const [first, ...others] = blocking(plan);
  if (!first) return;
  const more = others.length ? ` (and ${others.length} more: ${others.map(({ code }) => code).join(', ')})` : '';
  throw planError({
    code: first.code,
    where: `step "${first.step}"`,
    what: `${first.reason}${more}`,
    fix: `${first.fix}; or override "${first.code}" in the recipe with your reason`,
  });
}

/** A step with its parameters completed and its inputs found. */
interface BoundStep {
  readonly step: Step;
  readonly params: unknown;
  readonly inputs: Readonly<Record<string, string>>;
}

async function bindStep(
  entry: RecipeStep,
  previous: string,
  states: Readonly<Record<string, State>>,
): Promise<BoundStep> {
  const step = await loadStep(entry.use);
  const params = checkParams(step, entry);
  return { step, params, inputs: bindInputs(step, entry, previous, states) };
}

function makeNode(
  entry: RecipeStep,
  { step, params, inputs }: BoundStep,
  states: Readonly<Record<string, State>>,
): PlannedNode {
  const inputStates = Object.fromEntries(Object.entries(inputs).map(([key, id]) => [key, states[id]]));
  try {
    const output = step.effect(inputStates, params);
    const cost = step.cost(inputStates, params);
    return { id: entry.id, use: entry.use, step, params, inputs, states: inputStates, output, cost };
  } catch (error) {
    if (!(error instanceof SpectrailError) || error.where) throw error;
    const { kind, code, what, expected, fix } = error;
    throw new SpectrailError(kind, { code, what, expected, fix, where: `step "${entry.id}" (${entry.use})` });
  }
}

function checkParams(step: Step, entry: RecipeStep): unknown {
  const result = step.params.safeParse(entry.params);
  if (result.success) return result.data;
  throw planError({
    code: 'bad-parameter',
    where: `step "${entry.id}" (${entry.use})`,
    what: z.prettifyError(result.error),
    fix: `see \`spectrail steps ${entry.use}\``,
  });
}

function bindInputs(
  step: Step,
  entry: RecipeStep,
  previous: string,
  states: Readonly<Record<string, State>>,
): Record<string, string> {
  const names = Object.keys(step.inputs);
  const given =
    entry.in === undefined
      ? { [names[0]]: previous }
      : typeof entry.in === 'string'
        ? { [names[0]]: entry.in }
        : entry.in;
  const where = `step "${entry.id}" (${entry.use})`;
  for (const key of Object.keys(given)) {
    if (!names.includes(key)) {
      throw planError({ code: 'unknown-input', where, what: `it has no input "${key}"`, expected: names.join(', ') });
    }
  }
  const bound: Record<string, string> = {};
  for (const key of names) {
    const spec = step.inputs[key];
    const id = given[key] ?? (spec.default === undefined ? undefined : bound[spec.default]);
    const want = `a ${spec.product} (${spec.doc})`;
    if (id === undefined) {
      throw planError({
        code: 'missing-input',
        where,
        what: `its input "${key}" is not given`,
        expected: want,
        fix: `in: {${key}: …}`,
      });
    }
    if (states[id].product !== spec.product) {
      throw planError({
        code: 'wrong-product',
        where,
        what: `its input "${key}" is "${id}", which makes a ${states[id].product}`,
        expected: want,
      });
    }
    bound[key] = id;
  }
  return bound;
}

function applyOverride(objection: Objection, recipe: Recipe): Objection {
  const override = recipe.overrides.find(
    ({ code, step }) => code === objection.code && (!step || step === objection.step),
  );
  return override ? { ...objection, overridden: override.reason } : objection;
}

function stagesOf(nodes: readonly PlannedNode[]): Stage[] {
  const stages: { nodes: string[]; passes: number }[] = [];
  let open: string[] = [];
  for (const node of nodes) {
    open.push(node.id);
    if (node.cost.passes > 0) {
      stages.push({ nodes: open, passes: node.cost.passes });
      open = [];
    }
  }
  if (open.length) stages.push({ nodes: open, passes: 0 });
  return stages;
}

/** Pixels and channels a state describes, for messages. */
export function stateSize(state: State): { pixels: number; channels: number } {
  const signal = describedSignal(state);
  return { pixels: signal.navigation.reduce((n, axis) => n * axis.size, 1), channels: signal.spectral.size };
}
