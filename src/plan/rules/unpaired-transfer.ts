import type { NodeRule } from './index.ts';

/** What two sets of samples have in different shares looks like a difference of the instruments, and is removed with it. */
export const unpairedTransfer: NodeRule = (node) =>
  node.step.traits?.includes('unpaired')
    ? [
        {
          code: 'unpaired-transfer',
          severity: 'warning',
          step: node.id,
          reason: `${node.step.title} takes both sets of samples for the same mix: where classes have other shares on one instrument, chemistry is aligned away`,
          cite: node.step.cite[0],
          fix: 'measure standards on both instruments and use a step that learns from pairs, or compare a few known samples behind this one (transfer.check)',
        },
      ]
    : [];
