import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ValueArray } from '../../signal/dtype.ts';
import type { ByteSource } from '../format.ts';
import { openNodeFile } from '../node-file.ts';
import { createHdf5, openHdf5 } from './index.ts';
import { hdf5Library } from './library.ts';
import { placeTile, type Tile, tiles } from './tiles.ts';

const folder = mkdtempSync(join(tmpdir(), 'spectrail-hdf5-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function memory(bytes: Uint8Array): ByteSource {
  return {
    name: 'test.h5',
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
    sibling: async () => undefined,
  };
}

const SHAPE = [23, 29, 31];
const VALUES = Uint16Array.from({ length: 23 * 29 * 31 }, (_, i) => (i * 7919) % 65521);

async function sample(): Promise<Uint8Array> {
  const file = await createHdf5();
  file.group('/group');
  file.attribute('/group', 'yes', true);
  file.attribute('/group', 'a flag with a long name, and a tab\t', false);
  file.attribute('/group', 'text', 'µ "quoted" 例');
  file.attribute('/group', 'number', -1.5);
  file.attribute('/group', 'whole', 42n);
  file.attribute('/group', '__proto__', 'harmless');
  file.strings('/group/words', ['Fe', '', 'µ']);
  const row = 29 * 31;
  file.dataset('/group/values', SHAPE, 'uint16', [VALUES.subarray(0, 5 * row), VALUES.subarray(5 * row)]);
  return file.finish();
}

/** Where the bytes of a little-endian u64 list are. */
function findSizes(bytes: Uint8Array, sizes: readonly number[]): number {
  return Buffer.from(bytes).indexOf(Buffer.from(BigUint64Array.from(sizes, BigInt).buffer));
}

describe('reading what was written', () => {
  it('gives attributes, text and values back, from memory and from disk', async () => {
    const bytes = await sample();
    const path = join(folder, 'sample.h5');
    writeFileSync(path, bytes);
    for (const source of [memory(bytes), await openNodeFile(path)]) {
      const file = await openHdf5(source);
      expect(await file.list('/')).toEqual([{ name: 'group', kind: 'group' }]);
      const attributes = await file.attributes('/group');
      expect(attributes.yes).toEqual({ value: true, dtype: 'bool' });
      expect(attributes['a flag with a long name, and a tab\t'].value).toBe(false);
      expect(attributes.text).toEqual({ value: 'µ "quoted" 例' });
      expect(attributes.number.value).toBe(-1.5);
      expect(attributes.whole).toEqual({ value: 42, dtype: 'int64' });
      expect(Object.keys(attributes)).toContain('__proto__');
      expect(await file.strings('/group/words')).toEqual(['Fe', '', 'µ']);
      expect(await file.dataset('/group/values')).toMatchObject({ shape: SHAPE, dtype: 'uint16' });
      expect(await file.read('/group/values')).toEqual(VALUES);
      await file.close();
    }
  });

  it('reads a box of values', async () => {
    const file = await openHdf5(memory(await sample()));
    const box = { start: [3, 28, 4], count: [2, 1, 3] };
    const at = (i: number, j: number, k: number) => VALUES[(i * 29 + j) * 31 + k];
    expect(Array.from((await file.read('/group/values', box)) as Uint16Array)).toEqual([
      ...[at(3, 28, 4), at(3, 28, 5), at(3, 28, 6)],
      ...[at(4, 28, 4), at(4, 28, 5), at(4, 28, 6)],
    ]);
    await file.close();
  });

  it('hands out every value once, in boxes of whole chunks of about the size asked for', async () => {
    const long = Uint16Array.from({ length: 1_300_000 }, (_, i) => i % 65521);
    const written = await createHdf5();
    written.dataset('/long', [long.length, 1], 'uint16', [long]);
    const file = await openHdf5(memory(written.finish()));
    const whole = new Uint16Array(long.length);
    const sizes: number[] = [];
    const place = (values: ValueArray, tile: Tile) => {
      sizes.push(values.byteLength);
      placeTile(whole, [long.length, 1], tile, values as Uint16Array, 1);
    };
    const slabs = file.slabs('/long', 2 ** 20, place)[Symbol.asyncIterator]();
    expect([(await slabs.next()).value, sizes]).toEqual([{ start: [0, 0], count: [2 ** 19, 1] }, [2 ** 20]]);
    while (!(await slabs.next()).done);
    await file.close();
    expect(whole.every((value, i) => value === long[i])).toBe(true);
    expect(sizes).toEqual([2 ** 20, 2 ** 20, 2 * long.length - 2 ** 21]);
  });

  it('stays open for one reader while another closes', async () => {
    const bytes = await sample();
    const [first, second] = [await openHdf5(memory(bytes)), await openHdf5(memory(bytes))];
    await first.close();
    await first.close();
    expect(await second.read('/group/values')).toEqual(VALUES);
    await second.close();
  });
});

describe('damaged files', () => {
  it('refuses a corrupted gzip chunk instead of returning what was in memory', async () => {
    const bytes = await sample();
    const stream = Buffer.from(bytes).indexOf(Buffer.of(0x78, 0x01));
    expect(stream).toBeGreaterThan(0);
    bytes.fill(0xa5, stream + 40, stream + 400);
    const file = await openHdf5(memory(bytes));
    await expect(file.read('/group/values')).rejects.toMatchObject({ kind: 'format', code: 'hdf5-damaged' });
    await file.close();
    const good = await openHdf5(memory(await sample()));
    expect(await good.read('/group/values')).toEqual(VALUES);
    await good.close();
  });

  it('opens a file that declares 40 TB, and refuses to load it before allocating', async () => {
    const bytes = await sample();
    const at = findSizes(bytes, [...SHAPE, ...SHAPE]);
    expect(at).toBeGreaterThan(0);
    const lie = BigUint64Array.from([800_000n, 29n, 862_069n, 800_000n, 29n, 862_069n]);
    bytes.set(new Uint8Array(lie.buffer), at);
    const file = await openHdf5(memory(bytes));
    expect((await file.dataset('/group/values')).shape).toEqual([800_000, 29, 862_069]);
    await expect(file.read('/group/values')).rejects.toMatchObject({ kind: 'format', code: 'hdf5-too-large' });
    await file.close();
  });

  it('refuses to describe dimensions beyond what numbers count', async () => {
    const bytes = await sample();
    const lie = BigUint64Array.of(2n ** 53n, 1n, 1n, 2n ** 53n, 1n, 1n);
    bytes.set(new Uint8Array(lie.buffer), findSizes(bytes, [...SHAPE, ...SHAPE]));
    const file = await openHdf5(memory(bytes));
    await expect(file.dataset('/group/values')).rejects.toMatchObject({ kind: 'format', code: 'hdf5-too-large' });
    await file.close();
  });

  it('refuses what is not HDF5, and what is cut', async () => {
    await expect(openHdf5(memory(new Uint8Array(4096)))).rejects.toMatchObject({ code: 'not-hdf5' });
    await expect(openHdf5(memory(new Uint8Array(0)))).rejects.toMatchObject({ code: 'not-hdf5' });
    const bytes = await sample();
    await expect(openHdf5(memory(bytes.subarray(0, 900)))).rejects.toThrow(/truncated/);
  });

  it('does not follow a damaged size round and round in the store of texts', async () => {
    const heap = Buffer.from(await sample()).indexOf('GCOL');
    expect(heap).toBeGreaterThan(0);
    for (const size of [0xfffffff0n, 0xfffffffffffffff0n, 5000n]) {
      const bytes = await sample();
      new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(heap + 16 + 8, size, true);
      for (const reserved of [0, 0x20]) {
        bytes[heap + 6] = reserved;
        const file = await openHdf5(memory(bytes));
        await expect(file.attributes('/group')).rejects.toMatchObject({ code: 'hdf5-damaged' });
        await file.close();
      }
    }
  });

  it('refuses lengths of other sizes than those that are walked beforehand', async () => {
    for (const [version, at] of [
      [0, 14],
      [1, 14],
      [2, 10],
      [3, 10],
    ]) {
      for (const size of [2, 16]) {
        const bytes = await sample();
        bytes[8] = version;
        bytes[at] = size;
        const behind = new Uint8Array(512 + bytes.length);
        behind.set(bytes, 512);
        await expect(openHdf5(memory(behind))).rejects.toMatchObject({
          code: 'hdf5-damaged',
          where: `test.h5, byte ${512 + at}`,
          what: `lengths take ${size} bytes`,
        });
      }
    }
  });

  it('says which group or dataset is missing', async () => {
    const file = await openHdf5(memory(await sample()));
    await expect(file.read('/nowhere')).rejects.toMatchObject({ code: 'hdf5-damaged' });
    await expect(file.list('/nowhere')).rejects.toThrow(/"\/nowhere"/);
    await file.close();
  });

  it('starts a fresh library after a crash', async () => {
    const library = await hdf5Library();
    library.broken = true;
    const file = await openHdf5(memory(await sample()));
    expect(await file.read('/group/values')).toEqual(VALUES);
    await file.close();
    expect(await hdf5Library()).not.toBe(library);
  });
});

describe('tiles', () => {
  it.each([
    [[7, 5, 11], [2, 3, 4], 1],
    [[7, 5, 11], [2, 3, 4], 200],
    [[7, 5, 11], [2, 3, 4], 1e9],
    [[7, 5, 11], undefined, 60],
    [[13], [4], 6],
    [[], undefined, 100],
  ])('cut %j with chunks %j at %j bytes into boxes that rebuild the array', (shape, chunk, limit) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const strides = shape.map((_, d) => shape.slice(d + 1).reduce((a, b) => a * b, 1));
    const whole = new Int32Array(size).fill(-1);
    for (const tile of tiles(shape, chunk, 4, limit)) {
      const count = tile.count.reduce((a, b) => a * b, 1);
      const values = Int32Array.from({ length: count }, (_, i) => {
        let left = i;
        let at = 0;
        for (let d = shape.length - 1; d >= 0; d--) {
          at += (tile.start[d] + (left % tile.count[d])) * strides[d];
          left = Math.floor(left / tile.count[d]);
        }
        return at;
      });
      placeTile(whole, shape, tile, values, 1);
    }
    expect(Array.from(whole)).toEqual(Array.from({ length: size }, (_, i) => i));
  });
});
