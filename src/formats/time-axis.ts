import { type Axis, explicitAxis, uniformAxis } from '../signal/axis.ts';

/** The times of a log, in s: even where the clock is, to a hundredth of a step; else one by one. */
export function timeAxis(times: Float64Array, warnings: string[]): Axis {
  const [first, last, size] = [times[0], times[times.length - 1], times.length];
  const description = { name: 'Time', unit: 's', role: 'signal' } as const;
  const scale = size > 1 ? (last - first) / (size - 1) : 1;
  if (times.every((time, i) => Math.abs(time - first - i * scale) <= scale / 100)) {
    return uniformAxis({ ...description, size, scale: scale || 1, offset: first });
  }
  if (times.every((time, i) => i === 0 || time > times[i - 1]))
    return explicitAxis({ ...description, positions: times });
  warnings.push('several rows have the same time: the time axis is evened out');
  return uniformAxis({ ...description, size, scale: scale || 1, offset: first });
}
