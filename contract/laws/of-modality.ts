import { axisValue, uniformAxis } from '../../src/signal/axis.ts';
import { MODALITIES } from '../../src/signal/modality.ts';
import { type Signal, withSignal } from '../../src/signal/signal.ts';
import { needsOf, type Step } from '../../src/steps/step.ts';

/**
 * The signal, said to be of a modality, in its unit and on an axis that the step is for, and stabilised where it takes nothing
 * else: laws of numbers hold whatever the probe.
 */
export function ofModality(step: Step, signal: Signal): Signal {
  const defaults = step.params.safeParse({});
  let suited = signal;
  for (const input of Object.values(step.inputs)) {
    const { modality, axis, intensity } = needsOf(input, defaults.success ? defaults.data : {});
    if (modality && !modality.includes(suited.modality)) {
      const [unit = suited.spectral.unit] = MODALITIES[modality[0]].units;
      suited = withSignal(suited, { modality: modality[0], spectral: { ...suited.spectral, unit } });
    }
    if (axis === 'uniform' && suited.spectral.kind !== 'uniform')
      suited = withSignal(suited, { spectral: evened(suited) });
    if (intensity?.length === 1 && intensity[0] === 'stabilised') {
      suited = withSignal(suited, { intensity: { kind: 'stabilised', readout: 0 } });
    }
  }
  return suited;
}

function evened({ spectral }: Signal) {
  const { name, unit, role, size } = spectral;
  const offset = axisValue(spectral, 0);
  return uniformAxis({ name, unit, role, size, offset, scale: (axisValue(spectral, size - 1) - offset) / (size - 1) });
}
