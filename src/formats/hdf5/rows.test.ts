import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { DenseBlock } from '../../signal/block.ts';
import { blobFile } from '../blob-file.ts';
import { openNodeFile } from '../node-file.ts';
import { createHdf5, groupsOf, hdf5Values, openHdf5, singleValue } from './index.ts';
import { boxesOf } from './rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'spectrail-hdf5-rows-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SHAPE = [3, 1, 4, 5];
const VALUES = Uint16Array.from({ length: 60 }, (_, i) => i * 11);

async function onDisk() {
  const file = await createHdf5();
  file.dataset('/map', SHAPE, 'uint16', [VALUES]);
  const path = join(folder, 'map.h5');
  writeFileSync(path, file.finish());
  return openNodeFile(path);
}

describe('boxes', () => {
  it('cover a run of elements exactly, in order, and are few', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 });
    fc.assert(
      fc.property(shapes, fc.nat(700), fc.nat(700), (shape, a, b) => {
        const size = shape.reduce((n, s) => n * s, 1);
        const [start, end] = [Math.min(a, b, size), Math.min(Math.max(a, b), size)];
        const found: number[] = [];
        const boxes = [...boxesOf(shape, start, end)];
        for (const box of boxes) {
          const visit = (d: number, at: number) => {
            if (d === shape.length) found.push(at);
            else for (let i = 0; i < box.count[d]; i++) visit(d + 1, at * shape[d] + box.start[d] + i);
          };
          visit(0, 0);
        }
        expect(found).toEqual(Array.from({ length: end - start }, (_, i) => start + i));
        expect(boxes.length).toBeLessThanOrEqual(Math.max(1, 2 * shape.length));
      }),
      { numRuns: 500 },
    );
  });
});

describe('values of a signal', () => {
  it('chunks that one run has left over are there for the next, and for none after it', async () => {
    const file = await createHdf5();
    file.dataset('/map', SHAPE, 'uint16', [VALUES]);
    let reads = 0;
    class Counted extends File {
      override slice(...range: Parameters<Blob['slice']>): Blob {
        reads++;
        return super.slice(...range);
      }
    }
    const source = blobFile(new Counted([Uint8Array.from(file.finish())], 'map.h5'), 'map.h5');
    const { rows } = hdf5Values(source, { path: '/map', shape: SHAPE, dtype: 'uint16', order: [0, 2, 3] });
    const values = async (start: number, end: number) => ((await rows!.read(start, end)) as DenseBlock).values;
    expect(await values(0, 5)).toEqual(VALUES.subarray(0, 25));
    const once = reads;
    const next = await values(5, 7);
    expect(next).toEqual(VALUES.subarray(25, 35));
    expect(reads).toBe(once);
    next.fill(1);
    expect(await values(5, 7)).toEqual(VALUES.subarray(25, 35));
    await values(6, 12);
    await values(0, 12);
    await values(5, 7);
    expect(reads).toBeGreaterThan(once);
  });

  it('any run of rows is that of the whole, dimensions of one position left out', async () => {
    const source = await onDisk();
    const { rows, load } = hdf5Values(source, { path: '/map', shape: SHAPE, dtype: 'uint16', order: [0, 2, 3] });
    expect(await load()).toEqual(VALUES);
    for (let start = 0; start <= 12; start++) {
      for (let end = start; end <= 12; end++) {
        const block = await rows!.read(start, end);
        expect(block).toEqual({
          kind: 'dense',
          pixels: end - start,
          channels: 5,
          values: VALUES.slice(start * 5, end * 5),
        });
      }
    }
  });

  it('in another order are loaded whole, and so are those that are neither on disk nor a Blob', async () => {
    const source = await onDisk();
    const turned = hdf5Values(source, { path: '/map', shape: SHAPE, dtype: 'uint16', order: [3, 0, 2] });
    expect(turned.rows).toBeUndefined();
    expect(((await turned.load()) as Uint16Array)[1]).toBe(VALUES[5]);
    const held = memoryFile('map.h5', await source.read(0, source.size));
    expect(hdf5Values(held, { path: '/map', shape: SHAPE, dtype: 'uint16', order: [0, 2, 3] }).rows).toBeUndefined();
  });
});

describe('walking', () => {
  it('gives every group before those in it, and not those that it is told to pass by', async () => {
    const writer = await createHdf5();
    for (const path of ['/b', '/b/c', '/a', '/a/d', '/a/d/e']) writer.group(path);
    const file = await openHdf5(memoryFile('x.h5', writer.finish()));
    const paths = async (enter?: Parameters<typeof groupsOf>[1]) => {
      const found: string[] = [];
      for await (const { path } of groupsOf(file, enter)) found.push(path);
      return found;
    };
    expect(await paths()).toEqual(['', '/a', '/a/d', '/a/d/e', '/b', '/b/c']);
    expect(await paths(({ path }) => path !== '/a')).toEqual(['', '/a', '/b', '/b/c']);
    await file.close();
  });

  it('single values are text or numbers; lists are none', async () => {
    const writer = await createHdf5();
    writer.strings('/word', ['Fe']);
    writer.dataset('/number', [1, 1], 'float64', [Float64Array.of(7.5)]);
    writer.dataset('/list', [2], 'float64', [Float64Array.of(1, 2)]);
    const file = await openHdf5(memoryFile('x.h5', writer.finish()));
    expect(await singleValue(file, '/word')).toBe('Fe');
    expect(await singleValue(file, '/number')).toBe(7.5);
    expect(await singleValue(file, '/list')).toBeUndefined();
    await file.close();
  });
});
