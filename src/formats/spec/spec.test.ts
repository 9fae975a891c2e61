import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { TableDataset } from '../../signal/dataset.ts';
import spec from './index.ts';

const read = async (text: string) => (await spec.read!(memoryFile('test.spec', text))) as TableDataset[];

const HEADER = '#F red\n#E 1144942126\n#D Thu Apr 13 10:28:46 2006\n#C fourc  User = bm\n#O0 tth  th\n\n';
const FIRST = `#S 1  ascan energy 1 2 1 0.5
#D Thu Apr 13 10:30:00 2006
#T 0.5  (Seconds)
#P0 0.25 1
#N 3
#L Mono energy (eV)  Epoch  I0
2460 110 1e6
2460.5 114 -2
`;
const SECOND = '#S 2  loopscan 1\n#N 2\n#L Time\tDetector\n0 5\n';

describe('a file of SPEC', () => {
  it('is one table a scan, with the names of its columns, which may hold a blank and a unit', async () => {
    const found = await read(`${HEADER}${FIRST}\n${SECOND}`);
    expect(found.map(({ title, rows }) => [title, rows])).toEqual([
      ['1  ascan energy 1 2 1 0.5', 2],
      ['2  loopscan 1', 1],
    ]);
    expect(found[0].columns.map(({ name, unit, values }) => [name, unit, ...values])).toEqual([
      ['Mono energy (eV)', 'eV', 2460, 2460.5],
      ['Epoch', '', 110, 114],
      ['I0', '', 1e6, -2],
    ]);
    expect(found[1].columns.map(({ name, values }) => [name, ...values])).toEqual([
      ['Time', 0],
      ['Detector', 5],
    ]);
  });

  it('tells time of counting and moment of each scan, and all control lines', async () => {
    const [first, second] = await read(HEADER + FIRST + SECOND);
    expect(first.metadata).toEqual({
      dwell_time_s: 0.5,
      date: '2006-04-13',
      time: '10:30:00',
    });
    expect(first.original).toMatchObject({ F: 'red', O0: 'tth  th', P0: '0.25 1', S: '1  ascan energy 1 2 1 0.5' });
    expect(second.metadata).toMatchObject({ time: '10:28:46' });
    expect(second.metadata).not.toHaveProperty('dwell_time_s');
  });

  it('has names one blank apart where that fits, else numbers its columns and says so', async () => {
    const one = await read('#S 1 a\n#L x y\n1 2\n');
    expect(one[0].columns.map(({ name }) => name)).toEqual(['x', 'y']);
    const [{ columns, warnings }] = await read('#S 1 a\n#L x\n1 2\n');
    expect(columns.map(({ name }) => name)).toEqual(['column1', 'column2']);
    expect(warnings).toEqual(['the names of columns in #L do not fit the 2 numbers of a row']);
    expect((await read('#S 1 a\n1 2\n'))[0].warnings).toEqual([]);
  });

  it('passes over spectra of analysers, continued or not, over comments among the rows, and over empty scans, which it tells', async () => {
    const [{ columns, warnings }, ...others] = await read(
      `#S 1 stopped\n#L x  y\n#S 2 b\n#L x  y\n1 2\n@A 7 8\\\n 9 10\\\n 11 12\n#C a pause\n3 4\n@A 1 2\n#S 3 stopped\n`,
    );
    expect(columns.map(({ values }) => [...values])).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(warnings).toEqual(['2 scans without a point were left out']);
    expect(others).toEqual([]);
  });

  it.each(['\r\n', '\r'])('may end its lines with %j', async (end) => {
    const text = (HEADER + FIRST + SECOND).replaceAll('\n', end);
    expect(await read(text)).toEqual(await read(HEADER + FIRST + SECOND));
  });

  it('may use names that mean something to JavaScript', async () => {
    const [{ original }] = await read('#S 1 a\n#constructor 1\n#L __proto__  y\n1 2\n');
    expect(Object.getPrototypeOf(original)).toBeNull();
    expect(original['constructor']).toBeUndefined();
  });
});

describe('a damaged file of SPEC', () => {
  it.each([
    ['has no scan', HEADER, 'no-scans', 'test.spec'],
    ['has only empty scans', `${HEADER}#S 1 a\n#L x\n`, 'no-scans', 'test.spec'],
    ['has numbers above its first scan', `${HEADER}1 2\n`, 'bad-row', 'line 7'],
    ['has words among its rows', `#S 1 a\n1 2\nx y\n`, 'bad-row', 'line 3'],
    ['ends within a row', `#S 1 a\n1 2\n3`, 'bad-row', 'line 3'],
    ['has too many columns', `#S 1 a\n${'1 '.repeat(5000)}\n`, 'bad-row', 'line 2'],
    ['has too many scans', '#S 1 a\n'.repeat(10_001), 'too-many-scans', 'line 10001'],
    ['has too many control lines', `#S 1 a\n${'#C\n'.repeat(100_001)}`, 'too-many-scans', 'line 100001'],
    ['has too many columns in all', `#S 1 a\n${'1 '.repeat(4000)}\n`.repeat(26), 'too-many-scans', 'line 52'],
  ])('that %s is refused, with the place', async (_, text, code, where) => {
    const error = await read(text).catch((thrown) => thrown);
    expect(error).toMatchObject({ kind: 'format', code, where: expect.stringContaining(where) });
  });

  it.each([' ', '#', '@', '\\', '1 ', 'x  ', '\t'])(
    'of two hundred thousand "%s" in a line is answered at once',
    async (filler) => {
      const long = filler.repeat(2e5);
      await read(`#F ${long}\n#S 1 ${long}\n#L ${long}\n#T 1${long}\n1 2\n${long}\n`).catch(() => undefined);
    },
  );
});

it('is told by its first lines, whatever its name', () => {
  const sniff = (text: string) => spec.sniff(new TextEncoder().encode(text), 'x.bin');
  expect(sniff(HEADER)).toBe('certain');
  expect(sniff(SECOND)).toBe('certain');
  expect(sniff('#S 1 a\n1 2\n')).toBe('no');
  expect(sniff('#F red\n1 2\n')).toBe('no');
});
