import { describeNoise, type Noise } from '../../signal/noise.ts';
import type { NodeRule } from './index.ts';

/** √N as the error of values that are no longer counts, or whose errors pixels share, so that they do not add up. */
export const sqrtNAfterDenoise: NodeRule = (node) => {
  if (!node.step.traits?.includes('counting-errors')) return [];
  return Object.values(node.states).flatMap((state) =>
    state.product === 'signal' && losesCounts(state.noise)
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

/** What is behind a background step still has its counts: their errors are known, and that of the background beside them. */
function losesCounts(noise: Noise): boolean {
  if (noise.tag === 'correlated' && noise.form.kind === 'background') return losesCounts(noise.form.raw);
  return noise.tag === 'correlated' || noise.tag === 'unknown' || noise.across.kind !== 'independent';
}
