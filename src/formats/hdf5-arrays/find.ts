import type { Plain, PlainTree } from '../../signal/dataset.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { groupsOf, type Hdf5DatasetInfo, type Hdf5File, type Hdf5Group, singleValue } from '../hdf5/index.ts';
import type { Attributes } from '../nexus/names.ts';
import type { Numbers } from '../nexus/plot.ts';

const MOST_ARRAYS = 2048;
const MOST_LOOKED_AT = 2 ** 14;
const MOST_DIMENSIONS = 16;
/** Datasets of one value that are kept as conditions. */
const MOST_FIELDS = 512;
const MOST_NOTES = 16;
const LONGEST_TEXT = 1024;
const LISTED = 32;

export interface FoundArray {
  readonly name: string;
  readonly info: Hdf5DatasetInfo;
  readonly attributes: Attributes;
  readonly group: Hdf5Group;
  /** It and what lies beside it. */
  readonly beside: Numbers;
}

export interface Contents {
  /** Of at least two values, by their paths in the order of letters. */
  readonly arrays: readonly FoundArray[];
  /** Attributes of every group that has some, by its path; '/' is the root. */
  readonly groups: Readonly<Record<string, PlainTree>>;
  /** Datasets of one value or text, by their paths. */
  readonly fields: PlainTree;
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

/** Every array of numbers of a file, up to some thousands. @throws SpectrailError `format/hdf5-…` for a damaged file. */
export async function contentsOf(file: Hdf5File): Promise<Contents> {
  const arrays: FoundArray[] = [];
  const groups: Record<string, PlainTree> = Object.create(null);
  const fields: PlainTree = Object.create(null);
  const left: string[] = [];
  let [looked, kept, all] = [0, 0, true];
  for await (const group of groupsOf(file, () => all)) {
    if (Object.keys(group.attributes).length > 0) groups[group.path || '/'] = plainAttributes(group.attributes);
    const beside = new Map<string, { info: Hdf5DatasetInfo; attributes: Attributes }>();
    for (const { name, kind } of group.members) {
      if (kind !== 'dataset') continue;
      if (arrays.length >= MOST_ARRAYS || looked++ >= MOST_LOOKED_AT) {
        all = false;
        break;
      }
      const path = `${group.path}/${name}`;
      try {
        const info = await file.dataset(path);
        const { shape, element, dtype } = info;
        const count = shape.reduce((a, b) => a * b, 1);
        if (count === 1) {
          const value = kept++ < MOST_FIELDS ? await singleValue(file, path) : undefined;
          if (value !== undefined) fields[path.slice(1)] = plain(value);
        } else if (element.kind === 'other') left.push(`"${path.slice(1)}" is left out: it holds ${element.what}`);
        else if (dtype !== undefined && count > 1 && shape.length <= MOST_DIMENSIONS) {
          const found = { info, attributes: await file.attributes(path) };
          beside.set(name, found);
          arrays.push({ name, ...found, group, beside });
        }
      } catch (error) {
        if (!isSpectrailError(error)) throw error;
        left.push(`"${path.slice(1)}" is left out: ${error.what}`);
      }
    }
  }
  const notes = left.slice(0, MOST_NOTES);
  if (left.length > MOST_NOTES) notes.push(`${left.length - MOST_NOTES} more datasets are left out`);
  if (!all) notes.push(`the file holds more than ${arrays.length} arrays: the others are not listed`);
  arrays.sort((a, b) => (a.info.path < b.info.path ? -1 : 1));
  return { arrays, groups, fields, notes };
}

/** Attributes as plain data; long lists and texts are cut short. */
export function plainAttributes(attributes: Attributes): PlainTree {
  const tree: PlainTree = Object.create(null);
  for (const [key, { value }] of Object.entries(attributes)) tree[key] = plain(value);
  return tree;
}

function plain(value: Plain): Plain {
  if (typeof value === 'string') return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
  // Numbers that JSON cannot hold.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (!Array.isArray(value)) return value;
  return value.length > LISTED ? `(${value.length} values)` : value.map(plain);
}
