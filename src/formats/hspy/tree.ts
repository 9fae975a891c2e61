import type { Plain, PlainTree } from '../../signal/dataset.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { finitePlain } from '../finite-plain.ts';
import type { Container } from './container.ts';
import { emptyTree } from './vocabulary.ts';

/** Arrays above this many values are named, not listed. */
const LISTED = 256;

/** What may still be read of one file's trees: links can make a small file an endless tree. */
export interface TreeBudget {
  members: number;
  /** Entries that could not be read; each takes the library longer than a hundred that can. */
  failures: number;
}

export function treeBudget(): TreeBudget {
  return { members: 2_000, failures: 100 };
}

/** What is under way: the container, what may still be read of it, what the user should know. */
export interface TreeReading {
  readonly container: Container;
  readonly budget: TreeBudget;
  readonly warnings: string[];
}

const DEEPEST = 32;
/** A group that lists the same members as so many groups above it is one of them, met again by a link. */
const SAME_ABOVE = 2;

/**
 * A group and all below it as plain data. HyperSpy marks what HDF5 cannot say by prefixes and a word: `_list_`, `_tuple_`,
 * `_list_empty_`, `_datetime_`, "_None_". Entries that cannot be read are left out with a warning.
 */
export async function readTree(reading: TreeReading, path: string, above: readonly string[] = []): Promise<PlainTree> {
  const { container, budget, warnings } = reading;
  const tree = emptyTree();
  const attributes = await container.attributes(path);
  for (const [name, { value }] of Object.entries(attributes)) {
    const [key, plain] = attributeEntry(name, value);
    tree[key] = plain;
  }
  const members = await container.list(path);
  budget.members -= members.length;
  const listing = JSON.stringify(members);
  if (above.filter((other) => other === listing).length >= SAME_ABOVE && members.some(({ kind }) => kind === 'group')) {
    warnings.push(`"${path}" leads back to a group above it: it is left out`);
    return tree;
  }
  for (const { name, kind } of members) {
    const inside = `${path}/${name}`;
    if (kind === 'other' || name.startsWith('_sig_')) continue;
    if (budget.members < 0 || budget.failures < 0 || above.length >= DEEPEST) {
      warnings.push(`"${path}" has more entries than can be listed: the rest is left out`);
      return tree;
    }
    try {
      if (kind === 'dataset') tree[listName(name)] = await datasetEntry(container, inside, name);
      else tree[groupName(name)] = groupEntry(name, await readTree(reading, inside, [...above, listing]));
    } catch (error) {
      if (!isSpectrailError(error)) throw error;
      budget.failures--;
      warnings.push(`"${inside}" could not be read: ${error.what}`);
    }
  }
  return tree;
}

function attributeEntry(name: string, value: Plain): [string, Plain] {
  const empty = /^_(?:list|tuple)_empty_(.*)$/s.exec(name);
  if (empty) return [empty[1], []];
  const key = name.replace(/^_datetime_/, '');
  if (value === '_None_') return [key, null];
  return [key, typeof value === 'string' ? isoDateTime(value) : finitePlain(value)];
}

/** "datetime.date(1991, 10, 1)" → "1991-10-01", "datetime.time(12, 0)" → "12:00:00"; other text unchanged. */
function isoDateTime(text: string): string {
  const match = /^datetime\.(date|time)\(([\d, ]+)\)$/.exec(text);
  if (!match) return text;
  const [a, b = 0, c = 0] = match[2].split(',').map(Number);
  const two = (n: number) => String(n).padStart(2, '0');
  return match[1] === 'date' ? `${String(a).padStart(4, '0')}-${two(b)}-${two(c)}` : `${two(a)}:${two(b)}:${two(c)}`;
}

const listName = (name: string) => name.replace(/^_(?:list|tuple)_/, '');
const groupName = (name: string) => name.replace(/^_(?:list|tuple)_\d+_/, '');

/** A group called `_list_3_name` is a list of three, its members called 0, 1, 2. */
function groupEntry(name: string, tree: PlainTree): Plain {
  if (groupName(name) === name) return tree;
  return Object.keys(tree)
    .filter((key) => /^\d+$/.test(key))
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => tree[key]);
}

async function datasetEntry(container: Container, path: string, name: string): Promise<Plain> {
  const { shape, dtype, element } = await container.dataset(path);
  const count = shape.reduce((a, b) => a * b, 1);
  const what = dtype ?? (element.kind === 'other' ? element.what : 'text');
  if (count > LISTED || (dtype === undefined && element.kind !== 'text')) return `${what} [${shape.join(' × ')}]`;
  if (dtype === undefined) {
    const texts = await container.strings(path);
    return shape.length === 0 ? texts[0] : texts;
  }
  const values = Array.from((await container.read(path)) as ArrayLike<number | bigint>, Number);
  return finitePlain(shape.length === 0 && !name.startsWith('_') ? values[0] : values);
}
