import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import { openNodeFile } from '../node-file.ts';
import igor from './index.ts';

interface Written {
  version?: number;
  littleEndian?: boolean;
  type?: number;
  sizes?: number[];
  points?: number;
  scale?: number;
  offset?: number;
  note?: string;
  formula?: string;
  unit?: string;
  units?: string[];
  longUnit?: string;
  longUnits?: string[];
  checksum?: boolean;
  values?: number[];
}

const SIZES: Record<number, number> = {
  2: 4,
  3: 8,
  4: 8,
  5: 16,
  8: 1,
  72: 1,
  16: 2,
  80: 2,
  32: 4,
  96: 4,
  128: 8,
  192: 8,
};

/** Follows the structures of Igor Technical Note 003. */
function waveFile(written: Written = {}): Uint8Array<ArrayBuffer> {
  const { version = 5, littleEndian = true, type = 4, sizes = [3], scale = 0.5, offset = -2, note = '' } = written;
  const { formula = '', unit = '', units = [], longUnit = '', longUnits = [], checksum = true } = written;
  const count = sizes.reduce((n, s) => n * s, 1);
  const { points = count, values = Array.from({ length: count * (type & 1 ? 2 : 1) }, (_, i) => i + 1) } = written;
  const five = version === 5;
  const start = { 1: 8, 2: 16, 3: 20, 5: 64 }[version] ?? 16;
  const head = start + (five ? 320 : 110);
  const body = count * (SIZES[type] ?? 1);
  const texts = five ? formula + note + longUnit + longUnits.join('') : `${'\0'.repeat(16)}${note}${formula}`;
  const bytes = new Uint8Array(head + body + texts.length);
  const view = new DataView(bytes.buffer);
  const short = (at: number, value: number) => view.setInt16(at, value, littleEndian);
  const int = (at: number, value: number) => view.setInt32(at, value, littleEndian);
  const double = (at: number, value: number) => view.setFloat64(at, value, littleEndian);
  const text = (at: number, value: string) => bytes.set(new TextEncoder().encode(value), at);
  short(0, version);
  if (five) {
    int(4, 320 + body);
    for (const [i, { length }] of [formula, note, longUnit, ...longUnits].entries()) int(8 + 4 * i, length);
    int(start + 12, points);
    short(start + 16, type);
    text(start + 28, 'a_wave');
    sizes.forEach((size, d) => {
      int(start + 68 + 4 * d, size);
      double(start + 84 + 8 * d, scale * (d + 1));
      double(start + 116 + 8 * d, offset);
      text(start + 152 + 4 * d, units[d] ?? '');
    });
    text(start + 148, unit);
  } else {
    int(2, 110 + body + 16);
    if (version > 1) int(6, note.length);
    if (version === 3) int(10, formula.length);
    short(start, type);
    text(start + 6, 'a_wave');
    text(start + 34, unit);
    text(start + 38, units[0] ?? '');
    int(start + 42, points);
    double(start + 48, scale);
    double(start + 56, offset);
  }
  values.forEach((value, i) => {
    const each = (SIZES[type] ?? 1) / (type & 1 ? 2 : 1);
    const at = head + i * each;
    if (type & 2) view.setFloat32(at, value, littleEndian);
    else if (type & 4) view.setFloat64(at, value, littleEndian);
    else if (each === 8) view.setBigInt64(at, BigInt(value), littleEndian);
    else if (each === 4) view.setInt32(at, value, littleEndian);
    else if (each === 2) view.setInt16(at, value, littleEndian);
    else bytes[at] = value;
  });
  text(head + body, texts);
  if (checksum) {
    const at = five ? 2 : start - 2;
    let sum = 0;
    for (let i = 0; i < head; i += 2) sum += view.getInt16(i, littleEndian);
    short(at, -sum);
  }
  return bytes;
}

const open = (bytes: Uint8Array, name = 'a.bin') => openFile(memoryFile(name, bytes));
const read = async (written: Written) => (await open(waveFile(written))).datasets[0] as ArrayDataset;
const both = [true, false];

describe('a wave', () => {
  it.each([1, 2, 3, 5].flatMap((version) => both.map((little) => [version, little] as const)))(
    'of version %i, little-endian %s, has its values, scale and units',
    async (version, littleEndian) => {
      const wave = await read({ version, littleEndian, units: ['eV'], unit: 'V', note: 'by hand', formula: 'x+1' });
      expect(wave).toMatchObject({ title: 'a_wave', shape: [3], dtype: 'float64', warnings: [] });
      expect(wave.axes[0]).toMatchObject({ scale: 0.5, offset: -2, unit: 'eV', role: 'spectral', name: '' });
      expect(await wave.values.load()).toEqual(Float64Array.of(1, 2, 3));
      expect(wave.metadata).toEqual({ quantity: 'V' });
      expect(wave.original).toMatchObject({ version, note: version === 1 ? '' : 'by hand' });
    },
  );

  it.each([
    [2, 'float32', Float32Array.of(1, 2, 3)],
    [4, 'float64', Float64Array.of(1, 2, 3)],
    [3, 'complex64', Float32Array.of(1, 2, 3, 4, 5, 6)],
    [5, 'complex128', Float64Array.of(1, 2, 3, 4, 5, 6)],
    [8, 'int8', Int8Array.of(1, 2, 3)],
    [72, 'uint8', Uint8Array.of(1, 2, 3)],
    [16, 'int16', Int16Array.of(1, 2, 3)],
    [80, 'uint16', Uint16Array.of(1, 2, 3)],
    [32, 'int32', Int32Array.of(1, 2, 3)],
    [96, 'uint32', Uint32Array.of(1, 2, 3)],
    [128, 'int64', BigInt64Array.of(1n, 2n, 3n)],
    [192, 'uint64', BigUint64Array.of(1n, 2n, 3n)],
  ])('of type %i is %s, in both byte orders', async (type, dtype, values) => {
    for (const littleEndian of both) {
      const wave = await read({ type, littleEndian });
      expect(wave.dtype).toBe(dtype);
      expect(await wave.values.load()).toEqual(values);
    }
  });

  it.each([
    ['texts', 0],
    ['complex whole numbers', 17],
    ['unsigned doubles', 68],
    ['references', 256],
  ])('of %s is refused', async (_, type) => {
    await expect(read({ type, values: [] })).rejects.toMatchObject({ kind: 'format', code: 'unsupported-type' });
  });
});

describe('dimensions', () => {
  it('the first of Igor is the last axis; without units they are an image', async () => {
    const wave = await read({ sizes: [2, 3] });
    expect(wave.shape).toEqual([3, 2]);
    expect(wave.axes).toMatchObject([
      { scale: 1, role: 'signal' },
      { scale: 0.5, role: 'signal' },
    ]);
    expect(await wave.values.load()).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6));
  });

  it('one in units of energy is the spectral axis, and comes last', async () => {
    const wave = await read({ sizes: [2, 3], units: ['mm', 'eV'] });
    expect(wave.axes).toMatchObject([
      { size: 2, unit: 'mm', role: 'navigation' },
      { size: 3, unit: 'eV', role: 'spectral' },
    ]);
    expect(await wave.values.load()).toEqual(Float64Array.of(1, 3, 5, 2, 4, 6));
  });

  it('long names and units stand after the note', async () => {
    const wave = await read({
      sizes: [2, 1, 2],
      note: 'a note',
      formula: 'f',
      longUnit: 'Counts [a.u.]',
      longUnits: ['Kinetic Energy [eV]', 'Angle [deg]', 'Temperature'],
    });
    expect(wave.axes).toMatchObject([
      { name: '', unit: 'Temperature', role: 'navigation' },
      { name: 'Angle', unit: '°', role: 'navigation' },
      { name: 'Kinetic Energy', unit: 'eV', role: 'spectral' },
    ]);
    expect(wave.metadata['quantity']).toBe('Counts [a.u.]');
  });

  it('of a wave of Scienta SES begin with the energy, and its note tells the conditions', async () => {
    const note = '[SES]\rRegion Name=Fermi\rPass Energy=20\rExcitation Energy=21.2\rStep Time=100\rDate=2023-03-08\r';
    const wave = await read({ sizes: [2, 2], note });
    expect(wave.axes.map(({ role }) => role)).toEqual(['navigation', 'spectral']);
    expect(wave.metadata).toEqual({
      region: 'Fermi',
      pass_energy_eV: 20,
      source_energy_eV: 21.2,
      dwell_time_s: 0.1,
      date: '2023-03-08',
    });
  });

  it('of scale 0 are counted, and that is told', async () => {
    const wave = await read({ scale: 0 });
    expect(wave.axes[0]).toMatchObject({ scale: 1 });
    expect(wave.warnings).toEqual([expect.stringContaining('scale 0')]);
  });

  it('four of them are the most', async () => {
    expect((await read({ sizes: [2, 1, 3, 2] })).shape).toEqual([2, 3, 1, 2]);
  });
});

describe('a file on disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spectrail-igor-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(both)('is read by rows where they lie, little-endian %s', async (littleEndian) => {
    const path = join(folder, `${littleEndian}.ibw`);
    writeFileSync(path, waveFile({ sizes: [2, 3], units: ['eV'], littleEndian, type: 80 }));
    const { datasets } = await openFile(await openNodeFile(path));
    const { rows } = (datasets[0] as ArrayDataset).values;
    expect(await rows!.read(1, 3)).toMatchObject({ pixels: 2, channels: 2, values: Uint16Array.of(3, 4, 5, 6) });
  });

  it('opening it reads no values', async () => {
    const file = memoryFile('a.ibw', waveFile({ sizes: [60000], type: 2 }));
    await openFile(file);
    expect(file.reads.every(([, length]) => length <= 4096)).toBe(true);
  });
});

describe('damage', () => {
  it.each([
    ['values cut short', waveFile().slice(0, 384 + 20), 'truncated'],
    ['points that are not those of the dimensions', waveFile({ points: 4 }), 'bad-shape'],
    ['no points', waveFile({ sizes: [], points: 0 }), 'bad-shape'],
    ['fewer than no points', waveFile({ version: 2, sizes: [3], points: -3 }), 'bad-shape'],
    ['a scale that is no number', waveFile({ scale: Number.NaN }), 'bad-axis'],
    ['an infinite beginning', waveFile({ offset: Number.POSITIVE_INFINITY }), 'bad-axis'],
  ])('%s is refused', async (_, bytes, code) => {
    await expect(open(bytes)).rejects.toMatchObject({ kind: 'format', code, expected: expect.any(String) });
  });

  it('2³⁰ points in 400 bytes are refused before memory is asked for', async () => {
    const bytes = waveFile({ version: 2 });
    new DataView(bytes.buffer).setInt32(16 + 42, 2 ** 30, true);
    await expect(igor.read!(memoryFile('a.ibw', bytes))).rejects.toMatchObject({ code: 'truncated' });
  });

  it.each([0, 1, 10, 100, 200, 383])('the first %i bytes alone are no wave', async (length) => {
    await expect(igor.read!(memoryFile('a.ibw', waveFile().slice(0, length)))).rejects.toMatchObject({
      code: 'not-igor',
    });
  });

  it('texts that lie outside of the file are absent', async () => {
    const bytes = waveFile({ note: 'a note', longUnits: ['Energy [eV]'] });
    expect((await open(bytes.slice(0, -3))).datasets[0]).toMatchObject({
      axes: [{ unit: '' }],
      original: { note: 'a note' },
    });
    new DataView(bytes.buffer).setInt32(12, 2 ** 30, true);
    expect((await open(bytes, 'a.ibw')).datasets[0]).toMatchObject({ original: { note: '' } });
  });

  it('a wrong checksum is told, and the name decides', async () => {
    const bytes = waveFile({ checksum: false });
    expect((await open(bytes, 'a.ibw')).datasets[0].warnings).toEqual([expect.stringContaining('checksum')]);
    expect(igor.sniff(bytes, 'a.bin')).toBe('no');
    expect(igor.sniff(Uint8Array.of(5, 0, 1), 'a.ibw')).toBe('no');
    expect(igor.sniff(new Uint8Array(400), 'a.ibw')).toBe('no');
  });

  it('entries of a note called __proto__ are inert, and a long note does not hang', async () => {
    const wave = await read({ note: `[SES]\r__proto__=x\r${'='.repeat(2e5)}\rPass Energy=5` });
    expect(wave.metadata).toEqual({});
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
