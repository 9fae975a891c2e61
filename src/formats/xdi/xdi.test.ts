import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { TableDataset } from '../../signal/dataset.ts';
import xdi from './index.ts';

async function read(text: string): Promise<TableDataset> {
  const [table] = (await xdi.read!(memoryFile('test.xdi', text))) as TableDataset[];
  return table;
}

const HEADER = `# XDI/1.0 GSE/1.0
# Column.1: energy eV
# Column.2: mutrans
# ELEMENT.Symbol: fe
# element.edge: l3
# Mono.d_spacing: 3.13553
# Mono.name: Si 111
# Facility.name: APS
# Beamline.name: 13-ID
# Sample.name: rust
# Scan.start_time: 2001-06-26T22:27:31
# ///
# a foil: cold
#----
# e mu
`;
const ROWS = '7100 0.5\n7101.5 -2.5e-1\n';

describe('an XDI file', () => {
  it('is a table whose columns the header names, with their units', async () => {
    const table = await read(HEADER + ROWS);
    expect(table.rows).toBe(2);
    expect(table.warnings).toEqual([]);
    expect(table.columns.map(({ name, unit, values }) => [name, unit, ...values])).toEqual([
      ['energy', 'eV', 7100, 7101.5],
      ['mutrans', '', 0.5, -0.25],
    ]);
  });

  it('tells its fields, families without regard to case, and the edge and the beamline in the common words', async () => {
    const { metadata, original } = await read(HEADER + ROWS);
    expect(metadata).toMatchObject({
      element: 'Fe',
      edge: 'L3',
      mono: 'Si 111',
      mono_d_spacing_angstrom: 3.13553,
      facility: 'APS',
      beamline: '13-ID',
      sample: 'rust',
      date: '2001-06-26',
      time: '22:27:31',
      signal_type: 'XAS',
    });
    expect(metadata).not.toHaveProperty('element.symbol');
    expect(original).toMatchObject({ version: 'XDI/1.0 GSE/1.0', comments: ['a foil: cold'] });
    expect(original['element.symbol']).toBe('fe');
  });

  it('of an older writer gives element and edge under Scan, and the spacing without an underscore', async () => {
    const table = await read(
      '#XDI/1.1\n# Scan.element: Cu\n# Scan.edge: K\n# Mono.dspacing: 3.1\n#---\n# energy i0\n1 2\n',
    );
    expect(table.metadata).toMatchObject({
      element: 'Cu',
      edge: 'K',
      mono_d_spacing_angstrom: 3.1,
      signal_type: 'XAS',
    });
  });

  it('of an EPICS step scan gives them under ScanParameters, and has names of process variables behind bars', async () => {
    const { metadata, original } = await read(
      '#XDI/1.1\n# ScanParameters.element: Mn\n# ScanParameters.edge: K\n# Mono.dspacing: 3.1 || PV\n# Mono.name: Si || PV\n#---\n# k i0\n1 2\n',
    );
    expect(metadata).toMatchObject({
      element: 'Mn',
      edge: 'K',
      mono_d_spacing_angstrom: 3.1,
      mono: 'Si',
      signal_type: 'XAS',
    });
    expect(original['mono.name']).toBe('Si || PV');
  });

  it('names columns by the labels above the numbers where no field does, and by number where the labels do not fit', async () => {
    expect((await read('# XDI/1.0\n#---\n# x mu\n1 2\n')).columns.map(({ name }) => name)).toEqual(['x', 'mu']);
    expect((await read('# XDI/1.0\n#---\n# x\n1 2\n')).columns.map(({ name }) => name)).toEqual(['column1', 'column2']);
  });

  it('keeps the unit of a column apart from the EPICS name behind it', async () => {
    const [energy] = (await read('# XDI/1.0\n# Column.1: energy degrees || 13BMA:E\n#---\n1 2\n')).columns;
    expect(energy).toMatchObject({ name: 'energy', unit: '°' });
  });

  it('has no element and no signal type where it says none, and leaves out what makes no sense', async () => {
    const { metadata } = await read(
      '# XDI/1.0\n# Mono.d_spacing: 0\n# Element.edge: Q9\n# Scan.start_time: 26/06/01\n#---\n# x y\n1 2\n',
    );
    for (const key of ['element', 'edge', 'mono_d_spacing_angstrom', 'date', 'signal_type'])
      expect(metadata).not.toHaveProperty(key);
  });

  it.each(['\r\n', '\r'])(
    'may end its lines with %j, hold blank lines and comments among the rows, and other marks',
    async (end) => {
      const text = '\ufeff% XDI/1.0\n% Column.1: x\n%---\n\n1 2\n% pause\n3,4\n'.replaceAll('\n', end);
      expect((await read(text)).columns.map(({ values }) => [...values])).toEqual([
        [1, 3],
        [2, 4],
      ]);
    },
  );

  it('is read with a warning without the line of dashes, with a line that is no field, or with fewer names than columns', async () => {
    const { warnings } = await read('# XDI/1.0\n# Column.1: x\n# nothing\n1 2\n');
    expect(warnings).toEqual([
      'line 3 of the header is no field "Family.member: value"',
      'the line of dashes that ends the header is missing',
      'the header names 1 columns, the rows have 2 numbers',
    ]);
  });

  it('may use names that mean something to JavaScript', async () => {
    const { original } = await read('# XDI/1.0\n# constructor.__proto__: 1\n#---\n1 2\n');
    expect(original['constructor.__proto__']).toBe('1');
    expect(Object.getPrototypeOf(original)).toBeNull();
  });
});

describe('a damaged XDI file', () => {
  it.each([
    ['without its first line', '# Column.1: x\n1 2\n', 'not-xdi', 'test.xdi, line 1'],
    ['without rows', HEADER, 'truncated', 'test.xdi, after line 15'],
    ['cut within a row', `${HEADER}1 2\n3`, 'bad-row', 'test.xdi, line 17'],
    ['with a word among the numbers', `${HEADER}1 2\n3 x\n`, 'bad-row', 'test.xdi, line 17'],
    ['with words first', `${HEADER}hello\n`, 'bad-row', 'test.xdi, line 16'],
    ['with too many columns', `${HEADER}${'1 '.repeat(5000)}\n`, 'bad-row', 'test.xdi, line 16'],
    [
      'with too many fields',
      `# XDI/1.0\n${Array.from({ length: 10_002 }, (_, i) => `# a.m${i}: 1\n`).join('')}1 2`,
      'bad-header',
      'test.xdi, line 10002',
    ],
  ])('%s is refused, with the line', async (_, text, code, where) => {
    await expect(read(text)).rejects.toMatchObject({ kind: 'format', code, where });
  });

  it('above 64 MiB is refused before it is read', async () => {
    const file = { ...memoryFile('big.xdi', ''), size: 2 ** 27 };
    await expect(xdi.read!(file)).rejects.toMatchObject({ kind: 'input', code: 'too-large' });
  });

  it.each([' ', '#', '-', '/', 'a.', '.', '|', ':', '1 ', '1'])(
    'of two hundred thousand "%s" in a line is answered at once',
    async (filler) => {
      const long = filler.repeat(2e5);
      await read(`# XDI/1.0 ${long}\n# Column.1: ${long}\n# ${long}\n#---\n# ${long}\n1 2\n`);
      await read(`# XDI/1.0\n#---\n1 2${long}x\n`).catch(() => undefined);
    },
  );
});

it('is told by its first line alone, whatever its name', () => {
  const sniff = (text: string, name = 'x.dat') => xdi.sniff(new TextEncoder().encode(text), name);
  expect(sniff('# XDI/1.0\n')).toBe('certain');
  expect(sniff('\ufeff#XDI/1.1  Epics\n')).toBe('certain');
  expect(sniff('# energy\n# XDI/1.0\n', 'x.xdi')).toBe('no');
});
