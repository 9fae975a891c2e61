import { type Axis, uniformAxis } from '../../signal/axis.ts';
import { timeAxis } from '../time-axis.ts';

/** When the cycles began, in s since the first did; counted where the times do not rise. */
export function cycleAxis(times: Float64Array, warnings: string[]): Axis {
  if (times.some((time, i) => i > 0 && !(time > times[i - 1]))) {
    warnings.push('the times of the cycles do not rise: cycles are counted');
    return uniformAxis({ name: 'Cycle', role: 'navigation', size: times.length });
  }
  const since = times.map((time) => time - times[0]);
  return { ...timeAxis(since, warnings), role: 'navigation' };
}
