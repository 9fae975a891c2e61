import { blocking, type Objection, type Plan } from '../index.ts';
import { formatBytes } from '../report/numbers.ts';
import { MODALITIES } from '../signal/modality.ts';
import { describeNoise } from '../signal/noise.ts';
import type { OpenedInput } from './opened-inputs.ts';
import { table, wrap } from './text-layout.ts';

export function planForMachines(plan: Plan, inputs: readonly OpenedInput[]) {
  return {
    title: plan.recipe.title,
    inputs: Object.fromEntries(
      inputs.map(({ name, path, format, bytes, sha256 }) => [name, { file: path, format, bytes, sha256 }]),
    ),
    nodes: plan.nodes.map(({ id, use, step, params, inputs: from, output, passes, bytes, added }) => ({
      id,
      use,
      version: step.version,
      params,
      inputs: from,
      makes: output.product,
      passes,
      bytes,
      added,
    })),
    stages: plan.stages,
    passes: plan.passes,
    peakBytes: plan.peakBytes,
    objections: plan.objections,
    blocked: blocking(plan).length > 0,
  };
}

/** What goes in, what each step costs, and what the plan objects to. */
export function describePlan(plan: Plan, inputs: readonly OpenedInput[]): string {
  const parts = [plan.recipe.title, describeInputs(inputs), describeNodes(plan)];
  const beside = `Most memory beside the inputs: ${formatBytes(plan.peakBytes)}.`;
  parts.push(`${describeStages(plan)}\n${beside}`);
  parts.push(describeObjections(plan.objections));
  return parts.join('\n\n');
}

export function describeInputs(inputs: readonly OpenedInput[]): string {
  const lines = inputs.map(({ name, path, signal }) => {
    const size = [...signal.navigation, signal.spectral].map((axis) => axis.size).join(' × ');
    return wrap(
      `input ${name}: ${path}\n${MODALITIES[signal.modality].title}, ${size}, ${describeNoise(signal.noise)}`,
      undefined,
      2,
    );
  });
  return lines.join('\n');
}

function describeNodes(plan: Plan): string {
  const right = 'right' as const;
  const columns = [
    { title: 'step' },
    { title: 'use' },
    { title: 'reads' },
    { title: 'passes', align: right },
    { title: 'memory', align: right },
  ];
  return table(
    columns,
    plan.nodes.map(({ id, use, inputs, passes, bytes, added }) => [
      added ? `+ ${id}` : id,
      use,
      Object.values(inputs).join(', '),
      String(passes),
      formatBytes(bytes),
    ]),
  );
}

function describeStages({ stages, passes }: Plan): string {
  const text = stages.map(({ nodes, passes: each }) => `${nodes.join(' → ')} (${each})`).join('; ');
  return wrap(
    `${stages.length} ${stages.length === 1 ? 'stage' : 'stages'}, ${passes} ${passes === 1 ? 'pass' : 'passes'} over the data: ${text}`,
    undefined,
    2,
  );
}

export function describeObjections(objections: readonly Objection[]): string {
  if (objections.length === 0) return 'No objections.';
  return objections.map(describeObjection).join('\n');
}

function describeObjection({ code, severity, step, reason, fix, cite, overridden }: Objection): string {
  const verdict = overridden === undefined ? (severity === 'error' ? 'refused' : 'warning') : 'overridden';
  const lines = [wrap(`${verdict} ${code} (step ${step}): ${reason}`, undefined, 2)];
  if (overridden !== undefined) lines.push(wrap(`  your reason: ${overridden}`, undefined, 4));
  else lines.push(wrap(`  fix: ${fix}`, undefined, 4));
  if (cite) lines.push(wrap(`  see: ${cite}`, undefined, 4));
  return lines.join('\n');
}
