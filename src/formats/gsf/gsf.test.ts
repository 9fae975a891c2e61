import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import { openNodeFile } from '../node-file.ts';
import gsf from './index.ts';

const MAGIC = 'Gwyddion Simple Field 1.0\n';

/** `zeros`: bytes that bring the values to a multiple of four. */
function file(header: string, values: readonly number[]): Uint8Array {
  const text = new TextEncoder().encode(MAGIC + header);
  const zeros = new Uint8Array(4 - (text.length % 4));
  return Uint8Array.from([...text, ...zeros, ...new Uint8Array(Float32Array.from(values).buffer)]);
}

const read = async (content: Uint8Array) => ((await gsf.read!(memoryFile('x.gsf', content))) as ArrayDataset[])[0];

describe('Gwyddion Simple Field', () => {
  it('rows of floats, the top one first, at the middle of their pixels', async () => {
    const header =
      'XRes = 3\nYRes = 2\nXReal = 6\nYReal = 1\nXOffset = 10\nYOffset = -1\nXYUnits = m\nZUnits = V\nTitle = Höhe\n';
    const dataset = await read(file(header, [1, 2, 3, 4, 5, 6.5]));
    expect(dataset).toMatchObject({
      title: 'Höhe',
      shape: [2, 3],
      dtype: 'float32',
      axes: [
        { name: 'y', unit: 'm', role: 'signal', scale: 0.5, offset: -0.75 },
        { name: 'x', unit: 'm', role: 'signal', scale: 2, offset: 11 },
      ],
      metadata: { quantity: 'V' },
      original: { XRes: '3' },
      warnings: [],
    });
    expect(await dataset.values.load()).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6.5));
  });

  it.each(['', 'a', 'ab', 'abc'])('one to four zero bytes follow the header (%j)', async (filler) => {
    const dataset = await read(file(`XRes=1\nYRes=1\nTitle=${filler}`, [7]));
    expect(await dataset.values.load()).toEqual(Float32Array.of(7));
  });

  it('without sizes pixels are counted, sizes that make no sense are told', async () => {
    expect(await read(file('XRes=1\nYRes=1', [7]))).toMatchObject({
      axes: [{ unit: '', scale: 1, offset: 0 }, {}],
      warnings: [],
      metadata: {},
    });
    const odd = await read(file('XRes=1\nYRes=1\nXReal=0\nYReal=wide\nXYUnits=m', [7]));
    expect(odd.warnings).toEqual(['YReal is "wide", which is no number', 'XReal is 0: pixels are counted']);
    expect(odd.axes.map(({ unit }) => unit)).toEqual(['', '']);
  });

  it.each([
    ['another beginning', new TextEncoder().encode('Gwyddion Simple Field 2.0\nXRes=1\nYRes=1\n\0\0\0\0'), 'not-gsf'],
    ['no end of the header', new TextEncoder().encode(`${MAGIC}XRes=1\n`), 'bad-header'],
    ['no width', file('YRes=1', [7]), 'bad-header'],
    ['a width of no number', file('XRes=-1\nYRes=1', [7]), 'bad-header'],
    ['too few values', file('XRes=2\nYRes=1', [7]), 'truncated'],
    ['impossibly many values', file('XRes=999999999\nYRes=999999999', [7]), 'truncated'],
  ])('%s is refused', async (_, content, code) => {
    await expect(read(content)).rejects.toMatchObject({ kind: 'format', code });
  });

  it('bytes after the values are told', async () => {
    expect((await read(file('XRes=1\nYRes=1', [7, 8]))).warnings).toEqual(['4 bytes after the values are not read']);
  });

  it('a name __proto__ is inert, and a text that is not UTF-8 does not fail', async () => {
    const latin = file('XRes=1\nYRes=1\n__proto__=x\nTitle=H?', [7]);
    latin[latin.indexOf('?'.charCodeAt(0))] = 0xf6;
    const dataset = await read(latin);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(Object.keys(dataset.original)).toContain('__proto__');
    expect(dataset.title).toBe('Hö');
  });

  it('a file on disk is read by runs of rows', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spectrail-gsf-'));
    const path = join(folder, 'x.gsf');
    writeFileSync(path, file('XRes=2\nYRes=3', [1, 2, 3, 4, 5, 6]));
    const [dataset] = (await gsf.read!(await openNodeFile(path))) as ArrayDataset[];
    expect(await dataset.values.rows!.read(1, 3)).toMatchObject({
      pixels: 2,
      channels: 2,
      values: Float32Array.of(3, 4, 5, 6),
    });
    rmSync(folder, { recursive: true });
  });

  it('is recognised by its first line', () => {
    expect(gsf.sniff(file('XRes=1', []), 'x.bin')).toBe('certain');
    expect(gsf.sniff(new TextEncoder().encode('Gwyddion'), 'x.gsf')).toBe('no');
    expect(gsf.sniff(new Uint8Array(0), 'x.GSF')).toBe('name');
  });
});

describe.skipIf(!sharedFolder())('the corpus', () => {
  it('the header is that which the independent parser found', async () => {
    const [{ file: path, oracle }] = corpusFiles('gsf');
    const { datasets } = await openFile(await openNodeFile(path));
    expect(datasets[0].original).toMatchObject(oracle.signals[0].keyMetadata ?? {});
  });
});
