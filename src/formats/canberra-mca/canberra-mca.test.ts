import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import { axisValues } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import { openNodeFile } from '../node-file.ts';
import mca from './index.ts';

/** 128 channels, the calibration 0.5 + 0.25 n + `square` n². */
function file(square = 0): Uint8Array {
  const bytes = new Uint8Array(1024 + 4 * 128);
  const view = new DataView(bytes.buffer);
  view.setUint16(34, 4, true);
  view.setUint16(36, 128, true);
  view.setUint16(38, 1, true);
  // 0.5 and 0.25 on a VAX: exponents 0 and -1 over 128, mantissa 1/2.
  view.setUint16(108, 128 << 7, true);
  view.setUint16(112, 127 << 7, true);
  if (square !== 0) view.setUint16(116, (Math.log2(square) + 129) << 7, true);
  for (let i = 0; i < 128; i++) {
    view.setUint16(1024 + 4 * i, i === 5 ? 3 : 0, true);
    view.setUint16(1024 + 4 * i + 2, i, true);
  }
  return bytes;
}

const read = async (content: Uint8Array) => ((await mca.read!(memoryFile('x.mca', content))) as ArrayDataset[])[0];

describe('Canberra MCA files', () => {
  it('counts have the higher word first', async () => {
    const dataset = await read(file());
    expect(dataset).toMatchObject({ shape: [128], dtype: 'uint32', metadata: { signal_type: 'gamma' }, warnings: [] });
    const values = (await dataset.values.load()) as Uint32Array;
    expect([...values.slice(4, 7)]).toEqual([4, 3 * 65536 + 5, 6]);
  });

  it('channels are counted from 1, and calibrated by a polynomial', async () => {
    expect((await read(file())).axes[0]).toMatchObject({
      kind: 'uniform',
      name: 'Energy',
      unit: '',
      offset: 0.75,
      scale: 0.25,
    });
    const positions = axisValues((await read(file(1 / 8))).axes[0]);
    expect([...positions.slice(0, 3)]).toEqual([0.875, 1.5, 2.375]);
  });

  it('bytes after the spectrum are told, missing ones are an error', async () => {
    expect((await read(Uint8Array.from([...file(), 1]))).warnings).toEqual(['1 bytes after the spectrum are not read']);
    await expect(read(file().slice(0, -1))).rejects.toMatchObject({ kind: 'format', code: 'truncated' });
  });

  it.each([
    [0, 1],
    [34, 2],
    [36, 127],
    [36, 0],
    [38, 2],
  ])('with %i at byte %i it is none', async (byte, value) => {
    const content = file();
    new DataView(content.buffer).setUint16(byte, value, true);
    expect(mca.sniff(content, 'x.mca')).toBe('no');
    await expect(read(content)).rejects.toMatchObject({ code: 'not-canberra-mca' });
  });

  it('is recognised by its header', () => {
    expect(mca.sniff(file(), 'x.bin')).toBe('certain');
    expect(mca.sniff(file().slice(0, 1000), 'x.mca')).toBe('no');
    expect(mca.sniff(new Uint8Array(0), 'x.MCA')).toBe('name');
  });
});

describe.skipIf(!sharedFolder())('the corpus', () => {
  it('has the energies of xylib, and its values over 65536: xylib takes the words in the wrong order', async () => {
    const [{ file: path, oracle }] = corpusFiles('canberra-mca');
    const { format, datasets } = await openFile(await openNodeFile(path));
    expect(format).toBe('canberra-mca');
    const dataset = datasets[0] as ArrayDataset;
    const [energy, counts] = oracle.signals[0].columns!;
    const [positions, values] = [axisValues(dataset.axes[0]), (await dataset.values.load()) as Uint32Array];
    expect(dataset.shape).toEqual([oracle.signals[0].rows]);
    for (const { index, value } of energy.probes) expect(positions[index[0]]).toBeCloseTo(Number(value), 6);
    for (const { index, value } of counts.probes) expect(values[index[0]] * 65536).toBe(Number(value));
    expect(values.reduce((sum, count) => sum + count, 0) * 65536).toBe(counts.sum);
  });
});
