import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type MemoryFolder, memoryFolder, memoryTarget } from '../../../test/memory-folder.ts';
import { crc32 } from '../../kernels/crc32.ts';
import { TILE_PIXELS } from '../../shapes/tile.ts';
import { explicitAxis, uniformAxis } from '../../signal/axis.ts';
import { type DenseBlock, type EventsBlock, sliceBlock, toDense, toEvents } from '../../signal/block.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { DTYPES, type Dtype, type ValueArray } from '../../signal/dtype.ts';
import { isSpectrailError, type SpectrailError } from '../../signal/errors.ts';
import type { Written } from '../format.ts';
import { openNodeFolder } from '../node-folder.ts';
import { loadRowReader } from '../row-readers.ts';
import { denseValues } from '../value-runs.ts';
import { STORE_TILE, SUMS } from './layout.ts';
import { readStore } from './read.ts';
import { sumsOf } from './sums.ts';
import { writeStore } from './write.ts';

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength);

function dataset(shape: readonly number[], dtype: Dtype, values: ValueArray): ArrayDataset {
  return {
    kind: 'array',
    title: 'a map',
    shape,
    dtype,
    axes: shape.map((size, d) =>
      d === shape.length - 1
        ? uniformAxis({ name: 'Energy', unit: 'keV', role: 'spectral', size, scale: 0.01, offset: -0.2 })
        : uniformAxis({ name: 'yx'[d % 2], unit: 'nm', role: 'navigation', size, scale: 0.1 + d }),
    ),
    values: { kind: 'dense', load: async () => values },
    metadata: {},
    original: {},
    warnings: [],
  };
}

async function store(given: ArrayDataset): Promise<{ files: MemoryFolder; written: Written }> {
  const { target, files } = memoryTarget();
  return { written: await writeStore(given, target), files };
}

async function reopen(files: MemoryFolder): Promise<ArrayDataset> {
  return (await readStore(memoryFolder(files, 'map.spectrail')))[0] as ArrayDataset;
}

async function denseOf(found: ArrayDataset): Promise<ValueArray> {
  const loaded = await found.values.load();
  return 'kind' in loaded ? denseValues(loaded, found.dtype, 0, loaded.pixels * loaded.channels) : loaded;
}

/** 3 tiles, the last one short: 37 × 250 pixels of 16 channels, about a tenth not 0. */
const PIXELS = 37 * 250;
const counts = Uint16Array.from({ length: PIXELS * 16 }, (_, i) => ((i * 2654435761) % 97 < 10 ? 1 + (i % 5) : 0));
const map = () => dataset([37, 250, 16], 'uint16', counts.slice());

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

describe('damage', () => {
  const dense = () =>
    dataset(
      [37, 250, 16],
      'float32',
      Float32Array.from(counts, (count) => count + 0.5),
    );

  it.each([
    ['events', map],
    ['dense', dense],
  ])('any flipped byte of a store of %s that is read is refused, chunks with tile and file', async (_, make) => {
    const { files } = await store(make());
    const read = [...files.keys()].filter((path) =>
      /^(\.zattrs|SHA256SUMS|events\/.*|checksums\/0.0|.*\/data\/.*)$/.test(path),
    );
    for (const path of read.filter((name) => !name.endsWith('.zgroup'))) {
      const size = files.get(path)!.length;
      for (const at of [0, size >> 1, size - 1]) {
        const changed = new Map(files);
        const bytes = files.get(path)!.slice();
        bytes[at] ^= 4;
        changed.set(path, bytes);
        const error = await failure(() => reopen(changed).then((found) => loadAll(found)));
        // In the list of sums a byte of another file's line does not matter.
        if (path === 'SHA256SUMS' && error === undefined) continue;
        expect(error, `${path} byte ${at}`).toMatchObject({ kind: 'format', code: 'damaged-store' });
        if (!/\/[\d/]+$/.test(path) || path.startsWith('checksums')) continue;
        expect(error?.where).toBe(`map.spectrail/${path}`);
        expect(error?.what).toMatch(/^tile [012] \(pixels \d+ to \d+\)/);
      }
    }
  });

  it.each([
    ['events', map],
    ['dense', dense],
  ])('a cut or missing chunk of a store of %s is refused before its values are made room for', async (_, make) => {
    const { files } = await store(make());
    for (const path of [...files.keys()].filter((name) => /^(events|Experiments)\/.*\/\d$/.test(name))) {
      for (const left of [undefined, files.get(path)!.slice(0, -1)]) {
        const changed = new Map(files);
        if (left) changed.set(path, left);
        else changed.delete(path);
        const error = await failure(() => reopen(changed).then((found) => loadAll(found)));
        expect(error).toMatchObject({ kind: 'format', code: 'damaged-store', where: `map.spectrail/${path}` });
      }
    }
  });

  it.each([
    ['offsets that descend', 'events/offsets/0', (bytes: Uint8Array) => bytes.fill(9, 8, 9)],
    ['a channel that does not exist', 'events/channels/0', (bytes: Uint8Array) => bytes.fill(255, 0, 2)],
    ['channels out of order', 'events/channels/0', (bytes: Uint8Array) => bytes.fill(0)],
    ['a count of 0', 'events/counts/0', (bytes: Uint8Array) => bytes.fill(0, 3, 4)],
  ])('a forged store with %s and checksums to fit is refused', async (_, path, forge) => {
    const { files } = await store(map());
    forge(files.get(path)!);
    await sign(files);
    const error = await failure(() => reopen(files).then((found) => loadAll(found)));
    expect(error).toMatchObject({ kind: 'format', code: 'damaged-store' });
  });

  it('a forged shape of 10^13 values costs nothing and is refused', async () => {
    const { files } = await store(map());
    const root = JSON.parse(text(files.get('.zattrs')!));
    root.spectrail.shape = [1e6, 1e6, 16];
    root.spectrail.axes[0].size = 1e6;
    root.spectrail.axes[1].size = 1e6;
    files.set('.zattrs', utf8(JSON.stringify(root)));
    await sign(files);
    expect(await failure(() => reopen(files))).toMatchObject({ code: 'damaged-store' });
    const offsets = JSON.parse(text(files.get('events/offsets/.zarray')!));
    files.set('events/offsets/.zarray', utf8(JSON.stringify({ ...offsets, shape: [1e12 + 1] })));
    await sign(files, Math.ceil(1e12 / 4096) * 12 < 2 ** 26 ? undefined : new Uint8Array(16));
    expect(await failure(() => reopen(files).then((found) => loadAll(found)))).toMatchObject({
      code: 'damaged-store',
    });
  });

  it('a path that leads out of the store is refused', async () => {
    const { files } = await store(dense());
    const root = JSON.parse(text(files.get('.zattrs')!));
    root.spectrail.data = '../other/data';
    files.set('.zattrs', utf8(JSON.stringify(root)));
    await sign(files);
    expect(await failure(() => reopen(files))).toMatchObject({ kind: 'format', code: 'unsafe-path' });
  });

  it('a store of a later layout says so', async () => {
    const { files } = await store(map());
    const root = JSON.parse(text(files.get('.zattrs')!));
    root.spectrail.store = 2;
    files.set('.zattrs', utf8(JSON.stringify(root)));
    await sign(files);
    expect(await failure(() => reopen(files))).toMatchObject({ code: 'newer-store' });
  });

  it('another Zarr folder is no store', async () => {
    expect(await failure(() => reopen(new Map([['.zgroup', utf8('{}')]])))).toMatchObject({ code: 'not-a-store' });
  });
});

const loadAll = async ({ values }: ArrayDataset): Promise<unknown> => values.load();
const utf8 = (content: string) => new TextEncoder().encode(content);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function failure(work: () => Promise<unknown>): Promise<SpectrailError | undefined> {
  try {
    await work();
  } catch (error) {
    if (!isSpectrailError(error)) throw error;
    return error;
  }
  return undefined;
}

/** Gives changed files the sums of what they are now; a single run of tiles its checksums. */
async function sign(files: MemoryFolder, checksums?: Uint8Array<ArrayBuffer>): Promise<void> {
  const offsets = files.get('events/offsets/0');
  if (checksums) files.set('checksums/0.0', checksums);
  else if (offsets) files.set('checksums/0.0', eventChecksums(files, offsets));
  files.delete(SUMS);
  files.set(SUMS, Uint8Array.from(await sumsOf(files)));
}

function eventChecksums(files: MemoryFolder, offsetBytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const offsets = new BigUint64Array(offsetBytes.slice().buffer);
  const sums: number[] = [];
  for (let first = 0; first < PIXELS; first += 4096) {
    const last = Math.min(PIXELS, first + 4096);
    const [from, to] = [Number(offsets[first]), Number(offsets[last])];
    sums.push(crc32(offsetBytes.subarray(first * 8, (last + 1) * 8)));
    sums.push(crc32(files.get('events/channels/0')!.subarray(from * 2, to * 2)));
    sums.push(crc32(files.get('events/counts/0')!.subarray(from, to)));
  }
  return new Uint8Array(Uint32Array.from(sums).buffer);
}

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
