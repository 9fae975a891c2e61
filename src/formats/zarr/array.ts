import type { Plain, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { FolderSource } from '../folder.ts';
import type { CodecConfig } from './codecs/index.ts';
import { type Element, elementOf } from './element.ts';
import { readJson } from './json.ts';

/** An array as its `.zarray` describes it (Zarr storage specification version 2): plain data. */
export interface ZarrArray {
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  /** Undefined for objects, text and records. */
  readonly element?: Element;
  /** The type as written, for messages. */
  readonly type: string;
  readonly order: 'C' | 'F';
  readonly fill: Plain;
  readonly compressor: CodecConfig | null;
  readonly filters: readonly CodecConfig[];
  readonly separator: '.' | '/';
}

/** A chunk is unpacked whole. */
const CHUNK_LIMIT = 2 ** 28;
/** As in NumPy. */
const MOST_DIMENSIONS = 32;

/**
 * The description of the array in a folder; undefined when there is none.
 * @throws SpectrailError `format/bad-json`, `format/bad-array`.
 */
export async function readArray(folder: FolderSource, path: string): Promise<ZarrArray | undefined> {
  const file = `${path}/.zarray`;
  const tree = await readJson(folder, file);
  return tree === undefined ? undefined : parseArray(tree, `${folder.name}/${file}`);
}

/** @throws SpectrailError `format/bad-array`. */
export function parseArray(tree: Plain, where: string): ZarrArray {
  const bad = (what: string, expected: string) =>
    formatError({ code: 'bad-array', where, what, expected, fix: 'copy the data again from where they were made' });
  if (tree === null || typeof tree !== 'object' || Array.isArray(tree)) throw bad('it is no description', 'an object');
  if (tree.zarr_format !== 2) throw bad(`zarr_format is ${JSON.stringify(tree.zarr_format)}`, '2');
  const { order = 'C', dimension_separator: separator = '.', compressor = null, fill_value: fill = null } = tree;
  if (order !== 'C' && order !== 'F') throw bad(`order is ${JSON.stringify(order)}`, '"C" or "F"');
  if (separator !== '.' && separator !== '/') throw bad('dimension_separator is unknown', '"." or "/"');
  const shape = sizes(tree, 'shape', 0, bad);
  const chunks = sizes(tree, 'chunks', 1, bad);
  if (shape.length !== chunks.length)
    throw bad(`${chunks.length} chunk sizes for ${shape.length} dimensions`, 'as many');
  const element = elementOf(tree.dtype);
  const chunkBytes = chunks.reduce((a, b) => a * b, element?.bytes ?? 1);
  if (chunkBytes > CHUNK_LIMIT) throw bad(`a chunk has ${chunkBytes} bytes`, `at most ${CHUNK_LIMIT}`);
  const bytes = shape.reduce((a, b) => a * b, element?.bytes ?? 1);
  if (!Number.isSafeInteger(bytes)) throw bad(`the shape is ${shape.join(' × ')}`, 'fewer than 2^53 bytes');
  const filters = tree.filters ?? [];
  if (!Array.isArray(filters) || !filters.every(isCodec)) throw bad('filters are not a list of codecs', 'a list');
  if (compressor !== null && !isCodec(compressor))
    throw bad('the compressor has no id', 'null or an object with an id');
  return { shape, chunks, element, type: typeName(tree.dtype), order, fill, compressor, filters, separator };
}

function sizes(tree: PlainTree, key: string, least: number, bad: (what: string, expected: string) => Error): number[] {
  const list = tree[key];
  const fits = (size: Plain): size is number => typeof size === 'number' && Number.isSafeInteger(size) && size >= least;
  if (Array.isArray(list) && list.length <= MOST_DIMENSIONS && list.every(fits)) return list;
  throw bad(`${key} is ${JSON.stringify(list)?.slice(0, 100)}`, `at most ${MOST_DIMENSIONS} whole numbers ≥ ${least}`);
}

function isCodec(value: Plain): value is { id: string } {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && typeof value.id === 'string';
}

function typeName(type: Plain | undefined): string {
  return (typeof type === 'string' ? type : (JSON.stringify(type) ?? 'missing')).slice(0, 100);
}

/** Where a chunk lies, from the folder of its array. */
export function chunkName(index: readonly number[], { separator }: Pick<ZarrArray, 'separator'>): string {
  return index.length === 0 ? '0' : index.join(separator);
}
