import { DTYPES, type Dtype } from '../../signal/dtype.ts';
import { formatError, isSpectrailError, type SpectrailError } from '../../signal/errors.ts';
import { bytesOfPacked, type Unpacked } from './bytes.ts';
import type { MatContents } from './contents.ts';
import { HEADER_BYTES } from './kind.ts';
import { readSparse } from './sparse.ts';
import { type Bytes, checkRuns, complexOf, type Run, type StoredNumbers, valuesOfNumbers } from './stored-numbers.ts';

const [MATRIX, COMPRESSED, UTF8, UTF16] = [14, 15, 16, 17];
const NUMBERS: Readonly<Record<number, Dtype>> = {
  1: 'int8',
  2: 'uint8',
  3: 'int16',
  4: 'uint16',
  5: 'int32',
  6: 'uint32',
  7: 'float32',
  9: 'float64',
  12: 'int64',
  13: 'uint64',
};
const CLASSES: Readonly<Record<number, Dtype>> = {
  6: 'float64',
  7: 'float32',
  8: 'int8',
  9: 'uint8',
  10: 'int16',
  11: 'uint16',
  12: 'int32',
  13: 'uint32',
  14: 'int64',
  15: 'uint64',
};
const [CELL, STRUCT, OBJECT, CHAR, SPARSE] = [1, 2, 3, 4, 5];
const OTHERS: Readonly<Record<number, string>> = { 16: 'a function', 17: 'an object of MATLAB, or a table or string' };
const [COMPLEX, LOGICAL] = [0x0800, 0x0200];
const MOST_MATRICES = 1 << 16;
const MOST_DIMENSIONS = 32;
const DEEPEST = 16;
const LONGEST_NAMES = 1 << 20;
const LONGEST_TEXT = 1024;

interface Element {
  readonly type: number;
  readonly start: number;
  readonly size: number;
  /** Where the next one begins. */
  readonly next: number;
}

/** Where a matrix stands among the variables. */
interface Place {
  readonly container: string;
  /** Undefined for a variable: it says its name itself. */
  readonly name?: string;
  readonly depth: number;
}

/**
 * Reads variables of level 5: numbers stay where they are until they are asked for. What is damaged or no array of numbers is
 * left out; a file that ends too early is read as far as it is complete.
 * @throws SpectrailError `format/truncated`, `format/bad-mat`, `format/bad-compression` where nothing can be read
 */
export async function readLevel5(
  file: Bytes,
  littleEndian: boolean,
  contents: MatContents,
  last: Unpacked,
): Promise<void> {
  const reader = new Level5(littleEndian, contents);
  let first: SpectrailError | undefined;
  for (let at = HEADER_BYTES, seen = 0; at + 8 <= file.size && seen < MOST_MATRICES; seen++) {
    let element: Element;
    try {
      element = await reader.element(file, at);
      if (element.type === COMPRESSED) {
        const packed = await bytesOfPacked(file, element.start, element.size, littleEndian, last);
        const inner = await reader.element(packed, 0);
        if (inner.type === MATRIX) await reader.matrix(packed, inner, { container: '', depth: 0 });
      } else if (element.type === MATRIX) await reader.matrix(file, element, { container: '', depth: 0 });
    } catch (error) {
      if (!isSpectrailError(error)) throw error;
      first ??= error;
      contents.leave(`the variable at byte ${at}`, error.what);
      const size = await sizeAt(file, at, littleEndian);
      if (size === undefined) break;
      at += size;
      continue;
    }
    at = element.type === COMPRESSED ? element.start + element.size : element.next;
  }
  if (first && contents.arrays.length === 0) throw first;
}

/** Of a variable that could not be read; undefined where the file ends in it. */
async function sizeAt(file: Bytes, at: number, littleEndian: boolean): Promise<number | undefined> {
  const tag = await file.read(at, 8);
  const view = new DataView(tag.buffer, tag.byteOffset, 8);
  const size = 8 + view.getUint32(4, littleEndian);
  return at + size < file.size ? size : undefined;
}

class Level5 {
  readonly #little: boolean;
  readonly #contents: MatContents;
  visited = 0;

  constructor(littleEndian: boolean, contents: MatContents) {
    this.#little = littleEndian;
    this.#contents = contents;
  }

  /** Type and size; up to four bytes stand in the tag itself, and all begin at multiples of eight. */
  async element(bytes: Bytes, at: number, end = bytes.size): Promise<Element> {
    const tag = await bytes.read(at, 8);
    const view = new DataView(tag.buffer, tag.byteOffset, 8);
    const first = view.getUint32(0, this.#little);
    if (first >>> 16 !== 0) {
      const [type, size] = [first & 0xffff, first >>> 16];
      if (size > 4) throw bad(bytes, at, `${size} bytes in a tag`, 'at most 4');
      return { type, start: at + 4, size, next: at + 8 };
    }
    const size = view.getUint32(4, this.#little);
    const left = end - at - 8;
    if (size > left)
      throw bad(bytes, at, `an element of ${size} bytes where ${left} are left`, `at most ${left} bytes`);
    return { type: first, start: at + 8, size, next: at + 8 + Math.ceil(size / 8) * 8 };
  }

  async #numbers(bytes: Bytes, element: Element, most: number): Promise<number[]> {
    const dtype = NUMBERS[element.type];
    const count = dtype === undefined ? Number.NaN : element.size / DTYPES[dtype].bytes;
    if (!(count <= most))
      throw bad(bytes, element.start, `${element.size} bytes of type ${element.type}`, 'a few integers');
    const raw = await bytes.read(element.start, element.size);
    const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
    return Array.from({ length: Math.floor(count) }, (_, i) => this.#number(view, i, dtype));
  }

  #number(view: DataView, i: number, dtype: Dtype): number {
    const at = i * DTYPES[dtype].bytes;
    if (dtype === 'int32') return view.getInt32(at, this.#little);
    if (dtype === 'uint32') return view.getUint32(at, this.#little);
    if (dtype === 'int16' || dtype === 'uint16') return view.getUint16(at, this.#little);
    return DTYPES[dtype].bytes === 1 ? view.getUint8(at) : Number.NaN;
  }

  async matrix(bytes: Bytes, { start, size }: Element, place: Place): Promise<void> {
    const end = start + size;
    // Where nothing was put into a cell or field.
    if (size === 0 || ++this.visited > MOST_MATRICES) return;
    const flags = await this.element(bytes, start, end);
    const [word] = await this.#numbers(bytes, flags, 2);
    const dimensions = await this.element(bytes, flags.next, end);
    const dims = await this.#numbers(bytes, dimensions, MOST_DIMENSIONS);
    const named = await this.element(bytes, dimensions.next, end);
    const name = place.name ?? (await this.#name(bytes, named));
    const path = place.name !== undefined && place.container !== '' ? `${place.container}${name}` : name;
    if (dims.length < 2 || dims.some((n) => !(n >= 0)) || word === undefined) {
      throw bad(bytes, dimensions.start, `the dimensions ${dims.join(' × ') || 'none'}`, 'two or more, of at least 0');
    }
    const own = { path, name: name.replace(/^\./, ''), container: place.container, dims };
    const count = dims.reduce((a, b) => a * b, 1);
    const kind = word & 0xff;
    const inner = { bytes, at: named.next, end };
    if (kind === CELL || kind === STRUCT || kind === OBJECT) {
      if (place.depth >= DEEPEST) this.#contents.leave(path, `it lies deeper than ${DEEPEST} levels`);
      else if (kind === CELL) await this.#cell(inner, path, count, place.depth);
      else await this.#struct(inner, path, count, place.depth, kind === OBJECT);
    } else if (kind === CHAR) await this.#text(inner, path, dims);
    else if (kind === SPARSE) {
      const parts: Run[] = [];
      for (let at = inner.at, i = 0; i < ((word & COMPLEX) === 0 ? 3 : 4); i++) {
        const part = await this.element(bytes, at, end);
        parts.push(this.#run(bytes, part));
        at = part.next;
      }
      const logical = (word & LOGICAL) !== 0;
      const sparse = await readSparse({ bytes, littleEndian: this.#little, dims, parts, logical });
      if (typeof sparse === 'string') this.#contents.leave(path, sparse);
      else this.#contents.add({ ...own, ...sparse });
    } else if (CLASSES[kind]) {
      await this.#array(inner, own, CLASSES[kind], word);
    } else this.#contents.leave(path, `it is ${OTHERS[kind] ?? `of the unknown class ${kind}`}`);
  }

  async #array(
    { bytes, at, end }: Inner,
    own: { path: string; name: string; container: string; dims: number[] },
    type: Dtype,
    word: number,
  ): Promise<void> {
    const count = own.dims.reduce((a, b) => a * b, 1);
    if (count === 0) return;
    const real = await this.element(bytes, at, end);
    const imaginary = (word & COMPLEX) === 0 ? undefined : await this.element(bytes, real.next, end);
    const dtype = imaginary ? complexOf(type) : (word & LOGICAL) === 0 ? type : 'bool';
    const stored: StoredNumbers = {
      bytes,
      littleEndian: this.#little,
      dims: own.dims,
      dtype,
      real: this.#run(bytes, real),
      imaginary: imaginary && this.#run(bytes, imaginary),
    };
    checkRuns(stored);
    const values = (order: readonly number[]) => valuesOfNumbers(stored, order);
    if (count > 1) this.#contents.add({ ...own, dtype, values });
    else if (!imaginary) {
      const number = Number(((await values([0]).load()) as ArrayLike<number | bigint>)[0]);
      this.#contents.field(
        own.path,
        dtype === 'bool' ? number !== 0 : Number.isFinite(number) ? number : String(number),
      );
    }
  }

  #run(bytes: Bytes, { type, start, size }: Element): Run {
    const dtype = NUMBERS[type];
    if (dtype === undefined) throw bad(bytes, start, `values of type ${type}`, 'integers, singles or doubles');
    return { offset: start, bytes: size, dtype };
  }

  async #name(bytes: Bytes, { start, size }: Element): Promise<string> {
    if (size > LONGEST_TEXT) throw bad(bytes, start, `a name of ${size} bytes`, `at most ${LONGEST_TEXT}`);
    return textOf(await bytes.read(start, size));
  }

  async #text({ bytes, at, end }: Inner, path: string, dims: readonly number[]): Promise<void> {
    const { type, start, size } = await this.element(bytes, at, end);
    const count = dims.reduce((a, b) => a * b, 1);
    if (count === 0 || count > LONGEST_TEXT || dims[0] !== 1 || size > 4 * LONGEST_TEXT) return;
    const raw = await bytes.read(start, size);
    const wide = type === UTF16 || type === 4;
    const encoding = wide ? (this.#little ? 'utf-16le' : 'utf-16be') : type === UTF8 ? 'utf-8' : 'latin1';
    this.#contents.field(path, new TextDecoder(encoding).decode(raw));
  }

  async #cell({ bytes, at, end }: Inner, path: string, count: number, depth: number): Promise<void> {
    for (let i = 1, from = at; i <= count && from + 8 <= end && this.visited < MOST_MATRICES; i++) {
      const element = await this.element(bytes, from, end);
      if (element.type !== MATRIX) throw bad(bytes, from, `type ${element.type} in a cell`, `type ${MATRIX}`);
      await this.matrix(bytes, element, { container: path, name: `{${i}}`, depth: depth + 1 });
      from = element.next;
    }
  }

  async #struct(inner: Inner, path: string, count: number, depth: number, object: boolean): Promise<void> {
    const { bytes, end } = inner;
    // An object says its class before the length of its names.
    const start = object ? (await this.element(bytes, inner.at, end)).next : inner.at;
    const width = await this.element(bytes, start, end);
    const [length] = await this.#numbers(bytes, width, 1);
    const names = await this.element(bytes, width.next, end);
    if (!(length > 0) || names.size > LONGEST_NAMES)
      throw bad(bytes, width.start, `names of ${length} bytes`, '1 or more');
    const raw = await bytes.read(names.start, names.size);
    const fields = Array.from({ length: Math.floor(names.size / length) }, (_, i) =>
      textOf(raw.subarray(i * length, (i + 1) * length)),
    );
    let at = names.next;
    for (let i = 1; i <= count && fields.length > 0; i++) {
      const container = count === 1 ? path : `${path}(${i})`;
      for (const field of fields) {
        if (at + 8 > end || this.visited >= MOST_MATRICES) return;
        const element = await this.element(bytes, at, end);
        if (element.type !== MATRIX) throw bad(bytes, at, `type ${element.type} in a struct`, `type ${MATRIX}`);
        await this.matrix(bytes, element, { container, name: `.${field}`, depth: depth + 1 });
        at = element.next;
      }
    }
  }
}

interface Inner {
  readonly bytes: Bytes;
  readonly at: number;
  readonly end: number;
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function bad({ where }: Bytes, at: number, what: string, expected: string): SpectrailError {
  return formatError({ code: 'bad-mat', where: `${where}, byte ${at}`, what, expected, fix: 'save the file again' });
}
