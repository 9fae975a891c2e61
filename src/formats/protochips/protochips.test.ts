import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import protochips from './index.ts';

const NAMES = 'Time, Notes, Channel A Current, Channel A Temperature';
const log = (notes: readonly string[], rows: readonly string[], names = NAMES) =>
  [names, ...notes.map((note) => `0, ${note}, 0, 25`), ...rows].join('\r\n');
const rows = ['0, , 1e-3, 25', '100, stopped = no, NaN, 26', '200, , 3, 27'];
const UNITS = ['Time units = Milliseconds', 'Current units = Amps'];

async function read(text: string) {
  const datasets = (await protochips.read!(memoryFile('a.csv', text))) as ArrayDataset[];
  const loaded = await Promise.all(datasets.map(async ({ values }) => [...((await values.load()) as Float64Array)]));
  return { datasets, loaded };
}

describe('a log', () => {
  it('is an array for each column, over the time in s', async () => {
    const { datasets, loaded } = await read(log(UNITS, rows));
    expect(datasets.map(({ title }) => title)).toEqual(['Channel A Current (Amps)', 'Channel A Temperature']);
    expect(loaded).toEqual([
      [1e-3, Number.NaN, 3],
      [25, 26, 27],
    ]);
    expect(datasets[0].axes[0]).toMatchObject({ kind: 'uniform', name: 'Time', unit: 's', size: 3, offset: 0 });
    expect(datasets[0].metadata).toEqual({ quantity: 'Current (Amps)' });
  });

  it('keeps times that are not even', async () => {
    const { datasets } = await read(log(['Time units = Seconds'], ['0, , 1, 2', '1, , 1, 2', '5, , 1, 2']));
    expect(datasets[0].axes[0]).toMatchObject({ kind: 'explicit', positions: Float64Array.of(0, 1, 5) });
  });

  it('has its conditions in the notes of the first rows', async () => {
    const notes = [
      'Date (yyyy.mm.dd) = 2014.10.08',
      'Time (hh:mm:ss.ms) = 16:26:51.738',
      'User agreeing to terms = A. B.',
      'Calibration file = E:\\files\\AD2.cal',
      '__proto__ = 1',
    ];
    const { datasets } = await read(log([...UNITS, ...notes], rows));
    expect(datasets[1].metadata).toEqual({
      date: '2014-10-08',
      time: '16:26:51.738000',
      authors: 'A. B.',
      notes: 'Calibration file name: AD2.cal',
      quantity: 'Temperature',
    });
    expect(Object.keys(datasets[0].original)).toContain('__proto__');
  });

  it('leaves out rows that are not complete, and says what is missing', async () => {
    const { datasets, loaded } = await read(log([], [...rows, '300, , 1', 'x, , 1, 2', '']));
    expect(loaded[1]).toEqual([25, 26, 27]);
    expect(datasets[0].warnings.join('; ')).toMatch(/2 rows.*; .*milliseconds/);
  });
});

describe('damage', () => {
  it.each([
    ['no columns', 'Time, Notes'],
    ['no rows', log(UNITS, [])],
    ['other columns', 'Time, Values, 3\n1, 2, 3'],
    ['thousands of columns', `Time, Notes${', x'.repeat(5000)}\n`],
  ])('%s is refused', async (_, text) => {
    await expect(read(text)).rejects.toMatchObject({ kind: 'format', code: 'bad-protochips' });
  });

  it.each(['constructor', '__proto__', 'toString'])(
    'times in units of "%s" are taken for milliseconds',
    async (unit) => {
      const { datasets } = await read(log([`Time units = ${unit}`], rows));
      expect(datasets[0].axes[0]).toMatchObject({ scale: 0.1, offset: 0 });
      expect(datasets[0].warnings).toEqual([expect.stringContaining('milliseconds')]);
    },
  );

  it('long lines are read at once', async () => {
    const { loaded } = await read(log(UNITS, [...rows, `${' = '.repeat(500_000)},`, ','.repeat(2_000_000)]));
    expect(loaded[1]).toEqual([25, 26, 27]);
  });
});
