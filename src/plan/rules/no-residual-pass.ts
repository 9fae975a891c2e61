import { freeName } from '../free-name.ts';
import type { PlannedNode } from '../plan.ts';
import type { GraphRule } from './index.ts';

/** Compression erases the rare: wherever it happens, something must look at what was left behind. */
export const noResidualPass: GraphRule = (nodes) => {
  const unwatched = nodes.filter((node) => node.step.traits?.includes('compression') && !watched(nodes, node.id));
  const roots = unwatched.filter(
    ({ id }) => !unwatched.some((other) => other.id !== id && descends(nodes, id, other.id)),
  );
  const taken = new Set(nodes.flatMap(({ id, inputs }) => [id, ...Object.values(inputs)]));
  return {
    objections: roots.map((node) => ({
      code: 'no-residual-pass',
      severity: 'warning',
      step: node.id,
      reason: `${node.step.title} keeps the common and may erase the rare, and no residual pass stands beside it: one was added`,
      cite: 'Potapov & Lubk 2019, Adv. Struct. Chem. Imaging 5, 4',
      fix: 'add a step that looks at the residual of this one',
    })),
    add: roots.flatMap((node) => {
      const raw = rawInput(nodes, node);
      if (!raw || !node.step.residualPass) return [];
      const calls = node.step.residualPass({
        id: node.id,
        raw,
        find: (product) => find(nodes, product, node.id),
        name: (suffix) => freeName(`${node.id}-${suffix}`, taken),
      });
      return calls.map((call) => ({ ...call, params: {}, added: 'compression without a residual pass' }));
    }),
  };
};

function watched(nodes: readonly PlannedNode[], id: string): boolean {
  return nodes.some(({ id: other, step }) => step.traits?.includes('residual-pass') && descends(nodes, other, id));
}

/** Does `id` read, directly or through others, what `ancestor` makes? */
function descends(nodes: readonly PlannedNode[], id: string, ancestor: string): boolean {
  const node = nodes.find((entry) => entry.id === id);
  return Object.values(node?.inputs ?? {}).some((input) => input === ancestor || descends(nodes, input, ancestor));
}

function find(nodes: readonly PlannedNode[], product: string, reading: string): string | undefined {
  return nodes.find(({ output, inputs }) => output.product === product && Object.values(inputs).includes(reading))?.id;
}

/** The signal a node was learned from: the first one met on the way up. */
function rawInput(nodes: readonly PlannedNode[], node: PlannedNode): string | undefined {
  for (const [name, state] of Object.entries(node.states)) if (state.product === 'signal') return node.inputs[name];
  for (const id of Object.values(node.inputs)) {
    const parent = nodes.find((entry) => entry.id === id);
    const raw = parent && rawInput(nodes, parent);
    if (raw) return raw;
  }
  return undefined;
}
