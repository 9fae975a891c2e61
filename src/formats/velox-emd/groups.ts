import type { PlainTree } from '../../signal/dataset.ts';
import type { Hdf5File, Hdf5Member } from '../hdf5/index.ts';
import { readJsonText, tryJson } from '../hdf5/json-text.ts';

/** More members than any file seen has in one group. */
const MOST_MEMBERS = 4096;

/** Members of a group in the order of their names; none where a part of the path is missing. */
export async function membersOf(file: Hdf5File, path: string): Promise<Hdf5Member[]> {
  let members = await file.list('/');
  let inside = '';
  for (const name of path.split('/').filter((part) => part !== '')) {
    if (!members.some((member) => member.name === name && member.kind === 'group')) return [];
    inside += `/${name}`;
    members = await file.list(inside);
  }
  return members.slice(0, MOST_MEMBERS);
}

/** Paths of the groups inside a group: every image, spectrum or stream is one, named by a number. */
export async function groupsIn(file: Hdf5File, path: string): Promise<string[]> {
  const members = await membersOf(file, path);
  return members.filter(({ kind }) => kind === 'group').map(({ name }) => `${path}/${name}`);
}

/** JSON texts stored in a group, `most` of them; those that cannot be read are passed over. */
export async function jsonsIn(file: Hdf5File, path: string, most?: number): Promise<PlainTree[]> {
  const members = await membersOf(file, path);
  const found: PlainTree[] = [];
  for (const { name } of members.filter(({ kind }) => kind === 'dataset').slice(0, most)) {
    const tree = await tryJson(() => readJsonText(file, `${path}/${name}`));
    if (tree) found.push(tree);
  }
  return found;
}
