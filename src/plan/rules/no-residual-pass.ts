import type { PlannedNode } from '../plan.ts';
import type { GraphRule } from './index.ts';

/** Compression erases the rare: wherever it happens, something must look at what was left behind. */
export const noResidualPass: GraphRule = (nodes) => {
  const compressions = nodes.filter(({ step }) => step.traits?.includes('compression'));
  const unwatched = compressions.filter((node) => !nodes.some((other) => watches(other, node)));
  return {
    objections: unwatched.map((node) => ({
      code: 'no-residual-pass',
      severity: 'warning',
      step: node.id,
      reason: `${node.step.title} keeps the common and may erase the rare, and no residual pass stands beside it: one was added`,
      cite: 'Potapov & Lubk 2019, Adv. Struct. Chem. Imaging 5, 4',
      fix: 'add a detect.residual step that reads the raw counts and this result',
    })),
    add: unwatched.flatMap((node) => {
      const raw = rawInput(nodes, node);
      return raw
        ? [
            {
              id: `${node.id}-residual`,
              use: 'detect.residual',
              in: { counts: raw, model: node.id },
              params: {},
              added: 'compression without a residual pass',
            },
          ]
        : [];
    }),
  };
};

function watches(other: PlannedNode, node: PlannedNode): boolean {
  return (other.step.traits?.includes('residual-pass') ?? false) && Object.values(other.inputs).includes(node.id);
}

/** The signal the compressed one was learned from: walk up until a node that reads a signal. */
function rawInput(nodes: readonly PlannedNode[], node: PlannedNode): string | undefined {
  const byId = new Map(nodes.map((entry) => [entry.id, entry]));
  let current: PlannedNode | undefined = node;
  while (current) {
    const entry: PlannedNode = current;
    const signal = Object.entries(entry.states).find(([, state]) => state.product === 'signal');
    if (signal) return entry.inputs[signal[0]];
    const parents: string[] = Object.values(entry.inputs);
    current = parents.map((id) => byId.get(id)).find((parent) => parent !== undefined);
  }
  return undefined;
}
