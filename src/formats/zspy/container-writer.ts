import type { Plain, PlainTree } from '../../signal/dataset.ts';
import type { ContainerWriter } from '../hspy/container.ts';
import { type ArrayDescription, describeArray, GROUP, jsonBytes, objectChunk } from '../zarr/write.ts';

/** The small files of a Zarr folder: groups, attributes, short arrays. They are collected; the caller writes them. */
export interface ZarrFiles extends ContainerWriter {
  /** Any plain attribute. */
  plain(path: string, name: string, value: Plain): void;
  /** The description of an array whose chunks the caller writes; its path in the folder. */
  array(path: string, description: ArrayDescription): string;
  /** Everything so far, by path in the folder. */
  files(): Map<string, Uint8Array<ArrayBuffer>>;
}

/** Names above this many bytes are more than file systems take. */
const LONGEST_NAME = 120;

export function zarrFiles(): ZarrFiles {
  const files = new Map<string, Uint8Array<ArrayBuffer>>([['.zgroup', GROUP]]);
  const attributes = new Map<string, PlainTree>();
  const places = new Map<string, string>([['/', '']]);
  const taken = new Set<string>();

  /** Where a path of the container lies in the folder: names that file systems refuse are changed. */
  const place = (path: string): string => {
    const known = places.get(path);
    if (known !== undefined) return known;
    const cut = path.lastIndexOf('/');
    const parent = place(cut === 0 ? '/' : path.slice(0, cut));
    const name = fileName(path.slice(cut + 1));
    const inside = (tried: string) => (parent === '' ? tried : `${parent}/${tried}`);
    let found = inside(name);
    for (let n = 2; taken.has(found); n++) found = inside(`${name}-${n}`);
    taken.add(found);
    places.set(path, found);
    return found;
  };
  const put = (path: string, name: string, bytes: Uint8Array<ArrayBuffer>) => {
    const folder = place(path);
    files.set(folder === '' ? name : `${folder}/${name}`, bytes);
  };
  const plain = (path: string, name: string, value: Plain) => {
    const group = attributes.get(path) ?? (Object.create(null) as PlainTree);
    group[name] = value;
    attributes.set(path, group);
  };
  const array = (path: string, description: ArrayDescription) => {
    put(path, '.zarray', describeArray(description));
    return place(path);
  };
  const list = (path: string, dtype: ArrayDescription['dtype'], length: number, chunk: Uint8Array<ArrayBuffer>) => {
    array(path, { shape: [length], chunks: [Math.max(1, length)], dtype });
    put(path, '0', chunk);
  };
  return {
    plain,
    array,
    group: (path) => put(path, '.zgroup', GROUP),
    attribute: (path, name, value) => plain(path, name, typeof value === 'bigint' ? Number(value) : value),
    strings: (path, values) => list(path, 'object', values.length, objectChunk(values)),
    numbers: (path, values) => list(path, 'float64', values.length, new Uint8Array(Float64Array.from(values).buffer)),
    files() {
      for (const [path, group] of attributes) put(path, '.zattrs', jsonBytes(group));
      return new Map(files);
    },
  };
}

function fileName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const plain = name.replace(/[\\\u0000-\u001f\u007f]/g, '-');
  const bytes = new TextEncoder().encode(plain);
  if (bytes.length <= LONGEST_NAME) return plain;
  return new TextDecoder().decode(bytes.subarray(0, LONGEST_NAME)).replace(/\ufffd+$/, '');
}
