import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset, TableDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import scienta from './index.ts';

const HEAD = '[Info]\r\nNumber of Regions=0001\r\nVersion=1.3.1\r\n\r\n';

function region(number = 1, dimensions = '', data = [' 9.5 1', ' 9.0 2'], more = ''): string {
  return [
    `[Region ${number}]`,
    'Region Name=Ag3d',
    'Dimension 1 name=Binding Energy [eV]',
    'Dimension 1 size=2',
    'Dimension 1 scale=9.5 9.0',
    dimensions,
    `[Info ${number}]`,
    'Lens Mode=Transmission',
    'Pass Energy=50',
    'Number of Sweeps=2',
    'Excitation Energy=520',
    'Energy Scale=Binding',
    'Step Time=203',
    'Instrument=R3000',
    'User=',
    'Date=2023-03-08',
    'Time=15:24:35',
    `[Run Mode Information ${number}]`,
    'Pass Energy=1',
    `[Data ${number}${more}]`,
    ...data,
    '',
  ].join('\r\n');
}

const read = async (text: string) => (await openFile(memoryFile('a.bin', HEAD + text))).datasets;

describe('a region', () => {
  it('of one dimension is a table of energy and intensity', async () => {
    const [table] = (await read(region())) as TableDataset[];
    expect(table).toMatchObject({ kind: 'table', title: 'Ag3d', rows: 2, warnings: [] });
    expect(table.columns).toEqual([
      { name: 'Binding Energy [eV]', unit: 'eV', values: Float64Array.of(9.5, 9) },
      { name: 'intensity1', unit: '', values: Float64Array.of(1, 2) },
    ]);
    expect(table.metadata).toEqual({
      region: 'Ag3d',
      instrument: 'R3000',
      lens_mode: 'Transmission',
      source_energy_eV: 520,
      pass_energy_eV: 50,
      scans: 2,
      dwell_time_s: 0.203,
      energy_axis: 'binding',
      date: '2023-03-08',
      time: '15:24:35',
    });
  });

  it('of two dimensions is an array: the second navigates, energy is last', async () => {
    const dimensions = 'Dimension 2 name=Y-Scale [mm]\r\nDimension 2 size=3\r\nDimension 2 scale=-1 0 2';
    const [array] = (await read(region(1, dimensions, ['9.5 1 2 3', '9.0 4 5 6']))) as ArrayDataset[];
    expect(array.axes).toMatchObject([
      { name: 'Y-Scale', unit: 'mm', role: 'navigation', positions: Float64Array.of(-1, 0, 2) },
      { name: 'Binding Energy', unit: 'eV', role: 'spectral', positions: Float64Array.of(9.5, 9) },
    ]);
    expect(array.shape).toEqual([3, 2]);
    expect(await array.values.load()).toEqual(Float64Array.of(1, 4, 2, 5, 3, 6));
  });

  it('of three dimensions has a section for each position of the third', async () => {
    const dimensions = 'Dimension 2 scale=-1 0\r\nDimension 3 name=Run\r\nDimension 3 scale=5 7';
    const first = region(1, dimensions, ['9.5 1 2', '9.0 3 4'], ':1');
    const [array] = (await read(`${first}[Data 1:2]\r\n9.5 5 6\r\n9.0 7 8\r\n`)) as ArrayDataset[];
    expect(array.shape).toEqual([2, 2, 2]);
    expect(array.axes[0]).toMatchObject({ name: 'Run', unit: '', positions: Float64Array.of(5, 7) });
    expect(await array.values.load()).toEqual(Float64Array.of(1, 3, 2, 4, 5, 7, 6, 8));
  });

  it('without a scale of its second dimension counts its positions', async () => {
    const [array] = (await read(region(1, '', ['9.5 1 2', '9.0 3 4']))) as ArrayDataset[];
    expect(array.axes[0]).toMatchObject({ positions: Float64Array.of(0, 1) });
  });

  it('is one of several, and is left out when it was never measured', async () => {
    const datasets = await read(region(1) + region(2, '', []) + region(3));
    expect(datasets.map(({ title }) => title)).toEqual(['Ag3d', 'Ag3d']);
  });
});

describe('damage', () => {
  it.each([
    ['a word in a row', region(1, '', ['9.5 1', '9.0 x']), 'bad-row'],
    ['rows of two lengths', region(1, '', ['9.5 1', '9.0 1 2']), 'bad-row'],
    ['a row too few', region(1, '', ['9.5 1']), 'wrong-size'],
    ['energies alone', region(1, '', ['9.5', '9.0']), 'wrong-size'],
    ['a scale of another length', region(1, 'Dimension 2 scale=1 2 3', ['9.5 1 2', '9.0 1 2']), 'wrong-size'],
    ['sections of two sizes', `${region(1)}[Data 1:2]\r\n9.5 1\r\n`, 'wrong-size'],
    ['no data', region(1, '', []), 'no-region'],
    ['5000 regions', Array.from({ length: 5000 }, (_, i) => `[Data ${i}]\r\n1 2\r\n`).join(''), 'too-many-regions'],
  ])('%s is refused', async (_, text, code) => {
    await expect(read(text)).rejects.toMatchObject({ kind: 'format', code, expected: expect.any(String) });
  });

  it.each([
    ['Date', '08.03.2023'],
    ['Time', 'noon'],
    ['Excitation Energy', 'bright'],
    ['Step Time', '0'],
    ['Energy Scale', 'odd'],
  ])('a %s of "%s" is left out', async (entry, value) => {
    const [{ metadata }] = await read(region().replace(new RegExp(`^${entry}=.*$`, 'm'), `${entry}=${value}`));
    const keys = ['date', 'time', 'source_energy_eV', 'dwell_time_s', 'energy_axis'];
    expect(keys.filter((key) => !(key in metadata))).toHaveLength(1);
  });

  it('another file is not taken for one', () => {
    expect(scienta.sniff(new TextEncoder().encode('[Info]\nsomething=else\n'), 'a.txt')).toBe('no');
  });

  it('entries called __proto__ are inert', async () => {
    const [{ original }] = await read(region(1, '__proto__=x'));
    expect(Object.keys(original)).toContain('__proto__');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it.each([' ', '=', '[', '1 ', '\n', '\n=', ']'])('two hundred thousand %j anywhere do not hang', async (filler) => {
    const started = performance.now();
    for (const at of ['[Region 1', 'Region Name', 'scale=', '9.5 ', 'Energy [', '[Data 1']) {
      const text = region().replace(at, `${at}${filler.repeat(2e5)}`);
      await read(text).catch((error) => expect(error).toMatchObject({ name: 'SpectrailError' }));
    }
    expect(performance.now() - started).toBeLessThan(6000);
  });
});
