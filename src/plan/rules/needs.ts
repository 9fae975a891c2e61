import { describeNoise } from '../../signal/noise.ts';
import { needsOf } from '../../steps/step.ts';
import type { Objection, ObjectionCode } from '../objection.ts';
import { stateSize } from '../plan.ts';
import type { NodeRule } from './index.ts';

/** Modality, errors across pixels, axis and size: what a step's needs say in so many words. */
export const needsOfInputs: NodeRule = (node) => {
  const objections: Objection[] = [];
  for (const [name, input] of Object.entries(node.step.inputs)) {
    const needs = needsOf(input, node.params);
    const state = node.states[name];
    if (state.product !== 'signal') continue;
    const { pixels, channels } = stateSize(state);
    const object = (code: ObjectionCode, reason: string, fix: string) =>
      objections.push({ code, severity: 'error', step: node.id, reason, fix, cite: node.step.cite[0] });
    if (needs.modality && !needs.modality.includes(state.modality)) {
      object(
        'wrong-modality',
        `${node.step.title} is for ${needs.modality.join(', ')}; this signal is ${state.modality}`,
        'state the modality of the input if the file has it wrong, or use a step of that modality',
      );
    }
    if (needs.across && !needs.across.includes(state.noise.across.kind)) {
      object(
        'shared-errors',
        needs.across.includes('independent')
          ? `${node.step.title} takes the errors of pixels for independent; its input "${name}" has noise: ${describeNoise(state.noise)}`
          : `${node.step.title} looks at what mixing pixels did, and in its input "${name}" none were mixed`,
        needs.across.includes('independent')
          ? 'give it the raw counts, or sum pixels (rebin) instead of averaging around each'
          : 'name the smoothing step as the input',
      );
    }
    if (needs.axis === 'uniform' && state.spectral.kind !== 'uniform') {
      object(
        'wrong-axis',
        `${node.step.title} needs a uniform axis; this one is listed point by point`,
        'put it onto a uniform axis first (resample)',
      );
    }
    if (needs.minPixels && pixels < needs.minPixels) {
      object(
        'too-small',
        `${node.step.title} needs at least ${needs.minPixels} pixels; this signal has ${pixels}`,
        'use a map with more pixels, or a step for single spectra',
      );
    }
    if (needs.minChannels && channels < needs.minChannels) {
      object(
        'too-small',
        `${node.step.title} needs at least ${needs.minChannels} channels; this signal has ${channels}`,
        'crop or rebin less',
      );
    }
  }
  return objections;
};
