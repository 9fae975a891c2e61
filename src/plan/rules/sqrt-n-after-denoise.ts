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

/**
 * What a step with a known response made of counts still has their errors, and that of what it estimated beside them: of raw
 * values a background first, then normalisations.
 */
function losesCounts(noise: Noise): boolean {
  if (noise.tag !== 'correlated') return noise.tag === 'unknown' || noise.across.kind !== 'independent';
  if (noise.form.kind !== 'response') return true;
  const { of, raw } = noise.form;
  if (raw.tag === 'diagonal' || (of === 'background' && raw.tag === 'correlated')) return true;
  return losesCounts(raw);
}
