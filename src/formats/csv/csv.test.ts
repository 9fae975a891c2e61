import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { type Axis, axisValues, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import { toEvents } from '../../signal/block.ts';
import type { ArrayDataset, Dataset, TableDataset } from '../../signal/dataset.ts';
import { type Dtype, dtypeOf, type ValueArray } from '../../signal/dtype.ts';
import { tableSpectrum } from '../../signal/table-spectrum.ts';
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
      'spectral axis: q (),signal\n1,NaN\n2.5,Infinity\n',
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

const read = async (content: string | Uint8Array) => (await csv.read!(memoryFile('x.csv', content)))[0];
const spectrumOf = (found: Dataset) => (found.kind === 'table' ? tableSpectrum(found) : found);
const bits = (values: Float64Array) =>
  [...new BigUint64Array(values.map((value) => (Number.isNaN(value) ? Number.NaN : value)).buffer)].map(String);

const finite = { noNaN: true, noDefaultInfinity: true } as const;
const name = fc.stringMatching(/^[\p{L}\d#()/,."'%[\] _-]{0,16}$/u).map((text) => text.trim());
const unit = fc.constantFrom('', 'eV', 'nm', 'furlong', '1/cm', 'a.u.');
const uniform = (role: Axis['role'], from: number, most: number) =>
  fc
    .record({
      size: fc.integer({ min: from, max: most }),
      scale: fc.double({ ...finite, min: -1e9, max: 1e9 }).filter((scale) => Math.abs(scale) > 1e-9),
      offset: fc.double({ ...finite, min: -1e6, max: 1e6 }),
      name,
      unit,
    })
    .map((given) => uniformAxis({ ...given, role }));
const listed = (role: Axis['role'], from: number, most: number) =>
  fc
    .record({
      positions: fc
        .uniqueArray(fc.double({ ...finite, min: -1e9, max: 1e9 }), {
          minLength: from,
          maxLength: most,
          comparator: 'SameValueZero',
        })
        .map((positions) => positions.sort((a, b) => b - a)),
      name,
      unit,
    })
    .map((given) => explicitAxis({ ...given, role }));
const axis = (role: Axis['role'], from: number, most: number) =>
  fc.oneof(uniform(role, from, most), listed(role, from, most));

async function expectBack(axes: Axis[], numbers: Iterator<number>): Promise<void> {
  const size = axes.reduce((product, one) => product * one.size, 1);
  const values = Float64Array.from({ length: size }, () => numbers.next().value as number);
  const back = spectrumOf(await read(await csv.encode!(dataset(axes, values))));
  expect(back.shape).toEqual(axes.map((one) => one.size));
  expect(bits((await back.values.load()) as Float64Array)).toEqual(bits(values));
  for (const [d, given] of axes.entries()) {
    expect(back.axes[d]).toMatchObject({ name: given.name, unit: given.unit, role: given.role });
    if (given.kind === 'uniform') expect(back.axes[d].kind).toBe('uniform');
    expect(axisValues(back.axes[d])).toEqual(axisValues(given));
  }
}

describe('what is written and read back', () => {
  const numbers = fc.infiniteStream(fc.double());

  it('is the same spectra, on the same axes, as one dataset', async () => {
    const navigation = fc.array(axis('navigation', 2, 5), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(navigation, axis('spectral', 2, 20), numbers, async (places, spectral, stream) => {
        await expectBack([...places, spectral], stream);
      }),
      { numRuns: 150 },
    );
  });

  it('is the same image, on the same axes', async () => {
    await fc.assert(
      fc.asyncProperty(axis('signal', 2, 12), axis('signal', 2, 12), numbers, async (down, across, stream) => {
        await expectBack([down, across], stream);
      }),
      { numRuns: 150 },
    );
  });

  it('is the same single spectrum, by the names of its columns', async () => {
    const spectral = uniform('spectral', 2, 40);
    await fc.assert(
      fc.asyncProperty(spectral, numbers, async (one, stream) => expectBack([one], stream)),
      {
        numRuns: 150,
      },
    );
  });

  it('is a spectrum where its axis has neither name nor unit', async () => {
    const back = spectrumOf(
      await read(await csv.encode!(dataset([{ ...energy, name: '', unit: '' }], new Uint8Array(3)))),
    );
    expect(back.axes[0]).toMatchObject({ kind: 'uniform', name: '', unit: '', scale: 0.5, offset: 100, size: 3 });
  });

  it('keeps the place of a scan that stood still', async () => {
    const back = (await read(
      await csv.encode!(dataset([{ ...x, scale: 0 }, energy], new Uint8Array(6))),
    )) as ArrayDataset;
    expect(back.axes[0]).toMatchObject({ kind: 'uniform', scale: 0, size: 2 });
  });

  it('has the columns, units and rows of a table', async () => {
    const given: TableDataset = {
      kind: 'table',
      title: 't',
      rows: 2,
      columns: [
        { name: 'energy (eV)', unit: 'eV', values: Float64Array.of(1, 2) },
        { name: 'a "b", c; d', unit: '', values: Float64Array.of(Number.NaN, Number.NEGATIVE_INFINITY) },
        { name: 'I0', unit: 'cps', values: Float64Array.of(0.1, -0) },
        { name: '# 2', unit: 'furlong', values: Float64Array.of(1e-300, 5e-324) },
      ],
      metadata: {},
      original: {},
      warnings: [],
    };
    const content = await csv.encodeTable!(given);
    expect(new TextDecoder().decode(content).split('\n')[0]).toBe(
      'energy (eV),"a ""b"", c; d",I0 (cps),"# 2 (furlong)"',
    );
    const back = (await read(content)) as TableDataset;
    expect(back.columns.map(({ name: called, unit: of }) => [called, of])).toEqual([
      ['energy (eV)', 'eV'],
      ['a "b", c; d', ''],
      ['I0 (cps)', 'cps'],
      ['# 2 (furlong)', ''],
    ]);
    expect(back.columns.map(({ values }) => bits(values))).toEqual(given.columns.map(({ values }) => bits(values)));
    const numbered = {
      ...given,
      columns: given.columns.slice(0, 2).map((column, i) => ({ ...column, name: `${i}`, unit: '' })),
    };
    const names = ((await read(await csv.encodeTable!(numbered))) as TableDataset).columns.map((column) => column.name);
    expect(names).toEqual(['0', '1']);
    await expect(csv.encodeTable!({ ...given, columns: [] })).rejects.toMatchObject({ code: 'csv-shape' });
  });
});

describe('spectra in rows under their positions', () => {
  const sheet = 'type,900,901.5,903,id\ncollagen,1,2,3,a\nDNA,4,5.5,,b\n';

  it.each([
    ['commas', sheet],
    ['tabs', sheet.replaceAll(',', '\t')],
    ['semicolons and decimal commas', sheet.replaceAll(',', ';').replaceAll('.', ',')],
    ['quotes, CR LF and a byte-order mark', `\ufeff${sheet.replaceAll('\n', '\r\n').replace('DNA', '"DNA"')}`],
  ])('are one dataset between %s, with their labels', async (_, content) => {
    expect(csv.sniff(new TextEncoder().encode(content), 'x.bin')).toBe('likely');
    expect(await csv.probe!(memoryFile('x.bin', content))).toBe(true);
    const found = (await read(content)) as ArrayDataset;
    expect(found).toMatchObject({ kind: 'array', shape: [2, 3], dtype: 'float64' });
    expect(found.axes[0]).toMatchObject({ role: 'navigation', size: 2 });
    expect(found.axes[1]).toMatchObject({ role: 'spectral', name: '', unit: '' });
    expect(axisValues(found.axes[1])).toEqual(Float64Array.of(900, 901.5, 903));
    expect(await found.values.load()).toEqual(Float64Array.of(1, 2, 3, 4, 5.5, Number.NaN));
    expect(found.original.labels).toMatchObject({ type: ['collagen', 'DNA'], id: ['a', 'b'] });
    expect(found.metadata).toEqual({});
    expect(found.warnings).toEqual(['1 values are missing or not a number']);
  });

  it('take coordinates for labels', async () => {
    const found = (await read('map_x,map_y,900,910,930\n0.5,1,7,8,9\n0.5,2,7,8,9\n')) as ArrayDataset;
    expect(found.shape).toEqual([2, 3]);
    expect(found.original.labels).toMatchObject({ map_x: ['0.5', '0.5'], map_y: ['1', '2'] });
  });

  it.each([
    ['an axis beside columns that are called by numbers', '2theta,10.5,20,30\n5,1,2,3\n6,1,2,3\n'],
    ['columns that are numbered', 'a,1,2,3\n5,1,2,3\n6,1,2,3\n'],
    ['numbers that go up and down', 'a,10,30,20\n5,1,2,3\n6,1,2,3\n'],
    ['numbers only', '5,1,2,3\n6,1,2,3\n'],
    ['rows of text', 'a,10,20,30\n5,x,2,3\n6,1,2,3\n'],
  ])('are not seen in %s', (_, content) => {
    expect(csv.sniff(new TextEncoder().encode(content), 'x.bin')).toBe('no');
  });

  it('are recognised where the header is longer than what is looked at', async () => {
    const header = Array.from({ length: 2000 }, (_, i) => 400 + i / 8);
    const content = `label,${header.join(',')}\n${`a${',1'.repeat(2000)}\n`.repeat(3)}`;
    expect(csv.sniff(new TextEncoder().encode(content).subarray(0, 4096), 'x.bin')).toBe('likely');
    expect(((await read(content)) as ArrayDataset).shape).toEqual([3, 2000]);
  });

  it('whose labels are called __proto__ are harmless', async () => {
    const found = (await read('__proto__,10,20,30\nx,1,2,3\n')) as ArrayDataset;
    expect(Object.keys(found.original.labels as object)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it.each([
    ['a row that is too short', `${sheet}x,1,2\n`, 'line 4'],
    ['a word among the numbers', `${sheet}x,1,two,3,a\n`, 'line 4'],
    ['no rows', 'type,900,901.5,903,id\n', 'line 1'],
    [
      'a header far wider than its rows',
      `type,${Array.from({ length: 9000 }, (_, i) => 10 + i).join(',')}\na${',1'.repeat(9000)}\n${'1\n'.repeat(9000)}`,
      'line 1',
    ],
  ])('with %s are refused with the place', async (_, content, where) => {
    await expect(read(content)).rejects.toMatchObject({
      kind: 'format',
      code: 'bad-sheet',
      where: expect.stringContaining(where),
    });
  });

  it.each(['"', '""', '",', ',', ' ', '= ', '; ', '\\ '])(
    'a line of two hundred thousand %j does not hang',
    async (filler) => {
      const started = performance.now();
      const line = filler.repeat(2e5);
      await read(`${line}\n1,2\n3,4\n`).catch(() => undefined);
      await read(`type,10,20,30\n${line}\n`).catch(() => undefined);
      expect(performance.now() - started).toBeLessThan(2000);
    },
  );
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
    const fine = { ...energy, scale: 1e-30 };
    await expect(csv.encode!(dataset([fine], new Uint8Array(3)))).rejects.toMatchObject({ code: 'csv-positions' });
    const large = BigInt64Array.of(1n, 2n ** 60n + 1n, 2n);
    await expect(csv.encode!(dataset([energy], large))).rejects.toMatchObject({ code: 'inexact' });
  });
});
