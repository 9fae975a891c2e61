import { inputError } from './errors.ts';
import { canonicalUnit } from './units.ts';

export type AxisRole = 'navigation' | 'spectral' | 'signal';

/** How far the axis can be trusted, and why. Same unit as the axis. */
export interface Calibration {
  origin: string;
  uncertainty?: number;
}

interface AxisBase {
  readonly name: string;
  /** Canonical spelling; '' when the file does not say. */
  readonly unit: string;
  readonly role: AxisRole;
  readonly size: number;
  readonly calibration?: Calibration;
}

/** value(i) = offset + scale·i, at the centre of channel i. `scale` may be negative: values stay as recorded. */
export interface UniformAxis extends AxisBase {
  readonly kind: 'uniform';
  readonly scale: number;
  readonly offset: number;
}

/** Positions as listed by the file, strictly monotonic. */
export interface ExplicitAxis extends AxisBase {
  readonly kind: 'explicit';
  readonly positions: Float64Array;
}

export type Axis = UniformAxis | ExplicitAxis;

interface AxisOptions {
  name?: string;
  unit?: string;
  role: AxisRole;
  calibration?: Calibration;
}

/** @throws SpectrailError `input/bad-axis` for a non-finite or zero scale, a non-finite offset or an impossible size. */
export function uniformAxis(options: AxisOptions & { size: number; scale?: number; offset?: number }): UniformAxis {
  const { name = '', unit = '', role, size, scale = 1, offset = 0, calibration } = options;
  if (!Number.isSafeInteger(size) || size < 0) throw badAxis(name, `size ${size}`, 'a whole number of at least 0');
  if (!Number.isFinite(scale)) throw badAxis(name, `scale ${scale}`, 'a finite number');
  if (scale === 0 && role === 'spectral' && size > 1) throw badAxis(name, 'scale 0', 'a scale other than 0');
  if (!Number.isFinite(offset)) throw badAxis(name, `offset ${offset}`, 'a finite number');
  return { kind: 'uniform', name, unit: canonicalUnit(unit), role, size, scale, offset, calibration };
}

/** @throws SpectrailError `input/bad-axis` for NaN or infinite positions. */
export function explicitAxis(options: AxisOptions & { positions: ArrayLike<number> }): ExplicitAxis {
  const { name = '', unit = '', role, calibration } = options;
  const positions = Float64Array.from(options.positions);
  const bad = positions.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw badAxis(name, `position ${bad} is ${positions[bad]}`, 'finite numbers');
  return { kind: 'explicit', name, unit: canonicalUnit(unit), role, size: positions.length, positions, calibration };
}

function badAxis(name: string, what: string, expected: string) {
  return inputError({
    code: 'bad-axis',
    what: `axis "${name || 'unnamed'}" has ${what}`,
    expected,
    fix: 'correct the calibration in the file, or set the axis when opening it',
  });
}

/** Value at (possibly fractional) channel `index`; explicit axes interpolate linearly. */
export function axisValue(axis: Axis, index: number): number {
  if (axis.kind === 'uniform') return axis.offset + axis.scale * index;
  const { positions } = axis;
  const i = Math.min(Math.max(Math.floor(index), 0), Math.max(positions.length - 2, 0));
  if (positions.length === 1) return positions[0];
  return positions[i] + (positions[i + 1] - positions[i]) * (index - i);
}

/** All positions, length = size. */
export function axisValues(axis: Axis): Float64Array {
  if (axis.kind === 'explicit') return axis.positions.slice();
  return Float64Array.from({ length: axis.size }, (_, i) => axis.offset + axis.scale * i);
}

/** Fractional channel of `value`: the inverse of {@link axisValue} (extrapolating for uniform axes, clamping for explicit ones). */
export function axisIndex(axis: Axis, value: number): number {
  if (axis.kind === 'uniform') return (value - axis.offset) / axis.scale;
  const { positions } = axis;
  const n = positions.length;
  if (n < 2) return 0;
  const descending = positions[n - 1] < positions[0];
  const before = (i: number) => (descending ? positions[i] > value : positions[i] < value);
  let low = 0;
  let high = n - 1;
  while (high - low > 1) {
    const mid = (low + high) >> 1;
    if (before(mid)) low = mid;
    else high = mid;
  }
  const fraction = (value - positions[low]) / (positions[high] - positions[low]);
  return Math.min(Math.max(low + fraction, 0), n - 1);
}

/** The channels [start, end) of an axis. */
export function sliceAxis(axis: Axis, start: number, end: number): Axis {
  return axis.kind === 'uniform'
    ? { ...axis, size: end - start, offset: axis.offset + axis.scale * start }
    : { ...axis, size: end - start, positions: axis.positions.slice(start, end) };
}

/** Groups of `factor` channels, each at the mean position of its members; an incomplete last group is dropped. */
export function rebinAxis(axis: Axis, factor: number): Axis {
  const size = Math.floor(axis.size / factor);
  if (axis.kind === 'uniform') {
    return {
      ...axis,
      size,
      scale: axis.scale * factor,
      offset: axis.offset + (axis.scale * (factor - 1)) / 2,
    };
  }
  const positions = Float64Array.from({ length: size }, (_, i) => {
    let total = 0;
    for (let j = 0; j < factor; j++) total += axis.positions[i * factor + j];
    return total / factor;
  });
  return { ...axis, size, positions };
}
