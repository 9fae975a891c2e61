import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import spc from './index.ts';

interface Plan {
  version?: number;
  flags?: number;
  exponent?: number;
  points?: number;
  spectra?: number;
  first?: number;
  last?: number;
  xType?: number;
  yType?: number;
  zType?: number;
  date?: number;
  labels?: string;
  zStep?: number;
  planes?: number;
  wStep?: number;
  log?: string;
}

const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const joined = (...parts: readonly ArrayLike<number>[]) => Uint8Array.from(parts.flatMap((part) => Array.from(part)));

function numbers(bytes: number, write: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  write(view);
  return new Uint8Array(view.buffer);
}

function header(plan: Plan = {}): Uint8Array {
  const { version = 0x4b, points = 3, spectra = 1 } = plan;
  const little = version === 0x4b;
  const bytes = numbers(512, (view) => {
    view.setUint8(0, plan.flags ?? 0);
    view.setUint8(1, version);
    view.setInt8(3, plan.exponent ?? -128);
    view.setUint32(4, points, little);
    view.setFloat64(8, plan.first ?? 100, little);
    view.setFloat64(16, plan.last ?? 104, little);
    view.setUint32(24, spectra, little);
    view.setUint8(28, plan.xType ?? 13);
    view.setUint8(29, plan.yType ?? 4);
    view.setUint8(30, plan.zType ?? 0);
    view.setUint32(32, plan.date ?? 0, little);
    view.setFloat32(312, plan.zStep ?? 0, little);
    view.setUint32(316, plan.planes ?? 0, little);
    view.setFloat32(320, plan.wStep ?? 0, little);
  });
  bytes.set(ascii('a comment'), 88);
  bytes.set(ascii(plan.labels ?? ''), 218);
  return bytes;
}

const floats = (values: readonly number[], little = true) =>
  numbers(4 * values.length, (view) => {
    for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, little);
  });
const wholes = (values: readonly number[], little = true) =>
  numbers(4 * values.length, (view) => {
    for (const [i, value] of values.entries()) view.setInt32(4 * i, value, little);
  });
const shorts = (values: readonly number[]) =>
  numbers(2 * values.length, (view) => {
    for (const [i, value] of values.entries()) view.setInt16(2 * i, value, true);
  });
const sub = ({ exponent = -128, z = 0, next = 0, points = 0, little = true } = {}) =>
  numbers(32, (view) => {
    view.setInt8(1, exponent);
    view.setFloat32(4, z, little);
    view.setFloat32(8, next, little);
    view.setUint32(16, points, little);
  });

async function read(...parts: readonly Uint8Array[]): Promise<ArrayDataset[]> {
  return (await spc.read!(memoryFile('x.spc', joined(...parts)))) as ArrayDataset[];
}
const valuesOf = async (dataset: ArrayDataset) => Array.from((await dataset.values.load()) as Float64Array);

describe('a Galactic SPC file', () => {
  it('is known by its header, and never by its name alone', () => {
    expect(spc.sniff(header(), 'x.bin')).toBe('certain');
    expect(spc.sniff(header({ version: 0x4c }), 'x.bin')).toBe('certain');
    expect(spc.sniff(new Uint8Array(4096), 'x.spc')).toBe('no');
    expect(spc.sniff(header().slice(0, 400), 'x.spc')).toBe('no');
    expect(spc.sniff(header({ xType: 77 }), 'x.spc')).toBe('no');
    expect(spc.sniff(header({ first: Number.NaN }), 'x.spc')).toBe('no');
    expect(spc.sniff(ascii(`#K${' text'.repeat(900)}`), 'x.spc')).toBe('no');
  });

  it('of floats on an even axis gives them with the ends of the axis', async () => {
    const [dataset] = await read(header(), sub(), floats([1, 2.5, -3]));
    expect(dataset).toMatchObject({ title: 'a comment', shape: [3], dtype: 'float64', warnings: [] });
    expect(dataset.axes).toMatchObject([
      { kind: 'uniform', name: 'Raman Shift', unit: '1/cm', role: 'spectral', offset: 100, scale: 2 },
    ]);
    expect(await valuesOf(dataset)).toEqual([1, 2.5, -3]);
  });

  it('scales whole numbers of 32 bits by its exponent', async () => {
    const [dataset] = await read(header({ exponent: 2 }), sub(), wholes([2 ** 30, -(2 ** 31), 1]));
    expect(await valuesOf(dataset)).toEqual([1, -2, 2 ** -30]);
  });

  it('scales whole numbers of 16 bits by its exponent', async () => {
    const [dataset] = await read(header({ flags: 1, exponent: 3 }), sub(), shorts([2 ** 13, -(2 ** 14), 1]));
    expect(await valuesOf(dataset)).toEqual([1, -2, 2 ** -13]);
  });

  it('in the other byte order is the same', async () => {
    const parts = [header({ version: 0x4c, exponent: 2 }), sub({ little: false }), wholes([2 ** 30, 5, 1], false)];
    const [dataset] = await read(...parts);
    expect(dataset.axes).toMatchObject([{ offset: 100, scale: 2 }]);
    expect(await valuesOf(dataset)).toEqual([1, 5 * 2 ** -30, 2 ** -30]);
  });

  it('with x values has them for an axis, falling or not', async () => {
    const [dataset] = await read(header({ flags: 128, xType: 3 }), floats([9, 5, 4]), sub(), floats([1, 2, 3]));
    expect(dataset.axes).toMatchObject([{ kind: 'explicit', name: 'Wavelength', unit: 'nm' }]);
    expect(dataset.axes[0]).toHaveProperty('positions', Float64Array.of(9, 5, 4));
    expect(await valuesOf(dataset)).toEqual([1, 2, 3]);
  });

  it.each([
    ['Wavelength (nm)\0Counts\0', 'Wavelength', 'nm', 'Counts'],
    ['Wavenumber (cm-1)\0\0', 'Wavenumber', '1/cm', 'Counts'],
    ['Delay\0Signal\0', 'Delay', '', 'Signal'],
  ])('calls its axes by their labels %j', async (labels, name, unit, quantity) => {
    const [dataset] = await read(header({ flags: 32, labels }), sub(), floats([1, 2, 3]));
    expect(dataset.axes[0]).toMatchObject({ name, unit });
    expect(dataset.metadata.quantity).toBe(quantity);
  });

  it('without the flag has no labels, whatever stands there', async () => {
    const [dataset] = await read(header({ labels: 'Left over (nm)' }), sub(), floats([1, 2, 3]));
    expect(dataset.axes[0].name).toBe('Raman Shift');
  });

  it('has its date, unless that is none', async () => {
    const date = (2016 << 20) | (4 << 16) | (8 << 11) | (14 << 6) | 17;
    const [dataset] = await read(header({ date }), sub(), floats([1, 2, 3]));
    expect(dataset.metadata).toMatchObject({ date: '2016-04-08', time: '14:17:00' });
    for (const wrong of [0, (116 << 20) | (4 << 16) | (8 << 11), (2016 << 20) | (13 << 16)]) {
      const [other] = await read(header({ date: wrong }), sub(), floats([1, 2, 3]));
      expect(other.metadata).not.toHaveProperty('date');
    }
  });
});

describe('a series of spectra', () => {
  const three = (...z: number[]) => z.flatMap((at, i) => [sub({ z: at, next: z[i + 1] ?? at }), floats([i, i, i])]);

  it('evenly spaced has the step of the header, else that of its first spectrum', async () => {
    const [stated] = await read(header({ flags: 4, spectra: 3, zStep: 0.5, zType: 4 }), ...three(1, 2, 3));
    expect(stated.shape).toEqual([3, 3]);
    expect(stated.axes[0]).toMatchObject({ kind: 'uniform', name: 'Seconds', unit: 's', offset: 1, scale: 0.5 });
    const [found] = await read(header({ flags: 4, spectra: 3 }), ...three(1, 3, 4));
    expect(found.axes[0]).toMatchObject({ name: 'z', offset: 1, scale: 2 });
    expect(await valuesOf(found)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
  });

  it('ordered has the z of each', async () => {
    const [dataset] = await read(header({ flags: 4 | 16, spectra: 3 }), ...three(1, 3, 4));
    expect(dataset.axes[0]).toHaveProperty('positions', Float64Array.of(1, 3, 4));
  });

  it('at random is counted, with a warning', async () => {
    const [dataset] = await read(header({ flags: 4 | 8, spectra: 3 }), ...three(1, 4, 3));
    expect(dataset.axes[0]).toMatchObject({ name: 'Spectrum', kind: 'uniform', size: 3 });
    expect(dataset.warnings).toHaveLength(1);
  });

  it('in planes is a map', async () => {
    const plan = { flags: 4, spectra: 6, planes: 2, wStep: 7, zStep: 5 };
    const [dataset] = await read(header(plan), ...three(0, 0, 0), ...three(0, 0, 0));
    expect(dataset.shape).toEqual([2, 3, 3]);
    expect(dataset.axes.slice(0, 2)).toMatchObject([
      { name: 'w', scale: 7 },
      { name: 'z', scale: 5 },
    ]);
  });

  it('scales each by an exponent of its own', async () => {
    const parts = [sub({ exponent: 2 }), wholes([2 ** 30, 0, 0]), sub({ exponent: 4 }), wholes([2 ** 30, 0, 0])];
    const [dataset] = await read(header({ flags: 4, spectra: 2, exponent: 9 }), ...parts);
    expect(await valuesOf(dataset)).toEqual([1, 0, 0, 4, 0, 0]);
  });

  it('on axes of their own are datasets of their own, unless the axes are equal', async () => {
    const spectrum = (x: readonly number[]) => [sub({ points: x.length }), floats(x), floats(x.map((at) => 10 * at))];
    const plan = { flags: 4 | 64 | 128, spectra: 2, points: 0 };
    const different = await read(header(plan), ...spectrum([1, 2]), ...spectrum([3, 4, 5]));
    expect(different.map(({ shape }) => shape)).toEqual([
      [1, 2],
      [1, 3],
    ]);
    expect(await valuesOf(different[1])).toEqual([30, 40, 50]);
    const [same, ...others] = await read(header(plan), ...spectrum([1, 2]), ...spectrum([1, 2]));
    expect(others).toEqual([]);
    expect(same.shape).toEqual([2, 2]);
  });

  it('on axes of their own are found by their directory', async () => {
    const content = [
      sub({ points: 2 }),
      floats([1, 2]),
      floats([5, 6]),
      sub({ points: 2 }),
      floats([3, 4]),
      floats([7, 8]),
    ];
    const directory = numbers(24, (view) => {
      view.setUint32(0, 512 + 48, true);
      view.setUint32(12, 512, true);
    });
    const plan = { flags: 4 | 64 | 128, spectra: 2, points: 512 + 96 };
    const found = await read(header(plan), ...content, directory);
    expect(await Promise.all(found.map(valuesOf))).toEqual([
      [7, 8],
      [5, 6],
    ]);
  });
});

describe('an old file', () => {
  const old = (flags: number, exponent: number, first = 10, month = 5) => {
    const bytes = numbers(256, (view) => {
      view.setUint8(0, flags);
      view.setUint8(1, 0x4d);
      view.setInt16(2, exponent, true);
      view.setFloat32(4, 2, true);
      view.setFloat32(8, first, true);
      view.setFloat32(12, 12, true);
      view.setUint8(16, 1);
      view.setUint16(18, 1991, true);
      view.setUint8(20, month);
      view.setUint8(21, 6);
      view.setInt8(225, exponent);
    });
    bytes.set(ascii('old one'), 64);
    return bytes;
  };
  /** Halves swapped: the upper first, each little-endian. */
  const swapped = (value: number) => [(value >> 16) & 255, (value >> 24) & 255, value & 255, (value >> 8) & 255];

  it('has its halves of numbers the other way round', async () => {
    const [dataset] = await read(old(0, 2), Uint8Array.from([...swapped(2 ** 30), ...swapped(-65537)]));
    expect(dataset).toMatchObject({ title: 'old one', shape: [2], metadata: { date: '1991-05-06' } });
    expect(dataset.axes).toMatchObject([{ name: 'Wavenumber', unit: '1/cm', offset: 10, scale: 2 }]);
    expect(await valuesOf(dataset)).toEqual([1, -65537 * 2 ** -30]);
  });

  it('of many spectra has as many as there are, and says when the last is cut short', async () => {
    const two = [old(4, 2), Uint8Array.from([...swapped(2 ** 30), ...swapped(0)]), sub({ exponent: 3 })];
    const whole = await read(...two, Uint8Array.from([...swapped(2 ** 30), ...swapped(0)]));
    expect(whole[0].shape).toEqual([2, 2]);
    expect(await valuesOf(whole[0])).toEqual([1, 0, 2, 0]);
    const [cut] = await read(...two, Uint8Array.of(1, 2, 3));
    expect(cut.shape).toEqual([1, 2]);
    expect(cut.warnings[0]).toBe('the file ends within spectrum 1: it is left out');
  });

  it('is told from other files by its numbers', () => {
    expect(spc.sniff(old(0, 2), 'x.bin')).toBe('certain');
    expect(spc.sniff(old(0, 2, 10, 13), 'x.spc')).toBe('no');
    expect(spc.sniff(old(0, 2, Number.POSITIVE_INFINITY), 'x.spc')).toBe('no');
  });
});

describe('the log', () => {
  const withLog = (text: string) => {
    const bytes = header();
    const body = joined(bytes, sub(), floats([1, 2, 3]));
    new DataView(body.buffer).setUint32(248, body.length, true);
    const head = numbers(64, (view) => {
      view.setUint32(0, 64 + text.length, true);
      view.setUint32(8, 64, true);
    });
    return read(body, head, ascii(text));
  };

  it('gives laser, exposure, grating and objective as Horiba writes them', async () => {
    const [{ metadata, original }] = await withLog(
      'TIME = 2\n\rACCUM = 3\n\rEXCIT_LINE = 532.2\n\rGRATING = 300\n\rOBJECTIV = X10\n\rDETECTOR = SYNAPSE CCD\n\rPOWER = \n\r',
    );
    expect(metadata).toEqual({
      instrument_Laser: { wavelength: 532.2 },
      instrument_Detector: { model: 'SYNAPSE CCD', exposure_per_frame: 2, frames: 3, integration_time: 6 },
      instrument_Spectrometer: { Grating: { groove_density: 300 } },
      instrument_Microscope: { objective: 'X10' },
      quantity: 'Counts',
    });
    expect(original.log).toMatchObject({ POWER: '' });
  });

  it('keeps keys that JavaScript gives a meaning to itself, and lines without a key to nobody', async () => {
    const [{ original }] = await withLog('__proto__ = 1\r\nprose\r\nconstructor=2\r\n');
    expect(Object.keys(original.log as object)).toEqual(['__proto__', 'constructor']);
    expect({}.constructor).toBe(Object);
  });

  it('of nothing but line ends takes no longer than another', async () => {
    const [{ original }] = await withLog('\r'.repeat(300_000));
    expect(original.log).toEqual({});
  });
});

describe('damage', () => {
  it.each([
    ['fewer values than points', [header(), sub(), floats([1])], /spectrum 0 needs 12 bytes, the file has 4 left/],
    [
      'fewer spectra than stated',
      [header({ flags: 4, spectra: 2 }), sub(), floats([1, 2, 3])],
      /spectrum 1 of 2 is not there/,
    ],
    ['no points', [header({ points: 0 }), sub()], /spectra of 0 points/],
    ['endless points', [header({ points: 2 ** 32 - 1 }), sub()], /needs 17179869180 bytes/],
    ['endless spectra', [header({ flags: 4, spectra: 2 ** 32 - 1 }), sub(), floats([1, 2, 3])], /spectrum 1 of/],
    ['an axis that goes nowhere', [header({ last: 100 }), sub(), floats([1, 2, 3])], /runs from 100 to 100/],
    [
      'a directory beyond the file',
      [header({ flags: 4 | 64, points: 10_000 }), sub()],
      /the directory ends before spectrum 0/,
    ],
    [
      'a position that is no number',
      [header({ flags: 128 }), floats([1, Number.NaN, 3]), sub(), floats([1, 2, 3])],
      /byte 516: position 1 is NaN/,
    ],
    ['no header', [ascii('no header')], /does not begin with a header/],
  ])('%s is refused in words', async (_, parts, message) => {
    await expect(read(...parts)).rejects.toThrow(message);
    await expect(read(...parts)).rejects.toMatchObject({ kind: 'format', code: 'bad-spc' });
  });

  it('in the log costs the log', async () => {
    const bytes = joined(header(), sub(), floats([1, 2, 3]));
    new DataView(bytes.buffer).setUint32(248, 4_000_000_000, true);
    const [dataset] = await read(bytes);
    expect(dataset.original.log).toEqual({});
  });
});
