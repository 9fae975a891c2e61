import { countGain, type Factor, type Noise } from '../../signal/noise.ts';
import { mapShape, pixelCount, type Signal } from '../../signal/signal.ts';
import type { Source } from '../../signal/source.ts';
import type { Totals } from '../decompose/passes.ts';
import type { StepContext } from '../step.ts';

/**
 * Counts a channel of a mean valid pixel, without the pedestal; of values that are no counts, their mean. For a step that has
 * `totals` among its shapes under that name.
 */
export async function meanCounts(
  context: StepContext,
  signal: Pick<Signal, 'navigation' | 'spectral' | 'mask'>,
  source: Source,
  noise: Noise,
): Promise<Float64Array> {
  const { navigation, spectral, mask } = signal;
  const pixels = pixelCount(signal);
  const geometry = { pixels, channels: spectral.size, width: mapShape(navigation).width };
  const gain = noise.tag === 'poisson' ? noise.gain : countGain(noise);
  const args = { pixelMask: mask.pixels, channelMask: mask.channels, gain };
  const { channels } = await context.fold<Totals>('totals', args, [source], geometry);
  const [valid, units] = overValid(pixels, mask.pixels, gain);
  const pedestal = noise.tag === 'poisson' ? noise.offset : 0;
  return channels.map((sum, j) => {
    if (mask.channels?.[j]) return 0;
    const each = gain.per === 'channel' ? valid / gain.values[j] : units;
    return (sum - pedestal * each) / Math.max(1, valid);
  });
}

/** How many pixels are valid, and Σ 1/gain over them. */
function overValid(pixels: number, masked: Uint8Array | undefined, gain: Factor): [valid: number, units: number] {
  let [valid, units] = [0, 0];
  for (let i = 0; i < pixels; i++) {
    if (masked?.[i]) continue;
    valid++;
    units += gain.per === 'cube' ? 1 / gain.value : gain.per === 'pixel' ? 1 / gain.values[i] : 0;
  }
  return [valid, units];
}
