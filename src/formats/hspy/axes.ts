import { type Axis, type AxisRole, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { Plain, PlainTree } from '../../signal/dataset.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import type { Container } from './container.ts';

export interface AxesRead {
  /** In array order. */
  readonly axes: Axis[];
  readonly warnings: string[];
}

interface Described {
  readonly attributes: PlainTree;
  readonly positions?: Float64Array;
}

/** The axes of one experiment, one per dimension of its data. */
export async function readAxes(
  file: Container,
  experiment: string,
  shape: readonly number[],
  recordBy: Plain | undefined,
): Promise<AxesRead> {
  const warnings: string[] = [];
  const described: Described[] = [];
  const members = new Map((await file.list(experiment)).map(({ name, kind }) => [name, kind]));
  const listed = `_list_${shape.length}_axes`;
  for (let i = 0; i < shape.length; i++) {
    const path = members.has(`axis-${i}`) ? `${experiment}/axis-${i}` : `${experiment}/${listed}/${i}`;
    const there = members.get(`axis-${i}`) === 'group' || members.get(listed) === 'group';
    if (!there) warnings.push(`dimension ${i} has no axis: channel numbers are used`);
    described.push(there ? await describe(file, path) : { attributes: {} });
  }
  const navigates = described.map(({ attributes }) => attributes.navigate);
  const roles = navigationFlags(navigates, recordBy);
  const signalAxes = roles.filter((navigation) => !navigation).length;
  const axes = described.map((axis, i) => {
    const role: AxisRole = roles[i] ? 'navigation' : signalAxes === 1 ? 'spectral' : 'signal';
    return buildAxis(axis, shape[i], role, i, warnings);
  });
  return { axes, warnings };
}

async function describe(file: Container, path: string): Promise<Described> {
  const found = await file.attributes(path);
  const attributes: PlainTree = Object.create(null);
  for (const [name, { value }] of Object.entries(found)) attributes[name] = value;
  const explicit = (await file.list(path)).some(({ name, kind }) => name === 'axis' && kind === 'dataset');
  if (!explicit) return { attributes };
  const values = (await file.read(`${path}/axis`)) as ArrayLike<number | bigint>;
  return { attributes, positions: Float64Array.from(values as ArrayLike<number>, Number) };
}

/** Files before HyperSpy 1.0 have no flags: `record_by` says whether the last one or two axes are the signal. */
function navigationFlags(flags: readonly (Plain | undefined)[], recordBy: Plain | undefined): boolean[] {
  const signalAxes = recordBy === 'image' ? 2 : 1;
  return flags.map((flag, i) => (flag === undefined ? i < flags.length - signalAxes : Boolean(flag)));
}

function buildAxis(described: Described, size: number, role: AxisRole, index: number, warnings: string[]): Axis {
  const { attributes, positions } = described;
  const options = { name: text(attributes.name), unit: text(attributes.units), role };
  const label = `axis ${index} "${options.name}"`;
  const declared = positions?.length ?? attributes.size;
  if (typeof declared === 'number' && declared !== size) {
    warnings.push(`${label} says ${declared} positions, the data has ${size}`);
  }
  try {
    if (positions) {
      if (positions.length === size) return explicitAxis({ ...options, positions });
      return uniformAxis({ ...options, unit: '', size });
    }
    if (attributes.expression !== undefined) {
      warnings.push(`${label} is given by the formula "${text(attributes.expression)}": channel numbers are used`);
      return uniformAxis({ ...options, unit: '', size });
    }
    return uniformAxis({ ...options, size, scale: number(attributes.scale, 1), offset: number(attributes.offset, 0) });
  } catch (error) {
    if (!isSpectrailError(error)) throw error;
    warnings.push(`${error.what}: channel numbers are used`);
    return uniformAxis({ ...options, unit: '', size });
  }
}

const UNDEFINED = ['_None_', '<undefined>', 'None'];

function text(value: Plain | undefined): string {
  return typeof value === 'string' && !UNDEFINED.includes(value) ? value : '';
}

function number(value: Plain | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
