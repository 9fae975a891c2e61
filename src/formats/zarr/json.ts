import type { Plain, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { FolderSource } from '../folder.ts';

/** Longer than any description of an array or of an acquisition. */
const JSON_LIMIT = 2 ** 24;
const DEEPEST = 64;

/**
 * A JSON file of a Zarr folder; undefined when it is not there. Python's NaN and Infinity become null; trees have no
 * prototype, so that no key has a meaning of its own.
 * @throws SpectrailError `format/bad-json`.
 */
export async function readJson(folder: FolderSource, path: string): Promise<Plain | undefined> {
  const file = await folder.file(path);
  if (!file) return undefined;
  const where = `${folder.name}/${path}`;
  if (file.size > JSON_LIMIT) throw badJson(where, `it has ${file.size} bytes`);
  return parseJson(await file.read(0, file.size), where);
}

/** @throws SpectrailError `format/bad-json`. */
export function parseJson(bytes: Uint8Array, where: string): Plain {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw badJson(where, 'it is not UTF-8', cause);
  }
  try {
    return withoutPrototypes(JSON.parse(text), where, 0);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  try {
    const strict = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/gs, (part) =>
      part.startsWith('"') ? part : 'null',
    );
    return withoutPrototypes(JSON.parse(strict), where, 0);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw badJson(where, `it is not JSON (${cause.message})`, cause);
  }
}

function withoutPrototypes(value: Plain, where: string, depth: number): Plain {
  if (value === null || typeof value !== 'object') return value;
  if (depth > DEEPEST) throw badJson(where, `it is more than ${DEEPEST} levels deep`);
  if (Array.isArray(value)) return value.map((item) => withoutPrototypes(item, where, depth + 1));
  const tree: PlainTree = Object.create(null);
  for (const key of Object.keys(value)) tree[key] = withoutPrototypes(value[key], where, depth + 1);
  return tree;
}

export function badJson(where: string, what: string, cause?: unknown) {
  return formatError({
    code: 'bad-json',
    where,
    what,
    expected: 'a JSON file as Zarr writes it',
    fix: 'copy the data again from where they were made',
    cause,
  });
}
