import { type Axis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Dataset, DatasetValues, PlainTree } from '../../signal/dataset.ts';
import { DTYPES } from '../../signal/dtype.ts';
import { formatError, isSpectrailError, type SpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { groupsOf, type Hdf5File, hdf5Kind, hdf5Values, openHdf5 } from '../hdf5/index.ts';
import { type EmdArray, holdsArray, readArray } from './arrays.ts';
import { type EmdAxes, emdAxes, SIMULATION } from './axes.ts';
import { emdMetadata, plainAttributes, readOriginal } from './metadata.ts';

const MOST_ARRAYS = 512;

export async function isEmdFile(source: ByteSource): Promise<boolean> {
  const file = await openHdf5(source);
  try {
    for await (const group of groupsOf(file)) if (holdsArray(group)) return true;
    return false;
  } finally {
    await file.close();
  }
}

/** An array, or several that Prismatic wrote one for each depth. */
interface Stack {
  readonly title: string;
  readonly arrays: EmdArray[];
}

/**
 * Every array of the file, in its order. An array that cannot be read is left out with a warning.
 * @throws SpectrailError `format/not-emd`, `format/bad-emd`, and those of {@link openHdf5}
 */
export async function readEmd(source: ByteSource): Promise<Dataset[]> {
  const file = await openHdf5(source);
  try {
    const { arrays, failures } = await readArrays(file, source.name);
    if (arrays.length === 0) throw failures[0]?.error ?? (await notEmd(file, source));
    const original = await readOriginal(file);
    const notes = failures.map(({ path, error }) => `"${path}" is left out: ${error.what}`);
    return stacksOf(arrays).map((stack) => describe(source, stack, original, notes));
  } finally {
    await file.close();
  }
}

async function readArrays(file: Hdf5File, where: string) {
  const arrays: EmdArray[] = [];
  const failures: { path: string; error: SpectrailError }[] = [];
  for await (const group of groupsOf(file)) {
    if (!holdsArray(group) || arrays.length === MOST_ARRAYS) continue;
    try {
      arrays.push(await readArray(file, group, where));
    } catch (error) {
      if (!isSpectrailError(error)) throw error;
      failures.push({ path: group.path, error });
    }
  }
  return { arrays, failures };
}

function stacksOf(arrays: readonly EmdArray[]): Stack[] {
  const stacks: Stack[] = [];
  for (const array of arrays) {
    const [, base] = /^(.*)_depth\d{4}$/.exec(array.name) ?? [];
    const own = base !== undefined && array.group.path.startsWith(SIMULATION) ? base : undefined;
    const beside = stacks.find(({ title, arrays: [first] }) => title === own && sameKind(first, array));
    if (own !== undefined && beside) beside.arrays.push(array);
    else stacks.push({ title: own ?? array.name, arrays: [array] });
  }
  return stacks;
}

const sameKind = (a: EmdArray, b: EmdArray) =>
  a.info.dtype === b.info.dtype && a.info.shape.join() === b.info.shape.join();

function describe(source: ByteSource, stack: Stack, original: PlainTree, notes: readonly string[]): ArrayDataset {
  const { title, arrays } = stack;
  const [{ group, info }] = arrays;
  const warnings: string[] = [];
  const own = emdAxes(arrays[0], warnings);
  const depth = arrays.length > 1 ? [depthAxis(stack, original)] : [];
  const axes = [...depth, ...own.axes];
  return {
    kind: 'array',
    title,
    shape: axes.map(({ size }) => size),
    dtype: info.dtype!,
    axes,
    values: stackValues(source, arrays, own),
    metadata: emdMetadata(original, group),
    original: { ...original, attributes: plainAttributes(group.attributes) },
    warnings: [...warnings, ...notes],
  };
}

/** One array after every `ns` slices of thickness `s` in Å, from the first such on. */
function depthAxis({ title, arrays }: Stack, { simulation_parameters: parameters }: PlainTree): Axis {
  const options = { name: `${title}_depth`, role: 'navigation' as const, size: arrays.length };
  const { ns, s, zs } = (parameters ?? {}) as PlainTree;
  const step = Number(ns) * Number(s);
  const known = Number.isFinite(step) && step > 0 && (zs === undefined || zs === 0);
  return known ? uniformAxis({ ...options, unit: 'Å', scale: step, offset: step }) : uniformAxis(options);
}

function stackValues(source: ByteSource, arrays: readonly EmdArray[], { order }: EmdAxes): DatasetValues {
  const parts = arrays.map(({ info: { path, shape, dtype } }) =>
    hdf5Values(source, { path, shape, dtype: dtype!, order }),
  );
  if (parts.length === 1) return parts[0];
  const { shape, dtype } = arrays[0].info;
  const { make, width } = DTYPES[dtype!];
  const length = shape.reduce((a, b) => a * b, 1);
  return {
    kind: 'dense',
    load: async () => {
      const whole = make(parts.length * length) as Uint8Array;
      for (const [i, { load }] of parts.entries()) whole.set((await load()) as Uint8Array, i * length * width);
      return whole;
    },
  };
}

async function notEmd(file: Hdf5File, source: ByteSource): Promise<SpectrailError> {
  const kind = await hdf5Kind(file);
  return formatError({
    code: 'not-emd',
    where: source.name,
    what: `this HDF5 file ${kind ? `looks like ${kind}` : 'is of no known kind'}: no group in it says that it holds an array`,
    expected: 'a group with the attribute emd_group_type 1',
    fix: 'convert it with the program that wrote it',
  });
}
