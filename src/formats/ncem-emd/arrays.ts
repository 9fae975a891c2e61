import { formatError } from '../../signal/errors.ts';
import type { Hdf5DatasetInfo, Hdf5File, Hdf5Group } from '../hdf5/index.ts';

const MOST_DIMENSIONS = 16;

/** A dimension of an array: its positions by their first, second and last, or by all of them; none where it lists names. */
export interface EmdDimension {
  readonly name: string;
  readonly unit: string;
  readonly positions?: Float64Array;
}

export interface EmdArray {
  /** Name of the group. */
  readonly name: string;
  readonly group: Hdf5Group;
  readonly info: Hdf5DatasetInfo;
  /** In the order of the dimensions stored. */
  readonly dimensions: readonly EmdDimension[];
}

/** Groups that hold an array say so: by 1 in version 0.2, by name in 1.0. */
export function holdsArray({ attributes, members }: Hdf5Group): boolean {
  const type = attributes.emd_group_type?.value;
  return (type === 1 || type === 'array') && members.some(({ kind }) => kind === 'dataset');
}

/** The first dataset that does not list positions; programs differ in what they call it. */
const ARRAY_NAMES = ['data', 'counts', 'datacube', 'realslice', 'diffractionslice'];

/** @throws SpectrailError `format/bad-emd` */
export async function readArray(file: Hdf5File, group: Hdf5Group, where: string): Promise<EmdArray> {
  const datasets = group.members.filter(({ kind }) => kind === 'dataset').map(({ name }) => name);
  const own = datasets.filter((name) => !/^dim\d+$/.test(name));
  const array = ARRAY_NAMES.find((name) => own.includes(name)) ?? own[0];
  const bad = (what: string, expected: string) =>
    formatError({ code: 'bad-emd', where: `${where}:${group.path}`, what, expected });
  if (array === undefined) throw bad('the group holds no array', 'a dataset "data" beside its dimensions');
  const info = await file.dataset(`${group.path}/${array}`);
  if (info.dtype === undefined) {
    throw bad(
      `"${array}" holds ${info.element.kind === 'other' ? info.element.what : 'text'}`,
      'integers, floats, complex numbers or RGB colours',
    );
  }
  if (info.shape.length === 0 || info.shape.length > MOST_DIMENSIONS) {
    throw bad(`"${array}" has ${info.shape.length} dimensions`, `1 to ${MOST_DIMENSIONS}`);
  }
  // Version 0.2 counts dimensions from 1, version 1.0 from 0.
  const first = datasets.includes('dim0') ? 0 : 1;
  const dimensions: EmdDimension[] = [];
  for (const [d, size] of info.shape.entries()) {
    const name = `dim${d + first}`;
    dimensions.push(datasets.includes(name) ? await readDimension(file, `${group.path}/${name}`, size) : noDimension);
  }
  return { name: group.path.slice(group.path.lastIndexOf('/') + 1), group, info, dimensions };
}

const noDimension: EmdDimension = { name: '', unit: '' };

/** Longer lists of positions than the dimension itself are not read. */
async function readDimension(file: Hdf5File, path: string, size: number): Promise<EmdDimension> {
  const attributes = await file.attributes(path);
  const text = (key: string) => {
    const value = attributes[key]?.value;
    return typeof value === 'string' ? value : Array.isArray(value) && typeof value[0] === 'string' ? value[0] : '';
  };
  const { shape, dtype } = await file.dataset(path);
  const listed = shape.reduce((a, b) => a * b, 1);
  // Names of components, not positions.
  if (dtype === undefined || dtype === 'rgba8' || dtype.startsWith('complex')) return noDimension;
  const given = listed === size || listed === 2;
  const positions = given
    ? Float64Array.from((await file.read(path)) as ArrayLike<number | bigint>, Number)
    : undefined;
  return { name: text('name'), unit: plainUnit(text('units')), positions };
}

/** "[n_m]" is nm, "[]" has no unit. */
export function plainUnit(unit: string): string {
  const inside = /^\[(.*)\]$/.exec(unit.trim());
  return inside ? inside[1].replaceAll('_', '') : unit.trim();
}
