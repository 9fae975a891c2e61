import { describe, expect, it } from 'vitest';
import { weighAllocations } from '../../../contract/laws/allocations.ts';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import witec from './index.ts';

const build = (header: string, table: string, end = '\r\n') =>
  `//Exported ASCII-File\n[Header]\n${header}\n\n[Data]\n${table}\n`.replaceAll('\n', end);

async function read(text: string | Uint8Array): Promise<ArrayDataset> {
  const [dataset] = (await witec.read!(memoryFile('x.txt', text))) as ArrayDataset[];
  return dataset;
}
const one = (unit = 'nm') => `X-Axis,My spectrum\n${unit},CCD cts\n 5.1E+02, 7\n 5.2E+02, 8`;

describe('a WITec export', () => {
  it('is known by its first line, whatever its name', () => {
    expect(witec.sniff(new TextEncoder().encode(build('', one())), 'x.bin')).toBe('certain');
    expect(witec.sniff(new TextEncoder().encode('Exported ASCII-File'), 'x.txt')).toBe('no');
  });

  it.each(['\n', '\r\n', '\r'])('with lines ended by %j gives a spectrum on its axis', async (end) => {
    const header = 'GraphName = My graph\nSizeX = 1\nSizeY = 1\nPositionUnit = µm\nPositionX = 1.5\nDataUnit = cts';
    const dataset = await read(build(header, one(), end));
    expect(dataset).toMatchObject({ title: 'My graph', shape: [2], dtype: 'float64', warnings: [] });
    expect(dataset.axes).toMatchObject([{ name: 'Wavelength', unit: 'nm', role: 'spectral' }]);
    expect(dataset.axes[0]).toHaveProperty('positions', Float64Array.of(510, 520));
    expect(await dataset.values.load()).toEqual(Float64Array.of(7, 8));
    expect(dataset.metadata).toEqual({ stage: { x: 0.0015 }, quantity: 'Intensity (CCD cts)' });
  });

  it.each([
    ['rel. 1/cm', 'Raman Shift', '1/cm'],
    ['1/cm', 'Wavenumber', '1/cm'],
    ['eV', 'Energy', 'eV'],
    ['a.u.', 'X-Axis', 'a.u.'],
  ])('calls an axis in %s %s', async (unit, name, canonical) => {
    expect((await read(build('', one(unit)))).axes[0]).toMatchObject({ name, unit: canonical });
  });

  it('has the laser where it is stated', async () => {
    expect((await read(build('ExcitationWavelength = 532.1', one()))).metadata.instrument_Laser).toEqual({
      wavelength: 532.1,
    });
    expect((await read(build('ExcitationWavelength = 0', one()))).metadata).not.toHaveProperty('instrument_Laser');
  });

  const table = (spectra: number, delimiter: string) => {
    const row = (x: string, cell: (i: number) => string) =>
      [x, ...Array.from({ length: spectra }, (_, i) => cell(i))].join(delimiter);
    return [row('X', (i) => `s${i}`), row('nm', () => 'cts'), row('1', String), row('2', (i) => String(10 * i))].join(
      '\n',
    );
  };

  it.each([',', '\t', ';'])('of a map in columns parted by %j is that map', async (delimiter) => {
    const header = 'SizeX = 3\nSizeY = 2\nScanUnit = µm\nScanWidth = 6\nScanHeight = 8\nScanOriginX = -3';
    const dataset = await read(build(header, table(6, delimiter)));
    expect(dataset.shape).toEqual([2, 3, 2]);
    expect(dataset.axes.slice(0, 2)).toMatchObject([
      { name: 'Y', unit: 'µm', scale: 4, offset: 0, role: 'navigation' },
      { name: 'X', unit: 'µm', scale: 2, offset: -3, role: 'navigation' },
    ]);
    expect(Array.from((await dataset.values.load()) as Float64Array)).toEqual([
      0, 0, 1, 10, 2, 20, 3, 30, 4, 40, 5, 50,
    ]);
  });

  it('of spectra that are no map counts them', async () => {
    const dataset = await read(build('SizeX = 1\nSizeY = 1', table(3, ',')));
    expect(dataset.shape).toEqual([3, 2]);
    expect(dataset.axes[0].name).toBe('Spectrum');
  });

  it('in Latin letters of one byte has its micrometres', async () => {
    const text = build('PositionUnit = µm\nPositionX = 2', one());
    const dataset = await read(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
    expect(dataset.metadata.stage).toEqual({ x: 0.002 });
  });

  it('keeps keys that JavaScript gives a meaning to itself', async () => {
    const { original } = await read(build('__proto__ = 1\nconstructor = 2', one()));
    expect(Object.keys(original)).toEqual(['__proto__', 'constructor']);
    expect({}.constructor).toBe(Object);
  });
});

describe('damage', () => {
  it.each([
    ['no table', '//Exported ASCII-File\n[Header]\nSizeX = 1\n', /there is no table of spectra/],
    ['no rows', build('', 'X-Axis,a\nnm,cts'), /0 rows of 2 columns/],
    ['a row cut short', build('', `${one()}\n5.3E+02,`), /line 10: "5.3E\+02," is no row/],
    ['a row too long', build('', `${one()}\n1,2,3`), /is no row of the table/],
    ['words among the numbers', build('', `${one()}\n1,two`), /is no row of the table/],
    ['far more names than numbers', build('', `${'a,'.repeat(10_000)}\nnm\n1\n2`), /2 rows of 10001 columns/],
    ['an axis of no numbers', build('', `${one()}\nInfinity,2`), /line 10: "Infinity,2" is no row/],
  ])('%s is refused in words', async (_, text, message) => {
    await expect(read(text.replaceAll('\r\n', '\n'))).rejects.toThrow(message);
  });

  it('of a line of nothing but delimiters makes no list of what stands between them', async () => {
    const text = build('', `${','.repeat(500_000)}\n${'\t'.repeat(500_000)}\n1,2`, '\n');
    const { largest } = await weighAllocations(() => expect(read(text)).rejects.toThrow(/1 rows of 500001 columns/));
    expect(largest).toBeLessThan(2 * text.length);
  });

  it('is found at the line that an editor shows, whatever ends the lines', async () => {
    await expect(read(build('', `${one()}\n1,two`))).rejects.toThrow(/x.txt, line 10: "1,two"/);
  });

  it('of nothing but line ends, or of one endless line, is told at once', async () => {
    await expect(read(`//Exported ASCII-File${'\r'.repeat(1_000_000)}`)).rejects.toThrow(/no table/);
    await expect(read(`//Exported ASCII-File\n[Data]\n${' '.repeat(1_000_000)}`)).rejects.toThrow(/no table/);
  });
});
