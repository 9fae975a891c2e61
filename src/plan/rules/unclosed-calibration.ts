import type { NodeRule } from './index.ts';

/** A position is no better than the axis it is read on, and counting knows nothing of that. */
export const unclosedCalibration: NodeRule = (node) => {
  if (!node.step.traits?.includes('positions')) return [];
  const [main] = Object.keys(node.step.inputs);
  const state = node.states[main];
  if (state.product !== 'signal') return [];
  const { calibration, unit } = state.spectral;
  // What is fitted when the recipe runs brings its uncertainty with it.
  if (calibration?.fitted || calibration?.uncertainty !== undefined) return [];
  return [
    {
      code: 'unclosed-calibration',
      severity: 'warning',
      step: node.id,
      reason: `nobody has said how far this axis${unit ? ` in ${unit}` : ''} can be trusted: positions on it would have the errors of counting alone`,
      cite: 'JCGM 100:2008 (GUM), 4.3',
      fix: 'calibrate the axis first, with a standard of known positions',
    },
  ];
};
