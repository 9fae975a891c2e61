import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { asSignal } from '../../signal/as-signal.ts';
import { type Axis, axisValues, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, PlainTree, TableDataset } from '../../signal/dataset.ts';
import { type Dtype, dtypeOf, type ValueArray } from '../../signal/dtype.ts';
import { tableSpectrum } from '../../signal/table-spectrum.ts';
import columns from './index.ts';

function spectrum(axis: Axis, values: ValueArray, metadata: PlainTree = {}, title = 't'): ArrayDataset {
  return {
    kind: 'array',
    title,
    shape: [axis.size],
    dtype: dtypeOf(values),
    axes: [axis],
    values: { kind: 'dense', load: async () => values },
    metadata,
    original: {},
    warnings: [],
  };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const readBack = async (bytes: Uint8Array) => (await columns.read!(memoryFile('x.xy', bytes)))[0] as TableDataset;
const roundTrip = async (given: ArrayDataset) => tableSpectrum(await readBack(await columns.encode!(given)));
const tableTrip = async (given: TableDataset) => readBack(await columns.encodeTable!(given));

const energy = (size: number) =>
  uniformAxis({ name: 'Energy loss', unit: 'eV', role: 'spectral', size, scale: 0.1, offset: -3 });
const bits = (values: Float64Array) =>
  [...new BigUint64Array(values.map((value) => (Number.isNaN(value) ? Number.NaN : value)).buffer)].map(String);

const finite = { noNaN: true, noDefaultInfinity: true } as const;
const uniform = fc
  .record({
    size: fc.integer({ min: 2, max: 60 }),
    scale: fc.double({ ...finite, min: -1e9, max: 1e9 }).filter((scale) => Math.abs(scale) > 1e-9),
    offset: fc.double({ ...finite, min: -1e6, max: 1e6 }),
  })
  .map((given) => uniformAxis({ ...given, role: 'spectral' }));
const listed = fc
  .uniqueArray(fc.double({ ...finite, min: -1e9, max: 1e9 }), {
    minLength: 2,
    maxLength: 60,
    comparator: 'SameValueZero',
  })
  .map((positions) => explicitAxis({ role: 'spectral', positions: positions.sort((a, b) => a - b) }));
const word = fc.stringMatching(/^[\p{L}\d#()/;,."'%[\] _=-]{0,20}$/u).map((name) => name.trim());

describe('a spectrum written and read back', () => {
  it('has every value bit for bit, the same positions, name and unit, and is even where it was', async () => {
    const axes = fc.oneof(uniform, listed);
    // A bracket after a blank begins the unit.
    const unitWord = word.filter((unit) => !unit.includes(' ('));
    await fc.assert(
      fc.asyncProperty(axes, word, unitWord, fc.infiniteStream(fc.double()), async (axis, name, unit, numbers) => {
        const values = Float64Array.from({ length: axis.size }, () => numbers.next().value as number);
        const given = { ...axis, name, unit };
        const back = await roundTrip(spectrum(given, values));
        expect(bits((await back.values.load()) as Float64Array)).toEqual(bits(values));
        expect(back.axes[0]).toMatchObject({ name, unit, role: 'spectral' });
        if (axis.kind === 'uniform') expect(back.axes[0].kind).toBe('uniform');
        if (axis.kind === 'uniform' || back.axes[0].kind === 'explicit')
          expect(axisValues(back.axes[0])).toEqual(axisValues(given));
      }),
      { numRuns: 300 },
    );
  });

  it('has its title and its metadata, and is of the same modality', async () => {
    const metadata = {
      signal_type: 'EELS',
      beam_energy_keV: 299.5,
      stage: { tilt_alpha: -4.5, names: ['a\tb', null, true] },
      quantity: 'Electrons (Counts)',
      notes: '#1\r\n# metadata: {"beam_energy_keV":1}\u2028',
    };
    const given = spectrum(energy(3), Float64Array.of(1, 2, 3), metadata, 'Mn "L23",\n# tilt: 3');
    const back = await roundTrip(given);
    expect(back.title).toBe(given.title);
    expect(back.metadata).toEqual(metadata);
    expect(back.axes[0]).toMatchObject({ kind: 'uniform', scale: 0.1, offset: -3 });
    expect((await asSignal(back)).modality).toBe('eels');
  });

  it('gets no quantity that nobody stated', async () => {
    expect((await roundTrip(spectrum(energy(2), Float64Array.of(1, 2)))).metadata).toEqual({});
  });

  it.each(['value', ' padded ', 'two\nlines', '', 'sigma', 'column2', 'x'.repeat(2000)])(
    'has the quantity %j',
    async (quantity) => {
      expect((await roundTrip(spectrum(energy(2), Float64Array.of(1, 2), { quantity }))).metadata).toEqual({
        quantity,
      });
    },
  );

  it('is lines that any program for columns reads', async () => {
    const given = spectrum(energy(2), Float32Array.of(0.1, -0), { quantity: 'Counts', beam_energy_keV: 200 });
    expect(text(await columns.encode!(given)).split('\n')).toEqual([
      '# Spectrail columns 1',
      '# title: "t"',
      '# metadata: {"beam_energy_keV":200}',
      '# Energy loss (eV)\tCounts',
      '-3\t0.10000000149011612',
      '-2.9\t-0',
      '',
    ]);
  });

  it.each(['float32', 'uint8', 'int64'] as const)('of %s has the same values', async (dtype) => {
    const values: ValueArray =
      dtype === 'float32'
        ? Float32Array.of(0.1, 1e-30, 16777216)
        : dtype === 'uint8'
          ? Uint8Array.of(0, 7, 255)
          : BigInt64Array.of(-5n, 2n ** 60n, 1n);
    const back = (await (await roundTrip(spectrum(energy(3), values))).values.load()) as Float64Array;
    expect([...back]).toEqual([...values].map(Number));
  });

  it('of sparse counts is full', async () => {
    const block = {
      kind: 'events' as const,
      pixels: 1,
      channels: 3,
      offsets: Uint32Array.of(0, 1),
      channel: Uint16Array.of(1),
      count: Uint8Array.of(9),
    };
    const given = spectrum(energy(3), new Uint8Array(3));
    const back = await roundTrip({ ...given, values: { kind: 'events', load: async () => block } });
    expect(await back.values.load()).toEqual(Float64Array.of(0, 9, 0));
  });

  it.each([
    ['a map', { shape: [2, 2], axes: [energy(2), energy(2)] }, 'not-a-spectrum'],
    ['complex values', { dtype: 'complex64' as Dtype }, 'not-a-spectrum'],
    ['no channels', { shape: [0], axes: [energy(0)] }, 'empty'],
    ['positions that are one number', { axes: [{ ...energy(4), scale: 1e-30 }] }, 'equal-positions'],
    ['positions beyond all numbers', { axes: [{ ...energy(4), scale: 1e308 }] }, 'equal-positions'],
  ])('%s is refused', async (_, change, code) => {
    const given = { ...spectrum(energy(4), new Float64Array(4)), ...change };
    await expect(columns.encode!(given)).rejects.toMatchObject({ kind: 'output', code });
  });

  it('integers that a double does not hold are refused', async () => {
    const given = spectrum(energy(1), BigInt64Array.of(2n ** 60n + 1n));
    await expect(columns.encode!(given)).rejects.toMatchObject({ kind: 'output', code: 'inexact' });
  });
});

const table = (...names: [string, string][]): TableDataset => ({
  kind: 'table',
  title: 'a scan',
  rows: 2,
  columns: names.map(([name, unit], i) => ({ name, unit, values: Float64Array.of(i + 0.1, -i) })),
  metadata: { element: 'Fe' },
  original: {},
  warnings: [],
});

describe('a table written and read back', () => {
  it.each([
    [
      [
        ['energy', 'eV'],
        ['mu', ''],
      ],
    ],
    [
      [
        ['2theta (deg)', '°'],
        ['I', 'furlong'],
        ['sigma', ''],
      ],
    ],
    [
      [
        ['', 'eV'],
        ['a\tb', ''],
      ],
    ],
    [
      [
        ['1', ''],
        ['2', ''],
      ],
    ],
  ] as [[string, string][]][])('%j has the same columns, title and metadata', async (names) => {
    const given = table(...names);
    expect(await tableTrip(given)).toMatchObject({
      kind: 'table',
      title: given.title,
      rows: given.rows,
      columns: given.columns,
      metadata: given.metadata,
    });
  });

  it('with uncertainties is the spectrum that it was', async () => {
    const given = table(['2theta (deg)', '°'], ['counts', ''], ['sigma', '']);
    const back = tableSpectrum(await tableTrip(given));
    expect(back.axes[0]).toMatchObject({ name: '2theta', unit: '°' });
    expect(await back.values.load()).toEqual(given.columns[1].values);
  });

  it('of more than three columns, of one, or without rows is refused', async () => {
    const wide = table(['a', ''], ['b', ''], ['c', ''], ['d', '']);
    for (const given of [wide, table(['a', '']), { ...wide, rows: 0 }]) {
      await expect(columns.encodeTable!(given)).rejects.toMatchObject({
        kind: 'output',
        code: 'not-columns',
        fix: expect.stringContaining('.csv'),
      });
    }
  });
});

describe('a header that was edited', () => {
  const read = (header: string) => readBack(new TextEncoder().encode(`${header}\n# e (eV)\tmu\n1\t2\n3\t4\n`));

  it.each([
    '# title: x',
    '# metadata: [1]',
    '# metadata: {',
    '# columns: [["a"],["b",""]]',
    '# columns: [["a",""]]',
    '# metadata: 3',
  ])('into %s says nothing', async (line) => {
    const found = await read(`# Spectrail columns 1\n${line}`);
    expect(found).toMatchObject({ title: '', metadata: {} });
    expect(found.columns.map(({ name }) => name)).toEqual(['e (eV)', 'mu']);
  });

  it('cannot reach the prototype of objects', async () => {
    const found = await read('# Spectrail columns 1\n# metadata: {"__proto__":{"polluted":1},"a":{"__proto__":1}}');
    expect(found.metadata).toEqual({ a: {} });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('without the mark is that of any file', async () => {
    expect(await read('# title: "x"')).toMatchObject({
      title: 'x.xy',
      metadata: {},
      original: { header: ['# title: "x"', '# e (eV)\tmu'], headerLines: 2, rowsWithOtherLength: 0 },
    });
  });
});
