import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import blockfile from './index.ts';

/** 3 × 2 patterns of 2 × 2 pixels, counted up. */
function made(set?: (view: DataView) => void, note = 'a note'): Uint8Array {
  const bytes = new Uint8Array(300 + 6 * 10);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('IMGBLO'));
  bytes.set(new TextEncoder().encode(note), 240);
  view.setUint32(8, 280, true);
  view.setUint32(12, 300, true);
  view.setUint16(20, 2, true);
  view.setUint16(24, 3, true);
  view.setUint16(26, 2, true);
  view.setFloat64(30, 5, true);
  view.setFloat64(38, 7, true);
  view.setUint32(46, 300_000, true);
  view.setUint16(50, 5000, true);
  view.setUint32(52, 1500, true);
  view.setFloat64(56, 42339.5, true);
  for (let p = 0; p < 6; p++) {
    bytes.set([0xaa, 0x55, p, 0, 0, 0], 300 + 10 * p);
    for (let i = 0; i < 4; i++) bytes[306 + 10 * p + i] = 4 * p + i;
  }
  set?.(view);
  return bytes;
}

const read = async (bytes: Uint8Array) => (await blockfile.read!(memoryFile('a.blo', bytes)))[0] as ArrayDataset;

describe('a blockfile', () => {
  it('is a scan of patterns, without the mark before each', async () => {
    const scan = await read(made());
    expect(scan.shape).toEqual([2, 3, 2, 2]);
    expect(await scan.values.load()).toEqual(Uint8Array.from({ length: 24 }, (_, i) => i));
    expect(scan.axes.map(({ name, unit, role }) => `${name} ${unit} ${role}`)).toEqual([
      'y nm navigation',
      'x nm navigation',
      'dy cm signal',
      'dx cm signal',
    ]);
    expect(scan.axes).toMatchObject([{ scale: 7 }, { scale: 5 }, { scale: 0.02 }, { scale: 0.02 }]);
  });

  it('tells energy, camera length, time and note, and nothing that is 0', async () => {
    expect((await read(made())).metadata).toEqual({
      instrument: 'TEM',
      signal_type: 'diffraction',
      beam_energy_keV: 300,
      camera_length_mm: 150,
      date: '2015-12-01',
      time: '12:00:00.000000',
      time_zone: 'UTC',
      notes: 'a note',
    });
    const zero = (view: DataView) => {
      for (const at of [46, 52, 56, 60]) view.setUint32(at, 0, true);
      view.setUint16(50, 0, true);
    };
    const scan = await read(made(zero, ''));
    expect(scan.metadata).toEqual({ instrument: 'TEM', signal_type: 'diffraction' });
    expect(scan.axes[2]).toMatchObject({ unit: '', scale: 1 });
    expect(scan.warnings).toHaveLength(2);
  });

  it('that was stopped is read to its last complete line', async () => {
    const scan = await read(made().subarray(0, 350));
    expect(scan.shape).toEqual([1, 3, 2, 2]);
    expect(scan.warnings.join()).toMatch(/1 complete/);
  });

  it.each([
    ['no columns', made((view) => view.setUint16(24, 0, true)), 'bad-blockfile'],
    ['patterns in the header', made((view) => view.setUint32(12, 8, true)), 'bad-blockfile'],
    ['patterns behind the end', made((view) => view.setUint32(12, 0xffffffff, true)), 'truncated'],
    ['not one complete line', made().subarray(0, 329), 'truncated'],
    ['half a header', made().subarray(0, 200), 'bad-blockfile'],
  ])('%s is refused', async (_, bytes, code) => {
    await expect(read(bytes)).rejects.toMatchObject({ kind: 'format', code });
  });
});
