import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { type Stored, storedFile } from '../../../test/stored-file.ts';
import type { DenseBlock } from '../../signal/block.ts';
import { DTYPES, type Dtype, type ValueArray } from '../../signal/dtype.ts';
import { LentMemory } from '../../signal/lent-memory.ts';
import { blobFile } from '../blob-file.ts';
import type { ByteSource } from '../format.ts';
import { openNodeFile } from '../node-file.ts';
import { hdf5Values, openHdf5 } from './index.ts';
import { layoutOf } from './layout.ts';
import { hdf5Library } from './library.ts';
import type { Tile } from './tiles.ts';

const folder = mkdtempSync(join(tmpdir(), 'spectrail-hdf5-stored-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SHAPE = [7, 9, 50];
const LENGTH = 7 * 9 * 50;
const DTYPES_TRIED: readonly Dtype[] = ['uint8', 'int16', 'uint32', 'float32', 'float64', 'int64'];

function numbers(dtype: Dtype): ValueArray {
  const values = DTYPES[dtype].make(LENGTH);
  const wide = dtype === 'int64';
  for (let i = 0; i < LENGTH; i++) values[i] = (wide ? BigInt(i * 7919) ** 2n : (i * 7919) % 65521) as never;
  return values;
}

/** The values of a box of `whole`, one by one. */
function boxOf(whole: ValueArray, { start, count }: Tile): ValueArray {
  const picked: (number | bigint)[] = [];
  for (let z = 0; z < count[0]; z++)
    for (let y = 0; y < count[1]; y++)
      for (let x = 0; x < count[2]; x++) {
        picked.push(whole[((start[0] + z) * SHAPE[1] + start[1] + y) * SHAPE[2] + start[2] + x]);
      }
  return (whole.constructor as unknown as { from(list: unknown[]): ValueArray }).from(picked);
}

async function opened<T>(source: ByteSource, use: (file: Awaited<ReturnType<typeof openHdf5>>) => Promise<T>) {
  const file = await openHdf5(source);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

const edge = (size: number) => fc.tuple(fc.nat(size), fc.nat(size));
const boxes = fc.tuple(...SHAPE.map(edge)).map(
  (edges): Tile => ({
    start: edges.map(([a, b]) => Math.min(a, b)),
    count: edges.map(([a, b]) => Math.abs(a - b)),
  }),
);

describe.each([
  ['in one piece', {}],
  ['in chunks', { chunk: [3, 4, 50] }],
  ['in shuffled chunks', { chunk: [3, 4, 50], shuffled: true }],
  ['in chunks of parts of a spectrum, shuffled', { chunk: [2, 2, 7], shuffled: true }],
] as const)('values that lie %s', (_, way) => {
  it.each(DTYPES_TRIED)('are those that were written, in any box: %s', async (dtype) => {
    const values = numbers(dtype);
    const { bytes } = await storedFile({ shape: SHAPE, dtype, values, ...way });
    await opened(memoryFile('a.h5', bytes), async (file) => {
      expect(await file.stored('/map')).toBeDefined();
      expect(await file.read('/map')).toEqual(values);
      await fc.assert(
        fc.asyncProperty(boxes, async (box) => {
          expect(await file.read('/map', box)).toEqual(boxOf(values, box));
        }),
        { numRuns: 30 },
      );
    });
  });

  it('are read by runs into lent memory, from disk and from what a browser holds, without the library after the first', async () => {
    const values = numbers('int16') as Int16Array;
    const { bytes } = await storedFile({ shape: SHAPE, dtype: 'int16', values, ...way });
    const path = join(folder, `${JSON.stringify(way).replace(/\W/g, '')}.h5`);
    writeFileSync(path, bytes);
    const opens = vi.spyOn((await hdf5Library()).module, 'open');
    for (const source of [await openNodeFile(path), blobFile(new Blob([Uint8Array.from(bytes)]), 'a.h5')]) {
      opens.mockClear();
      const { rows } = hdf5Values(source, { path: '/map', shape: SHAPE, dtype: 'int16', order: [0, 1, 2] });
      const memory = new LentMemory();
      for (const [start, end] of [
        [0, 5],
        [5, 33],
        [33, 63],
        [7, 7],
        [0, 63],
      ]) {
        await memory.during(async (lend) => {
          let lent: Uint8Array | undefined;
          const block = await rows!.read(start, end, (size) => (lent = lend(size)));
          expect((block as DenseBlock).values.buffer).toBe(lent?.buffer);
          expect((block as DenseBlock).values).toEqual(values.subarray(start * 50, end * 50));
        });
      }
      if (source.path) expect(opens.mock.calls.length).toBe(1);
    }
    opens.mockRestore();
  });
});

describe('long runs', () => {
  const shape = [5, 6, 9000];
  const values = Uint16Array.from({ length: 5 * 6 * 9000 }, (_, i) => (i * 40503) & 65535);

  it.each([
    ['plain', { chunk: [2, 4, 9000] }],
    ['shuffled', { chunk: [2, 4, 9000], shuffled: true }],
    ['in one piece', {}],
  ] as const)('go straight to their place, also from a file that gives its bytes later: %s', async (_, way) => {
    const { bytes } = await storedFile({ shape, dtype: 'uint16', values, ...way });
    const source = { ...memoryFile('a.h5', bytes), path: undefined };
    await opened(source, async (file) => {
      expect(await file.read('/map')).toEqual(values);
      const box = { start: [1, 3, 0], count: [3, 2, 9000] };
      const rows = [9, 10, 15, 16, 21, 22].flatMap((row) => [...values.subarray(row * 9000, (row + 1) * 9000)]);
      const into = new Uint8Array(new ArrayBuffer(16 + 2 * rows.length), 16);
      const found = (await file.read('/map', box, into)) as Uint16Array;
      expect(Buffer.from(found.buffer, 16).equals(Buffer.from(Uint16Array.from(rows).buffer))).toBe(true);
      await expect(file.read('/map', box, into.subarray(2))).rejects.toMatchObject({ code: 'changed-file' });
    });
  });
});

describe('what the library reads itself', () => {
  const given: Stored = { shape: SHAPE, dtype: 'int16', values: numbers('int16'), chunk: [3, 4, 50] };
  const readsAs = async (bytes: Uint8Array) =>
    opened(memoryFile('a.h5', bytes), async (file) => [await file.stored('/map'), await file.read('/map')] as const);

  it('chunks that are listed in a newer way', async () => {
    const { bytes } = await storedFile({ ...given, latest: true });
    expect(await readsAs(bytes)).toEqual([undefined, given.values]);
  });

  it('files of other addresses, and with headers in a cache image', async () => {
    const place = (bytes: Uint8Array) => ({
      readAt: (from: number, length: number) => bytes.subarray(from, from + length),
      fileSize: bytes.length,
      base: 0,
      where: 'a.h5',
    });
    const narrow = await storedFile(given);
    expect(layoutOf(place(narrow.bytes), narrow.header, 3)).toMatchObject({ kind: 'chunks' });
    narrow.bytes[13] = 4;
    expect(() => layoutOf(place(narrow.bytes), narrow.header, 3)).toThrow(/addresses have 4 bytes/);
    // The header of the dataset in place of an extension of the superblock, its first message of another type.
    const { bytes, header } = await storedFile({ ...given, chunk: undefined, latest: true });
    expect(layoutOf(place(bytes), header, 3)).toMatchObject({ kind: 'whole' });
    new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(20, BigInt(header), true);
    const flags = bytes[header + 5];
    bytes[header + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0) + 2 ** (flags & 3)] = 0x18;
    expect(() => layoutOf(place(bytes), header, 3)).toThrow(/cache image/);
  });

  it('big-endian values', async () => {
    const { bytes } = await storedFile(given);
    // The type: whole numbers with a sign, of two bytes and sixteen bits from bit 0 on.
    const type = Buffer.from([0x10, 8, 0, 0, 2, 0, 0, 0, 0, 0, 16, 0]);
    const copy = Buffer.from(bytes);
    copy[copy.indexOf(type) + 1] |= 1;
    const swapped = Buffer.from((given.values as Int16Array).slice().buffer).swap16();
    const [stored, values] = await readsAs(copy);
    expect(stored).toBeUndefined();
    expect(Buffer.from((values as Int16Array).buffer, values.byteOffset, values.byteLength).equals(swapped)).toBe(true);
  });

  it('chunks that were never written are the fill value, beside others that are read here', async () => {
    const { bytes } = await storedFile(given);
    const copy = Buffer.from(bytes);
    let tree = copy.indexOf('TREE');
    while (copy[tree + 4] !== 1) tree = copy.indexOf('TREE', tree + 4);
    copy.writeUInt16LE(copy.readUInt16LE(tree + 6) - 3, tree + 6);
    const path = join(folder, 'unwritten.h5');
    writeFileSync(path, copy);
    const expected = (given.values as Int16Array).slice();
    expected.fill(0, 6 * 9 * 50);
    const [stored, values] = await readsAs(copy);
    expect(stored).toBeDefined();
    expect(values).toEqual(expected);
    const source = await openNodeFile(path);
    const { rows } = hdf5Values(source, { path: '/map', shape: SHAPE, dtype: 'int16', order: [0, 1, 2] });
    for (const start of [0, 50, 54]) {
      expect(((await rows!.read(start, 63)) as DenseBlock).values).toEqual(expected.subarray(start * 50));
    }
  });

  it('what is damaged, which it refuses in its own words or reads', async () => {
    const { bytes } = await storedFile(given);
    const copy = Buffer.from(bytes);
    let tree = copy.indexOf('TREE');
    while (copy[tree + 4] !== 1) tree = copy.indexOf('TREE', tree + 4);
    copy.writeBigInt64LE(2n ** 40n, tree + 24 + 40);
    await expect(readsAs(copy)).rejects.toMatchObject({ code: 'hdf5-damaged' });
    await expect(readsAs(bytes.subarray(0, bytes.length - 3000))).rejects.toMatchObject({ code: 'hdf5-damaged' });
  });
});

describe('a file on disk that has changed', () => {
  it('is looked at again, and refused where it no longer holds such values', async () => {
    const path = join(folder, 'changing.h5');
    const write = async (values: ValueArray, dtype: Dtype, shape = SHAPE) => {
      const { bytes } = await storedFile({ shape, dtype, values, chunk: [3, 4, 50] });
      writeFileSync(path, bytes);
    };
    await write(numbers('int16'), 'int16');
    const source = await openNodeFile(path);
    const { rows } = hdf5Values(source, { path: '/map', shape: SHAPE, dtype: 'int16', order: [0, 1, 2] });
    const before = ((await rows!.read(10, 20)) as DenseBlock).values;
    expect(before).toEqual((numbers('int16') as Int16Array).subarray(500, 1000));
    const other = (numbers('int16') as Int16Array).map((value) => ~value);
    await write(other, 'int16');
    expect(((await rows!.read(10, 20)) as DenseBlock).values).toEqual(other.subarray(500, 1000));
    await write(numbers('float64'), 'float64');
    await expect(rows!.read(10, 20)).rejects.toMatchObject({ code: 'changed-file' });
    await write(numbers('int16').subarray(0, 900) as Int16Array, 'int16', [3, 6, 50]);
    await expect(rows!.read(30, 60)).rejects.toMatchObject({ kind: 'format' });
    rmSync(path);
    await expect(rows!.read(10, 20)).rejects.toMatchObject({ code: 'file-not-found' });
  });
});
