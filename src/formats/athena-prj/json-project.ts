import type { Plain, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { BESIDE, isPlainTree, numberOf, type Project, type ProjectRecord } from './project.ts';

const MOST_ENTRIES = 20_000;
const DEEPEST = 32;

/**
 * A project as JSON: an object of groups by their names, in the order of `_____order`; names with five underscores are not
 * groups.
 * @throws SpectrailError `format/bad-project`
 */
export function readJsonProject(text: string, name: string): Project {
  const parsed = parse(text, name);
  const groups = new Map(Object.entries(parsed).filter(([id, group]) => !id.startsWith('_____') && isTree(group)));
  const listed = Array.isArray(parsed['_____order']) ? parsed['_____order'] : [];
  const order = new Set([...listed.filter((id): id is string => typeof id === 'string'), ...groups.keys()]);
  const records = [...order]
    .filter((id) => groups.has(id))
    .map((id) => recordOf(id, groups.get(id) as Record<string, unknown>, name));
  const header = ['1', '2', '3'].map((line) => parsed[`_____header${line}`]).filter((line) => typeof line === 'string');
  const journal = Array.isArray(parsed['_____journal']) ? parsed['_____journal'] : [];
  return {
    records,
    header: header.map((line) => line.replace(/^#/, '').trim()),
    journal: journal.filter((line) => typeof line === 'string').slice(0, 1000),
  };
}

function parse(text: string, name: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isTree(parsed)) return parsed;
  } catch (cause) {
    throw damaged(name, `the JSON cannot be read (${cause instanceof Error ? cause.message.slice(0, 120) : cause})`);
  }
  throw damaged(name, 'the JSON is not an object of groups');
}

function recordOf(id: string, group: Record<string, unknown>, name: string): ProjectRecord {
  const budget = { left: MOST_ENTRIES };
  const args = plainOf(group['args'], budget, 0, `${name}, group ${id}`);
  return {
    id,
    x: arrayOf(group, 'x', `${name}, group ${id}`),
    y: arrayOf(group, 'y', `${name}, group ${id}`),
    beside: BESIDE.filter((key) => Array.isArray(group[key])),
    args: isPlainTree(args) ? args : Object.create(null),
    xdi: Object.create(null),
  };
}

/** JSON has no NaN: null stands for it. */
function arrayOf(group: Record<string, unknown>, key: string, where: string): Float64Array {
  const list: unknown = group[key];
  return Float64Array.from(Array.isArray(list) ? list : [], (entry: unknown, i) => {
    if (typeof entry === 'number') return entry;
    const value = entry === null ? Number.NaN : typeof entry === 'string' ? numberOf(entry) : undefined;
    if (value === undefined) throw damaged(where, `value ${i + 1} of ${key} is no number`);
    return value;
  });
}

/** Numbers become text, as in the other flavour. */
function plainOf(value: unknown, budget: { left: number }, depth: number, where: string): Plain {
  if (--budget.left < 0 || depth > DEEPEST) throw damaged(where, 'the settings of the group are too many or too deep');
  if (Array.isArray(value)) return value.map((entry) => plainOf(entry, budget, depth + 1, where));
  if (!isTree(value)) return value === null || value === undefined ? null : String(value);
  const tree: PlainTree = Object.create(null);
  for (const [key, entry] of Object.entries(value)) tree[key] = plainOf(entry, budget, depth + 1, where);
  return tree;
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function damaged(where: string, what: string) {
  return formatError({
    code: 'bad-project',
    where,
    what,
    expected: 'a project as Athena saves it',
    fix: 'the file is damaged: save the project again, or copy it again',
  });
}
