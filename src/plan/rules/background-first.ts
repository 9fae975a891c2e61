import { axisValue } from '../../signal/axis.ts';
import type { Noise } from '../../signal/noise.ts';
import type { SignalState } from '../../steps/state.ts';
import type { Objection } from '../objection.ts';
import type { NodeRule } from './index.ts';

/** A scale taken of a whole EELS spectrum is that of its background, of which the slope differs from place to place. */
export const backgroundFirst: NodeRule = (node) => {
  if (!node.step.traits?.includes('wants-net')) return [];
  const objections: Objection[] = [];
  for (const state of Object.values(node.states)) {
    if (state.product !== 'signal' || state.modality !== 'eels' || holdsZeroLoss(state)) continue;
    const background = backgroundIn(state.noise);
    if (background === 'gone') continue;
    objections.push({
      code: 'snv-on-background',
      severity: background === 'there' ? 'error' : 'warning',
      step: node.id,
      reason: `${node.step.title} takes its scale from all that a spectrum holds, and ${
        background === 'there' ? 'the background is still' : 'nothing says that the background is not'
      } in these EELS spectra: what follows would show the slope of the background`,
      cite: 'Egerton 2011, Electron Energy-Loss Spectroscopy in the Electron Microscope, 3rd ed., sec. 4.4',
      fix: 'take the background off first (background.power-law), or divide by a window of it (normalise.reference)',
    });
    break;
  }
  return objections;
};

/** A low-loss spectrum has no background below it: its total is the dose. */
function holdsZeroLoss({ spectral }: SignalState): boolean {
  const ends = [axisValue(spectral, 0), axisValue(spectral, spectral.size - 1)];
  return Math.min(...ends) <= 0 && Math.max(...ends) >= 0;
}

/** Raw values have one; what a background step made has none; of the rest the law does not tell. */
function backgroundIn(noise: Noise): 'there' | 'gone' | 'untold' {
  if (noise.tag === 'unknown') return 'untold';
  if (noise.tag !== 'correlated') return 'there';
  if (noise.form.kind !== 'response') return 'untold';
  return noise.form.of === 'background' ? 'gone' : backgroundIn(noise.form.raw);
}
