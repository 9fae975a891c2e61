import { axisValue } from '../../src/signal/axis.ts';
import { pixelCount, type Signal, withSignal } from '../../src/signal/signal.ts';
import { needsOf, type Step } from '../../src/steps/step.ts';

/** The signal with a measured displacement of each pixel, up to a channel and a half, where the step is for nothing else. */
export function drifting(step: Step, signal: Signal): Signal {
  const defaults = step.params.safeParse({});
  const uses = Object.values(step.inputs).some(
    (input) => needsOf(input, defaults.success ? defaults.data : {}).shift === 'uses',
  );
  if (!uses) return signal;
  const { spectral } = signal;
  const pitch = Math.abs(axisValue(spectral, 1) - axisValue(spectral, 0));
  const offsets = Float64Array.from({ length: pixelCount(signal) }, (_, i) => (((i % 13) - 6) / 4) * pitch);
  return withSignal(signal, {
    shift: { state: 'map', offsets, uncertainty: pitch / 20, within: 1.5 * pitch, origin: 'a test' },
  });
}
