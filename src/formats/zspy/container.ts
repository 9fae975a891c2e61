import type { Plain } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { FolderSource } from '../folder.ts';
import type { Container, ContainerDataset } from '../hspy/container.ts';
import { decodeChunk } from '../zarr/codecs/index.ts';
import { badJson, parseJson, readArray, readJson, readRows, rowCount, type ZarrArray } from '../zarr/index.ts';

/** Lists of words in a description are short. */
const OBJECT_BYTES_LIMIT = 2 ** 22;

/** A Zarr folder as HyperSpy fills it: groups with attributes, arrays of numbers, and lists of words kept as JSON. */
export function zarrContainer(folder: FolderSource): Container {
  const array = async (path: string): Promise<ZarrArray> => {
    const found = await readArray(folder, inside(path));
    if (found) return found;
    throw formatError({
      code: 'bad-array',
      where: `${folder.name}/${inside(path)}`,
      what: 'there is no array',
      expected: 'a folder with a file .zarray',
    });
  };
  return {
    async list(path) {
      const members = (await folder.list(inside(path))).filter(({ kind }) => kind === 'folder');
      return Promise.all(
        members.map(async ({ name }) => {
          const names = (await folder.list(inside(`${path === '/' ? '' : path}/${name}`))).map((member) => member.name);
          const kind = names.includes('.zarray') ? 'dataset' : names.includes('.zgroup') ? 'group' : 'other';
          return { name, kind } as const;
        }),
      );
    },
    async attributes(path) {
      const where = inside(path) === '' ? '.zattrs' : `${inside(path)}/.zattrs`;
      const tree = (await readJson(folder, where)) ?? {};
      if (tree === null || typeof tree !== 'object' || Array.isArray(tree)) {
        throw badJson(`${folder.name}/${where}`, 'it holds no attributes');
      }
      const found: Record<string, { value: Plain }> = Object.create(null);
      for (const [name, value] of Object.entries(tree)) found[name] = { value };
      return found;
    },
    dataset: async (path) => describe(await array(path)),
    async read(path) {
      const found = await array(path);
      return readRows(folder, inside(path), found, 0, rowCount(found));
    },
    strings: async (path) => readObjects(folder, inside(path), await array(path)),
  };
}

function inside(path: string): string {
  return path.replace(/^\//, '');
}

function describe(array: ZarrArray): ContainerDataset {
  const { shape, element, filters, type } = array;
  if (element && filters.length === 0) return { shape, dtype: element.dtype, element: { kind: 'values' } };
  if (isText(array)) return { shape, element: { kind: 'text' } };
  const [filter] = filters;
  return { shape, element: { kind: 'other', what: filter ? `of type ${type}, packed with ${filter.id}` : type } };
}

function isText({ type, filters, shape, chunks }: ZarrArray): boolean {
  const one = shape.length <= 1 && (shape[0] ?? 1) <= (chunks[0] ?? 1);
  return type === '|O' && filters.length === 1 && ['json2', 'vlen-utf8'].includes(filters[0].id) && one;
}

/** Items of an array of Python objects, in one chunk: as JSON with its type and shape behind the items, or as words with their lengths. */
async function readObjects(folder: FolderSource, path: string, array: ZarrArray): Promise<Plain[]> {
  const where = `${folder.name}/${path}`;
  const count = array.shape[0] ?? 1;
  if (count === 0) return [];
  const file = await folder.file(`${path}/0`);
  if (!file || file.size > OBJECT_BYTES_LIMIT || !isText(array)) {
    throw badJson(
      where,
      file ? `a list of ${count} items in ${file.size} bytes is none of words` : 'its items are missing',
    );
  }
  const stored = await file.read(0, file.size);
  const bytes = array.compressor ? await unpackUnsized(array, stored, where) : stored;
  const items = array.filters[0].id === 'json2' ? jsonItems(bytes, where) : words(bytes, where);
  if (items.length < count) throw badJson(where, `it holds ${items.length} items instead of ${count}`);
  return items.slice(0, count);
}

/** The unpacked size of objects is not told by the array; of the compressors HyperSpy uses, Blosc and LZ4 say it themselves. */
async function unpackUnsized({ compressor }: ZarrArray, stored: Uint8Array, where: string): Promise<Uint8Array> {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const at = compressor?.id === 'blosc' ? 4 : compressor?.id === 'lz4' ? 0 : -1;
  const size = at >= 0 && stored.length >= at + 4 ? view.getUint32(at, true) : -1;
  if (size >= 0 && size <= OBJECT_BYTES_LIMIT) return decodeChunk(compressor, stored, size, where);
  throw badJson(where, `a list packed with ${compressor?.id} cannot be unpacked`);
}

function jsonItems(bytes: Uint8Array, where: string): Plain[] {
  const list = parseJson(bytes, where);
  if (!Array.isArray(list)) throw badJson(where, 'it is not a list');
  return list.slice(0, -2);
}

function words(bytes: Uint8Array, where: string): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = new TextDecoder();
  const found: string[] = [];
  for (let at = 4; at + 4 <= bytes.length; ) {
    const length = view.getUint32(at, true);
    at += 4;
    if (at + length > bytes.length) throw badJson(where, 'a word runs past its end');
    found.push(text.decode(bytes.subarray(at, at + length)));
    at += length;
  }
  return found;
}
