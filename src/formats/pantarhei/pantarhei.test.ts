import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import pantarhei from './index.ts';

function npy(descr: string, shape: string, body: Uint8Array): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }\n`;
  const start = Uint8Array.of(
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    1,
    0,
    header.length & 255,
    header.length >> 8,
  );
  return Uint8Array.of(...start, ...new TextEncoder().encode(header), ...body);
}

function text(value: string, littleEndian = true): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * value.length));
  [...value].forEach((letter, i) => {
    view.setUint32(4 * i, letter.codePointAt(0)!, littleEndian);
  });
  return npy(`${littleEndian ? '<' : '>'}U${value.length}`, '()', new Uint8Array(view.buffer));
}

const open = (files: Record<string, Uint8Array>) =>
  pantarhei.read!(memoryFile('a.prz', Uint8Array.from(zipSync(files)))) as Promise<ArrayDataset[]>;
const data = npy('|u1', '(2, 3)', Uint8Array.of(1, 2, 3, 4, 5, 6));
const length = { unit: 'm', value: 2, pixel_factor: 4, offset: 1 };

describe('a .prz file', () => {
  it('has steps of the sensor times the binning, x listed first, and conditions in SI units', async () => {
    const about = {
      repo_id: 'Map.0',
      'device.calib': [length, { ...length, value: 5 }, null],
      'electron_gun.voltage': 60000,
      'projector.camera_length': 0.5,
      __proto__x: 1,
    };
    for (const order of [true, false]) {
      const [dataset] = await open({ 'data.npy': data, 'meta_data_json.npy': text(JSON.stringify([about]), order) });
      expect(dataset).toMatchObject({ title: 'Map', shape: [2, 3], warnings: [] });
      expect(dataset.axes).toMatchObject([
        { name: 'Y', scale: 20, offset: 1, unit: 'm', role: 'signal' },
        { name: 'X', scale: 8, role: 'signal' },
      ]);
      expect({ ...dataset.metadata }).toEqual({
        instrument: 'TEM',
        beam_energy_keV: 60,
        acquisition_mode: 'TEM',
        camera_length_mm: 500,
      });
      expect(await dataset.values.load()).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
    }
  });

  it('with an energy is one of spectra', async () => {
    const about = { 'device.calib': [{ ...length, unit: 'eV' }, length] };
    const [dataset] = await open({ 'data.npy': data, 'meta_data_json.npy': text(JSON.stringify(about)) });
    expect(dataset.axes.map(({ name, role }) => `${name} ${role}`)).toEqual(['Y navigation', 'Energy spectral']);
  });

  it('whose conditions are only Python objects, or no JSON, is counted; objects are never run', async () => {
    const pickled = npy('|O', '(1,)', Uint8Array.of(0x80, 3, 0x4e, 0x2e));
    const described: Record<string, Uint8Array>[] = [
      { 'meta_data.npy': pickled },
      { 'meta_data_json.npy': pickled },
      { 'meta_data_json.npy': text('{') },
    ];
    for (const more of described) {
      const [dataset] = await open({ 'data.npy': data, ...more });
      expect(dataset.axes[0]).toMatchObject({ scale: 1, offset: 0, unit: '' });
      expect(dataset.warnings.join()).toMatch(/axes are counted/);
    }
    await expect(open({ 'data.npy': pickled })).rejects.toMatchObject({ code: 'bad-npy' });
  });

  it('with dangerous names in its JSON is only described by them; without data it is refused', async () => {
    const [dataset] = await open({ 'data.npy': data, 'meta_data_json.npy': text('{"__proto__": {"a": 1}}') });
    expect(Object.keys(dataset.original)).toEqual(['__proto__']);
    expect(({} as { a?: number }).a).toBeUndefined();
    await expect(open({ 'other.npy': data, 'more.npy': data })).rejects.toMatchObject({ code: 'bad-prz' });
  });

  it('has null where its JSON holds a number beyond what a double can', async () => {
    const [dataset] = await open({ 'data.npy': data, 'meta_data_json.npy': text('{"scan": {"flyback_time": 1e999}}') });
    expect(dataset.original).toEqual({ scan: { flyback_time: null } });
  });

  it('is known by what it holds, or by its name', () => {
    expect(pantarhei.sniff(Uint8Array.from(zipSync({ 'meta_data_json.npy': data })), 'a.bin')).toBe('certain');
    expect(pantarhei.sniff(Uint8Array.from(zipSync({ a: data })), 'a.prz')).toBe('likely');
    expect(pantarhei.sniff(Uint8Array.from(zipSync({ a: data })), 'a.bin')).toBe('no');
    expect(pantarhei.sniff(new Uint8Array(9), 'a.prz')).toBe('name');
  });
});
