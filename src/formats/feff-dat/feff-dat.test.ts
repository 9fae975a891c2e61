import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { TableDataset } from '../../signal/dataset.ts';
import feff from './index.ts';

async function read(text: string): Promise<TableDataset> {
  const [table] = (await feff.read!(memoryFile('feff0007.dat', text))) as TableDataset[];
  return table;
}

const TITLES = ` Cu  metal  fcc a=3.603                                           Feff XX 6.10
 Abs   Z=29 Rmt= 1.289 Rnm= 1.424 K shell
 Path   11      icalc       2
 -----------------------------------------------------------------------
`;
const PATH = '   2  12.000   2.5478    2.6300   -5.53502 nleg, deg, reff, rnrmav(bohr), edge\n';
const ATOMS = `        x         y         z   pot at#
      .0000     .0000     .0000  0  29 Cu       absorbing atom
     0.0000   -1.8016    1.8016  1   8 O1
`;
const NAMES = '    k   real[2*phc]   mag[feff]  phase[feff] red factor   lambda     real[p]@#\n';
const ROWS = `   .000  3.5015E+00  0.0000E+00 -5.1320E+00  9.872E-01  1.5637E+01  1.8071E+00
  2.000  3.5020E+00  3.3976D-02 -5.6318E+00  9.873E-01  1.5660E+01  1.8098E+00
`;
const FILE = TITLES + PATH + ATOMS + NAMES + ROWS;

const cells = async (text: string) => (await read(text)).columns.map(({ values }) => [...values]);

describe('a path of FEFF', () => {
  it('is a table of seven columns by wavenumber, with the path and its atoms', async () => {
    const table = await read(FILE);
    expect(table).toMatchObject({ title: 'Cu  metal  fcc a=3.603', rows: 2, warnings: [] });
    expect(table.columns.map(({ name, unit, values }) => [name, unit, values[1]])).toEqual([
      ['k', '1/A', 2],
      ['real_2phc', 'rad', 3.502],
      ['mag_feff', '', 0.033976],
      ['pha_feff', 'rad', -5.6318],
      ['red_fact', '', 0.9873],
      ['lam', 'Å', 15.66],
      ['real_p', '1/A', 1.8098],
    ]);
    expect(table.metadata).toEqual({
      element: 'Cu',
      edge: 'K',
      scattering_path: {
        index: 11,
        nleg: 2,
        deg: 12,
        reff: 2.5478,
        rnrmav: 2.63,
        geometry: [
          { x: 0, y: 0, z: 0, ipot: 0, Z: 29, symbol: 'Cu' },
          { x: 0, y: -1.8016, z: 1.8016, ipot: 1, Z: 8, symbol: 'O1' },
        ],
      },
    });
    expect(table.original).toMatchObject({ edge: -5.53502 });
  });

  it.each([
    ['marks of comments before the header', (TITLES + PATH + ATOMS + NAMES).replace(/^ /gm, '#') + ROWS],
    ['line ends of Windows', FILE.replaceAll('\n', '\r\n')],
    ['blank lines', `${FILE.replace(NAMES, `\n${NAMES}\n`)}\n\n`],
  ])('is the same with %s', async (_, text) => {
    expect(await cells(text)).toEqual(await cells(FILE));
    expect((await read(text)).metadata).toEqual((await read(FILE)).metadata);
  });

  it('is read where a sign is all that separates two numbers of fixed width', async () => {
    const path = '   2  12.000   2.5478    2.6300-105.53502 nleg, deg, reff, rnrmav(bohr), edge\n';
    const atoms = ATOMS.replace('0.0000   -1.8016', '0.0000-101.8016');
    const rows = ROWS.replace('0.0000E+00 -5.1320E+00', '0.0000E+00-5.1320E+00');
    const { metadata, original, columns } = await read(TITLES + path + atoms + NAMES + rows);
    expect(metadata['scattering_path']).toMatchObject({ geometry: [{}, { y: -101.8016 }] });
    expect(original['edge']).toBe(-105.53502);
    expect(columns[3].values[0]).toBe(-5.132);
  });

  it('is read where an exponent of three figures has lost its letter, and where FEFF wrote NaN', async () => {
    const columns = await cells(FILE.replace('0.0000E+00', '1.2345-100').replace('9.872E-01', '      NaN'));
    expect(columns[2][0]).toBe(1.2345e-100);
    expect(columns[4][0]).toBeNaN();
  });

  it('says of itself only what the file says', async () => {
    const table = await read(PATH + ATOMS.replace('Cu       absorbing atom', '') + NAMES + ROWS);
    expect(table.title).toBe('feff0007.dat');
    for (const key of ['element', 'shell', 'path_index', 'feff_version'])
      expect(table.metadata).not.toHaveProperty(key);
  });
});

describe('a damaged path of FEFF', () => {
  it.each([
    ['has no line of the path', TITLES + ROWS, 'not-feff', 'feff0007.dat'],
    ['has endless titles', `${'title\n'.repeat(2000)}${FILE}`, 'not-feff', 'feff0007.dat'],
    ['has words for the path', FILE.replace('12.000', 'twelve'), 'bad-path', 'line 5'],
    ['has half a leg', FILE.replace('   2  12', ' 2.5  12'), 'bad-path', 'line 5'],
    ['has no legs', FILE.replace('   2  12', '   0  12'), 'bad-path', 'line 5'],
    ['has a billion legs', FILE.replace('   2  12', ' 999999999  12'), 'bad-path', 'line 5'],
    ['has fewer atoms than legs', FILE.replace('   2  12', '   3  12'), 'bad-path', 'line 9'],
    ['has more atoms than legs', FILE.replace('   2  12', '   1  12'), 'bad-path', 'line 8'],
    ['has words among its atoms', FILE.replace('-1.8016', 'left'), 'bad-path', 'line 8'],
    ['has an atom beyond all numbers', FILE.replace('-1.8016', '1e999'), 'bad-path', 'line 8'],
    ['has a path without end', FILE.replace('2.5478', '1e999'), 'bad-path', 'line 5'],
    ['ends before the columns', TITLES + PATH + ATOMS, 'truncated', 'feff0007.dat'],
    ['ends before the rows', TITLES + PATH + ATOMS + NAMES, 'truncated', 'feff0007.dat'],
    ['ends within a row', FILE.slice(0, -20), 'bad-row', 'line 11'],
    ['has words for numbers', FILE.replace('9.872E-01', '*********'), 'bad-row', 'line 10'],
  ])('that %s is refused, with the place', async (_, text, code, where) => {
    const error = await read(text).catch((thrown) => thrown);
    expect(error).toMatchObject({ kind: 'format', code, where: expect.stringContaining(where) });
  });

  it.each([' ', '1', '-', '.', '1-', '#', 'Feff ', 'nleg, '])(
    'of two hundred thousand "%s" in a line is answered at once',
    async (filler) => {
      const long = filler.repeat(2e5);
      await read(`${long}\n${FILE}`).catch(() => undefined);
      await read(FILE.replace(PATH, `${long}${PATH}`)).catch(() => undefined);
      await read(FILE.replace(ATOMS, `${ATOMS}${long}\n`)).catch(() => undefined);
      await read(`${FILE}${long}`).catch(() => undefined);
    },
  );
});

it('is told by the line of the path, whatever its name', () => {
  const sniff = (text: string) => feff.sniff(new TextEncoder().encode(text), 'x.bin');
  expect(sniff(FILE)).toBe('certain');
  expect(sniff(TITLES + ROWS)).toBe('no');
});
