import type { Axis } from '../../signal/axis.ts';
import { columnLabel } from '../../signal/column-label.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { canonicalUnit } from '../../signal/units.ts';
import type { Hdf5DatasetInfo, Hdf5Dimension, Hdf5File } from '../hdf5/index.ts';
import { type NexusAxes, nexusAxes } from '../nexus/axes.ts';
import { type Attributes, namesOf, textOf } from '../nexus/names.ts';
import { axisNames, type Numbers, type PlotAxis } from '../nexus/plot.ts';
import type { Contents, FoundArray } from './find.ts';

/** Positions along one axis, and all that are read to describe a file: other values wait until they are asked for. */
const MOST_POSITIONS = 2 ** 20;
const MOST_READ = 2 ** 24;

/** Names and units that positions have, and measured values do not. */
const POSITION_NAME = /energy|wave_?length|wave_?number|raman_?shift|two_?theta|2theta|frequency|^(?:ev|mz|q|time)$/i;
const POSITION_UNITS = new Set(['eV', 'keV', 'meV', 'nm', 'µm', 'mm', 'm', 'Å', '1/cm', '1/A', '°', 'rad', 'mrad']);
/** netCDF writes a scale without values for a dimension that is only counted. */
const ONLY_COUNTED = /^This is a netCDF dimension but not a netCDF variable/;

/** A dataset that may hold positions, and what to call them. */
type Positions = Pick<FoundArray, 'name' | 'info' | 'attributes'>;

/** What a group tells of the axes of the arrays in it. */
interface Beside {
  /** Names that its attributes, or those of its datasets, give to dimensions. */
  readonly named: readonly [string, number][];
  readonly positions: readonly Positions[];
}

/**
 * How the axes of the arrays of a file are found. The first of these that fits is taken, for each dimension: HDF5 dimension
 * scales; names that NeXus attributes give (`axes`, `axis`), of whatever class the group is; pyUSID's `Position_Values` and
 * `Spectroscopic_Values`; the only dataset beside it that has the length of this dimension alone and the name or unit of an
 * axis. Else it is counted. Only positions that go one way are an axis.
 */
export function axesIn(
  file: Hdf5File,
  { arrays }: Contents,
): (found: FoundArray, warnings: string[]) => Promise<NexusAxes> {
  const byPath = new Map<string, FoundArray>(arrays.map((found) => [found.info.path, found]));
  const positionsOf = positionsReader(file);
  const shared = new Map<Float64Array, Axis[]>();

  /** The same positions are one object, however many arrays lie along them. */
  const once = (axis: Axis, positions: Float64Array): Axis => {
    const made = shared.get(positions) ?? [];
    shared.set(positions, made);
    const before = made.find(({ role, name, unit }) => role === axis.role && name === axis.name && unit === axis.unit);
    if (!before) made.push(axis);
    return before ?? axis;
  };

  /** Once for each group: it can hold thousands of arrays. */
  const groups = new Map<Numbers, Beside>();
  const besideOf = ({ group, beside }: FoundArray): Beside => {
    const known = groups.get(beside) ?? {
      named: axisNames(group, {}, beside),
      positions: [...beside].map(([name, axis]) => ({ name, ...axis })).filter(isPositions),
    };
    groups.set(beside, known);
    return known;
  };

  return async (found, warnings) => {
    const { info, attributes, group } = found;
    const axes = info.shape.map((): PlotAxis | undefined => undefined);
    const put = async (d: number, from: Positions | undefined) => {
      if (!from || d >= axes.length || axes[d] || from.info.path === info.path) return;
      const positions = valuesIn(from.info) === info.shape[d] ? await positionsOf(from.info) : undefined;
      if (!positions) return;
      axes[d] = { name: from.name, attributes: { units: { value: unitOf(from.attributes) } }, positions };
    };
    const dimensions = await dimensionsOf(file, info, warnings);
    for (const [d, { label, scales }] of dimensions.entries()) {
      const scale = byPath.get(scales[0] ?? '');
      const counted = scale !== undefined && ONLY_COUNTED.test(textOf(scale.attributes, 'NAME'));
      if (scale && !counted) await put(d, { ...scale, name: label || scale.name });
    }
    const { named, positions: listed } = besideOf(found);
    for (const [name, d] of namesFor(found, named)) {
      const axis = found.beside.get(name);
      await put(d, axis && { ...axis, name });
    }
    if (isMain(found)) {
      await put(info.shape.length - 1, ancillary(byPath, group.path, 'Spectroscopic_Values'));
      if (info.shape.length === 2) await put(0, ancillary(byPath, group.path, 'Position_Values'));
    }
    if (!isPositions(found)) {
      for (const [d, size] of info.shape.entries()) {
        const fit = listed.filter((axis) => axis.info.shape[0] === size);
        if (fit.length === 1 && info.shape.indexOf(size) === info.shape.lastIndexOf(size)) await put(d, fit[0]);
      }
    }
    const { order, axes: described } = nexusAxes({ group, signals: [info], axes, attributes }, warnings);
    return {
      order,
      axes: described.map((axis, i) => {
        const from = axes[order[i]];
        return from ? once(axis, from.positions) : { ...axis, name: dimensions[order[i]]?.label ?? '' };
      }),
    };
  };
}

const valuesIn = ({ shape }: Hdf5DatasetInfo) => shape.reduce((a, b) => a * b, 1);

/** Positions that go one way, each dataset read once, as long as they are not too many. */
function positionsReader(file: Hdf5File): (info: Hdf5DatasetInfo) => Promise<Float64Array | undefined> {
  const known = new Map<string, Float64Array | undefined>();
  let read = 0;
  return async (info) => {
    const { path, dtype } = info;
    if (known.has(path)) return known.get(path);
    const count = valuesIn(info);
    const real = dtype !== undefined && !/^(?:complex|rgba|bool)/.test(dtype);
    if (!real || count > MOST_POSITIONS || read + count > MOST_READ) return undefined;
    read += count;
    let positions: Float64Array | undefined;
    try {
      positions = Float64Array.from((await file.read(path)) as ArrayLike<number | bigint>, Number);
    } catch (error) {
      // An array can be given without its axis; loading the positions themselves will say what is wrong with them.
      if (!isSpectrailError(error)) throw error;
    }
    known.set(path, positions && isOneWay(positions) ? positions : undefined);
    return known.get(path);
  };
}

function isOneWay(positions: Float64Array): boolean {
  const down = positions[positions.length - 1] < positions[0];
  return positions.every((value, i) => {
    if (i === 0) return Number.isFinite(value);
    return Number.isFinite(value) && (down ? value < positions[i - 1] : value > positions[i - 1]);
  });
}

async function dimensionsOf(file: Hdf5File, { path }: Hdf5DatasetInfo, warnings: string[]): Promise<Hdf5Dimension[]> {
  try {
    return await file.dimensions(path);
  } catch (error) {
    if (!isSpectrailError(error)) throw error;
    warnings.push(`its dimension scales cannot be read: ${error.what}`);
    return [];
  }
}

/** By its own attribute or those of the group; an axis is no signal along the others. */
function namesFor({ name, group, attributes, beside }: FoundArray, ofGroup: Beside['named']): Beside['named'] {
  const named = namesOf(attributes, 'axes').length > 0 ? axisNames(group, attributes, beside) : ofGroup;
  return named.some(([axis]) => axis === name) ? [] : named;
}

const isMain = ({ name }: FoundArray) => !/^(?:Spectroscopic|Position)_(?:Values|Indices)$/.test(name);

/** pyUSID: in the group of the array, or in one above. */
function ancillary(byPath: ReadonlyMap<string, FoundArray>, group: string, name: string): Positions | undefined {
  for (let at = group; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const found = byPath.get(`${at}/${name}`);
    if (found) return { ...found, name: textOf(found.attributes, 'labels') };
    if (at === '') return undefined;
  }
}

function isPositions({ name, info, attributes }: Positions): boolean {
  if (info.shape.length !== 1) return false;
  return POSITION_NAME.test(name) || POSITION_UNITS.has(unitOf(attributes));
}

/** PTIR Studio lists the letters of the unit of the only axis: `c`, `m`, `-`, `1`. */
function unitOf(attributes: Attributes): string {
  const value = attributes.units?.value;
  const letters = Array.isArray(value) && value.length > 1 && value.every((one) => String(one).length === 1);
  const text = letters ? value.join('') : textOf(attributes, 'units');
  const label = columnLabel(text);
  return label.name === '' ? label.unit : canonicalUnit(text);
}
