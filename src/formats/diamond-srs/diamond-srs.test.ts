import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { TableDataset } from '../../signal/dataset.ts';
import srs from './index.ts';

async function read(text: string): Promise<TableDataset> {
  const [table] = (await srs.read!(memoryFile('1.dat', text))) as TableDataset[];
  return table;
}

const HEADER = ` &SRS
 SRSRUN=236463,SRSDAT=2021124,
 SRSSTN='Bran',SRSPRJ='I06-1   ',SRSEXP='a, b',
 SRSTLE='      ',
<MetaDataAtStart>
command=scan e 1 2 1
date='Wed Feb 24 14:49:05 2021'
gain=10^7 V/A
formula=a=b
</MetaDataAtStart>
 &END
`;
const NAMES = 'energy\tC 1\n';
const ROWS = '694.9287\t  44127.0\n695.1\t 1e3\n';

describe('an SRS scan', () => {
  it('is a table with the names above its columns', async () => {
    const table = await read(HEADER + NAMES + ROWS);
    expect(table).toMatchObject({ title: '1.dat', rows: 2, warnings: [] });
    expect(table.columns.map(({ name, values }) => [name, ...values])).toEqual([
      ['energy', 694.9287, 695.1],
      ['C 1', 44127, 1000],
    ]);
  });

  it('tells its fields as they are written, and beside them the beamline and the date in the common vocabulary', async () => {
    const { metadata, original } = await read(HEADER + NAMES + ROWS);
    expect(metadata).toEqual({ beamline: 'I06-1', date: '2021-02-24', time: '14:49:05' });
    expect(original).toEqual({
      SRSRUN: '236463',
      SRSDAT: '2021124',
      SRSSTN: 'Bran',
      SRSPRJ: 'I06-1',
      SRSEXP: 'a, b',
      command: 'scan e 1 2 1',
      gain: '10^7 V/A',
      formula: 'a=b',
      date: "'Wed Feb 24 14:49:05 2021'",
    });
  });

  it('numbers its columns where no names stand above them, and where those do not fit, which it says', async () => {
    expect((await read(HEADER + ROWS)).columns.map(({ name }) => name)).toEqual(['column1', 'column2']);
    const { columns, warnings } = await read(`${HEADER}e\n${ROWS}`);
    expect(columns.map(({ name }) => name)).toEqual(['column1', 'column2']);
    expect(warnings).toEqual(['1 names stand above 2 columns']);
  });

  it('may use names that mean something to JavaScript', async () => {
    const { original } = await read((HEADER + ROWS).replace('gain=', '__proto__='));
    expect(Object.getPrototypeOf(original)).toBeNull();
    expect(Object.entries(original)).toContainEqual(['__proto__', '10^7 V/A']);
  });
});

describe('a damaged SRS scan', () => {
  it.each([
    ['does not begin as one', 'hello\n1 2\n', 'not-srs', '1.dat, line 1'],
    ['has no end of the header', HEADER.replace(' &END\n', ''), 'bad-header', '1.dat, line 11'],
    ['has an endless header', `&SRS\n${'a=1\n'.repeat(10_001)}`, 'bad-header', '1.dat, line 10001'],
    ['has no rows', HEADER + NAMES, 'truncated', '1.dat, after line 12'],
    ['ends with the header', HEADER, 'truncated', '1.dat, after line 12'],
    ['ends within a row', HEADER + NAMES + ROWS.slice(0, -6), 'bad-row', '1.dat, line 14'],
  ])('that %s is refused, with the line', async (_, text, code, where) => {
    await expect(read(text)).rejects.toMatchObject({ kind: 'format', code, where });
  });

  it.each([' ', '=', "'", 'A', "A='", 'A=,', '\t', '1 '])(
    'of two hundred thousand "%s" is answered at once',
    async (filler) => {
      const long = filler.repeat(2e5);
      await read(`&SRS\n SRS1=${long}\n${long}\n&END\n${long}\n1 2\n`).catch(() => undefined);
    },
  );
});

it('is told by its first line, whatever its name', () => {
  const sniff = (text: string) => srs.sniff(new TextEncoder().encode(text), 'x.dat');
  expect(sniff(HEADER)).toBe('certain');
  expect(sniff('# &SRS\n1 2\n')).toBe('no');
});
