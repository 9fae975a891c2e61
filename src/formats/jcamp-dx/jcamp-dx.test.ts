import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import { type Axis, axisValues, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Dataset, PlainTree } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import { openNodeFile } from '../node-file.ts';
import jcamp from './index.ts';

const readAll = (content: string | Uint8Array): Promise<Dataset[]> => jcamp.read!(memoryFile('test.jdx', content));
const read = async (content: string | Uint8Array) => (await readAll(content))[0] as ArrayDataset;
const valuesOf = async (dataset: Dataset) => [...((await (dataset as ArrayDataset).values.load()) as Float64Array)];

/** A block of one table of ordinates one apart. */
const block = (table: string, header: string[] = [], label = '##XYDATA= (X++(Y..Y))') =>
  ['##TITLE= t', '##JCAMP-DX= 4.24', '##FIRSTX= 0', '##DELTAX= 1', ...header, label, table, '##END=', ''].join('\n');
const ordinates = async (table: string) => valuesOf(await read(block(table)));

describe('the forms of ordinates', () => {
  it.each([
    ['AFFN', '0 1 -2 +3.5 .5 4.', [1, -2, 3.5, 0.5, 4]],
    ['AFFN with exponents', '0 1E3 -2.5e-2 1.5E+03', [1000, -0.025, 1500]],
    ['AFFN with commas', '0, 1, 2;3', [1, 2, 3]],
    ['PAC', '0+1-2+3.5-40', [1, -2, 3.5, -40]],
    ['SQZ', '0A23b4@E1e', [123, -24, 0, 51, -5]],
    ['SQZ of the digit 5 alone', '0E1E2E3', [51, 52, 53]],
    ['SQZ abscissa', 'A0B0C0', [20, 30]],
    ['DIF', '0A0J2%j5', [10, 22, 22, 7]],
    ['DUP of values', '0A0TB0S', [10, 10, 20]],
    ['DUP of differences', '0A0J1U', [10, 21, 32, 43]],
    ['DUP of many', '0A0S2J1', [...Array(12).fill(10), 21]],
    ['DUP of nine', '0A0s', Array(9).fill(10)],
    ['missing values', '0 1 ? 3', [1, Number.NaN, 3]],
    ['a comment after the numbers', '0 1 2 $$ Remark A0', [1, 2]],
    ['exponents with a sign among codes', '0.0E+00A0J1', [10, 21]],
  ])('%s: %s', async (_, table, expected) => {
    expect(await ordinates(table)).toEqual(expected);
  });

  it('a line after a difference begins with a check, after a value it does not', async () => {
    expect(await ordinates('0A0J1\n1B1J2')).toEqual([10, 21, 33]);
    expect(await ordinates('0A0J1T\n2C2J2')).toEqual([10, 21, 32, 44]);
    expect(await ordinates('0A0B1\n2B1J2')).toEqual([10, 21, 21, 33]);
    expect(await ordinates('0A0J1B5\n3B5')).toEqual([10, 21, 25, 25]);
    expect(await ordinates('0A0J1\n1B1')).toEqual([10, 21]);
  });

  it('a wrong check is told with its line, and differences go on from it', async () => {
    const dataset = await read(block('0A0J1\n1B2J2'));
    expect(await valuesOf(dataset)).toEqual([10, 21, 34]);
    expect(dataset.warnings).toEqual([expect.stringMatching(/^1 lines .* the first is line 7$/)]);
  });

  it.each([
    ['0J1', /line 6.*difference to nothing/],
    ['0S', /repetition of nothing/],
    ['J1A0', /begins with "J1"/],
    ['0 1 2 <x>', /line 6.*"<x>" is no number/],
    ['0 1\n1 ä', /line 7/],
  ])('%j is refused', async (table, message) => {
    await expect(read(block(table))).rejects.toMatchObject({
      code: 'bad-data',
      message: expect.stringMatching(message),
    });
  });

  it('more points than the file can stand for are refused before memory is asked for', async () => {
    await expect(read(block('0A0s999999999999'))).rejects.toMatchObject({ code: 'too-many-points' });
    await expect(read(block(`${'0A0S4\n'.repeat(3)}9@Z99999`))).rejects.toMatchObject({ code: 'too-many-points' });
  });
});

describe('the axis', () => {
  const axisFor = async (header: string[], table = '100 1 2 3\n94 4 5') => {
    const lines = ['##TITLE= t', ...header, '##XYDATA= (X++(Y..Y))', table, '##END='].join('\n');
    const dataset = await read(lines);
    return { ...dataset.axes[0], warnings: dataset.warnings };
  };

  it('goes from FIRSTX to LASTX, whatever DELTAX has been rounded to', async () => {
    expect(await axisFor(['##FIRSTX= 100', '##LASTX= 92', '##DELTAX= -2.1', '##NPOINTS= 5'])).toMatchObject({
      kind: 'uniform',
      offset: 100,
      scale: -2,
      size: 5,
      warnings: [],
    });
  });

  it('without LASTX follows DELTAX, without DELTAX the heads of the lines', async () => {
    expect(await axisFor(['##FIRSTX= 100', '##DELTAX= -2'])).toMatchObject({ offset: 100, scale: -2 });
    expect(await axisFor([])).toMatchObject({ offset: 100, scale: -2, warnings: [] });
    expect(await axisFor(['##XFACTOR= 0.5'])).toMatchObject({ offset: 50, scale: -1 });
    expect((await axisFor([], '100 1 2 3')).warnings.join()).toMatch(/1 is assumed/);
  });

  it('where the count is wrong, is the one that the heads of the lines agree with', async () => {
    const cut = await axisFor(['##FIRSTX= 100', '##LASTX= 82', '##NPOINTS= 10']);
    expect(cut).toMatchObject({ scale: -2, warnings: ['the header says 10 points, the table has 5'] });
    expect(await axisFor(['##FIRSTX= 100', '##LASTX= 92', '##NPOINTS= 10'])).toMatchObject({ scale: -2 });
  });

  it('heads of lines that disagree are told', async () => {
    expect((await axisFor(['##FIRSTX= 100', '##LASTX= 60'])).warnings.join()).toMatch(/begins at 94.*70 by the header/);
  });

  it('without a step is refused', async () => {
    await expect(axisFor(['##FIRSTX= 100', '##LASTX= 100'])).rejects.toMatchObject({
      kind: 'format',
      code: 'bad-axis',
    });
  });

  it.each([
    ['1/CM', '1/cm'],
    ['NANOMETERS', 'nm'],
    ['Micrometers', 'µm'],
    ['SECONDS', 's'],
    ['M/Z', 'M/Z'],
  ])('unit %s is %s; its name is the label, else the unit', async (written, unit) => {
    expect(await axisFor([`##XUNITS= ${written}`])).toMatchObject({ unit, name: written });
    expect(await axisFor([`##XUNITS= ${written}`, '##XLABEL= Way'])).toMatchObject({ unit, name: 'Way' });
  });
});

describe('tables of points', () => {
  it.each(['XYDATA', 'XYPOINTS', 'PEAK TABLE'])(
    '%s (XY..XY) has the positions that it lists, times the factors',
    async (label) => {
      const table = '4, 1; 3.5, 2\n(1 -3E1)';
      const dataset = await read(block(table, ['##XFACTOR= 2', '##YFACTOR= 10'], `##${label}= (XY..XY)`));
      expect(dataset.axes[0]).toMatchObject({
        kind: 'explicit',
        positions: Float64Array.of(8, 7, 2),
        role: 'spectral',
      });
      expect(await valuesOf(dataset)).toEqual([10, 20, -300]);
    },
  );

  it('an abscissa that goes back and forth makes columns, three variables do too', async () => {
    const [back] = await readAll(block('1 1\n2 2\n1 3', [], '##XYPOINTS= (XY..XY)'));
    expect(back).toMatchObject({ kind: 'table', rows: 3, warnings: [expect.stringMatching(/back and forth/)] });
    const [wide] = await readAll(block('1 1 9\n2 2 8', ['##YUNITS= A'], '##PEAK TABLE= (XYW..XYW)'));
    expect(wide).toMatchObject({ kind: 'table', rows: 2, columns: [{}, { name: 'A' }, { name: 'W' }] });
    if (wide.kind === 'table') expect([...wide.columns[2].values]).toEqual([9, 8]);
  });

  it('an X without Y is refused', async () => {
    const content = block('1 1\n2', [], '##PEAK TABLE= (XY..XY)');
    await expect(read(content)).rejects.toMatchObject({ code: 'bad-data' });
  });

  it('interferograms are (R++(A..A))', async () => {
    const header = ['##FIRSTR= 5', '##DELTAR= 2', '##AFACTOR= 3'];
    const dataset = await read(block('5 1 2', header, '##RADATA= (R++(A..A))'));
    expect(dataset.axes[0]).toMatchObject({ offset: 5, scale: 2 });
    expect(await valuesOf(dataset)).toEqual([3, 6]);
  });
});

describe('blocks', () => {
  const spectrum = (title: string, end = '##END=') => `##TITLE= ${title}\n##PEAK TABLE= (XY..XY)\n1 2\n2 3\n${end}\n`;

  it('linked blocks nest, and come in the order of the file', async () => {
    const inner = `##TITLE= in\n##DATA TYPE= LINK\n${spectrum('b')}${spectrum('c')}##END=\n`;
    const found = await readAll(`##TITLE= out\n##DATA TYPE= LINK\n${spectrum('a')}${inner}${spectrum('d')}##END=\n`);
    expect(found.map(({ title }) => title)).toEqual(['a', 'b', 'c', 'd']);
    expect(found.flatMap(({ warnings }) => warnings)).toEqual([]);
  });

  it('a forgotten ##END= is told; a file that ends inside its table is refused', async () => {
    const found = await readAll(spectrum('a', '') + spectrum('b', '##END'));
    expect(found.map(({ title, warnings }) => [title, ...warnings])).toEqual([['a', '##END= is missing'], ['b']]);
    expect((await readAll(spectrum('a', '')))[0].warnings).toEqual(['##END= is missing']);
    await expect(readAll(spectrum('a', '').trimEnd())).rejects.toMatchObject({ code: 'truncated' });
    const claimed = spectrum('a', '').replace('##PEAK', '##NPOINTS= 3\n##PEAK');
    await expect(readAll(claimed)).rejects.toMatchObject({ code: 'truncated' });
  });

  it('labels are compared without case, blanks, dashes, slashes and underscores; comments are no values', async () => {
    const text =
      '$$ first\n## Title = a $$ b\n##data_type=RAMAN SPECTRUM\n##First-X=3\n##DELTA X=2\n##xy data=(X++(Y..Y))\n3 1 2\n##end=';
    const dataset = await read(text);
    expect(dataset).toMatchObject({ title: 'a', metadata: { signal_type: 'Raman' }, axes: [{ offset: 3, scale: 2 }] });
  });

  it('a file without blocks, without tables, or without points is refused', async () => {
    await expect(readAll('1 2\n3 4\n')).rejects.toMatchObject({ code: 'not-jcamp' });
    await expect(readAll('##TITLE= x\n##END=\n')).rejects.toMatchObject({ code: 'no-spectrum' });
    await expect(readAll(block(''))).rejects.toMatchObject({ code: 'no-points' });
    await expect(readAll('##TITLE= x\n'.repeat(1000))).rejects.toMatchObject({ code: 'too-deep' });
    await expect(readAll(`##TITLE= x\n${'##A=\n'.repeat(100_001)}`)).rejects.toMatchObject({ code: 'too-many-labels' });
  });

  it('peak assignments are passed over, and told', async () => {
    const dataset = await read(block('0 1 2', ['##PEAK ASSIGNMENTS= (XYA)', '(1, 2, <x>)']));
    expect(dataset.warnings).toEqual(['the peak assignments are not read']);
  });
});

describe('NTUPLES', () => {
  const pages = (tables: string[], symbols = 'X, R, I, N') =>
    [
      '##TITLE= n',
      '##NTUPLES= NMR SPECTRUM',
      '##VAR_NAME= FREQUENCY, REAL, IMAG, TIME',
      `##SYMBOL= ${symbols}`,
      '##UNITS= HZ, COUNTS, COUNTS, SECONDS',
      '##VAR_DIM= 2, 2, 2, 2',
      '##FIRST= 10, 1, 1, 1',
      '##LAST= 8, 2, 2, 2',
      '##FACTOR= 2, 3, 5, 1',
      ...tables,
      '##END NTUPLES= NMR SPECTRUM',
      '##END=',
    ].join('\n');

  it('each page has the factor, name and unit of its variable', async () => {
    const [real, imaginary] = await readAll(
      pages([
        '##PAGE= N=1',
        '##DATA TABLE= (X++(R..R)), XYDATA',
        '5A0B0',
        '##PAGE= N=2',
        '##DATA TABLE= (X++(I..I)), XYDATA',
        '5A0B0',
      ]),
    );
    expect(real).toMatchObject({ metadata: { quantity: 'REAL (COUNTS)' }, original: { PAGE: 'N=1' }, warnings: [] });
    expect((real as ArrayDataset).axes[0]).toMatchObject({ name: 'FREQUENCY', unit: 'Hz', offset: 10, scale: -2 });
    expect(await valuesOf(real)).toEqual([30, 60]);
    expect(imaginary).toMatchObject({ metadata: { quantity: 'IMAG (COUNTS)' }, original: { PAGE: 'N=2' } });
    expect(await valuesOf(imaginary)).toEqual([50, 100]);
  });

  it('pages of one quantity on one axis are one array', async () => {
    const found = await readAll(
      pages([
        '##PAGE= N=1.5',
        '##DATA TABLE= (X++(R..R)), XYDATA',
        '5 1 2',
        '##PAGE= N=4',
        '##DATA TABLE= (X++(R..R)), XYDATA',
        '5 3 4',
      ]),
    );
    expect(found).toMatchObject([
      { shape: [2, 2], axes: [{ name: 'TIME', unit: 's', role: 'navigation' }, { name: 'FREQUENCY' }] },
    ]);
    expect(axisValues((found[0] as ArrayDataset).axes[0])).toEqual(Float64Array.of(1.5, 4));
    expect(await valuesOf(found[0])).toEqual([3, 6, 9, 12]);
  });

  it('pages with points of their own stay apart, and the count is that of a page', async () => {
    const found = await readAll(
      pages(
        [
          ...['##PAGE= T=1', '##NPOINTS= 1', '##DATA TABLE= (XY..XY), PEAKS', '5 1'],
          ...['##PAGE= T=2', '##NPOINTS= 2', '##DATA TABLE= (XY..XY), PEAKS', '5 3 6 4'],
        ],
        'X, Y, I, T',
      ),
    );
    expect(found.map((dataset) => (dataset as ArrayDataset).shape)).toEqual([[1], [2]]);
    expect(found.flatMap(({ warnings }) => warnings)).toEqual([]);
  });

  it('a table of no known form is refused', async () => {
    await expect(readAll(pages(['##PAGE= N=1', '##DATA TABLE= none', '5 1']))).rejects.toMatchObject({
      code: 'bad-data',
    });
  });
});

describe('metadata', () => {
  const told = async (...header: string[]) => (await read(block('0 1 2', header))).metadata;

  it.each([
    ['##LONG DATE= 2004/03/15 15:29:12.000', { date: '2004-03-15', time: '15:29:12' }],
    ['##DATE= 88/07/21', { date: '1988-07-21' }],
    ['##DATE= 05/07/21', { date: '2005-07-21' }],
    ['##DATE= 21 Jul 88', {}],
    ['##LONGDATE= 2004/33/15', {}],
    ['##TIME= 25:00:00', {}],
    ['##TIME= 09:05:01', { time: '09:05:01' }],
    ['##DATA TYPE= INFRARED SPECTRUM', { signal_type: 'IR' }],
    ['##DATA TYPE= MASS SPECTRUM', { signal_type: 'MS' }],
    ['##YUNITS= ABSORBANCE', { quantity: 'ABSORBANCE' }],
    ['##.OBSERVE FREQUENCY= 400.13', { observe_frequency_MHz: 400.13 }],
    ['##.OBSERVE FREQUENCY= high', {}],
    ['##$SPECTRAIL METADATA= {"a":', {}],
  ])('%s is %j', async (line, expected) => {
    expect(await told(line)).toEqual(expected);
  });

  it('labels called __proto__ are inert', async () => {
    const dataset = await read(
      block('0 1 2', ['##__proto__= x', '##$SPECTRAIL METADATA= {"__proto__":{"x":1},"b":2}']),
    );
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(dataset.metadata).toEqual({ b: 2 });
    expect(Object.keys(dataset.original)).toContain('PROTO');
  });
});

describe('writing and reading back', () => {
  const spectrum = (values: Float64Array, axis: Axis, metadata: PlainTree = {}, title = 't'): ArrayDataset => ({
    kind: 'array',
    title,
    shape: [values.length],
    dtype: 'float64',
    axes: [axis],
    values: { kind: 'dense', load: async () => values },
    metadata,
    original: {},
    warnings: [],
  });
  const roundTrip = async (dataset: ArrayDataset) => read(await jcamp.encode!(dataset));
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
  const values = fc.array(fc.oneof(finite, fc.constantFrom(-0, Number.NaN, 5e-324)), { minLength: 1, maxLength: 60 });

  it('gives every double bit for bit on uniform axes, and the axis to 1e-12 of its greatest position', async () => {
    const moderate = fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((x) => x + 0);
    const step = moderate.filter((value) => Math.abs(value) > 1e-3);
    await fc.assert(
      fc.asyncProperty(values, moderate, step, async (list, offset, scale) => {
        const axis = uniformAxis({
          name: 'Raman shift',
          unit: '1/cm',
          role: 'spectral',
          size: list.length,
          scale,
          offset,
        });
        const back = await roundTrip(spectrum(Float64Array.from(list), axis));
        expect(await valuesOf(back)).toEqual(list);
        expect(back.axes[0]).toMatchObject({ kind: 'uniform', name: 'Raman shift', unit: '1/cm', offset });
        expect(back.warnings).toEqual([]);
        const [wanted, got] = [axisValues(axis), axisValues(back.axes[0])];
        const greatest = Math.max(...wanted.map(Math.abs));
        for (let i = 0; i < wanted.length; i++)
          expect(Math.abs(got[i] - wanted[i])).toBeLessThanOrEqual(1e-12 * greatest);
      }),
      { numRuns: 200 },
    );
  });

  it('gives every double and position bit for bit on listed axes', async () => {
    const points = fc.uniqueArray(
      fc.tuple(
        finite.map((x) => x + 0),
        finite,
      ),
      { minLength: 1, maxLength: 60, selector: ([x]) => x },
    );
    await fc.assert(
      fc.asyncProperty(points, async (list) => {
        list.sort(([a], [b]) => b - a);
        const positions = list.map(([x]) => x);
        const axis = explicitAxis({ name: 'Energy', unit: 'eV', role: 'spectral', positions });
        const back = await roundTrip(
          spectrum(
            Float64Array.from(list, ([, y]) => y),
            axis,
          ),
        );
        expect(await valuesOf(back)).toEqual(list.map(([, y]) => y));
        expect(axisValues(back.axes[0])).toEqual(Float64Array.from(positions));
      }),
      { numRuns: 200 },
    );
  });

  const plain = uniformAxis({ name: 'x', role: 'spectral', size: 2 });

  it('keeps metadata of any kind', async () => {
    const metadata = {
      signal_type: 'Raman',
      quantity: 'Counts',
      date: '2024-02-29',
      time: '23:59:58',
      instrument_Laser: { wavelength: 532.1 },
      stage: { tilt_alpha: -4.5, note: '$$ not a comment\n##END=' },
      elements: ['Fe', 'O'],
      flag: true,
    };
    expect((await roundTrip(spectrum(Float64Array.of(1, 2), plain, metadata))).metadata).toEqual(metadata);
    const odd = { signal_type: 'EELS', quantity: 'a\nb $$ c', date: 'yesterday', time: '9' };
    expect((await roundTrip(spectrum(Float64Array.of(1, 2), plain, odd))).metadata).toEqual(odd);
  });

  it('keeps any metadata tree', async () => {
    const tree = fc.dictionary(
      fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
      fc.oneof(
        fc.string(),
        fc.boolean(),
        finite.map((x) => x + 0),
      ),
      { noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(tree, async (metadata) => {
        expect({ ...(await roundTrip(spectrum(Float64Array.of(1, 2), plain, metadata))).metadata }).toEqual(metadata);
      }),
    );
  });

  it('a title over several lines cannot break the header', async () => {
    const back = await roundTrip(spectrum(Float64Array.of(1, 2), plain, {}, 'one\n##END=\r\n##TITLE= $$ two'));
    expect(back.title).toBe('one ##END= ##TITLE= $ two');
  });

  it('sparse counts are written as a full spectrum', async () => {
    const counts = {
      kind: 'events' as const,
      pixels: 1,
      channels: 4,
      offsets: Uint32Array.of(0, 2),
      channel: Uint16Array.of(1, 3),
      count: Uint8Array.of(9, 2),
    };
    const axis = uniformAxis({ role: 'spectral', size: 4 });
    const flat = spectrum(new Float64Array(4), axis);
    expect(await valuesOf(await roundTrip({ ...flat, values: { kind: 'events', load: async () => counts } }))).toEqual([
      0, 9, 0, 2,
    ]);
  });

  it('lines stay within 80 columns', async () => {
    const axis = uniformAxis({ role: 'spectral', size: 500, scale: 1 / 3 });
    const text = new TextDecoder().decode(
      await jcamp.encode!(
        spectrum(
          Float64Array.from({ length: 500 }, (_, i) => i / 7),
          axis,
        ),
      ),
    );
    expect(Math.max(...text.split('\r\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it.each([
    ['a map', { shape: [2, 2], axes: [0, 1].map(() => uniformAxis({ role: 'signal', size: 2 })) }, 'not-a-spectrum'],
    ['complex values', { dtype: 'complex64' as const }, 'not-a-spectrum'],
    ['no channels', { shape: [0], axes: [uniformAxis({ role: 'spectral', size: 0 })] }, 'empty'],
    [
      'an infinite value',
      { values: { kind: 'dense' as const, load: async () => Float64Array.of(1, Infinity) } },
      'not-finite',
    ],
    [
      'an integer beyond 2^53',
      { values: { kind: 'dense' as const, load: async () => BigInt64Array.of(1n, 2n ** 53n + 1n) } },
      'inexact',
    ],
  ])('%s is refused with a typed error', async (_, change, code) => {
    await expect(jcamp.encode!({ ...spectrum(Float64Array.of(1, 2), plain), ...change })).rejects.toMatchObject({
      kind: 'output',
      code,
    });
  });
});

it.each([
  '$',
  '$$',
  '#',
  '##',
  '##A',
  '=',
  '(',
  'X',
  '@',
  '%',
  'S',
  '+',
  '1',
  '1E',
  '1E+',
  '1.',
  ' ',
  ',',
  '?',
  '\n',
  '\r',
  '\n##',
  '\n1 1',
  'A1%',
  '\n##PAGE=N=1\n##DATATABLE=(X++(Y..Y))\n1 1',
])('a hundred thousand %j anywhere do not hang', async (filler) => {
  const long = filler.repeat(1e5);
  const started = performance.now();
  for (const text of [
    long,
    `##TITLE=${long}`,
    `##TITLE=x\n##XYDATA=(X++(Y..Y))\n1 1${long}\n##END=`,
    `##TITLE=x\n##XYDATA=${long}`,
    `##TITLE=x\n##PEAKTABLE=(XY..XY)\n${long}`,
  ]) {
    await readAll(text).catch((error) => expect(error).toMatchObject({ name: 'SpectrailError' }));
    jcamp.sniff(new TextEncoder().encode(text.slice(0, 4096)), 'x.jdx');
  }
  expect(performance.now() - started).toBeLessThan(20_000);
});

it('is recognised by its first label, after comments, and no other text is', () => {
  const sniff = (text: string, name = 'x.bin') => jcamp.sniff(new TextEncoder().encode(text), name);
  expect(['##TITLE=x', '\ufeff$$ made\r\n\r\n## Title = x\n', '##JCAMP-DX= 5\n'].map((text) => sniff(text))).toEqual(
    Array(3).fill('certain'),
  );
  expect([sniff('# TITLE=x', 'x.jdx'), sniff('1 2\n##TITLE=x', 'x.dx'), sniff('', 'x.txt')]).toEqual([
    'no',
    'no',
    'no',
  ]);
  expect(sniff('', 'x.DX')).toBe('name');
});

describe.skipIf(!sharedFolder())('the corpus', () => {
  it.each(corpusFiles('jcamp-dx').map(({ file, oracle }) => [oracle.file, file, oracle] as const))(
    'the labels of %s are those that the independent parser found',
    async (_, file, oracle) => {
      const { datasets } = await openFile(await openNodeFile(join(file)));
      for (const [i, { keyMetadata }] of oracle.signals.entries()) {
        const {
          page,
          table: _table,
          PAGE,
          yCheckMismatches,
          decodedPoints: _points,
          ...labels
        } = keyMetadata as PlainTree;
        expect(page).toBeUndefined();
        expect(datasets[i].original).toMatchObject(labels);
        if (PAGE !== undefined) expect(datasets[i].original).toMatchObject({ PAGE });
        if (yCheckMismatches !== undefined) expect([yCheckMismatches, datasets[i].warnings]).toEqual([0, []]);
      }
    },
  );
});
