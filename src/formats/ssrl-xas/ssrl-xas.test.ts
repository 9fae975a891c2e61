import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { sharedFolder } from '../../../test/oracle.ts';
import type { TableDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import { openNodeFile } from '../node-file.ts';
import ssrl from './index.ts';

async function read(text: string): Promise<TableDataset> {
  const [table] = (await ssrl.read!(memoryFile('ag.dat', text))) as TableDataset[];
  return table;
}

const HEADER = `SSRL   EXAFS Data Collector 1.3       
Sun May 21 00:13:57 2006              
PTS:          2 COLS:          3
TRANS.DET                             
AGK16.RGN                             
2-3 unfocused  0.000 -2 Si(220) 1.920156   100000
4 2000 25 RST 0 0

Weights: 
 1.000  1.000  1.000
Offsets: 
 0.000  0.000  144.200
Data: 
`;
const NAMES = 'Real time clock   \nAchieved Energy   \nI0                \n\n';
const ROWS = ' 1.000  25285.000  147360.797 \n 1.000  25295.000  146739.797 \n';

describe('a text of the EXAFS Data Collector', () => {
  it('has the rows below its header, not the weights and offsets in it, and columns by their names', async () => {
    const { rows, columns, warnings } = await read(HEADER + NAMES + ROWS);
    expect({ rows, warnings }).toEqual({ rows: 2, warnings: [] });
    expect(columns.map(({ name, values }) => [name, ...values])).toEqual([
      ['Real time clock', 1, 1],
      ['Achieved Energy', 25285, 25295],
      ['I0', 147360.797, 146739.797],
    ]);
  });

  it('tells station, crystal and date, and no more than it says', async () => {
    const { metadata, original } = await read(HEADER + NAMES + ROWS);
    const date = { facility: 'SSRL', date: '2006-05-21', time: '00:13:57' };
    expect(metadata).toEqual({ ...date, beamline: '2-3', mono: 'Si(220)', mono_d_spacing_angstrom: 1.920156 });
    expect(original['header']).toContain('TRANS.DET');
    expect((await read(HEADER.replace(/^2-3.*$/m, 'elsewhere') + NAMES + ROWS)).metadata).toEqual(date);
  });

  it('says where it has another number of rows than it claims', async () => {
    const { warnings } = await read(`${HEADER}${NAMES}${ROWS}${ROWS}`);
    expect(warnings).toEqual(['PTS says 2, the file has 4 rows']);
  });
});

describe('a damaged text of the EXAFS Data Collector', () => {
  it.each([
    ['does not begin as one', `hello\n${HEADER}${NAMES}${ROWS}`, 'bad-header'],
    ['has no data', HEADER.replace('Data:', ''), 'bad-header'],
    ['has no number of columns', (HEADER + NAMES + ROWS).replace('COLS', 'COL'), 'bad-header'],
    ['has no columns', (HEADER + NAMES + ROWS).replace(/COLS: +3/, 'COLS: 0'), 'bad-header'],
    ['has a billion columns', (HEADER + NAMES + ROWS).replace(/COLS: +3/, 'COLS: 999999999'), 'bad-header'],
    ['has other columns than it says', HEADER + NAMES + ROWS.replaceAll(' 1.000', ''), 'bad-header'],
    ['has an endless header', HEADER.replace('Data:', '\n'.repeat(2000)) + NAMES + ROWS, 'bad-header'],
    ['ends among the names', `${HEADER}I0\n`, 'truncated'],
    ['ends within a row', HEADER + NAMES + ROWS.slice(0, -14), 'bad-row'],
  ])('that %s is refused', async (_, text, code) => {
    await expect(read(text)).rejects.toMatchObject({ kind: 'format', code });
  });

  it.each([' ', '1', 'A', '2-3 ', '1 ', 'Si('])(
    'of two hundred thousand "%s" in a line is answered at once',
    async (filler) => {
      const long = filler.repeat(2e5);
      await read(HEADER.replace('2-3 ', `2-3 ${long}`).replace('TRANS', long) + NAMES + ROWS);
      await read(`${HEADER}${NAMES}${ROWS}${long}`).catch(() => undefined);
    },
  );
});

it('is told by its first line, whatever its name; the binary files that begin alike are not taken for it', () => {
  const sniff = (text: string) => ssrl.sniff(new TextEncoder().encode(text), 'x.bin');
  expect(sniff(HEADER)).toBe('certain');
  expect(sniff('SSRL - EXAFS Data Collector 2.0\n')).toBe('certain');
  expect(sniff('SSRL - EXAFS Data Collector 2.0\0\n')).toBe('no');
  expect(sniff('SSRL notes\n1 2\n')).toBe('no');
});

it.skipIf(!sharedFolder())('SSRL1_2006.dat has the 455 rows that its header claims', async () => {
  const file = await openNodeFile(join(sharedFolder() ?? '', 'corpus/xafs-columns/SSRL1_2006.dat'));
  expect(await openFile(file)).toMatchObject({
    format: 'ssrl-xas',
    datasets: [{ kind: 'table', rows: 455, warnings: [] }],
  });
});
