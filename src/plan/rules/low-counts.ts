import { portableExp } from '../../kernels/index.ts';
import { isScaledCounts } from '../../signal/noise.ts';
import { needsOf } from '../../steps/step.ts';
import type { Objection } from '../objection.ts';
import type { NodeRule } from './index.ts';

/**
 * A step whose law holds from so many counts a value, on counts that are known to be fewer: of values that expect μ counts a
 * share of e^−μ is 0, so more zeros than that must come from values that expect less. Where only the values can tell, the
 * step looks at them when it runs.
 */
export const lowCounts: NodeRule = (node) =>
  Object.entries(node.step.inputs).flatMap(([name, input]): Objection[] => {
    const { minCounts } = needsOf(input, node.params);
    const state = node.states[name];
    if (!minCounts || state.product !== 'signal' || state.storage !== 'events' || !isScaledCounts(state.noise))
      return [];
    const zeros = 1 - state.entriesPerPixel / Math.max(1, state.spectral.size);
    const most = portableExp(-minCounts.counts);
    const low = (zeros - most) / (1 - most);
    if (!(low > minCounts.share)) return [];
    const percent = (share: number) => `${Math.floor(100 * share)} %`;
    return [
      {
        code: 'anscombe-low-counts',
        severity: 'error',
        step: node.id,
        reason: `${node.step.title} needs ${minCounts.counts} counts a value; ${percent(zeros)} of these values are 0, so at least ${percent(low)} of them expect fewer`,
        fix: 'sum channels or pixels first (rebin), or use a step that weighs by the Poisson law of the raw counts',
        cite: node.step.cite[0],
      },
    ];
  });
