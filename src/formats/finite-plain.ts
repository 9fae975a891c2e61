import type { Plain, PlainTree } from '../signal/dataset.ts';

/** The same without numbers that JSON has not: null for NaN and infinities, which files hold where nothing was known. */
export function finitePlain(value: Plain): Plain {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(finitePlain);
  return value !== null && typeof value === 'object' ? finiteTree(value) : value;
}

/** A tree without them; any key is a key like others in it. */
export function finiteTree(tree: PlainTree): PlainTree {
  const out: PlainTree = Object.create(null);
  for (const [key, value] of Object.entries(tree)) out[key] = finitePlain(value);
  return out;
}
