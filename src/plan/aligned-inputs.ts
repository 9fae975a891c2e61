import { MODALITIES, type Modality } from '../signal/modality.ts';
import { driftExtent } from '../signal/shift.ts';
import { convertUnit, isKnownUnit } from '../signal/units.ts';
import type { State } from '../steps/state.ts';
import { type Needs, needsOf, type Step } from '../steps/step.ts';

/** The step that takes measured displacements out. */
export const APPLY = 'align.apply';

/**
 * Inputs of a step whose measured displacements must be taken out first: those it refuses, and those beyond what it may
 * ignore. So resampling comes as late as it can, and only where it must.
 */
export function misaligned(
  step: Step,
  params: unknown,
  inputs: Readonly<Record<string, string>>,
  states: Readonly<Record<string, State>>,
): string[] {
  const found = Object.entries(inputs).flatMap(([name, id]) =>
    mustBeAligned(needsOf(step.inputs[name], params), states[id]) ? [id] : [],
  );
  return [...new Set(found)];
}

function mustBeAligned({ shift: need }: Needs, state: State): boolean {
  if (state.product !== 'signal' || (need !== 'refuses' && need !== 'ignores-within')) return false;
  const { shift } = state;
  if (shift.state === 'expected') return true;
  if (shift.state !== 'map') return false;
  return need === 'refuses' || !((driftExtent(shift) ?? 0) <= driftLimit(state.modality, state.spectral.unit));
}

/** Drift that a modality bears, in the unit of its axis; none where it says nothing. */
export function driftLimit(id: keyof typeof MODALITIES, unit: string): number {
  const { driftTolerance }: Modality = MODALITIES[id];
  if (!driftTolerance) return 0;
  return isKnownUnit(unit) ? convertUnit(driftTolerance.value, driftTolerance.unit, unit) : driftTolerance.value;
}
