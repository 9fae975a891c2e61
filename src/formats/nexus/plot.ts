import { formatError } from '../../signal/errors.ts';
import type { Hdf5DatasetInfo, Hdf5File, Hdf5Group } from '../hdf5/index.ts';
import { type Attributes, namesOf, numberOf, OWN, textOf } from './names.ts';

const MOST_DIMENSIONS = 16;
const MOST_SIGNALS = 64;

/** A dataset of positions along one dimension of a signal. */
export interface PlotAxis {
  readonly name: string;
  readonly attributes: Attributes;
  readonly positions: Float64Array;
  /** Of its error dataset, where all of it is one number. */
  readonly uncertainty?: number;
}

/** What an NXdata group says is to be plotted. */
export interface Plot {
  readonly group: Hdf5Group;
  readonly signals: readonly Hdf5DatasetInfo[];
  /** Of the dimensions of the first signal. */
  readonly axes: readonly (PlotAxis | undefined)[];
  /** Attributes of the first signal. */
  readonly attributes: Attributes;
}

export const nameIn = ({ path }: Hdf5DatasetInfo) => path.slice(path.lastIndexOf('/') + 1);

/**
 * The signals of a group and the axes of the first: by the attributes of the group (since 2014), else by those of the datasets
 * (`signal` 1, `axes`, `axis`), else by the name "data" or because there is only one dataset of numbers that is no axis.
 * @throws SpectrailError `format/bad-nxdata`
 */
export async function readPlot(file: Hdf5File, group: Hdf5Group, where: string): Promise<Plot> {
  const at = `${where}:${group.path}`;
  const named = group.members.filter(({ kind }) => kind === 'dataset').map(({ name }) => name);
  const numbers = new Map<string, { info: Hdf5DatasetInfo; attributes: Attributes }>();
  for (const name of named) {
    const info = await file.dataset(`${group.path}/${name}`);
    if (info.dtype === undefined) continue;
    numbers.set(name, { info, attributes: await file.attributes(info.path) });
  }
  const first = signalName(group, numbers);
  const signal = first === undefined ? undefined : numbers.get(first);
  if (!signal || signal.info.shape.length === 0 || signal.info.shape.length > MOST_DIMENSIONS) {
    throw formatError({
      code: 'bad-nxdata',
      where: at,
      what: first === undefined ? 'no dataset is named as the signal' : `the signal "${first}" is no array of numbers`,
      expected: 'an attribute "signal" that names a dataset of numbers in the group',
    });
  }
  const others = [...namesOf(group.attributes, 'auxiliary_signals'), `${first}_errors`, 'errors'];
  const signals = [...new Set(others)]
    .slice(0, MOST_SIGNALS)
    .map((name) => numbers.get(name)?.info)
    .filter((info) => info !== undefined && info.shape.join() === signal.info.shape.join());
  const axes = new Array<PlotAxis | undefined>(signal.info.shape.length).fill(undefined);
  for (const [name, d] of axisNames(group, signal.attributes, numbers)) {
    const axis = numbers.get(name);
    if (!axis || axes[d] !== undefined || !(d < axes.length)) continue;
    const errors = numbers.get(`${name}_errors`)?.info;
    axes[d] = await readAxis(file, name, axis, signal.info.shape[d], errors);
  }
  return { group, signals: [signal.info, ...(signals as Hdf5DatasetInfo[])], axes, attributes: signal.attributes };
}

/** The datasets of numbers of a group, by their names. */
export type Numbers = ReadonlyMap<string, { info: Hdf5DatasetInfo; attributes: Attributes }>;

function signalName({ attributes }: Hdf5Group, numbers: Numbers): string | undefined {
  const named = textOf(attributes, 'signal');
  if (named !== '') return named;
  const marked = [...numbers].find(([, own]) => numberOf(own.attributes, 'signal') === 1);
  if (marked) return marked[0];
  if (numbers.has('data')) return 'data';
  const arrays = [...numbers].filter(([, { info, attributes: own }]) => info.shape.length > 0 && !('axis' in own));
  return arrays.length === 1 ? arrays[0][0] : undefined;
}

/** Names of datasets, and the dimension of the signal each belongs to; those said to be the first choice before others. */
export function axisNames(
  { attributes }: Pick<Hdf5Group, 'attributes'>,
  signal: Attributes,
  numbers: Numbers,
): [string, number][] {
  const ofGroup = namesOf(attributes, 'axes');
  const listed = ofGroup.length > 0 ? ofGroup : namesOf(signal, 'axes');
  if (listed.length > 0) {
    return listed.map((name, i) => [name, numberOf(attributes, `${name}_indices`) ?? i]);
  }
  const marked = [...numbers].filter(([, own]) => (numberOf(own.attributes, 'axis') ?? 0) >= 1);
  const choice = (own: { attributes: Attributes }) => numberOf(own.attributes, 'primary') ?? Number.POSITIVE_INFINITY;
  return marked
    .sort(([, a], [, b]) => (choice(a) === choice(b) ? 0 : choice(a) - choice(b)))
    .map(([name, own]) => [name, (numberOf(own.attributes, 'axis') as number) - 1]);
}

/** Positions, or the middles between the edges of a histogram; undefined where their number does not fit. */
export async function readAxis(
  file: Hdf5File,
  name: string,
  { info, attributes }: { info: Hdf5DatasetInfo; attributes: Attributes },
  size: number,
  errors: Hdf5DatasetInfo | undefined,
): Promise<PlotAxis | undefined> {
  const length = info.shape.reduce((a, b) => a * b, 1);
  if ((length !== size && length !== size + 1) || info.dtype?.startsWith('complex') || info.dtype === 'rgba8')
    return undefined;
  const values = Float64Array.from((await file.read(info.path)) as ArrayLike<number | bigint>, Number);
  const positions = length === size ? values : values.slice(1).map((edge, i) => (edge + values[i]) / 2);
  let uncertainty: number | undefined;
  if (errors && OWN.origin in attributes && errors.shape.join() === info.shape.join()) {
    const all = Float64Array.from((await file.read(errors.path)) as ArrayLike<number | bigint>, Number);
    uncertainty = all.every((value) => value === all[0]) ? all[0] : undefined;
  }
  return { name, attributes, positions, uncertainty };
}
