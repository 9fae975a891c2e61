import fc from 'fast-check';
import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type MemoryFolder, memoryFolder } from '../../../test/memory-folder.ts';
import { DTYPES, type Dtype, type ValueArray } from '../../signal/dtype.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { permuteAxes } from '../permute-axes.ts';
import { chunkName, parseArray } from './array.ts';
import { describeElement } from './element.ts';
import { parseJson } from './json.ts';
import { type ChunkCache, readRows, rowCount } from './rows.ts';

const utf8 = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

interface Layout {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  readonly order: 'C' | 'F';
  readonly separator: '.' | '/';
  readonly packed: boolean;
  readonly bigEndian: boolean;
  /** Chunks left out, by their number. */
  readonly missing: ReadonlySet<number>;
}

/** Any array as any Zarr library may lay it out, and what it holds. */
function lay(layout: Layout): { files: MemoryFolder; values: ValueArray } {
  const { dtype, shape, chunks, order, separator, packed, bigEndian, missing } = layout;
  const { make, width, bytes } = DTYPES[dtype];
  const values = make(shape.reduce((a, b) => a * b, 1));
  const raw = new Uint8Array(values.buffer);
  for (let i = 0; i < raw.length; i++) raw[i] = i % 120;
  const files: MemoryFolder = new Map();
  const type = describeElement(dtype);
  const meta = {
    zarr_format: 2,
    shape,
    chunks,
    dtype: typeof type === 'string' && bigEndian ? type.replace('<', '>') : type,
    order,
    fill_value: 0,
    compressor: packed ? { id: 'zlib', level: 1 } : null,
    filters: null,
    dimension_separator: separator,
  };
  files.set('a/.zarray', utf8(meta));
  const grid = shape.map((size, d) => Math.ceil(size / chunks[d]));
  const inChunk = chunks.reduce((a, b) => a * b, 1);
  for (let number = 0; number < grid.reduce((a, b) => a * b, 1); number++) {
    const index = unravel(number, grid);
    const chunk = make(inChunk);
    for (let i = 0; i < inChunk; i++) {
      const at = unravel(i, chunks).map((inside, d) => index[d] * chunks[d] + inside);
      if (at.some((position, d) => position >= shape[d])) continue;
      const from = at.reduce((sum, position, d) => sum * shape[d] + position, 0);
      if (missing.has(number)) raw.fill(0, from * bytes, (from + 1) * bytes);
      new Uint8Array(chunk.buffer).set(raw.subarray(from * bytes, (from + 1) * bytes), i * bytes);
    }
    if (missing.has(number)) continue;
    const all = chunks.map((_, d) => d);
    const stored = order === 'C' ? chunk : permuteAxes(chunk, chunks, all.reverse(), width);
    const laid = new Uint8Array(stored.buffer).slice();
    if (bigEndian && typeof type === 'string' && type[0] === '<') swap(laid, bytes / width);
    files.set(`a/${chunkName(index, { separator })}`, packed ? (zlibSync(laid) as Uint8Array<ArrayBuffer>) : laid);
  }
  return { files, values };
}

function unravel(flat: number, sizes: readonly number[]): number[] {
  const index = new Array<number>(sizes.length);
  let rest = flat;
  for (let d = sizes.length - 1; d >= 0; d--) {
    index[d] = rest % sizes[d];
    rest = Math.floor(rest / sizes[d]);
  }
  return index;
}

function swap(bytes: Uint8Array, element: number): void {
  for (let at = 0; at < bytes.length; at += element) bytes.subarray(at, at + element).reverse();
}

const layouts = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }).chain((shape) =>
  fc.record({
    dtype: fc.constantFrom(...(Object.keys(DTYPES) as Dtype[])),
    shape: fc.constant(shape),
    chunks: fc.tuple(...shape.map((size) => fc.integer({ min: 1, max: size + 1 }))),
    order: fc.constantFrom('C' as const, 'F' as const),
    separator: fc.constantFrom('.' as const, '/' as const),
    packed: fc.boolean(),
    bigEndian: fc.boolean(),
    missing: fc.uniqueArray(fc.nat(8), { maxLength: 3 }).map((list) => new Set(list)),
  }),
);

function cacheInMap(): ChunkCache {
  const kept = new Map<string, ValueArray>();
  return { get: (name) => kept.get(name), set: (name, values) => void kept.set(name, values) };
}

describe('readRows', () => {
  it('any rows are those of the whole, whatever the chunks, their order and packing, with a cache or without', async () => {
    await fc.assert(
      fc.asyncProperty(layouts, fc.nat(), fc.nat(), fc.boolean(), async (layout, a, b, cached) => {
        const { files, values } = lay(layout);
        const array = parseArray(parseJson(files.get('a/.zarray')!, 'a'), 'a');
        const rows = rowCount(array);
        const [start, end] = [a % (rows + 1), b % (rows + 1)].sort((x, y) => x - y);
        const length = layout.shape[layout.shape.length - 1] * DTYPES[layout.dtype].width;
        const cache = cached ? cacheInMap() : undefined;
        for (let again = 0; again < (cached ? 2 : 1); again++) {
          const found = await readRows(memoryFolder(files), 'a', array, start, end, cache);
          expect(found).toEqual(values.slice(start * length, end * length));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('an array without dimensions has one value', async () => {
    const meta = { zarr_format: 2, shape: [], chunks: [], dtype: '<f8', order: 'C', compressor: null, fill_value: 0 };
    const files: MemoryFolder = new Map([['a/0', new Uint8Array(Float64Array.of(2.5).buffer)]]);
    const array = parseArray(parseJson(utf8(meta), 'a'), 'a');
    expect(await readRows(memoryFolder(files), 'a', array, 0, 1)).toEqual(Float64Array.of(2.5));
  });

  it('colours without transparency are opaque, missing chunks hold the fill value', async () => {
    const rgb = [
      ['R', '|u1'],
      ['G', '|u1'],
      ['B', '|u1'],
    ];
    const colours = { zarr_format: 2, shape: [2], chunks: [2], dtype: rgb, order: 'C', compressor: null };
    const files: MemoryFolder = new Map([['a/0', Uint8Array.of(1, 2, 3, 4, 5, 6)]]);
    expect(await readRows(memoryFolder(files), 'a', parseArray(colours, 'a'), 0, 1)).toEqual(
      Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255),
    );
    for (const [fill, value] of [
      [7, 7],
      ['NaN', Number.NaN],
      ['-Infinity', Number.NEGATIVE_INFINITY],
    ]) {
      const empty = {
        zarr_format: 2,
        shape: [2],
        chunks: [2],
        dtype: '<f4',
        order: 'C',
        compressor: null,
        fill_value: fill,
      };
      const found = await readRows(memoryFolder(new Map()), 'b', parseArray(empty as never, 'b'), 0, 1);
      expect(found).toEqual(Float32Array.of(value as number, value as number));
    }
  });
});

describe('what an array may not claim', () => {
  const good = {
    zarr_format: 2,
    shape: [4, 4],
    chunks: [2, 4],
    dtype: '<u2',
    order: 'C',
    compressor: null,
    filters: null,
  };

  it.each([
    ['another version', { zarr_format: 3 }],
    ['a negative size', { shape: [-1, 4] }],
    ['a size that is no whole number', { shape: [1.5, 4] }],
    ['more bytes than can be counted', { shape: [2 ** 40, 2 ** 40] }],
    ['chunks of nothing', { chunks: [0, 4] }],
    ['chunks that fill the memory', { chunks: [2 ** 20, 2 ** 20] }],
    ['chunks of other dimensions', { chunks: [2] }],
    ['forty dimensions', { shape: new Array(40).fill(1), chunks: new Array(40).fill(1) }],
    ['an order of its own', { order: 'X' }],
    ['a separator that leads elsewhere', { dimension_separator: '/../' }],
    ['filters that are none', { filters: 'delta' }],
    ['a compressor without a name', { compressor: {} }],
  ])('%s', (_, change) => {
    expect(() => parseArray({ ...good, ...change }, 'a')).toThrow(
      expect.objectContaining({ kind: 'format', code: 'bad-array' }),
    );
    expect(parseArray(good, 'a')).toMatchObject({ shape: [4, 4] });
  });

  it.each([
    ['10^13 values in one chunk that is not there', { shape: [1e7, 1e6], chunks: [1, 1e6] }],
    ['10^13 values in as many chunks', { shape: [1e7, 1e6], chunks: [1, 1] }],
    ['rows of 10^12 values', { shape: [10, 1e12], chunks: [1, 1000] }],
  ])('%s: nothing is made room for', async (_, change) => {
    const array = parseArray({ ...good, ...change }, 'a');
    const files: MemoryFolder = new Map([['a/0.0', new Uint8Array(8)]]);
    for (const end of [1, 10, rowCount(array)]) {
      const error = await readRows(memoryFolder(files), 'a', array, 0, end).catch((thrown) => thrown);
      if (end === 1 && change.chunks[1] === 1e6) continue;
      expect(isSpectrailError(error, 'format'), `rows 0 to ${end}`).toBe(true);
    }
  });

  it('a large array whose chunks are not there, or hold next to nothing', async () => {
    const size = 2 ** 14;
    const plain = parseArray({ ...good, shape: [size, size], chunks: [size, size], dtype: '|u1' }, 'a');
    const packed = { ...plain, compressor: { id: 'lz4' } };
    const short: MemoryFolder = new Map([['a/0.0', new Uint8Array(1000)]]);
    for (const [array, files] of [
      [plain, new Map()],
      [packed, short],
    ] as const) {
      await expect(readRows(memoryFolder(files), 'a', array, 0, size)).rejects.toMatchObject({
        code: 'missing-chunks',
        what: expect.stringContaining(`too few for the ${size * size} of the array`),
      });
    }
    expect(await readRows(memoryFolder(new Map()), 'a', plain, 0, 1)).toEqual(new Uint8Array(size));
  });

  it('values that went through a filter, or are no numbers', async () => {
    for (const change of [
      { filters: [{ id: 'delta' }] },
      { dtype: '|O' },
      { dtype: '<M8[ns]' },
      { dtype: '__proto__' },
    ]) {
      const array = parseArray({ ...good, ...change }, 'a');
      await expect(readRows(memoryFolder(new Map()), 'a', array, 0, 1)).rejects.toMatchObject({
        kind: 'format',
        code: 'unsupported-values',
      });
    }
  });

  it('a chunk cut short', async () => {
    const files: MemoryFolder = new Map([
      ['a/0.0', new Uint8Array(15)],
      ['a/1.0', new Uint8Array(16)],
    ]);
    await expect(readRows(memoryFolder(files), 'a', parseArray(good, 'a'), 0, 4)).rejects.toMatchObject({
      code: 'bad-chunk',
      where: 'memory/a/0.0',
    });
  });
});

describe('JSON', () => {
  const parse = (text: string) => parseJson(new TextEncoder().encode(text), 'a');

  it('as Python writes it: NaN and Infinity are null, in text they are words', () => {
    expect(parse('{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN, \\"Infinity\\""}')).toEqual({
      a: null,
      b: [null, null],
      c: 'NaN, "Infinity"',
    });
  });

  it('keys have no meaning of their own', () => {
    const tree = parse('{"__proto__": {"polluted": true}, "constructor": 1}') as object;
    expect(Object.keys(tree)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each(['', '{', '[1,]', 'nul', '\u0001', `${'['.repeat(100)}${']'.repeat(100)}`, '['.repeat(100_000)])(
    'that is none is refused in words (%#)',
    (text) => {
      expect(() => parse(text)).toThrow(expect.objectContaining({ kind: 'format', code: 'bad-json' }));
    },
  );

  it('that is not UTF-8 is refused in words', () => {
    expect(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22), 'a')).toThrow(
      expect.objectContaining({ code: 'bad-json' }),
    );
  });
});
