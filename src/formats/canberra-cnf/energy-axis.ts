import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';

/**
 * Energy by a polynomial of the channel, which Canberra counts from 1. Channel numbers, and a warning, where there is none
 * or it does not rise or fall all the way.
 */
export function energyAxis(coefficients: readonly number[], size: number, unit: string, warnings: string[]): Axis {
  const channels = uniformAxis({ name: 'Channel', role: 'spectral', size, offset: 1 });
  const about = { name: 'Energy', unit, role: 'spectral' as const };
  if (!coefficients.every(Number.isFinite) || coefficients.slice(1).every((c) => c === 0)) {
    warnings.push('the file has no energy calibration: channels are counted');
    return channels;
  }
  const [c0, c1] = coefficients;
  if (coefficients.slice(2).every((c) => c === 0)) return uniformAxis({ ...about, size, scale: c1, offset: c0 + c1 });
  const positions = Float64Array.from({ length: size }, (_, i) =>
    coefficients.reduceRight((sum, c) => sum * (i + 1) + c, 0),
  );
  const down = positions.length > 1 && positions[1] < positions[0];
  if (positions.every((x, i) => i === 0 || (down ? x < positions[i - 1] : x > positions[i - 1]))) {
    return explicitAxis({ ...about, positions });
  }
  warnings.push('the energy calibration goes back and forth over the channels: they are counted instead');
  return channels;
}
