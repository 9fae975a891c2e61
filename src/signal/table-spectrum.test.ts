import { describe, expect, it } from 'vitest';
import { asSignal } from './as-signal.ts';
import { axisValues } from './axis.ts';
import type { TableDataset } from './dataset.ts';
import { tableSpectrum } from './table-spectrum.ts';

type Column = readonly [name: string, unit?: string, values?: readonly number[]];

const table = (...columns: readonly Column[]): TableDataset => ({
  kind: 'table',
  title: 'a table',
  rows: 3,
  columns: columns.map(([name, unit = '', values = [1, 2, 4]]) => ({ name, unit, values: Float64Array.from(values) })),
  metadata: { sample: 'x' },
  original: { header: ['h'] },
  warnings: ['w'],
});

describe('a table becomes a spectrum', () => {
  it.each([
    ['energy (eV)', '', 'energy', 'eV'],
    ['energy', 'eV', 'energy', 'eV'],
    ['Energy', '', 'Energy', ''],
    ['energy_eV', 'eV', 'energy', 'eV'],
    ['2theta (deg)', '', '2theta', '°'],
    ['2θ', '', '2θ', ''],
    ['Raman shift (cm-1)', '', 'Raman shift', '1/cm'],
    ['Wavelength', 'nm', 'Wavelength', 'nm'],
    ['binding energy (eV)', '', 'binding energy', 'eV'],
    ['E', 'eV', 'E', 'eV'],
    ['k', '1/A', 'k', '1/A'],
    ['nm', '', '', 'nm'],
    ['spectral axis: q (r) (furlong)', '', 'q (r)', 'furlong'],
    ['spectral axis (eV)', '', '', 'eV'],
    ['spectral axis ()', '', '', ''],
  ])('where its first column is called %s, in "%s"', (column, unit, name, axisUnit) => {
    const found = tableSpectrum(table([column, unit], ['signal']));
    expect(found).toMatchObject({ kind: 'array', title: 'a table', shape: [3], dtype: 'float64', warnings: ['w'] });
    expect(found.axes[0]).toMatchObject({ name, unit: axisUnit, role: 'spectral' });
    expect(found.metadata).toEqual({ sample: 'x', quantity: 'signal' });
  });

  it('of its only other column, whatever that is called', async () => {
    const found = tableSpectrum(table(['energy'], ['sigma', '', [5, 6, 7]]));
    expect(await found.values.load()).toEqual(Float64Array.of(5, 6, 7));
  });

  it('that has no quantity where the column of values has no name', () => {
    expect(tableSpectrum(table(['energy'], ['column2'])).metadata).toEqual({ sample: 'x' });
  });

  it('wherever in it the axis is, and whatever its uncertainties are', async () => {
    const found = tableSpectrum(table(['intensity', '', [5, 6, 7]], ['energy'], ['sigma'], ['std dev']));
    expect(await found.values.load()).toEqual(Float64Array.of(5, 6, 7));
    expect(axisValues(found.axes[0])).toEqual(Float64Array.of(1, 2, 4));
  });

  it.each(['mu', 'xmu', 'mutrans', 'mu_fluor', 'norm'])(
    'of absorption where one of several is called %s',
    async (name) => {
      const found = tableSpectrum(table(['energy', 'eV'], ['i0'], [name, '', [7, 8, 9]], ['itrans']));
      expect(await found.values.load()).toEqual(Float64Array.of(7, 8, 9));
    },
  );

  it('of the columns that its format declares, whatever they are called and whatever else there is', async () => {
    const read = table(['counts', 'd', [5, 6, 7]], ['abscissa', 'eV', [9, 8, 7]], ['transmission', 'd']);
    const found = tableSpectrum({ ...read, spectrum: { axis: 1, values: 0, axisName: 'Kinetic energy' } });
    expect(found.axes[0]).toMatchObject({ name: 'Kinetic energy', unit: 'eV', offset: 9, scale: -1 });
    expect(await found.values.load()).toEqual(Float64Array.of(5, 6, 7));
    expect(found.metadata.quantity).toBe('counts');
    expect(tableSpectrum({ ...read, spectrum: { axis: 1, values: 0 } }).axes[0].name).toBe('abscissa');
  });

  it('whose quantity has the unit of its column', () => {
    expect(tableSpectrum(table(['energy', 'eV'], ['counts', 'counts/s'])).metadata.quantity).toBe('counts (counts/s)');
  });

  it.each([
    ['Electrons (Counts)', 'counts'],
    ['T [°C]', '°C'],
    ['cts [1/ch]', '1/ch'],
    ['counts', 'counts'],
  ])('whose quantity %s says its unit once', (name, unit) => {
    expect(tableSpectrum(table(['energy', 'eV'], [name, unit])).metadata.quantity).toBe(name);
  });

  it('on a uniform axis where its positions are even, as listed where not, rising or falling', () => {
    expect(tableSpectrum(table(['energy', '', [3, 2.5, 2]], ['y'])).axes[0]).toMatchObject({
      kind: 'uniform',
      offset: 3,
      scale: -0.5,
    });
    expect(tableSpectrum(table(['energy', '', [3, 2, 0]], ['y'])).axes[0].kind).toBe('explicit');
  });

  it('whose values are a copy: the table keeps what is no number', async () => {
    const read = table(['energy', 'eV'], ['y', '', [1, Number.NaN, 3]]);
    const signal = await asSignal(read);
    expect(signal.mask.pixels).toBeDefined();
    expect(read.columns[1].values[1]).toBeNaN();
  });

  it.each([
    ['2theta (deg)', 'xrd'],
    ['Raman shift (cm-1)', 'raman'],
    ['Binding energy', 'xps'],
    ['energy loss (eV)', 'eels'],
    ['energy (eV)', 'unknown'],
  ])('of the modality that "%s" means: %s', async (name, modality) => {
    expect((await asSignal(table([name], ['y']))).modality).toBe(modality);
  });
});

describe('a table is refused as a signal', () => {
  it.each([
    ['whose names mean nothing', [['column1'], ['column2']], 'without a declared axis'],
    ['whose names mean something only with a unit', [['k'], ['chi']], 'without a declared axis'],
    ['whose declaration is not complete', [['spectral axis: q'], ['y']], 'without a declared axis'],
    ['whose declaration is another word', [['spectral axisq (eV)'], ['y']], 'without a declared axis'],
    ['whose unit is not that of a spectral axis', [['x', 'mm'], ['y']], 'without a declared axis'],
    ['with two columns of values', [['energy'], ['i0'], ['it']], '2 more columns'],
    ['with two columns of absorption', [['energy'], ['mu'], ['norm']], '2 more columns'],
    ['with none', [['energy']], '0 more columns'],
    ['whose positions turn', [['energy', '', [1, 3, 2]], ['y']], '3 is followed by 2 in row 3'],
    ['whose positions stand still', [['energy', '', [1, 1, 2]], ['y']], '1 is followed by 1 in row 2'],
    ['whose positions are no numbers', [['energy', '', [1, Number.NaN, 2]], ['y']], 'do not go one way'],
  ] as [string, Column[], string][])('%s', async (_, columns, what) => {
    await expect(asSignal(table(...columns))).rejects.toMatchObject({
      kind: 'input',
      code: 'not-a-signal',
      where: 'a table',
      what: expect.stringContaining(what),
      fix: expect.any(String),
    });
  });
});
