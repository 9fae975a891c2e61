import { describeIntensity } from '../../signal/intensity.ts';
import { describeNoise, isScaledCounts } from '../../signal/noise.ts';
import { needsOf } from '../../steps/step.ts';
import type { Objection } from '../objection.ts';
import type { NodeRule } from './index.ts';

/** A step that relies on Poisson counts gets something else: normalised too early, filtered, or of unknown law. */
export const countsGone: NodeRule = (node) => {
  const objections: Objection[] = [];
  for (const [name, input] of Object.entries(node.step.inputs)) {
    const needs = needsOf(input, node.params);
    const state = node.states[name];
    if (state.product !== 'signal') continue;
    const { intensity, noise } = state;
    const wanted = needs.noise;
    const legal =
      !wanted || wanted.some((tag) => (tag === 'scaled-counts' ? isScaledCounts(noise) : tag === noise.tag));
    const poissonAware = wanted?.every((tag) => tag === 'poisson' || tag === 'scaled-counts') ?? false;
    const wrongIntensity = needs.intensity && !needs.intensity.includes(intensity.kind);
    const base = { severity: 'error' as const, step: node.id, cite: node.step.cite[0] };
    if (intensity.kind === 'normalised' && (poissonAware || wrongIntensity)) {
      objections.push({
        ...base,
        code: 'normalised-too-early',
        reason: `${node.step.title} weighs by counting statistics, and its input was normalised (${intensity.how}): the variance no longer follows the mean`,
        fix: 'normalise after this step; give it the raw counts',
      });
    } else if (!legal && poissonAware) {
      objections.push({
        ...base,
        code: 'poisson-lost',
        reason: `${node.step.title} needs Poisson counts; its input "${name}" has noise: ${describeNoise(noise)}`,
        fix:
          noise.tag === 'unknown'
            ? 'state the noise of the input (gain per count) if you know it, or choose a step or option that makes no such claim'
            : 'branch from the raw counts',
      });
    } else if (!legal) {
      objections.push({
        ...base,
        code: 'wrong-noise',
        reason: `${node.step.title} cannot use noise of this law: ${describeNoise(noise)}`,
        fix: `give it a signal with ${wanted?.join(' or ')} noise`,
      });
    } else if (wrongIntensity) {
      objections.push({
        ...base,
        code: 'wrong-intensity',
        reason: `${node.step.title} needs ${needs.intensity?.join(' or ')}; its input "${name}" is ${describeIntensity(intensity)}`,
        fix: 'branch from the raw counts',
      });
    }
  }
  return objections;
};
