import type { Plain, PlainTree } from '../signal/dataset.ts';
import { formatError } from '../signal/errors.ts';

const DEEPEST = 32;
/** Arrays above this many values are named, not listed. */
const LISTED = 256;

/**
 * A JSON object without prototypes, and null for numbers beyond what a double holds; what is nested deeper than 32 is cut off.
 * @throws SpectrailError `format/bad-metadata`
 */
export function jsonTree(text: string, path: string): PlainTree {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw badMetadata(path, `the metadata are not JSON (${(cause as Error).message})`, cause);
  }
  const plain = bounded(value as Plain, 0);
  if (!isTree(plain)) throw badMetadata(path, 'the metadata are not a JSON object');
  return plain;
}

/** A copy without prototypes, not deeper than other code can follow. */
function bounded(value: Plain, depth: number): Plain {
  // A number that no double holds is infinite for JSON.parse.
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST) return '…';
  if (Array.isArray(value)) return value.map((item) => bounded(item, depth + 1));
  const tree: PlainTree = Object.create(null);
  for (const [key, item] of Object.entries(value)) tree[key] = bounded(item, depth + 1);
  return tree;
}

export function isTree(value: Plain | undefined): value is PlainTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands at the end of a path of keys. */
export function entry(tree: Plain | undefined, ...path: readonly string[]): Plain | undefined {
  let value = tree;
  for (const key of path) {
    if (!isTree(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** Also one that is written as text. */
export function numberAt(tree: Plain | undefined, ...path: readonly string[]): number | undefined {
  const value = entry(tree, ...path);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export function textAt(tree: Plain | undefined, ...path: readonly string[]): string | undefined {
  const value = entry(tree, ...path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function treesIn(value: Plain | undefined): [string, PlainTree][] {
  return isTree(value) ? Object.entries(value).filter((item): item is [string, PlainTree] => isTree(item[1])) : [];
}

/** Long lists summarised, for the tree a dataset shows as the file's own. */
export function summarised(value: Plain): Plain {
  if (Array.isArray(value)) {
    return value.length > LISTED ? `(${value.length} values)` : value.map(summarised);
  }
  if (!isTree(value)) return value;
  const tree: PlainTree = Object.create(null);
  for (const [key, item] of Object.entries(value)) tree[key] = summarised(item);
  return tree;
}

export function badMetadata(where: string, what: string, cause?: unknown) {
  return formatError({
    code: 'bad-metadata',
    where,
    what,
    expected: 'a JSON object, in a text or in the first column of a matrix of bytes',
    fix: 'the file is damaged: copy it again from the microscope',
    cause,
  });
}
