import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import { toEvents } from '../../signal/block.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { type Dtype, dtypeOf, type ValueArray } from '../../signal/dtype.ts';
import csv from './index.ts';

function dataset(axes: Axis[], values: ValueArray, title = 'signal', dtype: Dtype = dtypeOf(values)): ArrayDataset {
  return {
    kind: 'array',
    title,
    shape: axes.map(({ size }) => size),
    dtype,
    axes,
    values: { kind: 'dense', load: async () => values },
    metadata: {},
    original: {},
    warnings: [],
  };
}

const text = async (given: ArrayDataset) => new TextDecoder().decode(await csv.encode!(given));
const energy = uniformAxis({ name: 'Energy', unit: 'eV', role: 'spectral', size: 3, scale: 0.5, offset: 100 });
const x = uniformAxis({ name: 'x', unit: 'nm', role: 'navigation', size: 2, scale: 2 });
const y = uniformAxis({ name: 'y', role: 'navigation', size: 2 });

describe('layout', () => {
  it('writes a spectrum as two columns with the unit in the header', async () => {
    const given = dataset([energy], Float64Array.of(1, 0.1, 1e-30), 'Mn, "L23"');
    expect(await text(given)).toBe('Energy (eV),"Mn, ""L23"""\n100,1\n100.5,0.1\n101,1e-30\n');
  });

  it('writes spectra as columns headed by their positions', async () => {
    const values = Uint16Array.from({ length: 12 }, (_, i) => i);
    expect(await text(dataset([y, x, energy], values))).toBe(
      [
        'Energy (eV),y = 0; x = 0 nm,y = 0; x = 2 nm,y = 1; x = 0 nm,y = 1; x = 2 nm',
        '100,0,3,6,9',
        '100.5,1,4,7,10',
        '101,2,5,8,11\n',
      ].join('\n'),
    );
  });

  it('writes a map as rows headed by positions', async () => {
    expect(await text(dataset([y, x], Float32Array.of(0.1, 2, 3.25, -0)))).toBe(
      'y \\ x (nm),0,2\n0,0.1,2\n1,3.25,-0\n',
    );
  });

  it('writes an image, a line profile, explicit positions and sparse counts', async () => {
    const image = [0, 1].map(() => uniformAxis({ role: 'signal', size: 2 }));
    expect(await text(dataset(image, Int8Array.of(1, -2, 3, 4)))).toBe('row \\ column,0,1\n0,1,-2\n1,3,4\n');
    expect(await text(dataset([x], BigInt64Array.of(2n ** 60n, -1n)))).toBe(`x (nm),signal\n0,${2n ** 60n}\n2,-1\n`);
    const list = explicitAxis({ name: 'q', role: 'spectral', positions: [1, 2.5] });
    expect(await text(dataset([list], Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY)))).toBe(
      'q,signal\n1,NaN\n2.5,Infinity\n',
    );
    const block = toEvents({ kind: 'dense', pixels: 2, channels: 3, values: Uint8Array.of(0, 5, 0, 1, 0, 0) });
    const sparse = dataset([x, energy], new Uint8Array(0), 'map', 'uint8');
    expect(await text({ ...sparse, values: { kind: 'events', load: async () => block } })).toBe(
      'Energy (eV),x = 0 nm,x = 2 nm\n100,0,1\n100.5,5,0\n101,0,0\n',
    );
  });
});

describe('numbers', () => {
  it('read back as the same float32 and float64', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double(), { minLength: 1, maxLength: 20 }), async (numbers) => {
        const axis = uniformAxis({ role: 'spectral', size: numbers.length });
        for (const values of [Float64Array.from(numbers), Float32Array.from(numbers)]) {
          const rows = (await text(dataset([axis], values))).trim().split('\n').slice(1);
          const round = values instanceof Float32Array ? Math.fround : (value: number) => value;
          expect(rows.map((row) => round(Number(row.split(',')[1])))).toEqual(Array.from(values));
        }
      }),
    );
  });
});

describe('errors', () => {
  it('refuses what is not a sheet, and says what to do', async () => {
    const pixels = uniformAxis({ role: 'navigation', size: 20000 });
    await expect(csv.encode!(dataset([pixels, energy], new Uint8Array(60000)))).rejects.toMatchObject({
      kind: 'output',
      code: 'csv-shape',
    });
    const image = [3, 2, 2].map((size, d) => uniformAxis({ role: d ? 'signal' : 'navigation', size }));
    await expect(csv.encode!(dataset(image, new Uint8Array(12)))).rejects.toMatchObject({ code: 'csv-shape' });
    const complex = dataset([energy], new Float32Array(6), 'fft', 'complex64');
    await expect(csv.encode!(complex)).rejects.toMatchObject({ code: 'csv-values' });
  });
});
