import { type Axis, axisIndex, axisValue } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { parseInUnit } from '../../signal/units.ts';

/**
 * Channels [first, end) whose centres lie in a window given in the axis unit or with a unit of its own.
 * @throws SpectrailError `input/empty-window` when no channel centre lies inside.
 */
export function windowChannels(axis: Axis, window: readonly [string | number, string | number]): [number, number] {
  const positions = window.map((edge) => parseInUnit(edge, axis.unit));
  const [a, b] = positions.map((position) => axisIndex(axis, position));
  const first = Math.max(0, Math.ceil(Math.min(a, b) - 1e-9));
  const end = Math.min(axis.size, Math.floor(Math.max(a, b) + 1e-9) + 1);
  const ends = [axisValue(axis, 0), axisValue(axis, axis.size - 1)];
  // Beyond the ends of listed positions every value is that of the last channel.
  const beside = Math.max(...positions) < Math.min(...ends) || Math.min(...positions) > Math.max(...ends);
  if (!(end > first) || beside) {
    const edges = ends.map((value) => `${value} ${axis.unit}`);
    throw inputError({
      code: 'empty-window',
      what: `no channel lies between ${window[0]} and ${window[1]}`,
      expected: `a window inside ${edges[0]} … ${edges[1]}`,
      fix: 'widen or move the window; bare numbers are in the unit of the axis',
    });
  }
  return [first, end];
}
