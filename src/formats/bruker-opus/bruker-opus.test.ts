import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import opus from './index.ts';

type Entries = Readonly<Record<string, number | string | { whole: number }>>;

const joined = (...parts: readonly ArrayLike<number>[]) => Uint8Array.from(parts.flatMap((part) => Array.from(part)));
const ascii = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0));

function numbers(bytes: number, write: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  write(view);
  return new Uint8Array(view.buffer);
}

function parameters(entries: Entries): Uint8Array {
  const parts = Object.entries(entries).map(([key, value]) => {
    const content =
      typeof value === 'string'
        ? Uint8Array.from([...ascii(value), 0, ...(value.length % 2 === 0 ? [0] : [])])
        : numbers(typeof value === 'number' ? 8 : 4, (view) => {
            if (typeof value === 'number') view.setFloat64(0, value, true);
            else view.setInt32(0, value.whole, true);
          });
    const type = typeof value === 'string' ? 2 : typeof value === 'number' ? 1 : 0;
    return joined(ascii(key), [0, type, 0, content.length / 2, 0], content);
  });
  const all = joined(...parts, ascii('END'), [0, 0, 0, 0, 0]);
  return joined(all, new Uint8Array((4 - (all.length % 4)) % 4));
}

const floats = (...values: number[]) =>
  numbers(4 * values.length, (view) => {
    for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true);
  });

/** Type of the values of a result: what it is of (1 sample, 2 reference, 3 ratio), its number, its place among equals. */
const values = (of: number, result: number, place = 0) => 3 + of * 4 + result * 1024 + place * 2 ** 24;
const status = (...kind: Kind) => values(...kind) + 16;
type Kind = [of: number, result: number, place?: number];
const group = (id: number) => id * 16;

function build(blocks: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const directory = 24 + 12 * blocks.length;
  let offset = directory;
  const head = numbers(directory, (view) => {
    view.setUint32(0, 0xfefe0a0a, true);
    view.setUint32(12, 24, true);
    view.setUint32(16, 40, true);
    view.setUint32(20, blocks.length, true);
    for (const [i, [type, content]] of blocks.entries()) {
      view.setUint32(24 + 12 * i, type, true);
      view.setUint32(28 + 12 * i, content.length / 4, true);
      view.setUint32(32 + 12 * i, offset, true);
      offset += content.length;
    }
  });
  return joined(head, ...blocks.map(([, content]) => content));
}

const three: Entries = { CSF: 2, FXV: 400, LXV: 396, NPT: { whole: 3 }, DXU: 'WN' };

async function read(blocks: readonly (readonly [number, Uint8Array])[]): Promise<ArrayDataset[]> {
  return (await opus.read!(memoryFile('x.0', build(blocks)))) as ArrayDataset[];
}

describe('an OPUS file', () => {
  it('is known by its first four bytes, whatever its name', () => {
    expect(opus.sniff(build([]), 'x.bin')).toBe('certain');
    expect(opus.sniff(Uint8Array.of(10, 10, 254, 255), 'x.0')).toBe('no');
  });

  it('gives its result, scaled, on its falling axis', async () => {
    const [dataset, ...others] = await read([
      [values(3, 4), floats(1, 2.5, -3)],
      [status(3, 4), parameters(three)],
    ]);
    expect(others).toEqual([]);
    expect(dataset).toMatchObject({ title: 'Absorbance', shape: [3], dtype: 'float64', warnings: [] });
    expect(dataset.axes).toMatchObject([
      { name: 'Wavenumber', unit: '1/cm', role: 'spectral', kind: 'uniform', offset: 400, scale: -2 },
    ]);
    expect(await dataset.values.load()).toEqual(Float64Array.of(2, 5, -6));
  });

  it.each([
    [12, 'Reflectance'],
    [5, 'Transmittance'],
    [10, 'Raman'],
    [99, 'Result 99'],
  ])('calls result %d %s', async (result, title) => {
    const [dataset] = await read([
      [values(3, result), floats(1, 2, 3)],
      [status(3, result), parameters(three)],
    ]);
    expect(dataset).toMatchObject({ title, metadata: { quantity: title } });
  });

  it.each([
    ['MI', 'Wavelength', 'µm'],
    ['NM', 'Wavelength', 'nm'],
    ['PNT', 'Point', ''],
    ['constructor', 'constructor', ''],
  ])('knows axes in %s', async (DXU, name, unit) => {
    const [{ axes }] = await read([
      [values(3, 4), floats(1, 2, 3)],
      [status(3, 4), parameters({ ...three, DXU })],
    ]);
    expect(axes[0]).toMatchObject({ name, unit });
  });

  it('counts points where the ends of the axis are not stated', async () => {
    const [dataset] = await read([
      [values(3, 4), floats(1, 2, 3)],
      [status(3, 4), parameters({ NPT: { whole: 3 } })],
    ]);
    expect(dataset.axes[0]).toMatchObject({ name: 'Point', scale: 1, offset: 0 });
    expect(dataset.warnings).toEqual(['the ends of the axis are not stated: points are counted']);
    expect(await dataset.values.load()).toEqual(Float64Array.of(1, 2, 3));
  });

  it('of several results keeps their order, and gives each its own parameters', async () => {
    const datasets = await read([
      [values(3, 4, 64), floats(1, 2, 3)],
      [values(3, 4, 0), floats(4, 5)],
      [status(3, 4, 0), parameters({ CSF: 1, FXV: 1, LXV: 2, NPT: { whole: 2 } })],
      [status(3, 4, 64), parameters(three)],
    ]);
    expect(datasets.map(({ shape }) => shape)).toEqual([[3], [2]]);
  });

  it('leaves out what results are made of, unless there is no result', async () => {
    const raw = [
      [values(1, 2), floats(1, 2, 3)],
      [status(1, 2), parameters({ ...three, DXU: 'PNT' })],
      [values(2, 1), floats(4, 5, 6)],
      [status(2, 1), parameters(three)],
    ] as const;
    const titles = async (blocks: Parameters<typeof read>[0]) => (await read(blocks)).map(({ title }) => title);
    expect(await titles(raw)).toEqual(['Interferogram (sample)', 'Single channel spectrum (reference)']);
    const result = [
      [values(3, 4), floats(1, 2, 3)],
      [status(3, 4), parameters(three)],
    ] as const;
    expect(await titles([...raw, ...result])).toEqual(['Absorbance']);
  });

  it('says how and when it was measured', async () => {
    const measured = async (DAT: string, more: Entries = {}) => {
      const [{ metadata }] = await read([
        [values(3, 4), floats(1, 2, 3)],
        [status(3, 4), parameters({ ...three, DAT, TIM: '11:45:34 (GMT-6)' })],
        [group(2), parameters({ INS: 'IFS66', ASS: { whole: 64 } })],
        [group(3), parameters({ RES: 4, NSS: { whole: 128 }, ...more })],
        [group(6), parameters({ DTC: 'MCT' })],
        [group(10), parameters({ SNM: 'juice' })],
      ]);
      return metadata;
    };
    expect(await measured('2012/11/09', { RLW: 12500 })).toEqual({
      instrument_Laser: { wavelength: 800 },
      instrument_Detector: { model: 'MCT', frames: 64 },
      instrument_Spectrometer: { model: 'IFS66', resolution_per_cm: 4 },
      sample: 'juice',
      date: '2012-11-09',
      time: '11:45:34',
      quantity: 'Absorbance',
    });
    expect(await measured('09/11/2012')).toMatchObject({ date: '2012-11-09' });
    expect(await measured('soon')).not.toHaveProperty('date');
  });
});

describe('damage', () => {
  it.each([
    ['a header alone', build([]).slice(0, 20), /a directory of 0 blocks/],
    [
      'a directory beyond the file',
      build([[values(3, 4), floats(1)]]).slice(0, 30),
      /a directory of 1 blocks at byte 24/,
    ],
    ['no values', build([[status(3, 4), parameters(three)]]), /no spectrum that is whole/],
    ['values without parameters', build([[values(3, 4), floats(1, 2, 3)]]), /no spectrum that is whole/],
    [
      'fewer values than points',
      build([
        [values(3, 4), floats(1)],
        [status(3, 4), parameters(three)],
      ]),
      /no spectrum/,
    ],
    [
      'endless points',
      build([
        [values(3, 4), floats(1)],
        [status(3, 4), parameters({ ...three, NPT: { whole: 2 ** 31 - 1 } })],
      ]),
      /no spectrum that is whole/,
    ],
  ])('%s is refused in words', async (_, bytes, message) => {
    await expect(opus.read!(memoryFile('x.0', bytes))).rejects.toThrow(message);
    await expect(opus.read!(memoryFile('x.0', bytes))).rejects.toMatchObject({ kind: 'format', code: 'bad-opus' });
  });

  it('that costs one result leaves the others, with a warning', async () => {
    const blocks = [
      [values(3, 4), floats(1, 2, 3)],
      [status(3, 4), parameters(three)],
      [values(3, 5), floats(1)],
      [status(3, 5), parameters(three)],
    ] as const;
    const [dataset, ...others] = await read(blocks);
    expect(others).toEqual([]);
    expect(dataset.warnings).toEqual(['a result of 3 points has 4 bytes: it is left out']);
    const [cut] = (await opus.read!(memoryFile('x.0', build(blocks).slice(0, -4)))) as ArrayDataset[];
    expect(cut.warnings[0]).toMatch(/is not in the file: it is left out/);
  });
});
