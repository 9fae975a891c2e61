import { describeNoise } from '../../signal/noise.ts';
import type { NodeRule } from './index.ts';

/** √N as the error of values that are no longer counts. */
export const sqrtNAfterDenoise: NodeRule = (node) => {
  if (!node.step.traits?.includes('counting-errors')) return [];
  return Object.values(node.states).flatMap((state) =>
    state.product === 'signal' && (state.noise.tag === 'correlated' || state.noise.tag === 'unknown')
      ? [
          {
            code: 'sqrt-n-after-denoise' as const,
            severity: 'error' as const,
            step: node.id,
            reason: `${node.step.title} takes √N as the error, and its input has noise: ${describeNoise(state.noise)}`,
            cite: 'Lichtert & Verbeeck 2013, Ultramicroscopy 125, 35',
            fix: 'measure on the raw counts',
          },
        ]
      : [],
  );
};
