import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { asSignal } from '../../signal/as-signal.ts';
import { axisValues } from '../../signal/axis.ts';
import type { ArrayDataset, Dataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import jcamp from '../jcamp-dx/index.ts';
import rruff from './index.ts';

const ROWS = ['179.505, 136.8613', '180.729, 44.83008', '181.952, 48.55469'];
const HEADER = [
  '##NAMES=Corundum',
  '##RRUFFID=R060020',
  '##IDEAL CHEMISTRY=Al_2_O_3_',
  '##LOCALITY=Yogo Gulch, Montana, USA',
  '##OWNER=RRUFF',
  '##SOURCE=a museum = a house',
  '##DESCRIPTION=Blue crystal',
  '##MEASURED CHEMISTRY=(Al_1.99_Fe^3+^_0.01_)_Σ=2_O_3_',
  '##CELL PARAMETERS=a: 4.76274 b: 4.76274 c: 13.0016 alpha: 90 beta: 90 gamma: 120 volume: 255.4',
];
const file = (extra: readonly string[], rows = ROWS, end = ['##END=', '']) =>
  [...HEADER, ...extra, '', ...rows, ...end].join('\r\n');
const read = async (text: string, name = 'x.txt') => (await rruff.read!(memoryFile(name, text)))[0];
const sniff = (text: string) => rruff.sniff(new TextEncoder().encode(text).subarray(0, 4096), 'x.bin');

describe('a file', () => {
  it('is a spectrum with the conditions of its header', async () => {
    const found = (await read(file(['##FILETYPE=Raman Processed', '##RAMAN WAVELENGTH=514']))) as ArrayDataset;
    expect(found).toMatchObject({ kind: 'array', title: 'Corundum', shape: [3], dtype: 'float64', warnings: [] });
    expect(found.axes[0]).toMatchObject({ name: 'Raman shift', unit: '1/cm', role: 'spectral' });
    expect(axisValues(found.axes[0])).toEqual(Float64Array.of(179.505, 180.729, 181.952));
    expect(await found.values.load()).toEqual(Float64Array.of(136.8613, 44.83008, 48.55469));
    expect(found.metadata).toEqual({
      signal_type: 'Raman',
      sample: 'Corundum',
      notes: 'Blue crystal',
      chemical_formula: 'Al2O3',
      instrument_Laser: { wavelength: 514 },
      cell: {
        a_angstrom: 4.76274,
        b_angstrom: 4.76274,
        c_angstrom: 13.0016,
        alpha_deg: 90,
        beta_deg: 90,
        gamma_deg: 120,
      },
    });
    expect(found.original).toMatchObject({
      OWNER: 'RRUFF',
      RRUFFID: 'R060020',
      LOCALITY: 'Yogo Gulch, Montana, USA',
      SOURCE: 'a museum = a house',
      'IDEAL CHEMISTRY': 'Al_2_O_3_',
      'MEASURED CHEMISTRY': '(Al_1.99_Fe^3+^_0.01_)_Σ=2_O_3_',
    });
    expect((await asSignal(found)).modality).toBe('raman');
  });

  it.each([
    [
      'a laser',
      ['##LASER_WAVELENGTH=532'],
      'x.txt',
      'Raman shift',
      { signal_type: 'Raman', instrument_Laser: { wavelength: 532 } },
    ],
    ['X-rays', ['##X-RAY WAVELENGTH=1.541838'], 'x.txt', '2θ', { signal_type: 'XRD', wavelength_angstrom: 1.541838 }],
    ['its type', ['##FILETYPE=Infrared Data Processed'], 'Raman.txt', 'Wavenumber', { signal_type: 'IR' }],
    ['its type only', ['##FILETYPE=Raman RAW'], 'x.txt', 'Raman shift', { signal_type: 'Raman' }],
    ['its name', [], 'Quartz__R04__Infrared__Infrared_Data_Processed__3.txt', 'Wavenumber', { signal_type: 'IR' }],
    ['its name, too', [], 'Quartz__R04__Broad_Scan__532__0__x.txt', 'Raman shift', { signal_type: 'Raman' }],
    ['its name, of powder', [], 'Quartz__R04__Powder__Xray_Data_XY.txt', '2θ', { signal_type: 'XRD' }],
  ])('says by %s what was measured', async (_, labels, name, axis, metadata) => {
    const found = (await read(file(labels), name)) as ArrayDataset;
    expect(found.axes[0].name).toBe(axis);
    expect(found.metadata).toMatchObject(metadata);
    expect(found.warnings).toEqual([]);
  });

  it('that does not say it is given without a name of the axis, and a warning', async () => {
    const found = (await read(file(['##RAMAN WAVELENGTH=']))) as ArrayDataset;
    expect(found.axes[0]).toMatchObject({ name: '', unit: '' });
    expect(found.metadata).not.toHaveProperty('signal_type');
    expect(found.metadata).not.toHaveProperty('instrument_Laser');
    expect(found.warnings).toHaveLength(1);
  });

  it('has an even axis where its positions are even, and is a table where they turn', async () => {
    const even = (await read(file([], ['5.00, 1', '5.01 2', '5.02\t3']))) as ArrayDataset;
    expect(even.axes[0]).toMatchObject({ kind: 'uniform', offset: 5, scale: 0.01 });
    expect((await read(file([], ['5, 1', '7, 2', '6, 3']))).kind).toBe('table');
  });

  it('may end without a mark, or have it between header and rows; nothing after the end counts', async () => {
    const ends = [file([], ROWS, []), file(['##END='], ROWS, []), file([], ROWS, ['##END=', 'anything'])];
    for (const text of ends) expect(((await read(text)) as ArrayDataset).shape).toEqual([3]);
  });

  it('is harmless whatever its labels are called', async () => {
    const found: Dataset = await read(file(['##__PROTO__=x', '##__proto__=y']));
    expect(Object.keys(found.original)).toContain('__PROTO__');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe('sniffing', () => {
  it('tells it from JCAMP-DX by the labels of both', async () => {
    expect(sniff(file([]))).toBe('certain');
    expect(sniff('\ufeff\n##RRUFFID=R1\n1, 2\n')).toBe('certain');
    expect(jcamp.sniff(new TextEncoder().encode(file([])), 'x.txt')).toBe('no');
    const spectrum = '##TITLE=x\n##JCAMP-DX=4.24\n##NAMES=Quartz\n##XYPOINTS=(XY..XY)\n1, 2\n##END=\n';
    expect(sniff(spectrum)).toBe('no');
    expect(sniff('##NAMES=x\n##JCAMP-DX=5.00\n')).toBe('no');
    expect(sniff('#NAMES=x\n1, 2\n')).toBe('no');
    expect((await openFile(memoryFile('x.bin', file([])))).format).toBe('rruff');
    expect((await openFile(memoryFile('x.jdx', file([])))).format).toBe('rruff');
  });
});

describe('damage', () => {
  it.each([
    ['no rows', HEADER.join('\n'), 'line 9'],
    ['no header', '1, 2\n3, 4\n', 'line 3'],
    ['a row of three numbers', file([], ['1, 2', '2, 3, 4']), 'line 12'],
    ['a row of one number', file([], ['1, 2', '2']), 'line 12'],
    ['a word for a number', file([], ['1, 2', '2, x']), 'line 12'],
    ['a number beyond all', file([], ['1, 2', '2, 1e999']), 'line 12'],
  ])('%s is refused with its place', async (_, text, where) => {
    await expect(read(text)).rejects.toMatchObject({
      kind: 'format',
      code: 'bad-rruff',
      where: expect.stringContaining(where),
    });
  });

  it.each(['#', '##', '=', ' ', ',', '1', '1,', '_', 'a: ', '##a='])(
    'two hundred thousand %j do not hang',
    async (filler) => {
      const started = performance.now();
      const long = filler.repeat(2e5);
      await read(long).catch(() => undefined);
      await read(file([`##CELL PARAMETERS=${long}`, `##IDEAL CHEMISTRY=${long}`, `##${long}`])).catch(() => undefined);
      sniff(long);
      expect(performance.now() - started).toBeLessThan(2000);
    },
  );
});
