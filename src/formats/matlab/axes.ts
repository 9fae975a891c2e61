import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import { columnLabel } from '../../signal/column-label.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import type { MatArray } from './contents.ts';

/** Of one step: positions that differ from even ones by no more are even. */
const EVEN = 1e-6;
const MOST_POSITIONS = 1 << 20;
const MOST_READ = 1 << 24;
/** Names, without marks and without a unit behind them, that a spectral axis has. */
const NAMES =
  /^(?:photon|binding|kinetic|beam)?(?:energy|energies|eloss|energyloss|losses|loss|wavenumbers?|wn|ramanshifts?|shifts?|wavelengths?|lambda|wl|2theta|twotheta|tth|frequency|frequencies|freq|mz|ppm|q|ev|kev|nm)(?:axis|scale|vector|values)?$/;
/** Of the axis of single spectra, beside them: in images `x` is something else. */
const SINGLE = /^(?:x|xaxis|xdata|axis)$/;

export interface MatAxes {
  /** Dimensions of MATLAB in the order of the axes; those of one position are left out of vectors. */
  readonly order: readonly number[];
  readonly axes: readonly Axis[];
}

/** Dimensions of more than one position; a matrix keeps all that it has. */
export function dimensionsOf({ dims }: MatArray): number[] {
  const long = dims.map((_, d) => d).filter((d) => dims[d] > 1);
  return long.length > 1 ? dims.map((_, d) => d) : long;
}

/**
 * Finds the axis of an array: a vector beside it (a variable for variables, a field of the same struct for fields) that is
 * named as a spectral axis, goes one way, and has the length of exactly one dimension. That dimension comes last. Else all
 * are counted, and as in other formats the only dimension is the spectrum, both of two are an image, the last of more is a
 * spectrum.
 */
export function axesIn(arrays: readonly MatArray[]): (array: MatArray, warnings: string[]) => Promise<MatAxes> {
  const known = new Map<MatArray, Promise<Float64Array | undefined>>();
  const shared = new Map<MatArray, Axis>();
  const beside = new Map<string, MatArray[]>();
  for (const array of arrays) {
    if (!isVector(array) || kindOfName(array.name) === undefined) continue;
    beside.set(array.container, [...(beside.get(array.container) ?? []), array]);
  }
  let read = 0;
  const positionsOf = (array: MatArray): Promise<Float64Array | undefined> => {
    const size = Math.max(...array.dims);
    if (size > MOST_POSITIONS || read + size > MOST_READ) return Promise.resolve(undefined);
    const positions = known.get(array) ?? oneWay(array);
    if (!known.has(array)) read += size;
    known.set(array, positions);
    return positions;
  };
  return async (array, warnings) => {
    const all = dimensionsOf(array);
    const candidates = (beside.get(array.container) ?? []).filter(
      (axis) => axis !== array && (all.length === 1 || kindOfName(axis.name) === 'always'),
    );
    const own = candidates.length > 0 && isVector(array) && kindOfName(array.name) === 'always';
    const fits: { axis: MatArray; d: number; positions: Float64Array }[] = [];
    for (const axis of own ? [] : candidates) {
      const size = Math.max(...axis.dims);
      const where = all.filter((d) => array.dims[d] === size);
      const positions = where.length === 1 ? await positionsOf(axis) : undefined;
      if (positions) fits.push({ axis, d: where[0], positions });
    }
    if (fits.length === 1) {
      const [{ axis, d, positions }] = fits;
      const spectral = shared.get(axis) ?? spectralAxis(axis, positions);
      shared.set(axis, spectral);
      const others = all.filter((other) => other !== d);
      const role = 'navigation';
      return {
        order: [...others, d],
        axes: [...others.map((n) => uniformAxis({ role, size: array.dims[n] })), spectral],
      };
    }
    if (all.length > 2) warnings.push('nothing says which dimensions are the signal: the last one is taken');
    const role = (i: number) => {
      if (all.length === 2) return 'signal';
      return i === all.length - 1 ? 'spectral' : 'navigation';
    };
    return { order: all, axes: all.map((d, i) => uniformAxis({ role: role(i), size: array.dims[d] })) };
  };
}

const isVector = (array: MatArray) => dimensionsOf(array).length === 1 && !/^(?:complex|bool)/.test(array.dtype);

function kindOfName(name: string): 'always' | 'single' | undefined {
  const label = columnLabel(name);
  const plain = (label.name || name).toLowerCase().replace(/[^a-z0-9]/g, '');
  if (NAMES.test(plain)) return 'always';
  return SINGLE.test(plain) ? 'single' : undefined;
}

async function oneWay(array: MatArray): Promise<Float64Array | undefined> {
  let positions: Float64Array;
  try {
    const values = await array.values(dimensionsOf(array)).load();
    positions = Float64Array.from(values as ArrayLike<number | bigint>, Number);
  } catch (error) {
    // The arrays can be given without it; loading it will say what is wrong.
    if (!isSpectrailError(error)) throw error;
    return undefined;
  }
  const down = positions[positions.length - 1] < positions[0];
  const sorted = positions.every((value, i) => {
    if (i === 0) return Number.isFinite(value);
    return Number.isFinite(value) && (down ? value < positions[i - 1] : value > positions[i - 1]);
  });
  return sorted ? positions : undefined;
}

function spectralAxis({ name }: MatArray, positions: Float64Array): Axis {
  const label = columnLabel(name);
  const options = { name: label.name || name, unit: label.unit, role: 'spectral' as const };
  const size = positions.length;
  const [first] = positions;
  const step = (positions[size - 1] - first) / (size - 1);
  const even = positions.every((value, i) => Math.abs(value - first - i * step) <= EVEN * Math.abs(step));
  return even ? uniformAxis({ ...options, size, scale: step, offset: first }) : explicitAxis({ ...options, positions });
}
