import { MODALITIES, type Modality } from '../../signal/modality.ts';
import { driftExtent } from '../../signal/shift.ts';
import { needsOf } from '../../steps/step.ts';
import { driftLimit } from '../aligned-inputs.ts';
import type { Objection } from '../objection.ts';
import type { NodeRule } from './index.ts';

/** A step that compares channels across pixels finds the drift of the axis instead of the chemistry. */
export const unalignedDecomposition: NodeRule = (node) => {
  const objections: Objection[] = [];
  for (const [name, input] of Object.entries(node.step.inputs)) {
    const needs = needsOf(input, node.params);
    const state = node.states[name];
    if (needs.shift !== 'ignores-within' || state.product !== 'signal') continue;
    const { driftTolerance }: Modality = MODALITIES[state.modality];
    if (!driftTolerance) continue;
    const { unit } = state.spectral;
    const limit = driftLimit(state.modality, unit);
    const extent = driftExtent(state.shift);
    const base = {
      code: 'unaligned-decomposition' as const,
      step: node.id,
      cite: 'Bosman et al. 2006, Ultramicroscopy 106, 1024',
      fix: `align the axis first (tolerance ${driftTolerance.value} ${driftTolerance.unit}), or state the measured drift of the input`,
    };
    if (extent === undefined) {
      // Said once, where the decomposition is.
      if (node.output.product !== 'factors') continue;
      objections.push({
        ...base,
        severity: 'warning',
        reason: `nobody has measured the axis drift of this ${state.modality.toUpperCase()} map; a component shaped like a derivative would be the drift`,
      });
    } else if (extent > limit) {
      objections.push({
        ...base,
        severity: 'error',
        reason: `the axis drifts by ${extent} ${unit} across the map, above ${driftTolerance.value} ${driftTolerance.unit}: components would describe the drift`,
      });
    }
  }
  return objections;
};
