import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryFile } from '../../test/memory-file.ts';
import type { DenseBlock } from '../signal/block.ts';
import { openNodeFile } from './node-file.ts';
import { loadRowReader } from './row-readers.ts';
import { storedValues } from './stored-array.ts';

const folder = mkdtempSync(join(tmpdir(), 'spectrail-stored-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Three frames of 2 × 2 big-endian values 0 … 11 from byte 5, each behind `header` bytes of 255. */
function file(name: string, header: number): string {
  const path = join(folder, name);
  const frame = (f: number) => [...Array(header).fill(255), ...[0, 1, 2, 3].flatMap((i) => [0, 4 * f + i])];
  writeFileSync(path, Uint8Array.from([9, 9, 9, 9, 9, ...frame(0), ...frame(1), ...frame(2)]));
  return path;
}

describe.each([0, 7])('frames behind headers of %i bytes', (frameHeader) => {
  const path = file(`frames-${frameHeader}`, frameHeader);
  const values = async () => {
    const source = await openNodeFile(path);
    return storedValues({ source, offset: 5, dtype: 'uint16', littleEndian: false, shape: [3, 2, 2], frameHeader });
  };

  it('load whole', async () => {
    expect(await (await values()).load()).toEqual(Uint16Array.from({ length: 12 }, (_, i) => i));
  });

  it('read by any run of rows, here and by name in a worker', async () => {
    const { rows } = await values();
    const { source } = rows!;
    const reader = await loadRowReader(source.reader);
    for (let start = 0; start <= 6; start++) {
      for (let end = start; end <= 6; end++) {
        const expected = Array.from({ length: 2 * (end - start) }, (_, i) => 2 * start + i);
        const here = (await rows!.read(start, end)) as DenseBlock;
        expect([...here.values]).toEqual(expected);
        expect(await reader.read(source.args, start, end)).toEqual(here);
      }
    }
  });

  it('are refused when the file is too short, at once or later', async () => {
    const cut = file(`cut-${frameHeader}`, frameHeader);
    const source = await openNodeFile(cut);
    const array = { source, offset: 5, dtype: 'uint16', littleEndian: false, frameHeader } as const;
    expect(() => storedValues({ ...array, shape: [4, 2, 2] })).toThrow(/4 × 2 × 2 values of uint16/);
    const good = storedValues({ ...array, shape: [3, 2, 2] });
    truncateSync(cut, 20);
    await expect(good.load()).rejects.toMatchObject({ code: 'truncated' });
  });
});

it('frames stored from the bottom are turned over, whole and by rows', async () => {
  const source = await openNodeFile(file('upside-down', 7));
  const shape = [3, 2, 2];
  const frames = { source, offset: 5, dtype: 'uint16', littleEndian: false, shape, frameHeader: 7 } as const;
  const values = storedValues({ ...frames, bottomUp: true });
  const expected = [2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9];
  expect([...((await values.load()) as Uint16Array)]).toEqual(expected);
  for (let start = 0; start < 6; start++) {
    for (let end = start + 1; end <= 6; end++) {
      const block = (await values.rows!.read(start, end)) as DenseBlock;
      expect([...block.values]).toEqual(expected.slice(2 * start, 2 * end));
    }
  }
});

it('a file that workers cannot find again is only loaded whole', async () => {
  const source = memoryFile('a', Uint8Array.of(1, 2));
  const values = storedValues({ source, offset: 0, dtype: 'uint8', littleEndian: true, shape: [2] });
  expect(values.rows).toBeUndefined();
  expect(await values.load()).toEqual(Uint8Array.of(1, 2));
});

it('sizes beyond all numbers are refused', () => {
  const source = memoryFile('a', Uint8Array.of(1, 2));
  const shape = [1e308, 1e308];
  expect(() => storedValues({ source, offset: 0, dtype: 'uint8', littleEndian: true, shape })).toThrow(/ends after 2/);
});
