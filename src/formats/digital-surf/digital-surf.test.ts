import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import digitalSurf from './index.ts';

interface Made {
  type?: number;
  bits?: number;
  columns?: number;
  lines?: number;
  channels?: number;
  points?: readonly number[];
  zmin?: number;
  special?: boolean;
  streams?: number;
  comment?: string;
  big?: boolean;
  set?: (view: DataView, little: boolean) => void;
}

/** One object; `streams` above 0: compressed into so many. */
function object(made: Made = {}): Uint8Array {
  const { type = 2, bits = 16, columns = 3, lines = 2, channels = 1, zmin = 0, streams = 0, comment = '' } = made;
  const little = !made.big;
  const count = columns * lines * channels;
  const points = made.points ?? Array.from({ length: count }, (_, i) => i);
  const head = new Uint8Array(512);
  const view = new DataView(head.buffer);
  const text = (at: number, value: string) => head.set(new TextEncoder().encode(value), at);
  text(0, streams > 0 ? 'DSCOMPRESSED' : 'DIGITAL SURF');
  text(20, 'Sample                        ');
  text(132, 'Width           Height          Depth           mm\0             um\0             nm');
  const i16 = (at: number, value: number) => view.setInt16(at, value, little);
  const i32 = (at: number, value: number) => view.setInt32(at, value, little);
  const f32 = (at: number, value: number) => view.setFloat32(at, value, little);
  i16(18, type);
  i16(86, made.special ? 1 : 0);
  i32(94, channels);
  i16(98, bits);
  i32(100, zmin);
  i32(108, columns);
  i32(112, lines);
  for (const [k, spacing] of [0.5, 0.25, 2].entries()) f32(120 + 4 * k, spacing);
  for (const [k, offset] of [10, 20, 100].entries()) f32(466 + 4 * k, offset);
  f32(478, 4);
  f32(482, 400);
  text(486, 'Wavelength   nm');
  i16(334, comment.length);
  const raw = new Uint8Array((count * bits) / 8);
  const data = new DataView(raw.buffer);
  for (const [i, point] of points.entries()) {
    if (bits === 16) data.setInt16(2 * i, point, little);
    else data.setInt32(4 * i, point, little);
  }
  let body = raw;
  if (streams > 0) {
    const step = Math.ceil(raw.length / streams);
    const pieces = Array.from({ length: streams }, (_, s) => raw.subarray(s * step, (s + 1) * step));
    const packed = pieces.map((piece) => zlibSync(piece));
    const directory = new DataView(new ArrayBuffer(4 + 8 * streams));
    directory.setUint32(0, streams, little);
    for (const [s, piece] of pieces.entries()) {
      directory.setUint32(4 + 8 * s, piece.length, little);
      directory.setUint32(8 + 8 * s, packed[s].length, little);
    }
    body = join(new Uint8Array(directory.buffer), ...packed);
    view.setUint32(324, body.length, little);
  }
  made.set?.(view, little);
  return join(head, new TextEncoder().encode(comment), body);
}

const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const read = (...objects: Uint8Array[]) => digitalSurf.read!(memoryFile('a.sur', join(...objects)));

async function only(...objects: Uint8Array[]): Promise<ArrayDataset & { loaded: number[] }> {
  const datasets = (await read(...objects)) as ArrayDataset[];
  expect(datasets).toHaveLength(1);
  return { ...datasets[0], loaded: [...((await datasets[0].values.load()) as Float64Array)] };
}

const axes = ({ axes }: ArrayDataset) => axes.map(({ name, unit, role, size }) => [name, unit, role, size].join(' '));

describe('what an object is', () => {
  it('a surface has lines and columns, with their steps and heights', async () => {
    const surface = await only(object({ zmin: -1, points: [-1, 0, 1, 2, 3, 4] }));
    expect(axes(surface)).toEqual(['Height µm signal 2', 'Width mm signal 3']);
    expect(surface.axes[1]).toMatchObject({ scale: 0.5, offset: 10 });
    expect(surface.loaded).toEqual([100, 102, 104, 106, 108, 110]);
    expect(surface.metadata).toEqual({ quantity: 'Depth (nm)' });
  });

  it('a profile has columns only, spectra end in their wavelengths', async () => {
    expect(axes(await only(object({ type: 1, lines: 1 })))).toEqual(['Width mm signal 3']);
    expect(axes(await only(object({ type: 20, lines: 1 })))).toEqual(['Width mm spectral 3']);
    expect(axes(await only(object({ type: 20 })))).toEqual(['Height µm navigation 2', 'Width mm spectral 3']);
  });

  it('a hyperspectral map has channels last', async () => {
    const map = await only(object({ type: 21, channels: 4 }));
    expect(axes(map)).toEqual(['Height µm navigation 2', 'Width mm navigation 3', 'Wavelength nm spectral 4']);
    expect(map.axes[2]).toMatchObject({ scale: 4, offset: 400 });
    expect(map.loaded).toHaveLength(24);
  });

  it('layers of one size make one array, each with its own heights; a series follows the fourth axis', async () => {
    const layers = await only(object({ type: 13 }), object({ type: 10, zmin: 1 }));
    expect(axes(layers)).toEqual(['  navigation 2', 'Height µm signal 2', 'Width mm signal 3']);
    expect(layers.loaded.slice(5, 8)).toEqual([110, 98, 100]);
    const series = await only(object({ type: 5 }), object({ type: 5 }));
    expect(axes(series)[0]).toBe('Wavelength nm navigation 2');
  });

  it('objects of other sizes are datasets of their own', async () => {
    expect(await read(object(), object({ columns: 2 }))).toHaveLength(2);
  });
});

describe('how points are stored', () => {
  it.each([16, 32])('as %i bits, in either byte order, plain or in streams', async (bits) => {
    for (const big of [false, true]) {
      for (const streams of [0, 1, 2]) {
        expect((await only(object({ bits, big, streams }))).loaded).toEqual([100, 102, 104, 106, 108, 110]);
      }
    }
  });

  it('points that were not measured are NaN, where the header says that there are any', async () => {
    const points = [5, 3, 5, 5, 5, 5];
    expect((await only(object({ zmin: 5, points, special: true }))).loaded[1]).toBeNaN();
    expect((await only(object({ zmin: 5, points }))).loaded[1]).toBe(96);
  });

  it('levels of the colours of an RGB surface are whole numbers, its heights are not', async () => {
    const fine = (type: number) => object({ type, set: (view, little) => view.setFloat32(128, 0.7, little) });
    expect((await only(fine(13), fine(10))).loaded.slice(7, 9)).toEqual([101, 101]);
    expect((await only(fine(13), fine(2))).loaded[7]).toBeCloseTo(100.7, 4);
    expect((await only(fine(10))).loaded[1]).toBeCloseTo(100.7, 4);
  });

  it('a spacing of 0 is no calibration', async () => {
    const surface = await only(object({ set: (view, little) => view.setFloat32(120, 0, little) }));
    expect(surface.axes[1]).toMatchObject({ scale: 1, offset: 0, unit: '' });
    expect(surface.warnings.join()).toMatch(/not calibrated/);
  });
});

describe('conditions', () => {
  const comment = [
    '$_SITE IMAGE\n$stage_position_x = 1.5\n$stage_rotation_z = 3',
    '$_SEM\n$Beam Energy = 5.00 kV\n$Real Magnification = 100',
    '$Channel1 = SE$_CCD\n$Horizontal Binning = 2\n$Vertical Binning = 4\n$Exposure Time = 0.5 s',
    '$_SPECTROMETER\n$Grating = 150/500\n$Central wavelength = 450 nm\n$_\n$__proto__\n$__proto__ = 1',
  ].join('\n');

  it('come from the comment, with their units', async () => {
    const { metadata, original } = await only(object({ comment }));
    expect(metadata).toMatchObject({
      instrument: 'SEM',
      beam_energy_keV: 5,
      magnification: 100,
      stage: { x: 1.5, x_units: 'mm', rotation: 3, rotation_units: 'deg' },
      instrument_Detector: { detector_type: 'CCD', binning: [2, 4], integration_time: 0.5 },
      instrument_Spectrometer: { Grating: '150/500', central_wavelength: 450 },
    });
    expect(JSON.stringify(original.comment)).toContain('"Channel1":"SE"');
    expect({}).not.toHaveProperty('1');
    expect((metadata as object) instanceof Object).toBe(true);
  });

  it('an energy in V is converted, one without a unit is not guessed', async () => {
    const energy = async (text: string) =>
      (await only(object({ comment: `$_SEM\n$Beam Energy = ${text}` }))).metadata.beam_energy_keV;
    expect(await energy('4996.00 V')).toBe(4.996);
    expect(await energy('5')).toBeUndefined();
  });

  it('the date comes from the header where it is one', async () => {
    const dated = (month: number) => (view: DataView, little: boolean) => {
      for (const [i, value] of [59, 30, 12, 24, month, 2023].entries()) view.setInt16(306 + 2 * i, value, little);
    };
    expect((await only(object({ set: dated(5) }))).metadata).toMatchObject({ date: '2023-05-24', time: '12:30:59' });
    expect((await only(object({ set: dated(13) }))).metadata).not.toHaveProperty('date');
  });

  it('the comment of millions of entries is read at once', async () => {
    const { original } = await only(object({ comment: '$a='.repeat(10_000) }));
    expect(original.comment).toEqual({ '': { a: '' } });
  });
});

describe('damage', () => {
  const lie = (at: number, value: number) => (view: DataView, little: boolean) => view.setInt32(at, value, little);

  it.each([
    ['columns', { set: lie(108, 0x7fffffff) }, 'truncated'],
    ['no lines', { set: lie(112, 0) }, 'bad-surf-header'],
    ['the size of the streams', { streams: 1, set: lie(324, 0x7fffffff) }, 'truncated'],
    ['more points than streams can unpack to', { streams: 1, set: lie(108, 1e6) }, 'truncated'],
    ['points of 8 bits', { set: (view: DataView) => view.setInt16(98, 8, true) }, 'bad-surf-header'],
    ['a comment of -1 bytes', { set: (view: DataView) => view.setInt16(334, -1, true) }, 'bad-surf-header'],
  ])('%s is refused', async (_, made, code) => {
    await expect(read(object(made))).rejects.toMatchObject({ kind: 'format', code });
  });

  it('streams that lie are refused when they are unpacked', async () => {
    const [short] = (await read(object({ streams: 1, set: lie(108, 4) }))) as ArrayDataset[];
    await expect(short.values.load()).rejects.toMatchObject({ code: 'bad-streams' });
    const bytes = object({ streams: 1 });
    new DataView(bytes.buffer).setUint32(512, 0xffffffff, true);
    const [many] = (await read(bytes)) as ArrayDataset[];
    await expect(many.values.load()).rejects.toMatchObject({ code: 'bad-streams' });
  });

  it('what follows the last object and is none is told', async () => {
    expect((await only(join(object(), new Uint8Array(7)))).warnings).toEqual([
      '7 bytes after the last object are passed over',
    ]);
  });
});
