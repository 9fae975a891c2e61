import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import dens from './index.ts';

const NAMES = 'sample\ttime\tTset[C]\tTmeas[C]\tRheat[ohm]';
const log = (rows: readonly string[], head = "\n16/04/'15 13:53\tDigiheater 3.1\n", names = NAMES) =>
  `${head}Tsample = 330 [ms]\n${names}\n${rows.join('\n')}\n`;
const row = (time: string, value: string | number) => `1\t${time}\t23.0\t${value}\t281.6`;

async function read(text: string): Promise<ArrayDataset & { loaded: number[] }> {
  const [dataset] = (await dens.read!(memoryFile('a.dens', text))) as ArrayDataset[];
  return { ...dataset, loaded: [...((await dataset.values.load()) as Float64Array)] };
}

describe('a heating log', () => {
  it('is the temperature measured over the time of day', async () => {
    const data = await read(log([row('13:54:37.50', 15.5), row('13:54:38.00', 16), row('13:54:38.50', -1)]));
    expect(data.loaded).toEqual([15.5, 16, -1]);
    expect(data.axes[0]).toMatchObject({ kind: 'uniform', name: 'Time', unit: 's', scale: 0.5, offset: 50077.5 });
    expect(data.metadata).toEqual({ date: '2015-04-16', time: '13:53:00', quantity: 'Temperature (Celsius)' });
    expect(data.original).toMatchObject({ columns: NAMES.split('\t') });
  });

  it('finds its columns by name', async () => {
    const names = 'sample\tTmeas[C]\ttime';
    expect((await read(log(['1\t15.5\t00:00:01'], undefined, names))).loaded).toEqual([15.5]);
  });

  it('goes on after midnight', async () => {
    const data = await read(log([row('23:59:59', 1), row('00:00:00', 2), row('00:00:01', 3)]));
    expect(data.axes[0]).toMatchObject({ kind: 'uniform', scale: 1, offset: 86_399 });
  });

  it('lists times that are not even, and evens out those that stand still', async () => {
    const uneven = await read(log([row('00:00:01', 1), row('00:00:02', 2), row('00:00:09', 3)]));
    expect(uneven.axes[0]).toMatchObject({ kind: 'explicit', positions: Float64Array.of(1, 2, 9) });
    const still = await read(log([row('00:00:01', 1), row('00:00:01', 2), row('00:00:09', 3)]));
    expect(still.axes[0]).toMatchObject({ kind: 'uniform', scale: 4 });
    expect(still.warnings).toHaveLength(1);
    expect((await read(log([row('00:00:01', 1)]))).axes[0]).toMatchObject({ size: 1, scale: 1 });
  });

  it('leaves out rows without a number, and says so; a date that is none is absent', async () => {
    const head = "\n16/14/'15 13:53\tDigiheater 3.1\n";
    const data = await read(log([row('00:00:01', 'x'), row('soon', 1), row('00:00:02', 7), '\t'], head));
    expect(data.loaded).toEqual([7]);
    expect(data.warnings.join()).toMatch(/2 rows/);
    expect(data.metadata).toEqual({ quantity: 'Temperature (Celsius)' });
  });
});

describe('damage', () => {
  it.each([
    ['no columns', 'Digiheater\n'],
    ['no temperature', log([], undefined, 'sample\ttime\tTset[C]')],
    ['no rows', log([])],
  ])('%s is refused', async (_, text) => {
    await expect(read(text)).rejects.toMatchObject({ kind: 'format', code: 'bad-dens' });
  });

  it('long lines without an end are read at once', async () => {
    const long = '1'.repeat(2_000_000);
    const data = await read(log([row('00:00:02', 7), `${long}\t${long}`], `${' '.repeat(2_000_000)}x\n`));
    expect(data.loaded).toEqual([7]);
  });
});
