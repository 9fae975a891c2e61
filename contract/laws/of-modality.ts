import { type Signal, withSignal } from '../../src/signal/signal.ts';
import { needsOf, type Step } from '../../src/steps/step.ts';

/**
 * The signal, said to be of a modality that the step is for, and stabilised where it takes nothing else: laws of numbers
 * hold whatever the probe.
 */
export function ofModality(step: Step, signal: Signal): Signal {
  const defaults = step.params.safeParse({});
  let suited = signal;
  for (const input of Object.values(step.inputs)) {
    const { modality, intensity } = needsOf(input, defaults.success ? defaults.data : {});
    if (modality && !modality.includes(suited.modality)) suited = withSignal(suited, { modality: modality[0] });
    if (intensity?.length === 1 && intensity[0] === 'stabilised') {
      suited = withSignal(suited, { intensity: { kind: 'stabilised', readout: 0 } });
    }
  }
  return suited;
}
