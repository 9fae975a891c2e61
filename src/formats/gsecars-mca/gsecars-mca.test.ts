import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import { axisValues } from '../../signal/axis.ts';
import type { ArrayDataset, PlainTree } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import { openNodeFile } from '../node-file.ts';
import gsecars from './index.ts';

const HEADER = [
  'VERSION:    3.1',
  'ELEMENTS:   2',
  'DATE:       Feb 07, 2005 03:35:31.649',
  'CHANNELS:   3',
  'REAL_TIME:  2.5 2.25',
  'LIVE_TIME:  1.5 1.25',
  'CAL_OFFSET: 1 -0.5',
  'CAL_SLOPE:  0.5 0.25',
  'CAL_QUAD:   0 1e-2',
  'TWO_THETA:  10 0',
  'ENVIRONMENT: a.VAL="1" (one)',
  'ENVIRONMENT: b.VAL="2" (two)',
];
const text = (header: readonly string[], rows: string) => `${header.join('\r\n')}\r\nDATA: \r\n${rows}`;
const changed = (line: string) => HEADER.map((old) => (old.split(':')[0] === line.split(':')[0] ? line : old));
const read = async (content: string) => (await gsecars.read!(memoryFile('x.mca', content))) as ArrayDataset[];
const ROWS = '1 2\r\n3 4\r\n5 4000000000\r\n';

describe('GSECARS files', () => {
  it('each element has its own counts, energies and times', async () => {
    const [first, second] = await read(text(HEADER, ROWS));
    expect(first).toMatchObject({
      title: 'Element 1',
      dtype: 'uint32',
      axes: [{ kind: 'uniform', name: 'Energy', unit: 'keV', role: 'spectral', offset: 1, scale: 0.5 }],
      metadata: {
        detector_MCA: { real_time: 2.5, live_time: 1.5, two_theta: 10 },
        date: '2005-02-07',
        time: '03:35:31',
      },
      warnings: [],
    });
    expect(await first.values.load()).toEqual(Uint32Array.of(1, 3, 5));
    expect(second.metadata).toEqual({
      detector_MCA: { real_time: 2.25, live_time: 1.25 },
      date: '2005-02-07',
      time: '03:35:31',
    });
    const positions = axisValues(second.axes[0]);
    [-0.5, -0.24, 0.04].map((energy, i) => expect(positions[i]).toBeCloseTo(energy, 12));
    expect(await second.values.load()).toEqual(Uint32Array.of(2, 4, 4_000_000_000));
    expect(second.original).toMatchObject({ VERSION: '3.1', ENVIRONMENT: ['a.VAL="1" (one)', 'b.VAL="2" (two)'] });
  });

  it('values that are no counts are kept as they are', async () => {
    for (const rows of ['1 2\n3.5 4\n5 -6', '1 2\n3.5 4\n5 5e9']) {
      const [first, second] = await read(text(HEADER, rows));
      expect(await first.values.load()).toEqual(Float64Array.of(1, 3.5, 5));
      expect(second.dtype).toBe('float64');
    }
  });

  it('without calibration, or with one that turns back, channels are counted from 0', async () => {
    const [first, second] = await read(text(changed('CAL_SLOPE: 0'), ROWS));
    for (const { axes, warnings } of [first, second]) {
      expect(axes[0]).toMatchObject({ name: 'Channel', unit: '', offset: 0, scale: 1 });
      expect(warnings.join()).toMatch(/no energy calibration/);
    }
    const [turning] = await read(text(changed('CAL_QUAD: -0.4 0'), ROWS));
    expect(turning).toMatchObject({ axes: [{ name: 'Channel' }], warnings: [expect.stringMatching(/back and forth/)] });
  });

  it('one element is the default, and has no number', async () => {
    const header = HEADER.filter((line) => !line.startsWith('ELEMENTS'));
    expect(await read(text(header, '1\n2\n3\n'))).toMatchObject([{ title: '', shape: [3] }]);
  });

  it('more channels than stated are told', async () => {
    const [first] = await read(text(HEADER, `${ROWS}7 8`));
    expect(first).toMatchObject({ shape: [4], warnings: ['CHANNELS says 3, the file has 4'] });
  });

  it('times and dates that make no sense are absent', async () => {
    const header = HEADER.map((line) => line.replace(/^(DATE|REAL_TIME|LIVE_TIME|TWO_THETA):.*/, '$1: none'));
    expect((await read(text(header, ROWS)))[0].metadata).toEqual({});
  });

  it.each([
    ['no header', '1 2\n3 4\n', 'not-gsecars'],
    ['no DATA:', HEADER.join('\n'), 'not-gsecars'],
    ['only DATA:', 'DATA:\n1\n', 'not-gsecars'],
    ['fewer channels than stated', text(HEADER, '1 2\n'), 'truncated'],
    ['no channels', text(HEADER, ''), 'truncated'],
    ['a row that is short', text(HEADER, '1 2\n3\n'), 'bad-data'],
    ['a word', text(HEADER, '1 x\n'), 'bad-data'],
    ['elements of no number', text(changed('ELEMENTS: many'), ROWS), 'bad-keyword'],
    ['too many elements', text(changed('ELEMENTS: 99999999'), ROWS), 'bad-keyword'],
    ['no elements', text(changed('ELEMENTS: 0'), ROWS), 'bad-keyword'],
    ['impossible channels', text(changed('CHANNELS: 999999999'), ROWS), 'bad-keyword'],
    [
      'a header without end',
      `VERSION: 1\n${Array.from({ length: 100_001 }, (_, i) => `K${i}:`).join('\n')}`,
      'too-many-keywords',
    ],
  ])('%s is refused', async (_, content, code) => {
    await expect(read(content)).rejects.toMatchObject({ kind: 'format', code });
  });

  it('a bad row is told by its line', async () => {
    await expect(read(text(HEADER, '1 2\n3 ?'))).rejects.toMatchObject({ message: expect.stringMatching(/line 15/) });
  });

  it('a keyword called __proto__ is inert', async () => {
    const [first] = await read(text([...HEADER, '__proto__: x'], ROWS));
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(Object.keys(first.original)).toContain('__proto__');
  });

  it.each([' ', ':', '1', '1 ', 'a', '\n', '\r', 'A:\n', '1 2\n'])(
    'a hundred thousand %j anywhere do not hang',
    async (filler) => {
      const long = filler.repeat(1e5);
      const started = performance.now();
      for (const content of [long, `VERSION:${long}`, text([...HEADER, long], ROWS), text(HEADER, long)]) {
        await read(content).catch((error) => expect(error).toMatchObject({ name: 'SpectrailError' }));
        gsecars.sniff(new TextEncoder().encode(content.slice(0, 4096)), 'x.mca');
      }
      expect(performance.now() - started).toBeLessThan(6000);
    },
  );

  it('is recognised by its first two lines', () => {
    const sniff = (content: string, name = 'x.bin') => gsecars.sniff(new TextEncoder().encode(content), name);
    expect([sniff(text(HEADER, ROWS)), sniff('VERSION: 1\nELEMENTS: 1'), sniff('1 2\n3 4', 'x.mca')]).toEqual([
      'certain',
      'certain',
      'no',
    ]);
    expect([sniff('', 'x.MCA'), sniff('', 'x.txt')]).toEqual(['name', 'no']);
  });
});

describe.skipIf(!sharedFolder())('the corpus', () => {
  it.each(corpusFiles('gsecars-mca').map(({ file, oracle }) => [oracle.file, file, oracle] as const))(
    'keywords of %s are those that the independent parser found',
    async (_, file, oracle) => {
      const { datasets } = await openFile(await openNodeFile(file));
      const known = oracle.signals[0].keyMetadata as Record<string, string>;
      for (const [i, { original, metadata }] of datasets.entries()) {
        expect(original).toMatchObject(known as PlainTree);
        expect(metadata['detector_MCA']).toHaveProperty('live_time', Number(known['LIVE_TIME'].split(' ')[i]));
      }
    },
  );
});
