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
    nodes: plan.nodes.map(({ id, use, step, params, inputs: from, output, cost, added }) => ({
      id,
      use,
      version: step.version,
      params,
      inputs: from,
      makes: output.product,
      ...cost,
      added,
    })),
    stages: plan.stages,
    passes: plan.passes,
    memory: plan.memory,
    objections: plan.objections,
    blocked: blocking(plan).length > 0,
  };
}

/** What goes in, what each step costs, and what the plan objects to. */
export function describePlan(plan: Plan, inputs: readonly OpenedInput[]): string {
  const parts = [plan.recipe.title, describeInputs(inputs), describeNodes(plan)];
  parts.push(`${describeStages(plan)}\n${describeMemory(plan)}`);
  parts.push(describeObjections(plan.objections));
  return parts.join('\n\n');
}

/** What the run takes at its worst moment, and where that is. */
export function describeMemory({ memory }: Plan): string {
  const { inputs, streamed, peak, node, allowed } = memory;
  const held = streamed
    ? `inputs read from disk as needed${inputs ? `, ${formatBytes(inputs)} of them held` : ''}`
    : `${formatBytes(inputs)} of inputs held`;
  const most = allowed === undefined ? '' : ` of ${formatBytes(allowed)} allowed`;
  return wrap(`memory: ${formatBytes(peak)}${most}${node ? `, at ${node}` : ''}; ${held}`, undefined, 2);
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
    plan.nodes.map(({ id, use, inputs, cost, added }) => [
      added ? `+ ${id}` : id,
      use,
      Object.values(inputs).join(', '),
      String(cost.passes),
      formatBytes(cost.keeps + cost.works),
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
