import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MemoryFolder, memoryFolder, memoryTarget } from '../../../test/memory-folder.ts';
import { dataset as plainDataset } from '../../../test/store-maps.ts';
import { explicitAxis, uniformAxis } from '../../signal/axis.ts';
import { type DenseBlock, toEvents } from '../../signal/block.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { DTYPES, type Dtype, type ValueArray } from '../../signal/dtype.ts';
import { blobFolder } from '../blob-folder.ts';
import zspy from './index.ts';

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength);
const utf8 = (content: unknown) =>
  new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content));

function dataset(
  shape: readonly number[],
  dtype: Dtype,
  values: ValueArray,
  parts: Partial<ArrayDataset> = {},
): ArrayDataset {
  return { ...plainDataset(shape, dtype, values), title: 'a/map: ä', ...parts };
}

async function save(given: ArrayDataset): Promise<MemoryFolder> {
  const { target, files } = memoryTarget();
  await zspy.writeFolder!(given, target);
  return files;
}

const open = async (files: MemoryFolder) => (await zspy.readFolder!(memoryFolder(files, 'map.zspy'))) as ArrayDataset[];

describe('round trip', () => {
  it('keeps every dtype, shape, axis, text and tree', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...(Object.keys(DTYPES) as Dtype[])),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        fc.string({ maxLength: 300, unit: 'grapheme' }),
        fc.dictionary(
          fc.oneof(fc.string(), fc.constantFrom('beam_energy_keV', 'stage', 'detector_X', 'k/l', '\\', '..')),
          fc.jsonValue({ maxDepth: 3 }),
          { maxKeys: 4 },
        ),
        fc.integer(),
        async (dtype, shape, title, tree, seed) => {
          const values = DTYPES[dtype].make(shape.reduce((a, b) => a * b, 1));
          const bytes = bytesOf(values);
          for (let i = 0; i < bytes.length; i++) bytes[i] = (seed * (i + 1)) >>> 7;
          if (dtype === 'bool') for (let i = 0; i < bytes.length; i++) bytes[i] &= 1;
          const metadata = JSON.parse(JSON.stringify(tree));
          const [back] = await open(await save(dataset(shape, dtype, values, { title, metadata })));
          expect(back).toMatchObject({ title, dtype, shape, warnings: [] });
          expect(back.axes).toEqual(dataset(shape, dtype, values).axes);
          expect(back.metadata).toEqual(metadata);
          expect(bytesOf((await back.values.load()) as ValueArray).equals(bytes)).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('makes sparse counts dense and keeps explicit positions', async () => {
    const counts = Uint8Array.from({ length: 60 }, (_, i) => (i % 7 === 0 ? i : 0));
    const block = toEvents({ kind: 'dense', pixels: 6, channels: 10, values: counts });
    const axes = [
      explicitAxis({ name: 't', unit: 's', role: 'navigation', positions: [0, 0.1, 0.30000000000000004, 5, 6, 1e9] }),
      uniformAxis({ name: 'Energy', unit: 'eV', role: 'spectral', size: 10 }),
    ];
    const values = { kind: 'events' as const, load: async () => block };
    const [back] = await open(await save(dataset([6, 10], 'uint8', counts, { axes, values })));
    expect(back.axes).toEqual(axes);
    expect(await back.values.load()).toEqual(counts);
  });

  it('of several chunks, the last one short, is read by any run of pixels', async () => {
    const shape = [37, 53, 400];
    const values = Uint16Array.from({ length: 37 * 53 * 400 }, (_, i) => (i * 2654435761) >>> 20);
    const files = await save(dataset(shape, 'uint16', values));
    const chunks = [...files.keys()].filter((path) => /data\/\d+\/0\/0$/.test(path));
    expect(chunks).toHaveLength(1 + Math.floor(36 / Math.floor(2 ** 21 / (53 * 800))));
    const blobs = [...files].map(([path, bytes]) => new File([bytes], path));
    const [back] = (await zspy.readFolder!(blobFolder(blobs))) as ArrayDataset[];
    const { source, read } = back.values.rows!;
    expect(source).toMatchObject({ reader: 'rows/zarr', pixels: 37 * 53, channels: 400, kind: 'dense' });
    for (const [start, end] of [
      [0, 1],
      [1000, 1100],
      [1900, 1961],
      [0, 1961],
    ]) {
      const block = await read(start, end);
      expect(block).toMatchObject({ kind: 'dense', pixels: end - start, channels: 400 });
      const wanted = bytesOf(values.subarray(start * 400, end * 400));
      expect(bytesOf((block as DenseBlock).values).equals(wanted)).toBe(true);
    }
  });

  it('refuses what is empty, and a count its dtype cannot hold', async () => {
    const block = toEvents({ kind: 'dense', pixels: 1, channels: 4, values: Uint16Array.of(0, 300, 0, 0) });
    const large = dataset([1, 4], 'uint8', new Uint8Array(4), { values: { kind: 'events', load: async () => block } });
    await expect(save(large)).rejects.toMatchObject({ kind: 'output', code: 'value-too-large' });
    const empty = dataset([0, 4], 'uint8', new Uint8Array(0));
    await expect(save(empty)).rejects.toMatchObject({ kind: 'output', code: 'empty-dataset' });
  });
});

describe('what HyperSpy may write', () => {
  /** A signal of two values with this and that in place of what is usual. */
  function signal(changes: Record<string, unknown>): MemoryFolder {
    const root = 'Experiments/__unnamed__';
    const array = {
      zarr_format: 2,
      shape: [2],
      chunks: [2],
      dtype: '<f4',
      order: 'C',
      compressor: null,
      filters: null,
      fill_value: 0,
    };
    const files: Record<string, unknown> = {
      '.zgroup': { zarr_format: 2 },
      '.zattrs': { file_format: 'ZSpy', file_format_version: '3.1' },
      'Experiments/.zgroup': { zarr_format: 2 },
      [`${root}/.zgroup`]: { zarr_format: 2 },
      [`${root}/axis-0/.zgroup`]: { zarr_format: 2 },
      [`${root}/axis-0/.zattrs`]: {
        _type: 'UniformDataAxis',
        navigate: false,
        size: 2,
        scale: 1,
        offset: 0,
        name: '_None_',
      },
      [`${root}/metadata/.zgroup`]: { zarr_format: 2 },
      [`${root}/data/.zarray`]: array,
      [`${root}/data/0`]: new Uint8Array(Float32Array.of(1, 2).buffer),
      ...changes,
    };
    const entries = Object.entries(files).filter(([, content]) => content !== undefined);
    return new Map(
      entries.map(([path, content]) => [
        path,
        content instanceof Uint8Array ? (content as Uint8Array<ArrayBuffer>) : utf8(content),
      ]),
    );
  }
  const list = (filter: string, length: number) => ({
    zarr_format: 2,
    shape: [length],
    chunks: [length],
    dtype: '|O',
    order: 'C',
    compressor: null,
    filters: [{ id: filter }],
  });
  const words = (...found: string[]) => {
    const parts = found.flatMap((word) => [Buffer.from(Uint32Array.of(word.length).buffer), Buffer.from(word)]);
    return new Uint8Array(Buffer.concat([Buffer.from(Uint32Array.of(found.length).buffer), ...parts]));
  };

  it('lists of words and of mixed things, packed as JSON or with their lengths, are lists', async () => {
    const meta = 'Experiments/__unnamed__/metadata';
    const [found] = await open(
      signal({
        [`${meta}/_list_json/.zarray`]: list('json2', 2),
        [`${meta}/_list_json/0`]: ['a', 3, '|O', [2]],
        [`${meta}/_tuple_words/.zarray`]: list('vlen-utf8', 2),
        [`${meta}/_tuple_words/0`]: words('Mn_Ka', 'O'),
        [`${meta}/ragged/.zarray`]: list('vlen-array', 2),
        [`${meta}/.zattrs`]: { _list_empty_nothing: '_None_', number: 'NaN', none: '_None_' },
      }),
    );
    expect(found.original.metadata).toEqual({
      json: ['a', 3],
      words: ['Mn_Ka', 'O'],
      ragged: 'of type |O, packed with vlen-array [2]',
      nothing: [],
      number: 'NaN',
      none: null,
    });
    expect(found.warnings).toEqual([]);
  });

  it.each([
    ['items that are not there', { '_list_x/.zarray': list('json2', 2), '_list_x/0': undefined }],
    ['fewer items than declared', { '_list_x/.zarray': list('json2', 9), '_list_x/0': ['a', '|O', [9]] }],
    [
      'a word past its end',
      { '_list_x/.zarray': list('vlen-utf8', 1), '_list_x/0': Uint8Array.of(1, 0, 0, 0, 99, 0, 0, 0) },
    ],
    ['attributes that are none', { 'x/.zgroup': {}, 'x/.zattrs': [1] }],
  ])('%s: left out with a warning', async (_, changes) => {
    const files = signal(
      Object.fromEntries(
        Object.entries(changes).map(([path, content]) => [`Experiments/__unnamed__/metadata/${path}`, content]),
      ),
    );
    const [found] = await open(files);
    expect(found.original.metadata).toEqual({});
    expect(found.warnings).toHaveLength(1);
    expect(await found.values.load()).toEqual(Float32Array.of(1, 2));
  });

  it('"__proto__" in names and attributes stays an ordinary word', async () => {
    const meta = 'Experiments/__unnamed__/metadata';
    const [found] = await open(
      signal({
        [`${meta}/.zattrs`]: '{"__proto__": {"polluted": 1}, "constructor": 2}',
        [`${meta}/__proto__/.zgroup`]: {},
        [`${meta}/__proto__/.zattrs`]: { polluted: 1 },
      }),
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(found.original.metadata as object).sort()).toEqual(['__proto__', 'constructor']);
  });

  it.each([
    [
      'no group "Experiments"',
      { 'Experiments/.zgroup': undefined, 'Experiments/__unnamed__/.zgroup': undefined },
      'not-hyperspy',
    ],
    ['no signal in it', { 'Experiments/__unnamed__/.zgroup': undefined }, 'no-signal'],
    [
      'values of a kind that is not read',
      { 'Experiments/__unnamed__/data/.zarray': list('vlen-array', 2) },
      'unsupported-values',
    ],
    ['no description of the values', { 'Experiments/__unnamed__/data/.zarray': undefined }, 'bad-array'],
    ['a root that is no JSON', { '.zattrs': '{' }, 'bad-json'],
  ])('%s is refused in words', async (_, changes, code) => {
    await expect(open(signal(changes))).rejects.toMatchObject({ kind: 'format', code });
  });
});
