import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { Cursor } from './cursor.ts';

/** Where the elements of an array lie in the file; `values` only when it is short. */
export interface TagArray {
  readonly kind: 'array';
  /** Encoded type of a simple element; 0 for arrays of structs or arrays. */
  readonly type: number;
  readonly count: number;
  readonly offset: number;
  readonly bytes: number;
  readonly values?: readonly number[];
}

export interface TagStruct {
  readonly kind: 'struct';
  readonly fields: readonly (number | boolean)[];
}

/** Tags by name, in file order; unnamed ones are called TagGroup0, TagGroup1, … or Data0, Data1, … */
export interface TagGroup {
  readonly kind: 'group';
  readonly tags: ReadonlyMap<string, Tag>;
}

export type Tag = number | boolean | string | TagArray | TagStruct | TagGroup;

export interface TagTree {
  readonly version: 3 | 4;
  readonly littleEndian: boolean;
  readonly root: TagGroup;
}

/** Bytes of an element by encoded type. */
export const ELEMENT_BYTES: Readonly<Record<number, number>> = {
  2: 2,
  3: 4,
  4: 2,
  5: 4,
  6: 4,
  7: 8,
  8: 1,
  9: 1,
  10: 1,
  11: 8,
  12: 8,
};

const STRUCT = 15;
const STRING = 18;
const ARRAY = 20;

const MAX_DEPTH = 64;
/** The largest directories seen have some thousands. */
const MAX_TAGS = 100_000;
/** Arrays of arrays of …: in files at most of structs. */
const MAX_ARRAY_DEPTH = 4;
const MAX_INFO = 4096;
const MAX_ARRAY_BYTES = 1 << 16;
const MAX_HELD_VALUES = 1 << 22;

/**
 * Reads the tag directory of a DM3 or DM4 file. Arrays above 64 KiB are located, not read.
 *
 * @throws SpectrailError `format/not-dm`, `format/truncated`, `format/bad-tags`.
 */
export async function readTags(source: ByteSource): Promise<TagTree> {
  const cursor = new Cursor(source);
  if (source.size < 4) throw notDm(source.name, 0, `it has ${source.size} bytes`);
  await cursor.need(4, 'the version');
  const version = cursor.u32();
  if (version !== 3 && version !== 4) throw notDm(source.name, 0, `it starts with the number ${version}`);
  await cursor.need(version === 3 ? 8 : 12, 'the header');
  if (version === 3) cursor.u32();
  else cursor.u64();
  const order = cursor.u32();
  if (order > 1) throw notDm(source.name, version === 3 ? 8 : 12, `its byte-order flag is ${order}`);
  const reader = new TagReader(cursor, version, order === 1);
  return { version, littleEndian: order === 1, root: await reader.group(0) };
}

function notDm(name: string, at: number, why: string) {
  return formatError({
    code: 'not-dm',
    where: `${name}, byte ${at}`,
    what: `not a DM file: ${why}`,
    expected: 'a Gatan DM3 or DM4 file, which starts with the number 3 or 4',
    fix: 'open it in the program that wrote it and save it as DM3 or DM4',
  });
}

class TagReader {
  readonly #cursor: Cursor;
  readonly #wide: boolean;
  readonly #littleEndian: boolean;
  #tags = 0;
  #held = 0;

  constructor(cursor: Cursor, version: 3 | 4, littleEndian: boolean) {
    this.#cursor = cursor;
    this.#wide = version === 4;
    this.#littleEndian = littleEndian;
  }

  async group(depth: number): Promise<TagGroup> {
    const cursor = this.#cursor;
    if (depth > MAX_DEPTH) throw cursor.damaged(`groups are nested ${depth} deep`, `at most ${MAX_DEPTH}`);
    await cursor.need(2 + this.#word, 'a tag group');
    cursor.skip(2);
    const count = this.#count();
    const smallest = this.#wide ? 11 : 3;
    if (count * smallest > cursor.left) {
      throw cursor.truncated(count * smallest, `a group of ${count} tags`);
    }
    const tags = new Map<string, Tag>();
    let groups = 0;
    let data = 0;
    for (let i = 0; i < count; i++) {
      if (++this.#tags > MAX_TAGS) throw cursor.damaged(`more than ${MAX_TAGS} tags`, 'a tag directory');
      await cursor.need(3, 'a tag');
      const kind = cursor.u8();
      const length = cursor.u16();
      if (kind !== 20 && kind !== 21) throw cursor.damaged(`a tag of kind ${kind}`, '20 (group) or 21 (data)');
      await cursor.need(length + (this.#wide ? 8 : 0), 'the name of a tag');
      const name = cursor.latin1(length);
      if (this.#wide) cursor.skip(8);
      if (kind === 20) tags.set(name || `TagGroup${groups++}`, await this.group(depth + 1));
      else tags.set(name || `Data${data++}`, await this.#data(name));
    }
    return { kind: 'group', tags };
  }

  get #word(): number {
    return this.#wide ? 8 : 4;
  }

  #count(): number {
    return this.#wide ? this.#cursor.u64() : this.#cursor.u32();
  }

  async #data(name: string): Promise<Tag> {
    const cursor = this.#cursor;
    await cursor.need(4 + this.#word, `the tag "${name}"`);
    if (cursor.u32() !== 0x25252525)
      throw cursor.damaged(`the tag "${name}" has no %%%% mark`, 'the four characters %%%%');
    const length = this.#count();
    if (length < 1 || length > MAX_INFO) {
      throw cursor.damaged(`the type of tag "${name}" takes ${length} words`, `1 to ${MAX_INFO}`);
    }
    await cursor.need(length * this.#word, `the type of tag "${name}"`);
    const info = Array.from({ length }, () => this.#count());
    const type = info[0];
    if (type === STRUCT) return this.#struct(name, info);
    if (type === STRING) return this.#string(name, info);
    if (type === ARRAY) return this.#array(name, info);
    await cursor.need(this.#elementBytes(name, type), `the tag "${name}"`);
    return this.#simple(type);
  }

  async #struct(name: string, info: readonly number[]): Promise<TagStruct> {
    const types = this.#structTypes(name, info, 0);
    const size = types.reduce((sum, type) => sum + this.#elementBytes(name, type), 0);
    await this.#cursor.need(size, `the tag "${name}"`);
    return { kind: 'struct', fields: types.map((type) => this.#simple(type)) };
  }

  async #string(name: string, info: readonly number[]): Promise<string | TagArray> {
    const length = info[1] ?? 0;
    const cursor = this.#cursor;
    if (length > cursor.left) throw cursor.truncated(length, `the text of tag "${name}"`);
    if (length > MAX_ARRAY_BYTES) {
      const offset = cursor.position;
      cursor.skip(length);
      return { kind: 'array', type: 10, count: length, offset, bytes: length };
    }
    await cursor.need(length, `the text of tag "${name}"`);
    return cursor.latin1(length);
  }

  async #array(name: string, info: readonly number[]): Promise<TagArray> {
    const cursor = this.#cursor;
    const offset = cursor.position;
    const type = info[1] in ELEMENT_BYTES ? info[1] : 0;
    const count = info[info.length - 1];
    const bytes = count * this.#compoundBytes(name, info, 1);
    if (!(bytes <= cursor.left)) throw cursor.truncated(bytes, `the array "${name}"`);
    if (type === 0 || bytes > MAX_ARRAY_BYTES || this.#held + count > MAX_HELD_VALUES) {
      cursor.skip(bytes);
      return { kind: 'array', type, count, offset, bytes };
    }
    await cursor.need(bytes, `the array "${name}"`);
    this.#held += count;
    const values = Array.from({ length: count }, () => Number(this.#simple(type)));
    return { kind: 'array', type, count, offset, bytes, values };
  }

  /** Bytes of one element of the type described from info[at] on. */
  #compoundBytes(name: string, info: readonly number[], at: number): number {
    if (info[at] === STRUCT) {
      return this.#structTypes(name, info, at).reduce((sum, type) => sum + this.#elementBytes(name, type), 0);
    }
    if (info[at] === ARRAY) {
      if (at > MAX_ARRAY_DEPTH) {
        throw this.#cursor.damaged(`the array "${name}" is nested ${at} deep`, `at most ${MAX_ARRAY_DEPTH}`);
      }
      return info[info.length - 2] * this.#compoundBytes(name, info.slice(0, -1), at + 1);
    }
    return this.#elementBytes(name, info[at]);
  }

  #structTypes(name: string, info: readonly number[], at: number): number[] {
    const fields = info[at + 2];
    if (!(fields >= 0 && at + 3 + 2 * fields <= info.length)) {
      throw this.#cursor.damaged(`the struct "${name}" claims ${fields} fields`, 'as many as its type lists');
    }
    return Array.from({ length: fields }, (_, i) => info[at + 4 + 2 * i]);
  }

  #elementBytes(name: string, type: number): number {
    const bytes = ELEMENT_BYTES[type];
    if (bytes === undefined) {
      throw this.#cursor.damaged(
        `the tag "${name}" is of the unknown type ${type}`,
        'a type between 2 and 12, 15, 18 or 20',
      );
    }
    return bytes;
  }

  #simple(type: number): number | boolean {
    const cursor = this.#cursor;
    const little = this.#littleEndian;
    switch (type) {
      case 2:
        return cursor.i16(little);
      case 3:
        return cursor.i32(little);
      case 4:
        return cursor.u16(little);
      case 5:
        return cursor.u32(little);
      case 6:
        return cursor.f32(little);
      case 7:
        return cursor.f64(little);
      case 8:
        return cursor.u8() !== 0;
      case 9:
        return cursor.i8();
      case 10:
        return cursor.u8();
      case 11:
        return cursor.i64(little);
      default:
        return cursor.u64(little);
    }
  }
}
