import { inputError } from './errors.ts';
import { canonicalUnit } from './units.ts';

export type AxisRole = 'navigation' | 'spectral' | 'signal';

/** How far the axis can be trusted, and why. Same unit as the axis. */
export interface Calibration {
  readonly origin: string;
  /** Standard uncertainty of a position, wherever it is on the axis. */
  readonly uncertainty?: number;
  /** The positions were found from values: a plan knows no more than those before. */
  readonly fitted?: true;
  /** Feature of the spectra themselves that was taken for known: positions are relative to it, its own shift is gone. */
  readonly relativeTo?: string;
  /** What `uncertainty` is made of. */
  readonly errors?: AxisErrors;
}

/**
 * Independent errors of one standard uncertainty each, as curves over the axis: linear between the positions, which ascend,
 * and beyond them. What two positions share of a curve cancels in their difference.
 */
export interface AxisErrors {
  readonly positions: readonly number[];
  readonly curves: readonly { readonly source: string; readonly values: readonly number[] }[];
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
  return narrowed(
    axis.kind === 'uniform'
      ? { ...axis, size: end - start, offset: axis.offset + axis.scale * start }
      : { ...axis, size: end - start, positions: axis.positions.slice(start, end) },
  );
}

/** Groups of `factor` channels, each at the mean position of its members; an incomplete last group is dropped. */
export function rebinAxis(axis: Axis, factor: number): Axis {
  const size = Math.floor(axis.size / factor);
  if (axis.kind === 'uniform') {
    return narrowed({
      ...axis,
      size,
      scale: axis.scale * factor,
      offset: axis.offset + (axis.scale * (factor - 1)) / 2,
    });
  }
  const positions = Float64Array.from({ length: size }, (_, i) => {
    let total = 0;
    for (let j = 0; j < factor; j++) total += axis.positions[i * factor + j];
    return total / factor;
  });
  return narrowed({ ...axis, size, positions });
}

/** Of a part of an axis, the uncertainty of its positions is the largest of that part. */
export function narrowed<A extends Axis>(axis: A): A {
  const { calibration, size } = axis;
  if (!calibration?.errors || size === 0) return axis;
  return { ...axis, calibration: { ...calibration, uncertainty: largestError(axis, calibration.errors) } };
}

function largestError(axis: Axis, errors: AxisErrors): number {
  const [one, other] = [axisValue(axis, 0), axisValue(axis, axis.size - 1)];
  const [low, high] = [Math.min(one, other), Math.max(one, other)];
  const inside = errors.positions.filter((position) => position > low && position < high);
  return [low, ...inside, high].reduce((most, at) => Math.max(most, rootOfSquares(termsAt(errors, at))), 0);
}

function termsAt({ positions, curves }: AxisErrors, at: number): { source: string; sensitivity: number }[] {
  const last = positions.length - 1;
  let i = 0;
  while (i < last - 1 && positions[i + 1] < at) i++;
  const f = last > 0 ? (at - positions[i]) / (positions[i + 1] - positions[i]) : 0;
  return curves.map(({ source, values }) => ({
    source,
    sensitivity: last > 0 ? values[i] + f * (values[i + 1] - values[i]) : values[0],
  }));
}

const rootOfSquares = (terms: readonly { sensitivity: number }[]) =>
  Math.sqrt(terms.reduce((sum, { sensitivity }) => sum + sensitivity * sensitivity, 0));

/**
 * The error of the axis at a position, term by term: for the budget of a position measured on it, where terms of one
 * source are one error. One term where no more than the uncertainty is known; none where nothing is.
 */
export function axisErrorTerms({ calibration }: Axis, position: number): { source: string; sensitivity: number }[] {
  if (calibration?.errors) return termsAt(calibration.errors, position);
  if (!calibration?.uncertainty) return [];
  return [{ source: `axis: ${calibration.origin}`, sensitivity: calibration.uncertainty }];
}

/** Standard uncertainty of the axis at a position; undefined where nobody has said. */
export function axisUncertainty(axis: Axis, position: number): number | undefined {
  const { calibration } = axis;
  if (calibration?.errors) return rootOfSquares(termsAt(calibration.errors, position));
  return calibration?.uncertainty;
}

/** One line for reports: "Si, ± 0.20 1/cm"; '' where no more is known than that a file says so. */
export function describeCalibration({ calibration, unit }: Axis): string {
  if (!calibration || (calibration.origin === 'file' && calibration.uncertainty === undefined)) return '';
  const { origin, uncertainty, relativeTo } = calibration;
  const known = !uncertainty ? '' : `, ± ${`${uncertainty.toPrecision(2)} ${unit}`.trim()}`;
  return `${origin}${known}${relativeTo ? `, relative to ${relativeTo}` : ''}`;
}
