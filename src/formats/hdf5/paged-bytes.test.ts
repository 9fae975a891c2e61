import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ValueArray } from '../../signal/dtype.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { createHdf5, openHdf5 } from './index.ts';
import { PagedBytes } from './paged-bytes.ts';

const SHAPE = [300, 200, 128];
const ROW = 200 * 128;
const PAGE = 2 ** 16;

let file: Uint8Array;
let values: Uint16Array;
beforeAll(async () => {
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16;
  values = Uint16Array.from({ length: 300 * ROW }, next);
  const written = await createHdf5();
  written.group('/some');
  for (let i = 0; i < 40; i++) written.attribute('/some', `number ${i}`, i);
  const runs = Array.from({ length: 30 }, (_, i) => values.subarray(i * 10 * ROW, (i + 1) * 10 * ROW) as ValueArray);
  written.dataset('/some/values', SHAPE, 'uint16', runs);
  file = written.finish();
  expect(file.length).toBeGreaterThan(14e6);
});
afterAll(() => {
  file = new Uint8Array(0);
});

function counted(size = file.length) {
  const asked: [number, number][] = [];
  const source: ByteSource = {
    name: 'test.h5',
    size: file.length,
    read: async (offset, length) => {
      asked.push([offset, length]);
      return file.slice(offset, Math.min(offset + length, size));
    },
    sibling: async () => undefined,
  };
  return { source, bytes: () => asked.reduce((sum, [, length]) => sum + length, 0), asked };
}

describe('an HDF5 file that is no file on disk', () => {
  it('is described by a few of its bytes', async () => {
    const { source, bytes } = counted();
    const opened = await openHdf5(source);
    expect(await opened.list('/some')).toEqual([{ name: 'values', kind: 'dataset' }]);
    expect((await opened.attributes('/some'))['number 39'].value).toBe(39);
    expect((await opened.dataset('/some/values')).shape).toEqual(SHAPE);
    await opened.close();
    expect(bytes()).toBeLessThan(1e6);
  });

  it('gives a box of its values for little more than the chunks that hold it', async () => {
    const { source, bytes } = counted();
    const opened = await openHdf5(source);
    const box = { start: [150, 20, 7], count: [2, 3, 50] };
    const found = await opened.read('/some/values', box);
    const expected = [150, 151].flatMap((y) =>
      [20, 21, 22].flatMap((x) => {
        const at = (y * 200 + x) * 128 + 7;
        return Array.from(values.subarray(at, at + 50));
      }),
    );
    expect(Array.from(found as Uint16Array)).toEqual(expected);
    await opened.close();
    expect(bytes()).toBeLessThan(5e6);
  });

  it('gives all of them, each byte asked for about once', async () => {
    const { source, bytes, asked } = counted();
    const opened = await openHdf5(source);
    const all = (await opened.read('/some/values')) as Uint16Array;
    await opened.close();
    expect(Buffer.from(all.buffer).equals(Buffer.from(values.buffer))).toBe(true);
    expect(bytes()).toBeLessThan(1.3 * file.length);
    expect(asked.length).toBeLessThan(60);
  });

  it('is refused in words when it has become shorter, and passes on what reading it throws', async () => {
    const short = await openHdf5(counted(8e6).source);
    const error = await short.read('/some/values').catch((cause) => cause);
    expect(isSpectrailError(error, 'format') && error.code).toBe('hdf5-damaged');
    await short.close();
    const { source } = counted();
    const opened = await openHdf5({
      ...source,
      read: async (offset, length) => {
        if (offset > 1e6) throw new Error('the drive is gone');
        return source.read(offset, length);
      },
    });
    await expect(opened.read('/some/values')).rejects.toThrow('the drive is gone');
    await opened.close();
  });

  it('leaves the library fit for the next file', async () => {
    for (let i = 0; i < 50; i++) {
      const opened = await openHdf5(counted().source);
      expect((await opened.read('/some/values', { start: [i, 0, 0], count: [1, 1, 1] }))[0]).toBe(values[i * ROW]);
      await opened.close();
    }
  });
});

describe('pages', () => {
  it('that a call needs are kept until it is done, however many; then the oldest go', async () => {
    const size = 100 * 2 ** 20;
    let read = 0;
    const bytes = new PagedBytes({
      name: 'zeros',
      size,
      read: async (offset, length) => {
        const given = new Uint8Array(Math.min(length, size - offset));
        read += given.length;
        return given;
      },
      sibling: async () => undefined,
    });
    const ask = async (position: number) => {
      for (;;) {
        try {
          return bytes.readAt(position, 10).length;
        } catch {
          await bytes.fetch();
        }
      }
    };
    for (let at = 0; at < size; at += PAGE) await ask(at);
    expect(read).toBe(size);
    for (let at = 0; at < size; at += PAGE) expect(bytes.readAt(at, 10)).toHaveLength(10);
    bytes.finish();
    expect(() => bytes.readAt(0, 10)).toThrow();
    expect(bytes.readAt(size - 10, 10)).toHaveLength(10);
  });

  it('beyond the end are empty, not missing', async () => {
    const size = 2 * PAGE;
    const bytes = await PagedBytes.of({
      name: 'zeros',
      size,
      read: async (offset, length) => new Uint8Array(Math.min(length, size - offset)),
      sibling: async () => undefined,
    });
    for (const [position, length, there] of [
      [size - 3, 10, 3],
      [size, 10, 0],
      [size + 5, 0, 0],
      [2 ** 32 - 1, 0, 0],
      [2 ** 60, 10, 0],
      [-5, 10, 0],
    ]) {
      expect(bytes.readInto(new Uint8Array(length), position)).toBe(there);
      expect(bytes.lacks).toBe(false);
    }
  });

  it('are not asked for again and again where an address leads out of the file', async () => {
    const bytes = file.slice();
    // Of the next version of the first block, whose addresses stand four bytes further on.
    bytes[8] = 1;
    const source = { ...counted().source, read: async (at: number, length: number) => bytes.slice(at, at + length) };
    await expect(openHdf5(source)).rejects.toMatchObject({ kind: 'format', code: 'hdf5-damaged' });
  });
});
