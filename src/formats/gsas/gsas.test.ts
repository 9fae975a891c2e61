import { describe, expect, it } from 'vitest';
import { GSAS } from '../../../test/made-diffractograms.ts';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import gsas from './index.ts';

const readAll = async (text: string) => (await gsas.read!(memoryFile('x.gsa', text))) as ArrayDataset[];
const file = (bank: string, records: string) =>
  `quartz at 300 K\nInstrument parameter file: d1a.prm\n${bank}\n${records}\n`;
const valuesOf = async (dataset: ArrayDataset) => [...((await dataset.values.load()) as Float64Array)];

describe('STD', () => {
  it('has ten points a record: two letters for the detectors, six for the counts', async () => {
    const records = ' 1   187 1   183     178 2  12.5 1     0 1123456 1     6 1     7 1     8 1     9\n 1    10';
    const [dataset, ...others] = await readAll(file('BANK 1 11 2 CONST 1000.0 2.5 0 0 STD', records));
    expect(others).toEqual([]);
    expect(await valuesOf(dataset)).toEqual([187, 183, 178, 12.5, 0, 123456, 6, 7, 8, 9, 10]);
    expect(dataset.title).toBe('quartz at 300 K');
  });

  it('is meant where no type is said; blank fields are 0', async () => {
    const [dataset] = await readAll(file('BANK 1 3 1 CONS 1000.0 2.5 0 0', ' 1   187         1   178'));
    expect(await valuesOf(dataset)).toEqual([187, 0, 178]);
  });

  it('comes over angles in degrees, which stand there in hundredths', async () => {
    const [dataset] = await readAll(file('BANK 1 2 1 CONST 1000.0 2.5 0 0 STD', ' 1   187 1   183'));
    expect(dataset.axes[0]).toMatchObject({
      kind: 'uniform',
      name: '2θ',
      unit: '°',
      role: 'spectral',
      offset: 10,
      scale: 0.025,
    });
  });

  it('comes over times of flight where the steps lead beyond 180°', async () => {
    const [dataset] = await readAll(file('BANK 1 2 1 CONST 20000.0 2.5 0 0 STD', ' 1   187 1   183'));
    expect(dataset.axes[0]).toMatchObject({ name: 'Time of flight', unit: 'µs', offset: 20000, scale: 2.5 });
  });
});

describe('ESD', () => {
  it('has five points a record, glued as they may be; their uncertainties are a dataset beside', async () => {
    const text = file('BANK 1 2 1 CONST 1000.0 2.5 0 0 ESD', '12345.6712345.12    20.0     2.0');
    const [values, esds] = await readAll(text);
    expect(await valuesOf(values)).toEqual([12345.67, 20]);
    expect(await valuesOf(esds)).toEqual([12345.12, 2]);
    expect(esds.title).toBe('quartz at 300 K esd');
    expect(esds.axes).toEqual(values.axes);
    expect(esds.metadata['quantity']).toMatch(/uncertainty/);
  });

  it('goes on over records', async () => {
    const pair = (i: number) => `${String(i).padStart(8)}${String(i / 10).padStart(8)}`;
    const record = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => pair(from + i)).join('');
    const [values, esds] = await readAll(
      file('BANK 1 7 2 CONST 1000.0 2.5 0 0 ESD', `${record(1, 6)}\n${record(6, 8)}`),
    );
    expect(await valuesOf(values)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await valuesOf(esds)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
  });
});

describe('FXYE and FXY', () => {
  it('list their positions, in hundredths of a degree where steps are constant', async () => {
    const [values, esds] = await readAll(GSAS);
    expect(values.axes[0]).toMatchObject({ kind: 'explicit', positions: Float64Array.of(10, 10.02, 10.04) });
    expect(await valuesOf(values)).toEqual([187.5, 183, 178]);
    expect(await valuesOf(esds)).toEqual([13.7, 13.5, 13.3]);
    const two = await readAll(file('BANK 1 2 2 CONST 1000 2 0 0 FXY', '1000 5\n1002 6'));
    expect(two).toHaveLength(1);
    expect(await valuesOf(two[0])).toEqual([5, 6]);
  });

  it('in µs where they are times of flight', async () => {
    const [values] = await readAll(file('BANK 2 2 2 SLOG 1000.0 1004.0 0.002 0 FXYE', '1000 5 1\n1002 6 1'));
    expect(values.axes[0]).toMatchObject({
      name: 'Time of flight',
      unit: 'µs',
      positions: Float64Array.of(1000, 1002),
    });
  });
});

describe('several banks', () => {
  it('are as many datasets, each with its number', async () => {
    const two = 'BANK 3 1 1 CONST 1000 2 0 0 FXY\r\n1000 5\r\nBANK 4 1 1 CONST 2000 2 0 0 FXY\r\n2000 6\r\n';
    const datasets = await readAll(`quartz\r\n# a remark\r\n${two}`);
    expect(datasets.map(({ title, original }) => [title, original['bank']])).toEqual([
      ['quartz bank 3', 3],
      ['quartz bank 4', 4],
    ]);
    expect(await valuesOf(datasets[1])).toEqual([6]);
    expect(datasets[0].original).toMatchObject({ header: ['quartz', '# a remark'], type: 'FXY' });
  });
});

describe('any file', () => {
  it('is told by its line BANK, whatever its name', async () => {
    const sniff = (text: string, name = 'x.bin') => gsas.sniff(new TextEncoder().encode(text), name);
    expect(sniff(GSAS)).toBe('certain');
    expect(sniff('BANK holiday\n1 2\n3 4\n', 'x.gsa')).toBe('no');
    expect(sniff('1 2\n', 'x.gsa')).toBe('no');
    expect(sniff(`${GSAS}\u0000`)).toBe('no');
    expect(sniff('', 'x.gsa')).toBe('name');
    for (const name of ['x.xy', 'x.raw', 'x']) expect((await openFile(memoryFile(name, GSAS))).format).toBe('gsas');
  });

  it.each([
    ['fewer points than it says', file('BANK 1 3 1 CONST 1000 2 0 0 FXYE', '1 2 3\n4 5 6'), 'truncated', 3],
    ['hardly a point of a billion', file('BANK 1 1000000000 1 CONST 1000 2 0 0 STD', ' 1     2'), 'truncated', 3],
    ['more points than can be counted', file('BANK 1 99999999999999999999 1 CONST 1000 2', ' 1     2'), 'bad-bank', 3],
    [
      'a number that is none',
      file(`BANK ${'9'.repeat(400)} 2 1 CONST 1000 2 0 0 STD`, ' 1     2 1     3'),
      'bad-bank',
      3,
    ],
    ['no points', file('BANK 1 0 0 CONST 1000 2 0 0 STD', ''), 'bad-bank', 3],
    ['a word among the points', file('BANK 1 2 2 CONST 1000 2 0 0 FXY', '1 2\n3 four'), 'bad-data', 5],
    ['a word in a field', file('BANK 1 2 2 CONST 1000 2 0 0 STD', ' 1     2 1  four'), 'bad-data', 4],
    ['a type that is not read', file('BANK 1 2 2 RALF 1000 2 0 0 ALT', ' 1     2'), 'unknown-type', 3],
    ['a spacing that is not read', file('BANK 1 2 1 SLOG 1000 2000 0.1 0 STD', ' 1     2 1     3'), 'bad-bank', 3],
    ['a step of 0', file('BANK 1 2 1 CONST 1000 0 0 0 STD', ' 1     2 1     3'), 'bad-bank', 3],
    ['no step', file('BANK 1 2 1 CONST', ' 1     2 1     3'), 'bad-bank', 3],
  ])('with %s is refused, and says in which line', async (_, text, code, line) => {
    await expect(readAll(text)).rejects.toMatchObject({ kind: 'format', code, where: `x.gsa, line ${line}` });
  });

  it('without a bank, or with far too many, is refused', async () => {
    await expect(readAll('quartz\n1 2 3\n')).rejects.toMatchObject({ code: 'no-bank' });
    const many = 'BANK 1 1 1 CONST 1 1 0 0 FXY\n1 2\n'.repeat(5000);
    await expect(readAll(many)).rejects.toMatchObject({ code: 'bad-bank' });
  });

  it.each([' ', 'BANK ', '1', '1 ', '\n', '#'])('of a hundred thousand "%s" does not hang', async (filler) => {
    const long = filler.repeat(1e5);
    for (const text of [
      `${long}${GSAS}`,
      GSAS.replace('CONST', `CONST ${long}`),
      GSAS.replace('187.5', long),
      `${GSAS}${long}`,
    ]) {
      await readAll(text).catch((error) => expect(error).toMatchObject({ kind: 'format' }));
    }
  });
});
