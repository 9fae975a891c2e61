import type { Hdf5Attribute, Hdf5File, Hdf5Member } from './contents.ts';

/** More groups than are looked into: links can lead round in circles. */
const MOST_GROUPS = 4096;
const DEEPEST = 24;

export interface Hdf5Group {
  /** '' for the root: members are at `${path}/${name}`. */
  readonly path: string;
  readonly members: readonly Hdf5Member[];
  readonly attributes: Readonly<Record<string, Hdf5Attribute>>;
}

/** Every group of a file, each before those in it; the first few thousand. `enter` says which are looked into. */
export async function* groupsOf(
  file: Hdf5File,
  enter: (group: Hdf5Group) => boolean = () => true,
): AsyncGenerator<Hdf5Group> {
  let groups = 0;
  const waiting: { path: string; depth: number }[] = [{ path: '', depth: 0 }];
  for (let next = waiting.pop(); next && groups < MOST_GROUPS; next = waiting.pop()) {
    const { path, depth } = next;
    groups++;
    const group = { path, members: await file.list(path || '/'), attributes: await file.attributes(path || '/') };
    yield group;
    if (depth === DEEPEST || !enter(group)) continue;
    const inside = group.members.filter(({ kind }) => kind === 'group');
    waiting.push(...inside.map(({ name }) => ({ path: `${path}/${name}`, depth: depth + 1 })).reverse());
  }
}

/** A value that stands alone in a dataset, or is the first of it: text or number; undefined where there is none such. */
export async function singleValue(file: Hdf5File, path: string): Promise<string | number | undefined> {
  const { shape, element } = await file.dataset(path);
  const count = shape.reduce((a, b) => a * b, 1);
  if (count !== 1) return undefined;
  if (element.kind === 'text') return (await file.strings(path))[0];
  if (element.kind !== 'values') return undefined;
  const values = await file.read(path);
  return values.length === 1 ? Number(values[0]) : undefined;
}
