import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { axisValues } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import type { ByteSource } from '../format.ts';
import impulse from './index.ts';

const NAMES = 'TimeStamp,Experiment time,Temperature Measured (degC),MixValve,Pin';
const DATA = [
  NAMES,
  '13:40:26.8,7.5,9.25,0; 0; 0,1e-3',
  '13:40:27.3,8,11.5,1; 0; -1,',
  '13:40:27.8,8.5,13,1; 0; -1,2',
].join('\r\n');
const LOG = [
  'Experiment date, 06-08-2021',
  'Experiment time, 13:40:19',
  'Sample, "Gold"',
  'Gas1, H2',
  'Live notes, 13:46:46: one',
  '13:46:52: two',
  '__proto__, x',
].join('\r\n');

/** A file among others. */
function among(name: string, files: Readonly<Record<string, string>>): ByteSource {
  return {
    ...memoryFile(name, files[name]),
    sibling: async (wanted) => (wanted in files ? among(wanted, files) : undefined),
  };
}

const read = async (name: string, files: Readonly<Record<string, string>>) =>
  (await impulse.read!(among(name, files))) as ArrayDataset[];
const both = { 'Run 1_Synchronized data.csv': DATA, 'Run 1_Metadata.log': LOG };

describe('an experiment', () => {
  it.each(Object.keys(both))('is an array for each column over the time, by %s', async (name) => {
    const found = await read(name, both);
    expect(found.map(({ title, dtype }) => [title, dtype])).toEqual([
      ['Temperature Measured (degC)', 'float64'],
      ['MixValve', 'int32'],
      ['Pin', 'float64'],
    ]);
    const values = await Promise.all(found.map(async (one) => [...((await one.values.load()) as Float64Array)]));
    expect(values).toEqual([
      [9.25, 11.5, 13],
      [222, 321, 321],
      [1e-3, Number.NaN, 2],
    ]);
    expect(found[0].axes[0]).toMatchObject({ kind: 'uniform', name: 'Time', unit: 's', scale: 0.5, offset: 7.5 });
    expect(found[0].metadata).toEqual({ time: '13:40:19', quantity: 'degC' });
    expect(found[2].metadata).toEqual({ time: '13:40:19' });
    expect(found[0].original).toMatchObject({
      'Experiment date': '06-08-2021',
      Sample: 'Gold',
      Gas1: 'H2',
      'Live notes': ['13:46:46: one', '13:46:52: two'],
    });
    expect(Object.keys(found[0].original)).toContain('__proto__');
  });

  it('has a date where it can be told', async () => {
    const [found] = await read('a.csv', { 'a.csv': DATA, 'a_Metadata.log': LOG.replace('06-08', '26-08') });
    expect(found.metadata.date).toBe('2021-08-26');
  });

  it('without its log is read, and says so', async () => {
    const [found] = await read('a.csv', { 'a.csv': DATA });
    expect(found.metadata).toEqual({ quantity: 'degC' });
    expect(found.warnings.join()).toMatch(/log of the experiment/);
  });

  it('finds its log where it was renamed with it', async () => {
    const [found] = await read('a.csv', { 'a.csv': DATA, 'a_Metadata.log': LOG });
    expect(found.metadata.time).toBe('13:40:19');
  });

  it('keeps times that are not even, and leaves out rows that are not complete', async () => {
    const rows = [NAMES, 'x,0,1,0,1', 'x,1,1,0,1', 'x,5,1,0,1', 'x,6,1', 'x,y,1,0,1', ''].join('\n');
    const [found] = await read('a.csv', { 'a.csv': rows, 'a_Metadata.log': LOG });
    expect(axisValues(found.axes[0])).toEqual(Float64Array.of(0, 1, 5));
    expect(found.warnings).toEqual(['2 rows that are not complete were left out']);
  });

  it.each(['0; x; 0', '0; 8; 0', '0.5; 0', `${'0; '.repeat(40)}0`])(
    'with valves of %j has no number for them',
    async (cell) => {
      const found = await read('a.csv', { 'a.csv': DATA.replace('1; 0; -1', cell) });
      expect(found[1].dtype).toBe('float64');
      expect([...((await found[1].values.load()) as Float64Array)][1]).toBeNaN();
    },
  );
});

describe('damage', () => {
  it.each([
    ['no columns', 'TimeStamp,Experiment time'],
    ['no rows', NAMES],
    ['other columns', 'Time,Experiment time,x\n1,2,3'],
    ['thousands of columns', `${NAMES}${',x'.repeat(5000)}\n`],
  ])('%s is refused', async (_, text) => {
    await expect(read('a.csv', { 'a.csv': text })).rejects.toMatchObject({ kind: 'format', code: 'bad-impulse' });
  });

  it('a log without its data is refused, with the name of what is missing', async () => {
    await expect(read('a_Metadata.log', { 'a_Metadata.log': LOG })).rejects.toMatchObject({
      code: 'missing-companion',
      what: expect.stringContaining('a_Synchronized data.csv'),
    });
  });

  it('a log of anything does no harm', async () => {
    for (const log of [
      '',
      ',,,',
      'Experiment date, soon',
      `x, ${'"'.repeat(1e5)}`,
      'a,b\n'.repeat(1e4),
      ':'.repeat(2e5),
    ]) {
      const [found] = await read('a.csv', { 'a.csv': DATA, 'a_Metadata.log': log });
      expect(found.metadata).toEqual({ quantity: 'degC' });
    }
  });

  it('long lines are read at once', async () => {
    const started = performance.now();
    const found = await read('a.csv', { 'a.csv': `${DATA}\n${','.repeat(2e6)}\n${'; '.repeat(1e6)}` });
    expect(found[0].shape).toEqual([3]);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('sniffing', () => {
  const sniff = (text: string) => impulse.sniff(new TextEncoder().encode(text).subarray(0, 4096), 'x.bin');

  it('knows both files by their first words', () => {
    expect([sniff(DATA), sniff(LOG), sniff(`\ufeff${DATA}`)]).toEqual(['certain', 'certain', 'certain']);
    expect([sniff('TimeStamp,Value\n'), sniff('Experiment date, x\nSample, y'), sniff('')]).toEqual(['no', 'no', 'no']);
  });
});
