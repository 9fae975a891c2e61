import { describe, expect, it } from 'vitest';
import { COUNTS, KEY, lzfFile, STEP, stored } from '../../../test/lzf-file.ts';
import { memoryFile } from '../../../test/memory-file.ts';
import { openHdf5 } from './index.ts';
import { layoutOf } from './layout.ts';
import { unpackLzf } from './lzf.ts';
import { fillBox, LZF, type StoredDataset } from './unpack-chunks.ts';

describe('LZF', () => {
  it('is bytes as they are, and copies of any length from any distance, also of what they write themselves', () => {
    expect(unpackLzf(Uint8Array.of(2, 7, 8, 9), 3)).toEqual(Uint8Array.of(7, 8, 9));
    expect(unpackLzf(Uint8Array.of(1, 7, 8, 2 << 5, 1), 6)).toEqual(Uint8Array.of(7, 8, 7, 8, 7, 8));
    const long = unpackLzf(Uint8Array.of(0, 5, 7 << 5, 250, 0), 260);
    expect(long).toEqual(new Uint8Array(260).fill(5));
    const far = Uint8Array.from({ length: 600 }, (_, i) => i % 251);
    const packed: number[] = [];
    for (let at = 0; at < 600; at += 30) packed.push(29, ...far.subarray(at, at + 30));
    const copied = unpackLzf(Uint8Array.of(...packed, (1 << 5) | 2, 87), 603);
    expect(copied?.subarray(600)).toEqual(far.subarray(0, 3));
  });

  it('that could never give so many bytes is not believed before there is room for them', () => {
    expect(unpackLzf(Uint8Array.of(0, 5, 7 << 5, 255, 0), 265)).toHaveLength(265);
    expect(unpackLzf(Uint8Array.of(0, 5, 7 << 5, 255, 0), 2 ** 50)).toBeUndefined();
  });

  it('that does not give the bytes it should is not believed', () => {
    for (const [packed, size] of [
      [[2, 7, 8], 3],
      [[2, 7, 8, 9], 2],
      [[2, 7, 8, 9], 4],
      [[0, 7, 1 << 5], 4],
      [[0, 7, 7 << 5, 1], 10],
      [[0, 7, 1 << 5, 1], 4],
      [[0, 7, 1 << 5, 0], 3],
    ] as const) {
      expect(unpackLzf(Uint8Array.from(packed), size)).toBeUndefined();
    }
  });
});

async function read(bytes: Uint8Array, tile?: { start: number[]; count: number[] }) {
  const file = await openHdf5(memoryFile('a.h5', bytes));
  try {
    return await file.read('/counts', tile);
  } finally {
    await file.close();
  }
}

describe('a dataset packed with LZF', () => {
  it('is read whole and in boxes, chunks that were never written as the fill value', async () => {
    const { bytes, tree } = await lzfFile();
    expect(await read(bytes)).toEqual(COUNTS);
    const box = await read(bytes, { start: [3, 5], count: [6, 4] });
    const expected = [3, 4, 5, 6, 7, 8].flatMap((row) => [...COUNTS.subarray(row * 10 + 5, row * 10 + 9)]);
    expect(Array.from(box as Int32Array)).toEqual(expected);
    bytes[tree + 6] = 2;
    const without = COUNTS.slice().fill(0, 80);
    expect(await read(bytes)).toEqual(without);
  });

  it('stands also behind a user block', async () => {
    const { bytes } = await lzfFile();
    const behind = new Uint8Array(512 + bytes.length);
    behind.set(bytes, 512);
    expect(await read(behind)).toEqual(COUNTS);
  });

  it('that is damaged is refused, whatever is wrong', async () => {
    const { bytes, tree } = await lzfFile();
    const view = (copy: Uint8Array) => new DataView(copy.buffer, copy.byteOffset);
    const damages: [string, RegExp, (copy: Uint8Array) => void][] = [
      ['a chunk that is cut', /does not unpack/, (copy) => view(copy).setUint32(tree + KEY, 5, true)],
      ['a chunk twice', /a chunk twice/, (copy) => view(copy).setBigUint64(tree + KEY + STEP + 8, 0n, true)],
      ['a chunk outside', /a chunk at 25 of/, (copy) => view(copy).setBigUint64(tree + KEY + STEP + 8, 100n, true)],
      [
        'a chunk between others',
        /a chunk at 1.5 of/,
        (copy) => view(copy).setBigUint64(tree + KEY + STEP + 8, 6n, true),
      ],
      ['a chunk nowhere', /without a place/, (copy) => view(copy).setBigInt64(tree + KEY + 32, -1n, true)],
      ['a chunk far away', /does not unpack/, (copy) => view(copy).setBigInt64(tree + KEY + 32, 2n ** 40n, true)],
      ['no tree', /no node of a tree/, (copy) => copy.fill(0, tree, tree + 4)],
      ['another level', /within|no node/, (copy) => copy.fill(1, tree + 5, tree + 6)],
      ['too many entries', /within/, (copy) => view(copy).setUint16(tree + 6, 65535, true)],
    ];
    for (const [what, message, damage] of damages) {
      const copy = bytes.slice();
      damage(copy);
      await expect(read(copy), what).rejects.toThrow(message);
    }
  });

  it('whose chunks are listed in a newer way is refused with what helps', async () => {
    const { bytes, header } = await stored(true);
    const readAt = (from: number, length: number) => bytes.subarray(from, from + length);
    const place = { readAt, fileSize: bytes.length, base: 0, where: 'a.h5' };
    expect(() => layoutOf(place, header, 2)).toThrow(/layout version.*\n.*\n.*h5repack/);
    expect(() => layoutOf(place, 0, 2)).toThrow(/no header of an object/);
    expect(() => layoutOf(place, bytes.length - 4, 2)).toThrow(/within/);
  });
});

describe('chunks', () => {
  const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const TREE = 100;

  /** A box of three numbers of two bytes, in one chunk of so many bytes that the filters of the mask were not applied to. */
  function boxOf(mask: number, packed: Uint8Array, { start, count } = { start: [0], count: [3] }) {
    const file = Buffer.alloc(200);
    file.set(packed);
    file.write('TREE', TREE);
    file.writeUInt8(1, TREE + 4);
    file.writeUInt16LE(1, TREE + 6);
    file.writeUInt32LE(packed.length, TREE + KEY);
    file.writeUInt32LE(mask, TREE + KEY + 4);
    const stored: StoredDataset = {
      where: 'a.h5',
      shape: [3],
      chunk: [3],
      elementBytes: 2,
      filters: [
        { id: 2, name: 'shuffle', cd_values: [2] },
        { id: LZF, name: 'lzf', cd_values: [] },
      ],
      layout: { kind: 'chunks', tree: TREE },
      base: 0,
    };
    const box = { bytes: new Uint8Array(2 * count[0]), start, count };
    const readAt = (position: number, length: number) => new Uint8Array(file.subarray(position, position + length));
    const readInto = (target: Uint8Array, position: number) => {
      target.set(file.subarray(position, position + target.length));
      return target.length;
    };
    fillBox(stored, { readAt, readInto, fileSize: file.length, unwritten: () => new Uint8Array(6) }, box, box);
    return box.bytes;
  }

  it('are put together from their shuffled bytes, unless a filter was passed over', () => {
    const packed = Uint8Array.of(5, ...bytes);
    expect(boxOf(0, packed)).toEqual(Uint8Array.of(1, 4, 2, 5, 3, 6));
    expect(boxOf(1, packed)).toEqual(bytes);
    expect(boxOf(2, bytes)).toEqual(Uint8Array.of(1, 4, 2, 5, 3, 6));
    expect(boxOf(3, bytes)).toEqual(bytes);
    expect(boxOf(3, bytes, { start: [1], count: [1] })).toEqual(Uint8Array.of(3, 4));
    expect(boxOf(2, bytes, { start: [1], count: [2] })).toEqual(Uint8Array.of(2, 5, 3, 6));
  });
});
