import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  joined,
  level4,
  type MatOptions,
  type MatValue,
  mat73File,
  matFile,
  numbers,
  vector,
} from '../../../test/mat-file.ts';
import { memoryFile } from '../../../test/memory-file.ts';
import { axisValues } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import type { Dtype } from '../../signal/dtype.ts';
import type { Hdf5Writer } from '../hdf5/write.ts';
import { openFile } from '../index.ts';
import { openNodeFile } from '../node-file.ts';

async function opened(bytes: Uint8Array, name = 'a.mat'): Promise<ArrayDataset[]> {
  const { format, datasets } = await openFile(memoryFile(name, bytes));
  expect(format).toBe('matlab');
  return datasets as ArrayDataset[];
}

const read = (variables: Readonly<Record<string, MatValue>>, options?: MatOptions) =>
  opened(matFile(variables, options));

const titles = (datasets: readonly ArrayDataset[]) => datasets.map(({ title }) => title);
const valuesOf = async ({ values }: ArrayDataset) => Array.from((await values.load()) as Float64Array);
const counted = { kind: 'uniform', name: '', unit: '', scale: 1, offset: 0 };

const EVERY_WAY: readonly MatOptions[] = [
  {},
  { littleEndian: false },
  { packed: true },
  { packed: true, littleEndian: false },
];

describe('a matrix', () => {
  it('has the shape and the order that MATLAB shows', async () => {
    // [1 2 3; 4 5 6], column by column.
    for (const options of EVERY_WAY) {
      const [{ shape, axes, ...rest }] = await read({ M: numbers([2, 3], [1, 4, 2, 5, 3, 6]) }, options);
      expect(shape).toEqual([2, 3]);
      expect(axes.map(({ role }) => role)).toEqual(['signal', 'signal']);
      expect(rest).toMatchObject({ title: 'M', dtype: 'float64', metadata: {}, warnings: [] });
      expect(await rest.values.load()).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6));
    }
    const [cube] = await read({ C: numbers([2, 3, 2], [0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121]) });
    expect(cube.shape).toEqual([2, 3, 2]);
    expect(await valuesOf(cube)).toEqual([0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121]);
    expect(cube.warnings.join()).toContain('the last one is taken');
  });

  it('of one row or one column is a spectrum; a single number and an empty one are none', async () => {
    const one = {
      row: numbers([1, 3], [1, 2, 3]),
      column: numbers([3, 1], [4, 5, 6]),
      deep: numbers([1, 1, 2], [7, 8]),
    };
    const datasets = await read({ ...one, alone: numbers([1, 1], [9]), none: numbers([0, 3], []) });
    expect(datasets.map(({ title, shape }) => [title, shape])).toEqual([
      ['row', [3]],
      ['column', [3]],
      ['deep', [2]],
    ]);
    expect(datasets[0].axes).toMatchObject([{ ...counted, role: 'spectral' }]);
    expect(datasets[0].original).toMatchObject({ size: [1, 3], fields: { alone: 9 } });
  });

  it('of any class keeps it, however narrow its numbers are stored', async () => {
    const cases: [Parameters<typeof numbers>[2], Dtype, (number | bigint)[]][] = [
      ['double', 'float64', [1.5, -2]],
      ['single', 'float32', [1.5, -2]],
      ['int8', 'int8', [1, -2]],
      ['uint8', 'uint8', [1, 200]],
      ['int16', 'int16', [1, -2]],
      ['uint16', 'uint16', [1, 60000]],
      ['int32', 'int32', [1, -2]],
      ['uint32', 'uint32', [1, 4e9]],
      ['int64', 'int64', [2n ** 60n, -2n]],
      ['uint64', 'uint64', [1n, 2n ** 63n]],
    ];
    for (const options of EVERY_WAY) {
      for (const [type, dtype, values] of cases) {
        const [stored] = await read({ v: numbers([1, 2], values, type) }, options);
        expect(stored.dtype).toBe(dtype);
        expect(Array.from((await stored.values.load()) as ArrayLike<number | bigint>)).toEqual(values);
        for (const narrow of ['uint8', 'int16', 'uint16', 'int32'] as const) {
          const [widened] = await read({ v: numbers([1, 2], [1, 100], type, { stored: narrow }) }, options);
          expect(widened.dtype).toBe(dtype);
          expect(Array.from((await widened.values.load()) as ArrayLike<number | bigint>, Number)).toEqual([1, 100]);
        }
      }
    }
  });

  it('of integers is refused where what is stored is none of its class', async () => {
    for (const [type, stored, value, said] of [
      ['int64', 'single', 2.5, '2.5'],
      ['int64', 'double', Number.NaN, 'NaN'],
      ['uint64', 'int8', -2, '-2'],
      ['int16', 'double', 0.5, '0.5'],
      ['uint8', 'int64', 2n ** 40n, '1099511627776'],
    ] as const) {
      const [{ values }, ...others] = await read({ v: numbers([1, 2], [1, value], type, { stored }) });
      expect(others).toEqual([]);
      await expect(values.load()).rejects.toMatchObject({
        kind: 'format',
        code: 'bad-mat',
        where: expect.stringMatching(/a\.mat, byte \d+/),
        what: `value 1 is stored as ${said}, which is no ${type}`,
      });
      const [rest] = await read({ v: vector(1, 2), one: numbers([1, 1], [value], type, { stored }) });
      expect(rest.warnings.join()).toContain(`is left out: value 0 is stored as ${said}`);
    }
    const [single] = await read({ v: numbers([1, 2], [0.1, 1], 'single', { stored: 'double' }) });
    expect(await valuesOf(single)).toEqual([Math.fround(0.1), 1]);
  });

  it('may be complex or logical', async () => {
    const imaginary = [5, 6, 7, 8];
    for (const [type, dtype] of [
      ['double', 'complex128'],
      ['single', 'complex64'],
      ['int16', 'complex128'],
    ] as const) {
      const [complex] = await read({ z: numbers([2, 2], [1, 2, 3, 4], type, { imaginary, stored: 'uint8' }) });
      expect(complex.dtype).toBe(dtype);
      expect(await valuesOf(complex)).toEqual([1, 5, 3, 7, 2, 6, 4, 8]);
    }
    const flag = numbers([1, 1], [1], 'uint8', { logical: true });
    const [logical] = await read({ l: numbers([1, 3], [1, 0, 1], 'uint8', { logical: true }), flag });
    expect(logical).toMatchObject({ dtype: 'bool', original: { fields: { flag: true } } });
    expect(await logical.values.load()).toEqual(Uint8Array.of(1, 0, 1));
  });

  it('that is sparse is written out, unless that were far more than the file', async () => {
    const sparse = { kind: 'sparse', dims: [2, 3], rows: [1, 0, 1], columns: [0, 1, 1, 3], values: [5, 6, 7] } as const;
    const [plain, complex, logical] = await read({
      a: sparse,
      b: { ...sparse, imaginary: [1, 2, 3] },
      c: { ...sparse, logical: true },
    });
    expect(plain).toMatchObject({ dtype: 'float64', shape: [2, 3] });
    expect(await valuesOf(plain)).toEqual([0, 0, 6, 5, 0, 7]);
    expect(complex.dtype).toBe('complex128');
    expect(await valuesOf(complex)).toEqual([0, 0, 0, 0, 6, 2, 5, 1, 0, 0, 7, 3]);
    expect(logical.dtype).toBe('bool');
    expect(await valuesOf(logical)).toEqual([0, 0, 1, 1, 0, 1]);
    const [rest] = await read({ v: vector(1, 2), huge: { ...sparse, dims: [2 ** 30, 3] } });
    expect(rest.warnings.join()).toContain('"huge" is left out: it is a sparse matrix of 1073741824 × 3');
    for (const wrong of [{ rows: [2, 0, 1] }, { columns: [0, 1, 1, 4] }, { columns: [0, 2, 1, 3] }]) {
      const [bad] = await read({ a: { ...sparse, ...wrong } });
      await expect(bad.values.load()).rejects.toMatchObject({ code: 'bad-mat' });
    }
  });
});

describe('structs, cells and texts', () => {
  const text = (letters: string): MatValue => ({ kind: 'text', text: letters });

  it('are walked through; numbers in them are called as in MATLAB', async () => {
    const inner: MatValue = { kind: 'struct', fields: { z: [vector(5, 6)] } };
    const S: MatValue = { kind: 'struct', fields: { x: [vector(1, 2)], inner: [inner], note: [text('µ')] } };
    const T: MatValue = {
      kind: 'struct',
      fields: { a: [vector(1, 2), vector(3, 4)], b: [{ kind: 'nothing' }, text('t')] },
    };
    const C: MatValue = { kind: 'cell', cells: [vector(7, 8), { kind: 'nothing' }, S] };
    const O: MatValue = { kind: 'struct', className: 'thing', fields: { v: [vector(1, 2, 3)] } };
    for (const options of EVERY_WAY) {
      const datasets = await read({ S, T, C, O }, options);
      const paths = ['S.x', 'S.inner.z', 'T(1).a', 'T(2).a', 'C{1}', 'C{3}.x', 'C{3}.inner.z', 'O.v'];
      expect(titles(datasets)).toEqual(paths);
      expect(await valuesOf(datasets[3])).toEqual([3, 4]);
      const fields = [0, 2, 3, 5].map((i) => datasets[i].original.fields);
      expect(fields).toEqual([{ 'S.note': 'µ' }, {}, { 'T(2).b': 't' }, { 'C{3}.note': 'µ' }]);
    }
  });

  it('hold texts in any encoding; long ones and tables of letters are passed over', async () => {
    const [{ original }] = await read({
      v: vector(1, 2),
      a: text('Fe µ'),
      b: { kind: 'text', text: 'plain', stored: 'utf8' },
      c: text('x'.repeat(2000)),
    });
    expect(original.fields).toEqual({ a: 'Fe µ', b: 'plain' });
  });

  it('that are functions or objects are left out with a warning', async () => {
    const [{ warnings }] = await read({
      v: vector(1, 2),
      f: { kind: 'other', type: 16 },
      o: { kind: 'other', type: 17 },
    });
    expect(warnings).toEqual([
      '"f" is left out: it is a function',
      '"o" is left out: it is an object of MATLAB, or a table or string',
    ]);
  });

  it('with names of JavaScript are only names, and depth ends', async () => {
    const proto = ['__proto__', [numbers([1, 1], [3])]];
    const fields = Object.fromEntries([proto, ['v', [vector(1, 2)]]]);
    const [first] = await read({ S: { kind: 'struct', fields }, constructor: vector(1, 2) });
    expect(Object.keys(first.original.fields as object)).toContain('S.__proto__');
    expect(Object.keys(Object.prototype)).toEqual([]);
    let deep: MatValue = vector(1, 2);
    for (let i = 0; i < 20; i++) deep = { kind: 'cell', cells: [deep] };
    const [kept] = await read({ v: vector(1, 2), deep });
    expect(kept.warnings.join()).toContain('deeper than 16 levels');
  });

  it('of thousands are bounded', async () => {
    const cells = Array.from({ length: 2100 }, () => vector(1, 2));
    const datasets = await read({ C: { kind: 'cell', cells } });
    expect(datasets).toHaveLength(2048);
    expect(datasets[0].warnings.at(-1)).toBe('36 more variables are left out');
  });
});

describe('the axis of an array', () => {
  const M = numbers([3, 2], [1, 2, 3, 4, 5, 6]);

  it('is a vector beside it that is named so, and comes last', async () => {
    const datasets = await read({
      Energy_eV: vector(10, 12, 14),
      M,
      wave_number: vector(9, 5, 4, 1),
      y: vector(1, 2, 3, 5),
    });
    const [, matrix, , y] = datasets;
    expect(matrix).toMatchObject({
      shape: [2, 3],
      axes: [
        { ...counted, role: 'navigation' },
        { kind: 'uniform', name: 'Energy', unit: 'eV', role: 'spectral', offset: 10, scale: 2 },
      ],
      original: { size: [3, 2] },
    });
    expect(await valuesOf(matrix)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(y.axes).toMatchObject([{ kind: 'explicit', name: 'wave_number', positions: Float64Array.of(9, 5, 4, 1) }]);
    expect(datasets[0].axes).toMatchObject([counted]);
  });

  it('is sought in the same struct only', async () => {
    const S: MatValue = { kind: 'struct', fields: { shift: [vector(1, 2, 4)], y: [M] } };
    const [axis, inside, outside] = await read({ S, M });
    expect(titles([axis, inside, outside])).toEqual(['S.shift', 'S.y', 'M']);
    expect(axisValues(inside.axes[1])).toEqual(Float64Array.of(1, 2, 4));
    expect(outside.axes).toMatchObject([counted, counted]);
  });

  it('called x belongs to single spectra, not to images', async () => {
    const [, y, image] = await read({ x: vector(1, 2, 4), y: vector(7, 8, 7), M });
    expect(y.axes).toMatchObject([{ name: 'x', role: 'spectral' }]);
    expect(image.axes).toMatchObject([counted, counted]);
  });

  it('that could be another, or does not go one way, is none', async () => {
    const energy = vector(1, 2, 4);
    const others: Record<string, MatValue>[] = [
      { energy, wavelength: vector(5, 6, 8), M },
      { energy, M: numbers([3, 3]) },
      { energy: vector(1, 4, 2), M },
      { energy: vector(1, Number.NaN, 4), M },
      { energy: vector(1, 2, 3, 4), M },
      { intensity: energy, M },
      { energy: numbers([1, 3], [1, 2, 4], 'double', { imaginary: [0, 0, 1] }), M },
    ];
    for (const variables of others) {
      const matrix = (await read(variables)).find(({ title }) => title === 'M');
      expect(matrix?.axes).toMatchObject([counted, counted]);
    }
  });

  it('lets spectra in columns be read by runs from a disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spectrail-mat-'));
    const path = join(folder, 'a.mat');
    for (const littleEndian of [true, false]) {
      writeFileSync(path, matFile({ energy: vector(1, 2, 4), M }, { littleEndian }));
      const [, matrix] = (await openFile(await openNodeFile(path))).datasets as ArrayDataset[];
      expect(matrix.values.rows?.source).toMatchObject({ pixels: 2, channels: 3 });
      expect(await matrix.values.rows?.read(1, 2)).toMatchObject({ values: Float64Array.of(4, 5, 6) });
    }
    writeFileSync(path, matFile({ M: numbers([2, 2]), n: numbers([1, 3], [1, 2, 3], 'double', { stored: 'uint8' }) }));
    const { datasets } = await openFile(await openNodeFile(path));
    for (const dataset of datasets as ArrayDataset[]) expect(dataset.values.rows).toBeUndefined();
    rmSync(folder, { recursive: true });
  });
});

describe('files of level 4', () => {
  it('are read in both byte orders and all precisions', async () => {
    const dtypes: Dtype[] = ['float64', 'float32', 'int32', 'int16', 'uint16', 'uint8'];
    for (const little of [true, false]) {
      for (const [precision, dtype] of dtypes.entries()) {
        const [matrix] = await opened(level4('M', [2, 3], [1, 4, 2, 5, 3, 6], { precision, little }));
        expect(matrix).toMatchObject({ title: 'M', dtype, shape: [2, 3] });
        expect(await valuesOf(matrix)).toEqual([1, 2, 3, 4, 5, 6]);
      }
    }
  });

  it('hold complex numbers, texts, single numbers; sparse ones are left out', async () => {
    const datasets = await opened(
      joined([
        level4('z', [1, 2], [1, 2], { imaginary: [3, 4], precision: 1 }),
        level4('t', [1, 2], [70, 101], { kind: 1 }),
        level4('s', [2, 3], [1, 1, 1, 1, 5, 0], { kind: 2 }),
        level4('one', [1, 1], [Number.POSITIVE_INFINITY]),
      ]),
    );
    expect(datasets).toHaveLength(1);
    expect(datasets[0]).toMatchObject({ dtype: 'complex64', original: { fields: { t: 'Fe', one: 'Infinity' } } });
    expect(await valuesOf(datasets[0])).toEqual([1, 3, 2, 4]);
    expect(datasets[0].warnings).toEqual(['"s" is left out: it is a sparse matrix of level 4']);
  });

  it('that end too early are read as far as they are complete', async () => {
    const first = level4('a', [1, 2], [1, 2]);
    const [{ warnings }] = await opened(joined([first, level4('b', [1, 9], [1, 2])]));
    expect(warnings.join()).toContain(`what begins at byte ${first.length}" is left out: "b" of 1 × 9 values`);
    await expect(opened(level4('b', [1, 9], [1, 2]))).rejects.toMatchObject({ code: 'bad-mat' });
  });
});

describe('files of version 7.3', () => {
  const put = (
    file: Hdf5Writer,
    path: string,
    shape: number[],
    values: number[],
    kind: string,
    dtype: Dtype = 'float64',
  ) => {
    const stored =
      dtype === 'float64'
        ? Float64Array.from(values)
        : dtype === 'uint8'
          ? Uint8Array.from(values)
          : Uint16Array.from(values);
    file.dataset(path, shape, dtype, [stored]);
    file.attribute(path, 'MATLAB_class', kind);
  };

  it('are HDF5 with dimensions the other way round, structs as groups', async () => {
    const datasets = await opened(
      await mat73File((file) => {
        put(file, '/M', [3, 2], [1, 4, 2, 5, 3, 6], 'double');
        put(file, '/energy', [1, 3], [1, 2, 4], 'double');
        put(file, '/flags', [2, 1], [1, 0], 'logical', 'uint8');
        put(file, '/one', [1, 1], [5], 'double');
        put(file, '/text', [2, 1], [70, 101], 'char', 'uint16');
        put(file, '/none', [2], [0, 3], 'double');
        file.attribute('/none', 'MATLAB_empty', 1n);
        file.group('/S');
        put(file, '/S/v', [2, 1], [8, 9], 'double');
      }),
    );
    expect(titles(datasets)).toEqual(['M', 'energy', 'flags', 'S.v']);
    const [matrix, , flags, inner] = datasets;
    expect(matrix).toMatchObject({ shape: [2, 3], axes: [counted, { name: 'energy', role: 'spectral' }] });
    expect(await valuesOf(matrix)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(matrix.original).toMatchObject({
      size: [2, 3],
      header: 'MATLAB 7.3 MAT-file',
      fields: { one: 5, text: 'Fe' },
    });
    expect(flags).toMatchObject({ dtype: 'bool', shape: [2] });
    expect(await flags.values.load()).toEqual(Uint8Array.of(1, 0));
    expect(inner.shape).toEqual([2]);
  });

  it('keep cells and sparse matrices to themselves, and what these refer to', async () => {
    const datasets = await opened(
      await mat73File((file) => {
        put(file, '/v', [2, 1], [1, 2], 'double');
        put(file, '/C', [1, 2], [0, 0], 'cell');
        put(file, '/f', [1, 2], [0, 0], 'function_handle');
        for (const group of ['/#refs#', '/#subsystem#', '/sp']) file.group(group);
        put(file, '/#refs#/a', [2, 1], [1, 2], 'double');
        put(file, '/#subsystem#/a', [2, 1], [1, 2], 'double');
        put(file, '/sp/data', [2], [1, 2], 'double');
        file.attribute('/sp', 'MATLAB_sparse', 3n);
      }),
    );
    expect(titles(datasets)).toEqual(['v']);
    expect(datasets[0].warnings).toEqual([
      '"C" is left out: it is a cell of a file of version 7.3',
      '"f" is left out: it is a function',
      '"sp" is left out: it is a sparse matrix of a file of version 7.3',
    ]);
  });
});

describe('a MAT-file', () => {
  it('is known by its header, under any name', async () => {
    expect(await opened(matFile({ v: vector(1, 2) }, { text: 'made by somebody' }), 'a.bin')).toHaveLength(1);
    expect(await opened(level4('v', [1, 2], [1, 2]), 'a.bin')).toHaveLength(1);
    const { default: format } = await import('./index.ts');
    expect(format.sniff(matFile({}), 'a.txt')).toBe('certain');
    expect(format.sniff(new TextEncoder().encode('1 2 3\n'.repeat(40)), 'a.mat')).toBe('no');
    for (const wrong of [
      level4('9', [1, 2], [1, 2]),
      level4('v', [1, 2], [1, 2], { precision: 5, kind: 3 }),
      joined([bytesOf([0, 1, 1, 2, 2], 'int32', true), new TextEncoder().encode('v\0')]),
      joined([bytesOf([0, -1, 1, 0, 2], 'int32', true), new TextEncoder().encode('v\0')]),
    ]) {
      expect(format.sniff(wrong, 'a.mat')).toBe('no');
    }
    await expect(format.read!(memoryFile('a.mat', 'no MAT-file'))).rejects.toMatchObject({ code: 'not-mat' });
  });

  it('without an array is refused with what it holds', async () => {
    await expect(read({ one: numbers([1, 1]), f: { kind: 'other', type: 16 } })).rejects.toMatchObject({
      code: 'no-arrays',
      what: expect.stringContaining('"f" is left out: it is a function'),
    });
  });

  it('that is damaged in one variable gives the others, and says so', async () => {
    const good = matFile({ a: vector(1, 2, 3) });
    const second = matFile({ b: vector(4, 5, 6) }).subarray(128);
    const third = matFile({ c: vector(7, 8, 9) }).subarray(128);
    const damages: [RegExp, (bytes: Uint8Array) => void][] = [
      [/4294967295 bytes where/, (bytes) => new DataView(bytes.buffer).setUint32(8 + 16 + 4, 0xffffffff, true)],
      [/the dimensions -1 × 3/, (bytes) => new DataView(bytes.buffer).setInt32(8 + 16 + 8, -1, true)],
      [/24 bytes of float64 for an array of 1000 × 3/, (bytes) => new DataView(bytes.buffer).setInt32(32, 1000, true)],
      [/9 bytes in a tag/, (bytes) => new DataView(bytes.buffer).setUint32(8 + 32, (9 << 16) | 1, true)],
      [/values of type 77/, (bytes) => new DataView(bytes.buffer).setUint32(8 + 40, 77, true)],
      [/unknown class 99/, (bytes) => bytes.set([99], 8 + 8)],
    ];
    for (const [message, damage] of damages) {
      const wrong = second.slice();
      damage(wrong);
      const datasets = await opened(joined([good, wrong, third]));
      expect(titles(datasets)).toEqual(['a', 'c']);
      expect(datasets[0].warnings.join()).toMatch(message);
    }
    const cut = joined([good, second.subarray(0, second.length - 8)]);
    expect((await opened(cut))[0].warnings.join()).toContain('where 64 are left');
  });

  it('with a packed variable that lies about its size is refused before memory is taken', async () => {
    // More than is unpacked when the file is opened.
    const many = Array.from({ length: 20000 }, (_, i) => Math.sin(i * i));
    const packed = matFile({ a: numbers([1, 20000], many) }, { packed: true });
    const broken = packed.slice();
    broken.fill(0xff, 140);
    await expect(opened(broken)).rejects.toMatchObject({ code: 'bad-compression' });
    const cut = packed.slice(0, packed.length - 20);
    new DataView(cut.buffer).setUint32(132, cut.length - 136, true);
    const [dataset] = await opened(cut);
    await expect(dataset.values.load()).rejects.toMatchObject({ code: 'bad-compression' });
    const { zlibSync } = await import('fflate');
    const liar = zlibSync(bytesOf([14, -1, 6, 8, 6, 0, 5, 8, 1, 2], 'int32', true));
    const lying = joined([matFile({}), bytesOf([15, liar.length], 'int32', true), liar]);
    await expect(opened(lying)).rejects.toThrow(/4294967303 bytes are said to be packed into/);
  });
});
