import { type Axis, type AxisRole, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { EmdArray, EmdDimension } from './arrays.ts';

/** Steps that differ by no more than the rounding of 32-bit positions are one step. */
const EVEN = 1e-5;

/** Where Prismatic puts what it simulates. */
export const SIMULATION = '/4DSTEM_simulation/';

/** Axes of the signal in terms of the dimensions stored, navigation first. */
export interface EmdAxes {
  readonly order: readonly number[];
  readonly axes: readonly Axis[];
}

/**
 * Version 0.2 lists dimensions x first: they are reversed; version 1.0 and py4DSTEM list them as they are stored.
 * `record_by`, which HyperSpy writes, says how many of the last axes are the signal. Elsewhere those of reciprocal space are,
 * where there are others; in simulations the planes in real space; else the axis of an energy; else all.
 */
export function emdAxes({ info, dimensions, group }: EmdArray, warnings: string[]): EmdAxes {
  const all = info.shape.map((_, d) => d);
  const asStored = group.attributes.emd_group_type?.value === 'array' || group.path.startsWith('/4DSTEM_experiment/');
  const listed = asStored ? all : all.reverse();
  const signal = signalOf(listed, dimensions, group);
  const order = [...listed.filter((d) => !signal.has(d)), ...listed.filter((d) => signal.has(d))];
  const role = (d: number): AxisRole => (!signal.has(d) ? 'navigation' : signal.size === 1 ? 'spectral' : 'signal');
  return { order, axes: order.map((d) => emdAxis(dimensions[d], info.shape[d], role(d), warnings)) };
}

function signalOf(
  listed: readonly number[],
  dimensions: readonly EmdDimension[],
  { attributes, path }: EmdArray['group'],
): Set<number> {
  const recordBy = attributes.record_by?.value;
  if (recordBy === 'spectrum') return new Set(listed.slice(-1));
  if (recordBy === 'image') return new Set(listed.slice(-2));
  const reciprocal = listed.filter((d) => /^Q_?[xy]/i.test(dimensions[d].name));
  if (reciprocal.length > 0) return new Set(reciprocal);
  if (path.startsWith(SIMULATION)) return new Set(listed.slice(-2));
  const energy = listed.filter((d) => /^[mkM]?eV$/.test(dimensions[d].unit));
  return new Set(energy.length === 1 ? energy : listed);
}

function emdAxis({ name, unit, positions }: EmdDimension, size: number, role: AxisRole, warnings: string[]): Axis {
  if (!positions || positions.length === 0) return uniformAxis({ name, unit, role, size });
  const [first, second = first] = positions;
  const step =
    positions.length > 2 ? (positions[positions.length - 1] - first) / (positions.length - 1) : second - first;
  if (!positions.every(Number.isFinite)) {
    warnings.push(`the positions along "${name}" are not all numbers: they are only counted`);
    return uniformAxis({ name, role, size });
  }
  const even = positions.every(
    (value, i) => Math.abs(value - first - i * step) <= EVEN * Math.abs(step) * Math.max(1, i),
  );
  // Two numbers stand for an even axis of any length.
  if (positions.length !== size || even) {
    const constant = step === 0 && size > 1;
    if (constant) warnings.push(`the positions along "${name}" do not differ: they are only counted`);
    return uniformAxis({
      name,
      unit: constant ? '' : unit,
      role,
      size,
      scale: step || 1,
      offset: constant ? 0 : first,
    });
  }
  return explicitAxis({ name, unit, role, positions });
}
