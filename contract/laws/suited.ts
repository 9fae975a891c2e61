import { axisValue, uniformAxis } from '../../src/signal/axis.ts';
import { MODALITIES } from '../../src/signal/modality.ts';
import { pixelCount, type Signal, withSignal } from '../../src/signal/signal.ts';
import { needsOf, type Step } from '../../src/steps/step.ts';

/**
 * The signal, said to be of a modality, in its unit and on an axis that the step is for, stabilised or with measured
 * displacements where it takes nothing else: laws of numbers hold whatever the probe.
 */
export function suited(step: Step, signal: Signal): Signal {
  const defaults = step.params.safeParse({});
  let made = signal;
  for (const input of Object.values(step.inputs)) {
    const { modality, axis, intensity, shift } = needsOf(input, defaults.success ? defaults.data : {});
    if (modality && !modality.includes(made.modality)) {
      const [unit = made.spectral.unit] = MODALITIES[modality[0]].units;
      made = withSignal(made, { modality: modality[0], spectral: { ...made.spectral, unit } });
    }
    if (axis === 'uniform' && made.spectral.kind !== 'uniform') made = withSignal(made, { spectral: evened(made) });
    if (intensity?.length === 1 && intensity[0] === 'stabilised') {
      made = withSignal(made, { intensity: { kind: 'stabilised', readout: 0 } });
    }
    if (shift === 'uses' && made.shift.state !== 'map') made = drifting(made);
  }
  return made;
}

/** With a displacement of each pixel, up to a channel and a half. */
function drifting(signal: Signal): Signal {
  const { spectral } = signal;
  const pitch = Math.abs(axisValue(spectral, 1) - axisValue(spectral, 0));
  const offsets = Float64Array.from({ length: pixelCount(signal) }, (_, i) => (((i % 13) - 6) / 4) * pitch);
  return withSignal(signal, {
    shift: { state: 'map', offsets, uncertainty: pitch / 20, within: 1.5 * pitch, origin: 'a test' },
  });
}

function evened({ spectral }: Signal) {
  const { name, unit, role, size } = spectral;
  const offset = axisValue(spectral, 0);
  return uniformAxis({ name, unit, role, size, offset, scale: (axisValue(spectral, size - 1) - offset) / (size - 1) });
}
