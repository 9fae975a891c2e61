import { stringify } from 'yaml';
import type { Recipe } from '../plan/recipe.ts';
import type { Run } from '../plan/run.ts';
import { axisValue } from '../signal/axis.ts';
import { pixelCount, type Signal } from '../signal/signal.ts';
import { sortedJson } from './output.ts';
import type { ReportInput } from './report.ts';

/** The recipe as it ran: parameters complete with defaults, inputs spelled out, steps that the plan added in their place. */
export function completeRecipe({ run, inputs }: Pick<ReportInput, 'run' | 'inputs'>): Recipe {
  const { recipe, nodes } = run.plan;
  const files = new Map(inputs.map(({ name, file }) => [name, file?.name]));
  return {
    ...recipe,
    inputs: Object.fromEntries(
      Object.entries(recipe.inputs).map(([name, entry]) => [name, { ...entry, file: files.get(name) ?? entry.file }]),
    ),
    steps: nodes.map(({ id, use, inputs: from, params }) => ({
      id,
      use,
      in: { ...from },
      params: params as Record<string, unknown>,
    })),
  };
}

/** The recipe as YAML that runs again. */
export function recipeYaml(input: Pick<ReportInput, 'run' | 'inputs'>): string {
  const added = input.run.plan.nodes.filter((node) => node.added);
  const notes = added.map((node) => `# Step ${node.id} was added by the plan: ${oneLine(node.added ?? '')}.\n`);
  return `# The recipe as run, every parameter spelled out.\n${notes.join('')}${stringify(withoutUndefined(completeRecipe(input)), { lineWidth: 120 })}`;
}

/** Everything needed to redo the run and to compare: no clock, sorted keys. */
export function trailJson(input: ReportInput): string {
  const { run, inputs, software } = input;
  return sortedJson({
    spectrail: 'trail/1',
    software,
    seed: run.plan.recipe.seed,
    recipe: completeRecipe(input),
    inputs: Object.fromEntries(inputs.map(({ name, signal, file }) => [name, { ...describeSignal(signal), file }])),
    nodes: run.trail.map(({ id, use, version, params, inputs: from, hash, notes, added }) => ({
      id,
      use,
      version,
      params,
      inputs: from,
      hash,
      notes,
      added,
    })),
    objections: run.plan.objections,
    overrides: run.plan.recipe.overrides,
  });
}

/** What each node took, apart from the trail: it differs from run to run. */
export function timingsJson({ trail }: Run): string {
  return sortedJson({
    nodes: trail.map(({ id, seconds }) => ({ id, seconds })),
    seconds: trail.reduce((sum, { seconds }) => sum + seconds, 0),
  });
}

function describeSignal(signal: Signal) {
  const { title, modality, navigation, spectral, intensity, noise, metadata, history } = signal;
  return {
    title,
    modality,
    pixels: pixelCount(signal),
    axes: [...navigation, spectral].map((axis) => ({
      name: axis.name,
      unit: axis.unit,
      role: axis.role,
      size: axis.size,
      first: axis.size > 0 ? axisValue(axis, 0) : null,
      last: axis.size > 0 ? axisValue(axis, axis.size - 1) : null,
      calibration: axis.calibration,
    })),
    intensity,
    noise: noise.tag,
    metadata,
    history,
  };
}

function withoutUndefined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
