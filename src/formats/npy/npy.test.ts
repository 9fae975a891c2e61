import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { uniformAxis } from '../../signal/axis.ts';
import { toEvents } from '../../signal/block.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { DTYPES, type Dtype, type ValueArray } from '../../signal/dtype.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import npy from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'spectrail-npy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function memory(bytes: Uint8Array): ByteSource {
  return {
    name: 'memory.npy',
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
    sibling: async () => undefined,
  };
}

function dataset(shape: number[], dtype: Dtype, values: ValueArray): ArrayDataset {
  return {
    kind: 'array',
    title: 'memory',
    shape,
    dtype,
    axes: shape.map((size, d) => uniformAxis({ role: d === shape.length - 1 ? 'spectral' : 'navigation', size })),
    values: { kind: 'dense', load: async () => values },
    metadata: {},
    original: {},
    warnings: [],
  };
}

async function read(bytes: Uint8Array): Promise<ArrayDataset> {
  return (await npy.read!(memory(bytes)))[0] as ArrayDataset;
}

const dtypes = (Object.keys(DTYPES) as Dtype[]).filter((dtype) => dtype !== 'rgba8');

describe('round trip', () => {
  it('keeps every dtype and shape', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...dtypes),
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }),
        async (dtype, shape) => {
          const values = DTYPES[dtype].make(shape.reduce((a, b) => a * b, 1));
          const bytes = new Uint8Array(values.buffer);
          for (let i = 0; i < bytes.length; i++) bytes[i] = i % 251;
          const back = await read(await npy.encode!(dataset(shape, dtype, values)));
          expect(back.shape).toEqual(shape);
          expect(back.dtype).toBe(dtype);
          const loaded = (await back.values.load()) as ValueArray;
          expect(Buffer.from(loaded.buffer).equals(Buffer.from(values.buffer))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('makes sparse counts dense', async () => {
    const values = Uint8Array.from({ length: 60 }, (_, i) => (i % 7 === 0 ? i : 0));
    const block = toEvents({ kind: 'dense', pixels: 6, channels: 10, values });
    const given = {
      ...dataset([2, 3, 10], 'uint8', values),
      values: { kind: 'events' as const, load: async () => block },
    };
    expect(await (await read(await npy.encode!(given))).values.load()).toEqual(values);
  });
});

const python = '/usr/bin/python3';
const hasNumpy = spawnSync(python, ['-c', 'import numpy']).status === 0;

describe.skipIf(!hasNumpy)('NumPy', () => {
  it('loads what we write, and we load its Fortran-ordered and big-endian arrays', async () => {
    const values = Float32Array.from({ length: 24 }, (_, i) => i / 4);
    const ours = join(folder, 'ours.npy');
    const theirs = join(folder, 'theirs.npy');
    writeFileSync(ours, await npy.encode!(dataset([2, 3, 4], 'float32', values)));
    const script = `
import sys, numpy as np
a = np.load(sys.argv[1])
print(a.shape, a.dtype, a[1, 2, 3], a.sum())
np.save(sys.argv[2], np.asfortranarray(a.astype('>f8')))`;
    const run = spawnSync(python, ['-c', script, ours, theirs], { encoding: 'utf8' });
    expect(run.stdout.trim(), run.stderr).toBe('(2, 3, 4) float32 5.75 69.0');
    const { readFileSync } = await import('node:fs');
    const back = await read(new Uint8Array(readFileSync(theirs)));
    expect(back).toMatchObject({ shape: [2, 3, 4], dtype: 'float64' });
    expect(Array.from((await back.values.load()) as Float64Array)).toEqual(Array.from(values));
  });
});

describe('errors', () => {
  it('refuses lying, cut and object files in words', async () => {
    const good = await npy.encode!(dataset([4], 'float64', new Float64Array(4)));
    const text = new TextDecoder('latin1').decode(good.subarray(10, 128));
    const lie = (from: string, to: string) => {
      const bytes = good.slice();
      bytes.set(new TextEncoder().encode(text.replace(from, to).slice(0, 118).padEnd(118)), 10);
      return bytes;
    };
    for (const bytes of [
      lie('(4,)', '(99999999999, 99999999)'),
      lie("'<f8'", "'|O'"),
      lie("'<f8'", "'<c32'"),
      lie("'shape'", "'sharp'"),
      good.subarray(0, good.length - 1),
      good.subarray(0, 11),
      new Uint8Array(0),
    ]) {
      await expect(read(bytes)).rejects.toMatchObject({ kind: 'format', code: 'bad-npy' });
    }
  });

  it('refuses more dimensions than NumPy has', async () => {
    const header = new TextEncoder().encode(
      `{'descr': '|u1', 'fortran_order': False, 'shape': (${'1, '.repeat(65)}), }\n`,
    );
    const bytes = Uint8Array.of(
      0x93,
      0x4e,
      0x55,
      0x4d,
      0x50,
      0x59,
      1,
      0,
      header.length,
      header.length >> 8,
      ...header,
      7,
    );
    await expect(read(bytes)).rejects.toMatchObject({ code: 'bad-npy', expected: 'at most 64' });
  });

  it('meets any damage with a dataset or a typed error', async () => {
    const good = await npy.encode!(dataset([3, 4], 'int16', new Int16Array(12)));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 }), async (changes) => {
        const bytes = good.slice();
        for (const [at, value] of changes) bytes[at] = value;
        try {
          await (await read(bytes)).values.load();
        } catch (error) {
          expect(isSpectrailError(error), String(error)).toBe(true);
        }
      }),
    );
  });
});
