import { type Signal, withSignal } from '../../src/signal/signal.ts';
import { needsOf, type Step } from '../../src/steps/step.ts';

/** The signal, said to be of a modality that the step is for: laws of numbers hold whatever the probe. */
export function ofModality(step: Step, signal: Signal): Signal {
  const defaults = step.params.safeParse({});
  for (const input of Object.values(step.inputs)) {
    const { modality } = needsOf(input, defaults.success ? defaults.data : {});
    if (modality && !modality.includes(signal.modality)) return withSignal(signal, { modality: modality[0] });
  }
  return signal;
}
