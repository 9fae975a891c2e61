import { type Axis, axisIndex, axisValue } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { parseInUnit } from '../../signal/units.ts';

/**
 * Channels [first, end) whose centres lie in a window given in the axis unit or with a unit of its own.
 * @throws SpectrailError `input/empty-window` when no channel centre lies inside.
 */
export function windowChannels(axis: Axis, window: readonly [string | number, string | number]): [number, number] {
  const [a, b] = window.map((edge) => axisIndex(axis, parseInUnit(edge, axis.unit)));
  const first = Math.max(0, Math.ceil(Math.min(a, b) - 1e-9));
  const end = Math.min(axis.size, Math.floor(Math.max(a, b) + 1e-9) + 1);
  if (!(end > first)) {
    const edges = [axisValue(axis, 0), axisValue(axis, axis.size - 1)].map((value) => `${value} ${axis.unit}`);
    throw inputError({
      code: 'empty-window',
      what: `no channel lies between ${window[0]} and ${window[1]}`,
      expected: `a window inside ${edges[0]} … ${edges[1]}`,
      fix: 'widen or move the window; bare numbers are in the unit of the axis',
    });
  }
  return [first, end];
}
