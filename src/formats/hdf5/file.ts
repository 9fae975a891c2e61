import type { Filter, Metadata } from 'h5wasm';
import { DTYPES, type ValueArray } from '../../signal/dtype.ts';
import { formatError, isSpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import type { Hdf5Attribute, Hdf5DatasetInfo, Hdf5Dimension, Hdf5File, Hdf5Member } from './contents.ts';
import { type Element, elementOf, textOf, valuesOf } from './element.ts';
import { checked, type Hdf5Library, hdf5Library } from './library.ts';
import { areOwn, checkStorage, MOST_ATTRIBUTES, SMALL_LIMIT, smallBytes, tooLarge, valueCount } from './limits.ts';
import { type Mounted, mount } from './mount.ts';
import { hdf5Lengths, hdf5Start } from './signature.ts';
import { placeTile, type Tile, tiles } from './tiles.ts';
import { fillBox, isPlain, runBytes, type StoredBytes, type StoredDataset, storedDataset } from './unpack-chunks.ts';

/** Largest single read, bytes. */
const READ_LIMIT = 2 ** 26;
/** Where a read is made again for what the file has to be asked for first. */
const PAGED_LIMIT = 2 ** 22;
/** Of values in one piece, the library gathers shorter runs than this, bytes. */
const SHORT_RUN = 2 ** 13;

/**
 * Opens an HDF5 file for reading; close it when done.
 * @throws SpectrailError `format/not-hdf5`, `format/hdf5-damaged`, `format/hdf5-too-large`
 */
export async function openHdf5(source: ByteSource): Promise<Hdf5File> {
  const start = await hdf5Start(source);
  if (start === undefined) {
    throw formatError({
      code: 'not-hdf5',
      where: source.name,
      what: 'the HDF5 signature is missing',
      expected: 'bytes 89 48 44 46 0D 0A 1A 0A at the start',
      fix: 'check that this is the file you meant, and that it was copied completely',
    });
  }
  // Collections with other lengths than those that are walked beforehand (heap-guard.ts) could stop the library for ever.
  const lengths = await hdf5Lengths(source, start);
  if (lengths && lengths.bytes !== 8 && lengths.bytes !== 4) {
    throw formatError({
      code: 'hdf5-damaged',
      where: `${source.name}, byte ${lengths.at}`,
      what: `lengths take ${lengths.bytes} bytes`,
      expected: 'lengths of 8 or 4 bytes',
      fix: 'copy the file again from where it was recorded',
    });
  }
  const library = await hdf5Library();
  const mounted = await mount(library, source);
  try {
    const open = ({ module }: Hdf5Library) => module.open(mounted.path, 0, false, -1, -1);
    const file = await complete(mounted, () => checked(library, source.name, 'opening', open));
    return new OpenFile(library, file, source, mounted, start);
  } catch (error) {
    mounted.unmount();
    throw error;
  }
}

/** Makes a call, and makes it again as long as bytes were missing that the file had to be asked for first. */
async function complete<T>({ paged }: Mounted, call: () => T): Promise<T> {
  if (!paged) return call();
  try {
    for (;;) {
      try {
        const result = call();
        if (!paged.lacks) return result;
      } catch (error) {
        if (!paged.lacks) throw error;
      }
      await paged.fetch();
    }
  } finally {
    paged.finish();
  }
}

/** What was found; undefined where something was odd about the file, for the library to judge. */
async function unlessOdd<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isSpectrailError(error, 'format')) return undefined;
    throw error;
  }
}

function startsWithChunk({ chunks }: Metadata, { start }: Tile): boolean {
  return chunks ? start.every((at, d) => at % chunks[d] === 0) : false;
}

interface Numbers {
  readonly meta: Metadata;
  readonly element: Element & { kind: 'values' };
  /** Where it is read here. */
  readonly stored?: StoredDataset;
  /** The library can read it, too. */
  readonly known: boolean;
}

class OpenFile implements Hdf5File {
  readonly #library: Hdf5Library;
  readonly #file: bigint;
  readonly #source: ByteSource;
  readonly #mounted: Mounted;
  /** Where the signature stands: addresses count from there. */
  readonly #start: number;
  /** Where datasets lie that are read here. */
  readonly #stored = new Map<string, StoredDataset | undefined>();
  #open = true;

  constructor(library: Hdf5Library, file: bigint, source: ByteSource, mounted: Mounted, start: number) {
    this.#library = library;
    this.#file = file;
    this.#source = source;
    this.#mounted = mounted;
    this.#start = start;
  }

  async list(path: string): Promise<Hdf5Member[]> {
    const names = await this.#call(path, 'listing', ({ module }) => module.get_names(this.#file, path, false));
    const members: Hdf5Member[] = [];
    for (const name of names) {
      const inside = `${path === '/' ? '' : path}/${name}`;
      const kind = await this.#call(inside, 'looking at', ({ module }) => {
        if (module.get_external_link(this.#file, inside).filename !== undefined) return 'other';
        const type = module.get_type(this.#file, inside);
        return type === module.H5G_GROUP ? 'group' : type === module.H5G_DATASET ? 'dataset' : 'other';
      });
      members.push({ name, kind });
    }
    return members;
  }

  async attributes(path: string): Promise<Record<string, Hdf5Attribute>> {
    const found: Record<string, Hdf5Attribute> = Object.create(null);
    const names = await this.#call(path, 'listing the attributes of', ({ module }) =>
      module.get_attribute_names(this.#file, path),
    );
    if (names.length > MOST_ATTRIBUTES) {
      throw formatError({
        code: 'hdf5-too-large',
        where: `${this.#source.name}:${path}`,
        what: `${names.length} attributes`,
        expected: `at most ${MOST_ATTRIBUTES}`,
      });
    }
    for (const name of names) {
      const attribute = await this.#attribute(path, name);
      if (attribute) found[name] = attribute;
    }
    return found;
  }

  async #attribute(path: string, name: string): Promise<Hdf5Attribute | undefined> {
    const where = `${path}@${name}`;
    const meta = await this.#call(where, 'reading', ({ module }) =>
      module.get_attribute_metadata(this.#file, path, name),
    );
    const element = elementOf(meta);
    if (!meta.shape || element.kind === 'other') return undefined;
    const bytes = smallBytes(`${this.#source.name}:${where}`, meta);
    const scalar = meta.shape.length === 0;
    const read = (at: number) => this.#library.module.get_attribute_data(this.#file, path, name, BigInt(at));
    const reclaim = (at: number) => this.#library.module.reclaim_vlen_memory(this.#file, path, name, BigInt(at));
    if (element.kind === 'text') {
      const texts = await this.#texts(where, meta, bytes, read, reclaim);
      return { value: scalar ? (texts[0] ?? '') : texts };
    }
    const values = valuesOf(await this.#fetch(where, bytes, read), element);
    const plain = Array.from(values as ArrayLike<number | bigint>, (value) =>
      element.dtype === 'bool' ? Boolean(value) : Number(value),
    );
    return { value: scalar && plain.length === 1 ? plain[0] : plain, dtype: element.dtype };
  }

  async dataset(path: string): Promise<Hdf5DatasetInfo> {
    const { meta, element } = await this.#meta(path);
    const shape = meta.shape ?? [];
    if (!shape.every(Number.isSafeInteger)) {
      const bytes = meta.size * Math.max(...shape);
      throw tooLarge(`${this.#source.name}:${path}`, bytes, 'dimensions below 2^53');
    }
    return {
      path,
      shape,
      element,
      dtype: element.kind === 'values' ? element.dtype : undefined,
      chunk: meta.chunks ?? undefined,
    };
  }

  async dimensions(path: string): Promise<Hdf5Dimension[]> {
    const labels = await this.#call(path, 'reading the labels of', ({ module }) =>
      module.get_dimension_labels(this.#file, path),
    );
    const dimensions: Hdf5Dimension[] = [];
    for (const [d, label] of labels.entries()) {
      const scales = await this.#call(path, 'reading the scales of', ({ module }) =>
        module.get_attached_scales(this.#file, path, d),
      );
      dimensions.push({ label: label ?? '', scales });
    }
    return dimensions;
  }

  async stored(path: string): Promise<StoredDataset | undefined> {
    const { stored, known } = await this.#numbers(path);
    return known ? stored : undefined;
  }

  async read(path: string, tile?: Tile, into?: Uint8Array<ArrayBuffer>): Promise<ValueArray> {
    const numbers = await this.#numbers(path);
    const { meta, element } = numbers;
    const shape = meta.shape ?? [];
    const box = tile ?? { start: shape.map(() => 0), count: shape };
    const length = box.count.reduce((a, b) => a * b, 1);
    const { width, bytes: elementBytes, make, over } = DTYPES[element.dtype];
    if (into && into.length !== length * elementBytes) {
      throw formatError({
        code: 'changed-file',
        where: `${this.#source.name}:${path}`,
        what: `the values are of type ${element.dtype}: ${length * elementBytes} bytes, not ${into.length}`,
        expected: 'a file that does not change while it is read',
        fix: 'run again when nothing writes to it',
      });
    }
    let whole: ValueArray;
    try {
      whole = into ? over(into.buffer, into.byteOffset, length) : make(length);
    } catch (cause) {
      const bytes = length * meta.size;
      throw tooLarge(`${this.#source.name}:${path}`, bytes, 'what this machine can hold in memory', cause);
    }
    const place = (values: ValueArray, part: Tile) =>
      placeTile(whole as Uint8Array, box.count, part, values as Uint8Array, width);
    const limit = this.#mounted.paged ? PAGED_LIMIT : READ_LIMIT;
    if (elementBytes === meta.size && (await this.#filled(path, numbers, box, whole, limit))) return whole;
    for await (const _ of this.#eachTile(path, numbers, box, limit, place));
    return whole;
  }

  async *slabs(path: string, bytes: number, use: (values: ValueArray, tile: Tile) => void): AsyncGenerator<Tile> {
    const numbers = await this.#numbers(path);
    const shape = numbers.meta.shape ?? [];
    yield* this.#eachTile(path, numbers, { start: shape.map(() => 0), count: shape }, bytes, use);
  }

  /** The description of a dataset of numbers that the file can hold. */
  async #numbers(path: string): Promise<Numbers> {
    const { meta, element } = await this.#meta(path);
    const where = `${this.#source.name}:${path}`;
    if (element.kind !== 'values') {
      throw formatError({
        code: 'hdf5-not-numbers',
        where,
        what: `the dataset holds ${element.kind === 'text' ? 'text' : element.what}`,
        expected: 'integers, floats, complex numbers or RGB colours',
      });
    }
    const filters = await this.#call(path, 'reading the filters of', ({ module }) =>
      module.get_dataset_filters(this.#file, path),
    );
    checkStorage(where, meta, filters, this.#source.size);
    const known = !areOwn(filters);
    if (known && !isPlain(meta, filters)) return { meta, element, known };
    if (!this.#stored.has(path)) {
      const found = this.#locate(path, where, meta, filters);
      this.#stored.set(path, await (known ? unlessOdd(found) : found));
    }
    return { meta, element, stored: this.#stored.get(path), known };
  }

  async #locate(path: string, where: string, meta: Metadata, filters: readonly Filter[]): Promise<StoredDataset> {
    const reference = await this.#call(path, 'looking for', ({ module }) =>
      module.create_object_reference(this.#file, path),
    );
    const place = { where, readAt: this.#mounted.readAt, fileSize: this.#source.size, base: this.#start };
    return complete(this.#mounted, () => storedDataset(place, Uint8Array.from(reference), meta, filters));
  }

  #storedBytes(path: string, { elementBytes }: StoredDataset): StoredBytes {
    const { readAt, readInto } = this.#mounted;
    const unwritten = ({ start, count }: Tile) => {
      const bytes = count.reduce((a, b) => a * b, elementBytes);
      return this.#borrowed(path, bytes, this.#reader(path, start, count), (data) => data.slice());
    };
    return { readAt, readInto, fileSize: this.#source.size, unwritten };
  }

  /** Fills `whole` with a box of values that is read here; false where the library has to. */
  async #filled(path: string, numbers: Numbers, box: Tile, whole: ValueArray, limit: number): Promise<boolean> {
    const { meta, stored, known } = numbers;
    if (!stored || (known && stored.layout.kind === 'whole' && runBytes(stored, box) < SHORT_RUN)) return false;
    const { start } = box;
    const target = { bytes: new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength), ...box };
    const filling = async () => {
      const chunk = startsWithChunk(meta, box) ? stored.chunk : undefined;
      for (const { start: inside, count } of tiles(box.count, chunk, meta.size, limit)) {
        const part = { start: inside.map((at, d) => at + start[d]), count };
        await complete(this.#mounted, () => fillBox(stored, this.#storedBytes(path, stored), target, part));
      }
      return true;
    };
    return (await (known ? unlessOdd(filling()) : filling())) ?? false;
  }

  #reader(path: string, start: readonly number[], count: readonly number[]): (at: number) => number {
    const [sizes, offsets, strides] = [count.map(BigInt), start.map(BigInt), count.map(() => 1n)];
    return (at) => this.#library.module.get_dataset_data(this.#file, path, sizes, offsets, strides, BigInt(at));
  }

  /** Values of a box of a dataset, in library memory, tile by tile; tiles are placed inside the box. */
  async *#eachTile(
    path: string,
    { meta, element, stored, known }: Numbers,
    box: Tile,
    limit: number,
    use: (values: ValueArray, tile: Tile) => void,
  ): AsyncGenerator<Tile> {
    // The library cuts no box out of a single value.
    const scalar = box.count.length === 0;
    const chunk = startsWithChunk(meta, box) ? meta.chunks! : undefined;
    for (const part of tiles(box.count, chunk, meta.size, limit)) {
      const bytes = part.count.reduce((a, b) => a * b, meta.size);
      const start = part.start.map((at, d) => at + box.start[d]);
      const { module } = this.#library;
      const read = scalar
        ? (at: number) => module.get_dataset_data(this.#file, path, null, null, null, BigInt(at))
        : this.#reader(path, start, part.count);
      if (stored && !known) {
        const target = { bytes: new Uint8Array(bytes), start, count: part.count };
        await complete(this.#mounted, () => fillBox(stored, this.#storedBytes(path, stored), target, target));
        use(valuesOf(target.bytes, element), part);
      } else await this.#borrow(path, bytes, read, (data) => use(valuesOf(data, element), part));
      yield part;
    }
  }

  async strings(path: string): Promise<string[]> {
    const { meta, element } = await this.#meta(path);
    if (element.kind !== 'text') {
      throw formatError({
        code: 'hdf5-not-text',
        where: `${this.#source.name}:${path}`,
        what: 'the dataset is not text',
        expected: 'text',
      });
    }
    const bytes = smallBytes(`${this.#source.name}:${path}`, meta);
    return this.#texts(
      path,
      meta,
      bytes,
      (at) => this.#library.module.get_dataset_data(this.#file, path, null, null, null, BigInt(at)),
      (at) => this.#library.module.reclaim_vlen_memory(this.#file, path, '', BigInt(at)),
    );
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    try {
      if (!this.#library.broken) this.#library.module.close_file(this.#file);
    } finally {
      this.#mounted.unmount();
    }
  }

  #call<T>(path: string, doing: string, call: (library: Hdf5Library) => T): Promise<T> {
    return complete(this.#mounted, () => checked(this.#library, this.#source.name, `${doing} "${path}"`, call));
  }

  async #meta(path: string): Promise<{ meta: Metadata; element: Element }> {
    const meta = await this.#call(path, 'reading the description of', ({ module }) =>
      module.get_dataset_metadata(this.#file, path),
    );
    if (meta.virtual_sources) {
      throw formatError({
        code: 'hdf5-elsewhere',
        where: `${this.#source.name}:${path}`,
        what: 'the values are in other files (a virtual dataset)',
        expected: 'values in the file itself',
        fix: 'save the data into one file with the program that wrote it',
      });
    }
    return { meta, element: elementOf(meta) };
  }

  /** Reads `bytes` bytes into library memory and copies them out. */
  #fetch(path: string, bytes: number, read: (at: number) => number): Promise<Uint8Array> {
    return this.#borrow(path, bytes, read, (data) => data.slice());
  }

  /** Reads `bytes` bytes into library memory, where `use` may look at them until it returns. */
  #borrow<T>(path: string, bytes: number, read: (at: number) => number, use: (data: Uint8Array) => T): Promise<T> {
    return complete(this.#mounted, () => this.#borrowed(path, bytes, read, use));
  }

  /** The same in one go, for what is itself made again while bytes are missing. */
  #borrowed<T>(path: string, bytes: number, read: (at: number) => number, use: (data: Uint8Array) => T): T {
    return checked(this.#library, this.#source.name, `reading "${path}"`, ({ module }) => {
      const at = module._malloc(Math.max(bytes, 1));
      if (at === 0) throw tooLarge(path, bytes, 'the memory of the HDF5 library');
      try {
        module.HEAPU8.fill(0, at, at + bytes);
        const status = read(at);
        if (status < 0 || this.#mounted.paged?.lacks) throw new Error(`status ${status}`);
        return use(module.HEAPU8.subarray(at, at + bytes));
      } finally {
        module._free(at);
      }
    });
  }

  async #texts(
    path: string,
    meta: Metadata,
    bytes: number,
    read: (at: number) => number,
    reclaim: (at: number) => number,
  ): Promise<string[]> {
    if (!meta.vlen) {
      const data = await this.#fetch(path, bytes, read);
      const trim = meta.strpad === 2 ? (text: string) => text.trimEnd() : (text: string) => text;
      return Array.from({ length: valueCount(meta) }, (_, i) =>
        trim(textOf(data.subarray(i * meta.size, (i + 1) * meta.size))),
      );
    }
    const texts: string[] = [];
    await this.#borrow(path, bytes, read, (data) => {
      const { HEAPU8: heap } = this.#library.module;
      const at = data.byteOffset;
      const pointers = new DataView(heap.buffer, at, bytes);
      for (let i = 0; i < valueCount(meta); i++) {
        const from = pointers.getUint32(4 * i, true);
        const end = from === 0 ? 0 : heap.indexOf(0, from);
        texts.push(from === 0 ? '' : textOf(heap.slice(from, Math.min(end, from + SMALL_LIMIT))));
      }
      reclaim(at);
    });
    return texts;
  }
}
