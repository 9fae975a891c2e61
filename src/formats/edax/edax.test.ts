import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import type { ByteSource } from '../format.ts';
import { openFile } from '../index.ts';
import edax from './index.ts';

function spectrum(counts: readonly number[], { voltage = 20, scale = 10, channels = counts.length, month = 4 } = {}) {
  const start = 3840;
  const bytes = new Uint8Array(start + 4 * counts.length);
  const view = new DataView(bytes.buffer);
  const floats = { 0: 0.61, 448: -0.5, 456: 50, 460: 12, 472: 129, 508: 45, 512: 34, 532: voltage };
  for (const [at, value] of Object.entries(floats)) view.setFloat32(Number(at), value, true);
  view.setInt16(16, 2016, true);
  bytes.set([19, month, 36, 15, 0, 39], 18);
  view.setInt32(28, start, true);
  view.setInt16(32, channels, true);
  bytes.set(new TextEncoder().encode('Area 1'), 64);
  view.setInt32(384, scale, true);
  view.setInt16(638, 4, true);
  for (const [i, z] of [26, 6, 26, 999].entries()) view.setUint16(640 + 2 * i, z, true);
  for (const [i, count] of counts.entries()) view.setUint32(start + 4 * i, count, true);
  return bytes;
}

function map(counts: (ArrayLike<number> & Uint8Array) | Uint16Array | Uint32Array, shape = [2, 3, 4], offset = 1024) {
  const bytes = new Uint8Array(offset + counts.byteLength);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('MAPSPECTRA_DATA'));
  const [lines, points, channels] = shape;
  const fields = { 24: points, 28: lines, 32: channels, 36: counts.BYTES_PER_ELEMENT, 40: offset };
  for (const [at, value] of Object.entries(fields)) view.setUint32(Number(at), value, true);
  bytes.set(new Uint8Array(counts.buffer), offset);
  return bytes;
}

function image(width: number, height: number) {
  const view = new DataView(new ArrayBuffer(264));
  view.setFloat32(64, width, true);
  view.setFloat32(68, height, true);
  return new Uint8Array(view.buffer);
}

const beside = (bytes: Uint8Array, files: Readonly<Record<string, Uint8Array>>): ByteSource => ({
  ...memoryFile('a.spd', bytes),
  sibling: async (name) => (Object.hasOwn(files, name) ? memoryFile(name, files[name]) : undefined),
});
const read = async (file: ByteSource) => (await edax.read!(file)) as ArrayDataset[];

describe('spectra', () => {
  it('have counts, a calibration, conditions and elements', async () => {
    const [found] = await read(memoryFile('a.spc', spectrum([1, 2, 70000])));
    expect(found).toMatchObject({ shape: [3], dtype: 'uint32', original: { label: 'Area 1' } });
    expect(Array.from((await found.values.load()) as Uint32Array)).toEqual([1, 2, 70000]);
    expect(found.axes).toMatchObject([{ name: 'Energy', unit: 'keV', scale: 0.01, offset: -0.5 }]);
    expect(found.metadata).toEqual({
      instrument: 'SEM',
      beam_energy_keV: 20,
      stage: { tilt_alpha: 12 },
      detector_EDS: { azimuth_angle: 45, elevation_angle: 34, energy_resolution_MnKa: 129, live_time: 50 },
      date: '2016-04-19',
      time: '15:36:39',
      signal_type: 'EDS_SEM',
      elements: ['C', 'Fe'],
    });
  });

  it('of a transmission microscope are told by the voltage; what is not known is absent', async () => {
    const [tem] = await read(memoryFile('a.spc', spectrum([1], { voltage: 200 })));
    expect(tem.metadata).toMatchObject({ instrument: 'TEM', signal_type: 'EDS_TEM' });
    const [unknown] = await read(memoryFile('a.spc', spectrum([1], { voltage: 0, month: 13 })));
    expect(unknown.metadata).toMatchObject({ signal_type: 'EDS' });
    for (const key of ['instrument', 'beam_energy_keV', 'date', 'time'])
      expect(unknown.metadata).not.toHaveProperty(key);
  });

  it('are refused with more channels than bytes, and without a calibration', async () => {
    for (const bytes of [spectrum([1], { channels: 9 }), spectrum([1], { scale: 0 }), spectrum([1]).subarray(0, 700)]) {
      await expect(read(memoryFile('a.spc', bytes))).rejects.toMatchObject({ kind: 'format', code: 'bad-edax' });
    }
  });
});

describe('maps', () => {
  const counts = Uint16Array.from({ length: 24 }, (_, i) => 300 + i);

  it('take energies and conditions from the spectrum, pixel sizes from the image beside them', async () => {
    for (const name of ['a.ipr', 'a_Img.ipr']) {
      const [found] = await read(beside(map(counts), { 'a.spc': spectrum([1]), [name]: image(0.5, 0.25) }));
      expect(found).toMatchObject({ shape: [2, 3, 4], dtype: 'uint16', warnings: [] });
      expect(found.axes).toMatchObject([
        { name: 'y', unit: 'µm', scale: 0.25, role: 'navigation' },
        { name: 'x', unit: 'µm', scale: 0.5, role: 'navigation' },
        { name: 'Energy', unit: 'keV', scale: 0.01, offset: -0.5, role: 'spectral' },
      ]);
      expect(found.metadata).toMatchObject({ beam_energy_keV: 20 });
      expect(await found.values.load()).toEqual(counts);
    }
  });

  it('alone have channels and pixels, and say so; a damaged spectrum is as none', async () => {
    for (const files of [{}, { 'a.spc': new Uint8Array(10) }] as Record<string, Uint8Array>[]) {
      const [found] = await read(beside(map(counts), files));
      expect(found.axes.map(({ unit }) => unit)).toEqual(['', '', '']);
      expect(found.metadata).toEqual({ signal_type: 'EDS' });
      expect(found.warnings).toHaveLength(2);
    }
  });

  it('have counts of 1, 2 or 4 bytes', async () => {
    for (const kind of [Uint8Array, Uint32Array]) {
      const values = new kind(24).map((_: number, i: number) => i);
      const [found] = await read(beside(map(values), {}));
      expect(await found.values.load()).toEqual(values);
    }
  });

  it.each([
    ['cut', map(counts).subarray(0, 1040)],
    ['cut in the header', map(counts).subarray(0, 40)],
    ['of impossible size', map(counts, [0xffffffff, 0xffffffff, 0xffffffff])],
    ['of no spectra', map(counts, [0, 3, 4])],
    ['whose counts lie in the header', map(counts, [2, 3, 4], 44)],
    ['of counts of 3 bytes', map(counts).fill(3, 36, 37)],
  ])('%s are refused', async (_, bytes) => {
    await expect(read(beside(bytes, {}))).rejects.toMatchObject({ kind: 'format', code: 'bad-edax' });
  });
});

describe('recognition', () => {
  it('is by content: Galactic files have the same extension', async () => {
    expect((await openFile(memoryFile('a.txt', spectrum([1])))).format).toBe('edax');
    expect((await openFile(memoryFile('a.dat', map(new Uint8Array(24))))).format).toBe('edax');
    const galactic = new Uint8Array(1024);
    galactic.set([0, 0x4b]);
    expect(edax.sniff(galactic, 'a.spc')).toBe('no');
  });
});
