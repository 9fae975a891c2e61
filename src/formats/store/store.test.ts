import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { MemoryFolder } from '../../../test/memory-folder.ts';
import { counts, dataset, map, PIXELS, reopen, store } from '../../../test/store-maps.ts';
import { TILE_PIXELS } from '../../shapes/tile.ts';
import { explicitAxis, uniformAxis } from '../../signal/axis.ts';
import { type DenseBlock, type EventsBlock, sliceBlock, toDense, toEvents } from '../../signal/block.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { DTYPES, type Dtype, type ValueArray } from '../../signal/dtype.ts';
import { openNodeFolder } from '../node-folder.ts';
import { loadRowReader } from '../row-readers.ts';
import { denseValues } from '../value-runs.ts';
import { STORE_TILE } from './layout.ts';
import { readStore } from './read.ts';

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength);

async function denseOf(found: ArrayDataset): Promise<ValueArray> {
  const loaded = await found.values.load();
  return 'kind' in loaded ? denseValues(loaded, found.dtype, 0, loaded.pixels * loaded.channels) : loaded;
}

describe('round trip', () => {
  it('keeps every dtype and shape, axes and trees, to the last bit, whatever form the values take', async () => {
    const share = fc.constantFrom(0, 0.05, 0.24, 0.3, 1);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...(Object.keys(DTYPES) as Dtype[])),
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 0, maxLength: 4 }),
        share,
        fc.constantFrom(1, 200, 70_000, 2 ** 33),
        fc.string({ maxLength: 40, unit: 'grapheme' }),
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }),
        fc.integer({ min: 0, max: 1e6 }),
        async (dtype, shape, filled, largest, title, tree, seed) => {
          const values = DTYPES[dtype].make(shape.reduce((a, b) => a * b, 1));
          for (let i = 0; i < values.length; i++) {
            const random = (Math.imul(seed + i, 2654435761) >>> 0) / 2 ** 32;
            const value = random < filled ? Math.ceil((random / filled) * largest) : 0;
            if (values instanceof BigInt64Array || values instanceof BigUint64Array) values[i] = BigInt(value);
            else values[i] = dtype === 'bool' ? Number(value > 0) : value;
          }
          const plain = JSON.parse(JSON.stringify(tree));
          const given = { ...dataset(shape, dtype, values), title, metadata: plain, original: plain };
          const back = await reopen((await store(given)).files);
          expect(back.axes).toEqual(given.axes);
          expect(back).toMatchObject({ title, dtype, shape, warnings: [] });
          expect(JSON.stringify([back.metadata, back.original])).toBe(JSON.stringify([plain, plain]));
          expect(bytesOf(await denseOf(back)).equals(bytesOf(values))).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keeps explicit positions, image axes and what is known of a calibration', async () => {
    const given = dataset(
      [3, 4],
      'float32',
      Float32Array.from({ length: 12 }, (_, i) => i / 3 - 1),
    );
    const axes = [
      explicitAxis({ name: 't', unit: 's', role: 'navigation', positions: [0.1, 0.30000000000000004, 1e-300] }),
      uniformAxis({
        name: 'x',
        role: 'signal',
        size: 4,
        scale: -1 / 3,
        calibration: { origin: 'file', uncertainty: 0.1 },
      }),
    ];
    const back = await reopen((await store({ ...given, axes })).files);
    expect(back.axes).toEqual(axes);
  });

  it('keeps events as they are, however many are not 0', async () => {
    const full = Uint8Array.from({ length: 60 }, (_, i) => i + 1);
    const block = toEvents({ kind: 'dense', pixels: 6, channels: 10, values: full });
    const given: ArrayDataset = {
      ...dataset([2, 3, 10], 'uint8', full),
      values: { kind: 'events', load: async () => block },
    };
    const { files, written } = await store(given);
    expect(written).toEqual({ kind: 'events', entries: 60 });
    expect(await (await reopen(files)).values.load()).toEqual(block);
  });

  it('leaves "__proto__" an ordinary word', async () => {
    const metadata = JSON.parse('{"__proto__": {"polluted": true}}');
    const back = await reopen((await store({ ...dataset([4], 'uint8', new Uint8Array(4)), metadata })).files);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(back.metadata)).toEqual(['__proto__']);
  });
});

describe('the form of the values', () => {
  const filled = (share: number, pixels = 4096, value = 1) => {
    const values = new Float64Array(pixels * 4);
    for (let i = 0; i < values.length * share; i++) values[i] = value;
    return dataset([pixels, 4], 'float64', values);
  };

  it.each([
    ['counts of which fewer than a quarter are not 0', filled(0.2499), 'events'],
    ['counts of which a quarter are not 0', filled(0.25), 'dense'],
    ['values that are not whole', filled(0.1, 4096, 0.5), 'dense'],
    ['values below 0', filled(0.1, 4096, -1), 'dense'],
    ['counts beyond 32 bits', filled(0.1, 4096, 2 ** 32), 'dense'],
    ['−0', filled(0.1, 4096, -0), 'dense'],
    ['one spectrum', dataset([8], 'uint8', new Uint8Array(8)), 'dense'],
  ])('%s', async (_, given, kind) => {
    expect((await store(given)).written.kind).toBe(kind);
  });

  it('a guess that proves wrong is taken back: sparse where it was looked at, dense elsewhere', async () => {
    const values = Uint16Array.from({ length: PIXELS * 16 }, (_, i) => (i > 12 * 16 && i % 9250 > 2000 ? 7 : 0));
    const { files, written } = await store(dataset([37, 250, 16], 'uint16', values));
    expect(written.kind).toBe('dense');
    expect(bytesOf(await denseOf(await reopen(files))).equals(bytesOf(values))).toBe(true);
  });

  it('the other way round too: dense where it was looked at, sparse elsewhere', async () => {
    const values = new Uint16Array(20_000 * 16);
    for (let look = 0; look < 16; look++)
      values.fill(300, Math.floor((19_999 * look) / 16) * 16, Math.floor((19_999 * look) / 16 + 64) * 16);
    const { files, written } = await store(dataset([20_000, 16], 'uint16', values));
    expect(written.kind).toBe('events');
    expect(bytesOf(await denseOf(await reopen(files))).equals(bytesOf(values))).toBe(true);
  });

  it('counts get a wider type when one turns out too large, wherever it lies', async () => {
    for (const [largest, bytes] of [
      [255, 1],
      [256, 2],
      [65_536, 4],
    ] as const) {
      const values = Uint32Array.from(counts);
      values[PIXELS * 16 - 1] = largest;
      const back = await reopen((await store(dataset([37, 250, 16], 'uint32', values))).files);
      const block = (await back.values.load()) as EventsBlock;
      expect(block.count.BYTES_PER_ELEMENT).toBe(bytes);
      expect(block.count.at(-1)).toBe(largest);
    }
  });
});

describe('what can be read alone', () => {
  it('is a tile of the size jobs use', () => {
    expect(STORE_TILE).toBe(TILE_PIXELS);
  });

  const ranges = [
    [0, 4096],
    [4096, 8192],
    [8192, PIXELS],
    [0, PIXELS],
    [4000, 4200],
    [PIXELS - 1, PIXELS],
    [17, 17],
  ] as const;

  it.each(ranges)('events of pixels %d to %d are those of the whole', async (start, end) => {
    const folder = onDisk((await store(map())).files);
    const { values } = (await readStore(await openNodeFolder(folder)))[0] as ArrayDataset;
    const whole = (await values.load()) as EventsBlock;
    const { source, read, facts } = values.rows!;
    const alone = structuredClone(source);
    const job = await (await loadRowReader(alone.reader)).read(alone.args, start, end);
    expect(job).toEqual(await read(start, end));
    expect(toDense(job)).toEqual(toDense(sliceBlock(whole, start, end)));
    expect(source).toMatchObject({ kind: 'events', pixels: PIXELS, channels: 16, entries: whole.count.length });
    expect(facts).toEqual({ whole: true, min: 0, nonZero: whole.count.length, values: PIXELS * 16 });
  });

  it.each(ranges)('dense values of pixels %d to %d are those of the whole', async (start, end) => {
    const values = Float32Array.from(counts, (count, i) => count + (i % 3) / 4 - 1);
    const folder = onDisk((await store(dataset([37, 250, 16], 'float32', values))).files);
    const { rows } = ((await readStore(await openNodeFolder(folder)))[0] as ArrayDataset).values;
    const alone = structuredClone(rows!.source);
    const job = (await (await loadRowReader(alone.reader)).read(alone.args, start, end)) as DenseBlock;
    expect(job).toEqual(await rows!.read(start, end));
    expect(job.values).toEqual(values.slice(start * 16, end * 16));
    expect(rows!.facts).toMatchObject({ whole: false, min: -1, values: PIXELS * 16 });
  });

  it('nothing but its tiles is opened for a range of pixels', async () => {
    const folder = onDisk((await store(map())).files);
    const { rows } = ((await readStore(await openNodeFolder(folder)))[0] as ArrayDataset).values;
    for (const name of ['.zattrs', 'SHA256SUMS', 'checksums', 'events/counts/.zarray']) {
      rmSync(join(folder, name), { recursive: true });
    }
    expect((await rows!.read(4096, 8192)).pixels).toBe(4096);
  });

  it('facts are not stated where a value is not finite', async () => {
    const values = Float32Array.of(1, Number.NaN, 2, 3);
    const folder = onDisk((await store(dataset([2, 2], 'float32', values))).files);
    const { rows } = ((await readStore(await openNodeFolder(folder)))[0] as ArrayDataset).values;
    expect(rows).toBeDefined();
    expect(rows!.facts).toBeUndefined();
  });
});

const home = mkdtempSync(join(tmpdir(), 'spectrail-store-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
let made = 0;

function onDisk(files: MemoryFolder): string {
  const folder = join(home, `store-${made++}.spectrail`);
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}
