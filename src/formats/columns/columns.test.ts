import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { TableDataset } from '../../signal/dataset.ts';
import columns from './index.ts';

async function read(text: string): Promise<TableDataset> {
  const [table] = (await columns.read!(memoryFile('test.txt', text))) as TableDataset[];
  return table;
}

async function cells(text: string): Promise<number[][]> {
  return (await read(text)).columns.map(({ values }) => [...values]);
}

describe('a table of text', () => {
  it.each([
    ['blanks', '1 2\n3 4\n'],
    ['tabs', '1\t2\r\n3\t4'],
    ['commas', '1,2\n3, 4,\n'],
    ['semicolons', ' 1;2 \n3 ; 4;\n'],
    ['Fortran exponents', '1.0D+00 .2d1\n3. +4E0\n'],
  ])('is read with %s', async (_, text) => {
    expect(await cells(text)).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  it('has the same numbers as JavaScript makes of the same digits, to the last bit', async () => {
    const digits = fc.stringMatching(/^(?:\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})$/);
    await fc.assert(
      fc.asyncProperty(fc.array(digits, { minLength: 2, maxLength: 20 }), async (words) => {
        expect((await cells(`${words.join(' ')}\n`)).flat()).toEqual(words.map(Number));
      }),
    );
  });

  it('is read with decimal commas', async () => {
    const expected = [
      [400.5, 401],
      [1.25, 2.5],
    ];
    expect(await cells('400,5;1,25\n401,0;2,5\n')).toEqual(expected);
    expect(await cells('400,5\t1,25\n401,0\t2,5\n')).toEqual(expected);
  });

  it('commas without blanks separate when the decimals are points', async () => {
    expect(await cells('400.5,1\n401.5,2\n')).toEqual([
      [400.5, 401.5],
      [1, 2],
    ]);
  });

  it('begins where the longest run of equal rows begins, and is named by the nearest line of as many words', async () => {
    const table = await read('Made 2020\n1 2 3\n# energy  mu\n# ----\n1 2\n\n3 4\n; a remark\n5 6\nend\n');
    expect(table.rows).toBe(3);
    expect(table.columns.map(({ name }) => name)).toEqual(['energy', 'mu']);
    expect(table.original).toMatchObject({ headerLines: 3, rowsWithOtherLength: 1 });
    expect(table.warnings).toHaveLength(1);
  });

  it('keeps blanks inside names that tabs separate, and numbers columns that have no name', async () => {
    const named = await read('Fe 2p\tB.E. (eV)\n1\t2\n3\t4\n');
    expect(named.columns.map(({ name }) => name)).toEqual(['Fe 2p', 'B.E. (eV)']);
    const bare = await read('5 6 7\n1 2\n3 4\n');
    expect(bare.columns.map(({ name }) => name)).toEqual(['column1', 'column2']);
  });

  it('has the units that its names carry, which stay as they are written', async () => {
    const { columns: found } = await read('# energy_eV, chi(k), Raman shift (cm-1)\n1,2,3\n4,5,6\n');
    expect(found.map(({ name, unit }) => [name, unit])).toEqual([
      ['energy_eV', 'eV'],
      ['chi(k)', ''],
      ['Raman shift (cm-1)', '1/cm'],
    ]);
  });

  it('has the units of a line between names and numbers', async () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const { columns: found } = await read('Wavelength,S1\nnm,CPS\n610,1\n611,2\n'.replaceAll('\n', end));
      expect(found.map(({ name, unit }) => [name, unit])).toEqual([
        ['Wavelength', 'nm'],
        ['S1', 'cps'],
      ]);
    }
    const bare = await read('a title\nnm,CPS\n610,1\n611,2\n');
    expect(bare.columns.map(({ name, unit }) => [name, unit])).toEqual([
      ['nm', 'nm'],
      ['CPS', 'cps'],
    ]);
  });

  it('keeps cells that are NaN or infinite', async () => {
    expect(await cells('1 nan\n2 inf\n3 -Infinity\n')).toEqual([
      [1, 2, 3],
      [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ]);
  });

  it.each(['', 'prose only', '1\n2\n3', '\u0000\u0001'])('%j has no table and is refused', async (text) => {
    await expect(read(text)).rejects.toMatchObject({ kind: 'format', code: 'no-table' });
  });
});

describe('sniffing', () => {
  const sniff = (text: string, name = 'x.bin') => columns.sniff(new TextEncoder().encode(text), name);

  it('claims text with rows of numbers, whatever its name, and nothing binary', () => {
    expect(sniff('1 2\n3 4\n')).toBe('likely');
    expect(sniff('1 2\u0000\n3 4\n')).toBe('no');
    expect(sniff('prose')).toBe('no');
    expect(sniff('prose', 'x.csv')).toBe('name');
    expect(sniff('# header line\n'.repeat(400))).toBe('name');
  });

  it.each(['##TITLE=x\n1 2\n3 4\n', '<?xml version="1.0"?>\n1 2\n3 4\n', '_SAMPLE=1\n1 2\n3 4\n'])(
    'leaves %j to its own format, whatever its name',
    (text) => {
      expect(sniff(text)).toBe('no');
      expect(sniff(text, 'x.txt')).toBe('no');
    },
  );
});

describe('a large file', () => {
  it('with more numbers in a line than a sheet has columns is refused before it has arrays for them', async () => {
    await expect(read('1 '.repeat(20_000))).rejects.toMatchObject({ code: 'too-many-columns', where: 'line 1' });
  });

  it('of a megabyte does not hang', async () => {
    const text = Array.from({ length: 60_000 }, (_, i) => `${i * 0.1}, ${i}`).join('\n');
    const started = performance.now();
    expect((await read(text)).rows).toBe(60_000);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it.each([' ', '\t', ',', ' ,', '1,', '1', '-', '#', '1 '])(
    'with a line of two hundred thousand "%s" does not hang',
    async (filler) => {
      const started = performance.now();
      const table = await read(`a${filler.repeat(2e5)}b\n1${filler.repeat(2e5)}x\n3 4\n5 6\n`);
      expect(table.rows).toBe(2);
      expect(performance.now() - started).toBeLessThan(2000);
    },
  );
});
