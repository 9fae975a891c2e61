import { square } from '../../kernels/portable-math.ts';
import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { Header } from './header.ts';
import type { MapArea } from './map-area.ts';
import type { Origin } from './origins.ts';
import { FILE_TIME, quantityName, TIME, unitName, X, Y, Z } from './quantities.ts';

/** How the spectra of a file lie in its dataset. */
export interface Navigation {
  readonly axes: readonly Axis[];
  /** Place of each measured spectrum in C order over the axes; undefined: as they come, all of them. */
  readonly places?: Int32Array;
}

/** Steps are taken for equal when no position is further than this part of one from its place. */
const EQUAL_STEPS = 1e-3;

export function navigationOf(
  header: Header,
  origins: readonly Origin[],
  area: MapArea | undefined,
  warnings: string[],
): Navigation {
  const { count } = header;
  const primary = origins.filter((origin) => origin.primary);
  if (area && header.measurement === 'map') {
    const [x, y] = [X, Y].map((kind) => origins.find((origin) => origin.kind === kind)?.values);
    if (area.line && x && y) return { axes: [alongLine(x, y, count)] };
    if (!area.random && !area.line) {
      const grid = onGrid(header, origins, area, warnings);
      if (grid) return grid;
    } else if (area.random) warnings.push('the positions of the map are on no grid: they are counted');
  }
  if (count === 1) return { axes: [] };
  if (header.measurement !== 'map' || primary.length === 1) {
    for (const origin of [...primary, ...origins.filter(({ kind, primary }) => kind === TIME && !primary)]) {
      const axis = alongOrigin(origin);
      if (axis) return { axes: [axis] };
    }
  }
  return { axes: [uniformAxis({ name: 'Spectrum', role: 'navigation', size: count })] };
}

/** Undefined when the values do not go one way: they cannot be an axis. */
function alongOrigin({ kind, unit, values }: Origin): Axis | undefined {
  return axisOf(quantityName(kind), unit === FILE_TIME ? 's' : unitName(unit), values);
}

function axisOf(name: string, unit: string, values: Float64Array): Axis | undefined {
  const direction = Math.sign(values[values.length - 1] - values[0]);
  for (let i = 1; i < values.length; i++) if (!(Math.sign(values[i] - values[i - 1]) === direction)) return undefined;
  if (!(Math.abs(direction) === 1 && values.every(Number.isFinite))) return undefined;
  const scale = (values[values.length - 1] - values[0]) / (values.length - 1);
  const even = values.every((value, i) => Math.abs(value - values[0] - i * scale) <= EQUAL_STEPS * Math.abs(scale));
  const role = 'navigation';
  return even
    ? uniformAxis({ name, unit, role, size: values.length, scale, offset: values[0] })
    : explicitAxis({ name, unit, role, positions: values });
}

/** Distance from the first position, along the way. */
function alongLine(x: Float64Array, y: Float64Array, count: number): Axis {
  const distance = new Float64Array(count);
  for (let i = 1; i < count; i++)
    distance[i] = distance[i - 1] + Math.sqrt(square(x[i] - x[i - 1]) + square(y[i] - y[i - 1]));
  return (
    axisOf('Abs. Distance', 'µm', distance) ??
    uniformAxis({ name: 'Abs. Distance', unit: '', role: 'navigation', size: count })
  );
}

/** Places of the grid that hold nothing may be this many times those that hold a spectrum. */
const SPARSEST = 4;

/** Index along x, y and z of a spectrum; undefined where it is on none. */
type Locate = (spectrum: number) => readonly number[] | undefined;

/** The map as a grid, cut to the part that was begun; undefined, with a warning, when the spectra do not fit on it. */
function onGrid(header: Header, origins: readonly Origin[], area: MapArea, warnings: string[]): Navigation | undefined {
  const { count } = header;
  const planned = area.size.reduce((a, b) => a * b, 1);
  const grid =
    planned >= count && planned <= header.capacity
      ? (place(count, byPosition(area, origins)) ?? place(count, byOrder(area)))
      : undefined;
  if (!grid) {
    warnings.push(`a map of ${area.size.join(' × ')} positions does not hold ${count} spectra: they are counted`);
    return undefined;
  }
  const { places, extent } = grid;
  if (count < planned) {
    warnings.push(
      `the measurement was interrupted: ${count} of ${planned} spectra were taken; positions without one hold NaN`,
    );
  }
  // Z of a map in one plane is the height of the stage.
  const axes = (area.size[2] > 1 ? [2, 1, 0] : [1, 0]).map((d) => {
    const [scale, offset] = [area.scale[d], area.offset[d]];
    return uniformAxis({
      name: 'XYZ'[d],
      unit: 'µm',
      role: 'navigation',
      size: extent[d],
      scale: Number.isFinite(scale) && scale !== 0 ? scale : 1,
      offset: Number.isFinite(offset) ? offset : 0,
    });
  });
  const full = extent[0] * extent[1] * extent[2] === count;
  return full && places.every((at, i) => at === i) ? { axes } : { axes, places };
}

/** Undefined unless every spectrum has a place of its own and the places are not much more than the spectra. */
function place(count: number, locate: Locate): { places: Int32Array; extent: readonly number[] } | undefined {
  const extent = [1, 1, 1];
  for (let s = 0; s < count; s++) {
    const found = locate(s);
    if (!found) return undefined;
    for (let d = 0; d < 3; d++) extent[d] = Math.max(extent[d], found[d] + 1);
  }
  const pixels = extent[0] * extent[1] * extent[2];
  if (pixels > SPARSEST * count) return undefined;
  const taken = new Uint8Array(pixels);
  const places = new Int32Array(count);
  for (let s = 0; s < count; s++) {
    const [x, y, z] = locate(s)!;
    const at = x + extent[0] * (y + extent[1] * z);
    if (taken[at] === 1) return undefined;
    taken[at] = 1;
    places[s] = at;
  }
  return { places, extent };
}

/** By the positions noted with the spectra, whatever order they were taken in. */
function byPosition(area: MapArea, origins: readonly Origin[]): Locate {
  const lists = [X, Y, Z].map((kind) => origins.find((origin) => origin.kind === kind)?.values);
  return (s) => {
    const found = [0, 0, 0];
    for (let d = 0; d < 3; d++) {
      if (area.size[d] === 1) continue;
      const exact = ((lists[d]?.[s] ?? Number.NaN) - area.offset[d]) / area.scale[d];
      found[d] = Math.round(exact);
      if (!(Math.abs(exact - found[d]) < 0.25 && found[d] >= 0 && found[d] < area.size[d])) return undefined;
    }
    return found;
  };
}

/** By the order that the file states, where positions are missing. */
function byOrder(area: MapArea): Locate {
  const [nx, ny] = area.size;
  const [fast, slow] = area.columnMajor ? [ny, nx] : [nx, ny];
  return (s) => {
    const line = Math.floor(s / fast) % slow;
    const along = s % fast;
    const i = area.alternating && line % 2 === 1 ? fast - 1 - along : along;
    const z = Math.floor(s / (fast * slow));
    return area.columnMajor ? [line, i, z] : [i, line, z];
  };
}
