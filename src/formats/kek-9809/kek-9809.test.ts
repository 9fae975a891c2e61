import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { TableDataset } from '../../signal/dataset.ts';
import kek from './index.ts';

async function read(text: string): Promise<TableDataset> {
  const [table] = (await kek.read!(memoryFile('fe.dat', text))) as TableDataset[];
  return table;
}

const HEADER = `  9809     KEK-PF   BL9A
 Fe010           22.05.11 17:26 - 22.05.11 18:33 Serial#KEKPF-BL9A_030107
 Ring :   2.5 GeV   425.1 mA -  449.9 mA
 Mono :   Si(111)       D=  3.13551 A    Initial angle= 13.93250 deg
 BL9A      Fluorescence( 3)   Repetition=  1     Points=    2

 Block      Init-Eng  Final-Eng      Step/eV     Time/s       Num
     1        6606.20   7061.20         6.50       1.00        70
 Ortec(-1)     NDCH = 3
  Angle(c)  Angle(o)    time/s         2         3
      Mode         0         0         1         3
    Offset         0         0  7753.700  7157.100
`;
const ROWS = '  17.41446  17.41440      1.00   1792467     14016\n  17.39679  17.39700      1.00   1781004     13757\n';

describe('a file 9809', () => {
  it('has the rows below its header, not the blocks and offsets in it, by the angles that it lists', async () => {
    const { rows, columns, warnings } = await read(HEADER + ROWS);
    expect({ rows, warnings }).toEqual({ rows: 2, warnings: [] });
    expect(columns.map(({ name, unit, values }) => [name, unit, ...values])).toEqual([
      ['Angle(c)', '°', 17.41446, 17.39679],
      ['Angle(o)', '°', 17.4144, 17.397],
      ['time/s', 's', 1, 1],
      ['2', '', 1792467, 1781004],
      ['3', '', 14016, 13757],
    ]);
  });

  it('tells facility, beamline and crystal; its date of two figures is not guessed at', async () => {
    const { metadata, original } = await read(HEADER + ROWS);
    expect(metadata).toEqual({
      facility: 'KEK-PF',
      beamline: 'BL9A',
      mono: 'Si(111)',
      mono_d_spacing_angstrom: 3.13551,
    });
    expect(original['header']).toContain('      Mode         0         0         1         3');
    const bare = await read((HEADER + ROWS).replace(/^ Mono.*\n/m, ''));
    expect(bare.metadata).toEqual({ facility: 'KEK-PF', beamline: 'BL9A' });
  });

  it('says where it has another number of rows than it claims, and nothing where it claims none', async () => {
    expect((await read(HEADER + ROWS + ROWS)).warnings).toEqual(['Points= 2, the file has 4 rows']);
    expect((await read(HEADER.replace('Points', '') + ROWS)).warnings).toEqual([]);
  });
});

describe('a damaged file 9809', () => {
  it.each([
    ['does not begin as one', `hello\n${HEADER}${ROWS}`, 'bad-header'],
    ['has no names', HEADER.replace('Angle(c)', 'angle') + ROWS, 'bad-header'],
    ['has no end of its header', HEADER.replace('Offset', '') + ROWS, 'bad-header'],
    ['has an endless header', HEADER.replace('Mono', `\n`.repeat(2000)) + ROWS, 'bad-header'],
    ['has other columns than names', HEADER.replace('time/s', '') + ROWS, 'bad-header'],
    ['has no rows', HEADER, 'truncated'],
    ['ends within a row', HEADER + ROWS.slice(0, -12), 'bad-row'],
  ])('that %s is refused', async (_, text, code) => {
    await expect(read(text)).rejects.toMatchObject({ kind: 'format', code });
  });

  it.each([' ', '1', 'A', 'D=', '1 ', 'Points='])(
    'of two hundred thousand "%s" in a line is answered at once',
    async (filler) => {
      const long = filler.repeat(2e5);
      await read(HEADER.replace('Si(111)', long).replace('KEK', long).replace('Fluorescence', long) + ROWS).catch(
        () => undefined,
      );
      await read(`${HEADER}${ROWS}${long}`).catch(() => undefined);
    },
  );
});

it('is told by its first lines, whatever its name', () => {
  const sniff = (text: string) => kek.sniff(new TextEncoder().encode(text), 'x.bin');
  expect(sniff(HEADER)).toBe('certain');
  expect(sniff('  9809 12\n 9810 13\n')).toBe('no');
  expect(sniff('Mono : 1\n')).toBe('no');
});
