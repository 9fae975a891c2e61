import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { axisValue } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { DTYPES, type Dtype, type ValueArray } from '../../signal/dtype.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { openNodeFile } from '../node-file.ts';
import tia from './index.ts';

const TYPES: Readonly<Record<number, Dtype>> = {
  1: 'uint8',
  2: 'uint16',
  3: 'uint32',
  4: 'int8',
  5: 'int16',
  6: 'int32',
  7: 'float32',
  8: 'float64',
  9: 'complex64',
  10: 'complex128',
};

interface Series {
  readonly version?: number;
  readonly type?: number;
  readonly width?: number;
  /** 0 for spectra. */
  readonly height?: number;
  readonly dimensions?: readonly (readonly [
    size: number,
    offset: number,
    delta: number,
    element: number,
    name: string,
    unit: string,
  ])[];
  readonly valid?: number;
  readonly calibration?: readonly [offset: number, delta: number, element: number];
  readonly tags?: 'time' | 'position' | 'none';
  /** Bytes between one element and the next beside their tags; more with each one. */
  readonly growingGap?: number;
}

/** A series as TIA lays it out; value i of all elements is i. */
function ser(series: Series = {}): Uint8Array {
  const { version = 0x0210, type = 6, width = 4, height = 0, valid, calibration = [-20, 0.5, 0] } = series;
  const { dimensions = [[1, 0, 1, 0, 'Number', '']], tags = 'position', growingGap = 0 } = series;
  const bytes: number[] = [];
  const put = (size: 2 | 4 | 8 | 'f', value: number) => {
    const view = new DataView(new ArrayBuffer(8));
    if (size === 'f') view.setFloat64(0, value, true);
    else view.setBigUint64(0, BigInt(value), true);
    bytes.push(...new Uint8Array(view.buffer, 0, size === 'f' ? 8 : size));
  };
  const text = (value: string) => {
    put(4, value.length);
    bytes.push(...new TextEncoder().encode(value));
  };
  const pointer = version === 0x0220 ? 8 : 4;
  const total = dimensions.reduce((count, [size]) => count * size, 1);
  const used = valid ?? total;
  put(2, 0x4949);
  put(2, 0x0197);
  put(2, version);
  put(4, height ? 0x4122 : 0x4120);
  put(4, { time: 0x4152, position: 0x4142, none: 0 }[tags]);
  put(4, total);
  put(4, used);
  const header = dimensions.reduce((sum, [, , , , name, unit]) => sum + 32 + name.length + unit.length, 26 + pointer);
  put(pointer as 4, header);
  put(4, dimensions.length);
  for (const [size, offset, delta, element, name, unit] of dimensions) {
    put(4, size);
    put('f', offset);
    put('f', delta);
    put(4, element);
    text(name);
    text(unit);
  }
  const { bytes: valueBytes, width: parts, make } = DTYPES[TYPES[type]];
  const elementBytes = (height ? 50 : 26) + width * (height || 1) * valueBytes;
  const tagBytes = tags === 'position' ? 24 : 8;
  const places: number[] = [];
  let at = header + 2 * total * pointer;
  for (let e = 0; e < used; e++) {
    places.push(at);
    at += elementBytes + tagBytes + e * growingGap;
  }
  for (let e = 0; e < total; e++) put(pointer as 4, places[e] ?? 0);
  for (let e = 0; e < total; e++) put(pointer as 4, e < used ? places[e] + elementBytes : 0);
  let next = 0;
  for (let e = 0; e < used; e++) {
    while (bytes.length < places[e]) bytes.push(0xee);
    for (let d = 0; d < (height ? 2 : 1); d++) {
      put('f', calibration[0]);
      put('f', calibration[1]);
      put(4, calibration[2]);
    }
    put(2, type);
    put(4, width);
    if (height) put(4, height);
    const values = make(width * (height || 1)) as Float64Array;
    for (let i = 0; i < values.length / parts; i++) values[i * parts] = next++;
    bytes.push(...new Uint8Array(values.buffer));
    put(2, tags === 'position' ? 0x4142 : 0x4152);
    put(2, 0);
    put(4, 1456138587);
    if (tags === 'position') {
      put('f', 3e-9);
      put('f', -4e-9);
    }
  }
  return Uint8Array.from(bytes);
}

function source(files: Record<string, Uint8Array>, name = Object.keys(files)[0]): ByteSource {
  const bytes = files[name];
  return {
    name,
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
    sibling: async (other) => (other in files ? source(files, other) : undefined),
  };
}

async function read(bytes: Uint8Array): Promise<ArrayDataset> {
  const [dataset, ...more] = await tia.read!(source({ 'a.ser': bytes }));
  expect(more).toEqual([]);
  return dataset as ArrayDataset;
}

const positions = [
  [3, -1e-9, 2e-9, 0, 'Position', 'meters'],
  [2, 5e-9, -1e-9, 2, 'Position', 'meters'],
] as const;

describe('series of spectra', () => {
  it.each([0x0210, 0x0220])('version %x: positions in nm, the slowest first, energies in eV', async (version) => {
    const dataset = await read(ser({ version, dimensions: positions }));
    expect(dataset.shape).toEqual([2, 3, 4]);
    expect(dataset.axes.map(({ name, unit, role }) => `${name} ${unit} ${role}`)).toEqual([
      'y nm navigation',
      'x nm navigation',
      'Energy eV spectral',
    ]);
    expect(await dataset.values.load()).toEqual(Int32Array.from({ length: 24 }, (_, i) => i));
    expect(dataset.axes[1]).toMatchObject({ scale: 2, offset: -1 });
    expect(dataset.axes[2]).toMatchObject({ scale: 0.5, offset: -20 });
  });

  it('the offset of an axis is that of its calibrated element, which need not be the first', async () => {
    const { axes } = await read(ser({ dimensions: positions, calibration: [100, 0.5, 3] }));
    expect(axisValue(axes[0], 2)).toBeCloseTo(5, 12);
    expect(axisValue(axes[2], 3)).toBeCloseTo(100, 12);
  });

  it.each(Object.entries(TYPES))('values of type %s are %s, little-endian', async (type, dtype) => {
    const dataset = await read(ser({ type: Number(type), dimensions: [[2, 0, 1, 0, 'Number', '']] }));
    const { make, width } = DTYPES[dtype];
    const expected = make(8) as Float64Array;
    for (let i = 0; i < 8; i++) expected[i * width] = i;
    expect(dataset.dtype).toBe(dtype);
    expect(await dataset.values.load()).toEqual(expected as ValueArray);
  });

  it('a numbered series has an axis without a name; a single spectrum has none', async () => {
    const several = await read(ser({ dimensions: [[3, 0, 1, 0, 'Number', '']] }));
    expect(several.axes[0]).toMatchObject({ name: '', unit: '', size: 3, role: 'navigation' });
    expect((await read(ser())).shape).toEqual([4]);
    const timed = await read(ser({ dimensions: [[3, 1, 2, 0, 'Time', 's']] }));
    expect(timed.axes[0]).toMatchObject({ name: 'Time', unit: 's', scale: 2, offset: 1 });
  });

  it('of a series that was stopped whole lines are read, and what is left out is said', async () => {
    const dimensions = [
      [3, 0, 1, 0, 'Number', ''],
      [4, 0, 1, 0, 'Number', ''],
    ] as const;
    const dataset = await read(ser({ dimensions, valid: 8 }));
    expect(dataset.shape).toEqual([2, 3, 4]);
    expect(dataset.warnings.join()).toMatch(/8 of 12 elements were recorded; 2 of an unfinished line/);
    expect(await dataset.values.load()).toHaveLength(24);
    expect((await read(ser({ dimensions, valid: 2 }))).shape).toEqual([2, 4]);
    expect((await read(ser({ dimensions: [[2, 0, 1, 0, 'Number', '']], valid: 1 }))).shape).toEqual([4]);
  });

  it('dimensions that do not fit the number of elements are passed over', async () => {
    const bytes = ser({ dimensions: [[6, 0, 3, 0, 'Number', '']] });
    new DataView(bytes.buffer).setUint32(30, 5, true);
    const dataset = await read(bytes);
    expect(dataset.shape).toEqual([6, 4]);
    expect(dataset.axes[0]).toMatchObject({ scale: 1, offset: 0 });
    expect(dataset.warnings.join()).toMatch(/5 elements, 6 are listed/);
  });

  it('steps of a metre between positions are doubted, steps of 0 are none', async () => {
    const doubted = await read(ser({ dimensions: [[2, 0, 1, 0, 'Position', 'meters']] }));
    expect(doubted.warnings.join()).toMatch(/not calibrated/);
    const bare = await read(ser({ calibration: [0, 0, 0] }));
    expect(bare.axes[0]).toMatchObject({ scale: 1, offset: 0, unit: '' });
    expect(bare.warnings.join()).toMatch(/no calibration/);
  });

  it('tells time and place of the first element, where it was tagged', async () => {
    const tagOf = async (tags: Series['tags']) =>
      ((await read(ser({ tags }))).original.ser as { first_tag: unknown }).first_tag;
    expect(await tagOf('position')).toEqual({ time: 1456138587, position: [3e-9, -4e-9] });
    expect(await tagOf('time')).toEqual({ time: 1456138587 });
    expect(await tagOf('none')).toBeUndefined();
  });
});

describe('series of images', () => {
  it('are turned the right way up: the file has them from the bottom', async () => {
    const dataset = await read(ser({ height: 3, width: 2, calibration: [-2e-9, 1e-9, 0] }));
    expect(dataset.shape).toEqual([3, 2]);
    expect(await dataset.values.load()).toEqual(Int32Array.of(4, 5, 2, 3, 0, 1));
    expect(dataset.axes).toMatchObject([
      { name: 'y', unit: 'nm', role: 'signal', scale: 1, offset: -2 },
      { name: 'x', unit: 'nm', role: 'signal', scale: 1, offset: -2 },
    ]);
  });

  it('with pixels of more than a metre are diffraction patterns in 1/nm', async () => {
    const { axes } = await read(ser({ height: 3, width: 2, calibration: [-2e8, 1e8, 0] }));
    expect(axes[0]).toMatchObject({ unit: '1 / nm', scale: 0.1 });
    expect(axisValue(axes[0], 0)).toBeCloseTo(-0.2, 12);
  });
});

describe('by blocks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spectrail-tia-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const onDisk = async (bytes: Uint8Array) => {
    const path = join(folder, 'a.ser');
    writeFileSync(path, bytes);
    return (await tia.read!(await openNodeFile(path)))[0] as ArrayDataset;
  };

  it.each([0, 3])('any run of rows is that of the whole, of images of %i rows', async (height) => {
    const dataset = await onDisk(ser({ height, dimensions: positions }));
    const whole = (await dataset.values.load()) as Int32Array;
    const { rows } = dataset.values;
    const pixels = whole.length / 4;
    await fc.assert(
      fc.asyncProperty(fc.nat(pixels), fc.nat(pixels), async (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        expect(await rows!.read(start, end)).toEqual({
          kind: 'dense',
          pixels: end - start,
          channels: 4,
          values: whole.slice(start * 4, end * 4),
        });
      }),
      { numRuns: 40 },
    );
  });

  it('elements at uneven distances, and complex ones, are loaded whole', async () => {
    const uneven = await onDisk(ser({ dimensions: positions, growingGap: 1 }));
    expect(uneven.values.rows).toBeUndefined();
    expect(await uneven.values.load()).toEqual(Int32Array.from({ length: 24 }, (_, i) => i));
    expect((await onDisk(ser({ type: 9 }))).values.rows).toBeUndefined();
  });
});

const island = (data: string) =>
  new TextEncoder().encode(`JK\0\x02binary data before<ObjectInfo>${data}</ObjectInfo>binary data`);
const entry = (label: string, value: string, unit = '') =>
  `<Data><Label>${label}</Label><Value>${value}</Value><Unit>${unit}</Unit></Data>`;
const described = (...entries: string[]) =>
  island(`<ExperimentalDescription><Root>${entries.join('')}</Root></ExperimentalDescription>
    <AcquireInfo><DwellTimePath>0.25</DwellTimePath><CameraNamePath>A &amp; B</CameraNamePath></AcquireInfo>
    <AcquireDate>Mon Feb 22 11:55:58 2016</AcquireDate>`);

describe('an .emi file', () => {
  const all = (files: Record<string, Uint8Array>) => tia.read!(source(files)) as Promise<ArrayDataset[]>;

  it('gives every series beside it its own conditions', async () => {
    const first = described(entry('High tension', '300', 'kV'), entry('Mode', ' STEM nP'), entry('Stage X', '5', 'um'));
    const second = described(entry('Camera length', '0.5', 'm'), entry('Mode', 'TEM'), entry('User', 'Ada'));
    const datasets = await all({ 'a.emi': Uint8Array.of(...first, ...second), 'a_1.ser': ser(), 'a_2.ser': ser() });
    expect(datasets.map(({ metadata }) => metadata)).toMatchObject([
      { instrument: 'TEM', beam_energy_keV: 300, acquisition_mode: 'STEM', dwell_time_s: 0.25, stage: { x: 0.005 } },
      { camera_length_mm: 500, acquisition_mode: 'TEM', authors: 'Ada', date: '2016-02-22', time: '11:55:58' },
    ]);
    expect(datasets[1].metadata).not.toHaveProperty('dwell_time_s');
    expect(datasets[1].metadata.detector_Camera).toEqual({ Name: 'A & B', exposure: 0.25 });
  });

  it('without its series says which file is missing; one series may be gone, or damaged', async () => {
    await expect(all({ 'a.emi': described() })).rejects.toMatchObject({ code: 'missing-companion' });
    await expect(all({ 'a.emi': described() })).rejects.toThrow(/a_1\.ser/);
    const two = Uint8Array.of(...described(), ...described());
    expect(await all({ 'a.emi': two, 'a_2.ser': ser() })).toHaveLength(1);
    const [left] = await all({ 'a.emi': two, 'a_1.ser': ser().slice(0, 90), 'a_2.ser': ser() });
    expect(left.warnings.join()).toMatch(/"a_1.ser" is left out/);
    await expect(all({ 'a.emi': two, 'a_1.ser': ser().slice(0, 90) })).rejects.toMatchObject({ code: 'bad-ser' });
  });

  it('names that are dangerous elsewhere are only names', async () => {
    const [dataset] = await all({
      'a.emi': described(entry('__proto__', 'x'), '<constructor>y</constructor><__proto__><a>1</a></__proto__>'),
      'a_1.ser': ser(),
    });
    expect(JSON.stringify(dataset.original)).toContain('"__proto__":{"a":"1"}');
    expect(({} as { a?: string }).a).toBeUndefined();
  });

  it('that is not closed, or nested without end, is read as far as it goes', async () => {
    for (const data of [
      '<a>'.repeat(80_000),
      '<'.repeat(200_000),
      '<ObjectInfo>'.repeat(20_000),
      '</a>'.repeat(50_000),
    ]) {
      expect(await all({ 'a.emi': island(data), 'a_1.ser': ser() })).toHaveLength(1);
    }
  });
});

describe('errors', () => {
  const forged = (at: number, value: number, bytes = ser()) => {
    new DataView(bytes.buffer).setUint32(at, value, true);
    return bytes;
  };

  it.each([
    ['a type of elements that is none', forged(6, 7), /byte 6/],
    ['more valid elements than there are', forged(18, 2), /2 of 1 elements/],
    ['no valid element', forged(18, 0), /no element/],
    ['four thousand million elements', forged(14, 0xffffffff), /4294967295 elements/],
    ['places behind the end', forged(22, 1e6), /from byte 1000000/],
    ['a million dimensions', forged(26, 1e6), /1000000 dimensions/],
    ['a name of a million letters', forged(54, 1e6), /text of 1000000/],
    ['an element behind the end', forged(68, 1e6), /byte 1000000/],
    ['values of type 11', forged(96, 11), /type 11/],
    ['a wide element', forged(98, 0x7fffffff), /begin at byte 76/],
    ['a width of 0', forged(98, 0), /0 × 1 values/],
  ])('%s: refused, saying where', async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toMatchObject({ kind: 'format', code: 'bad-ser' });
    await expect(read(bytes)).rejects.toThrow(message);
  });

  it('many elements in the same place are no way to fill the memory', async () => {
    const bytes = ser({ dimensions: [[50, 0, 1, 0, 'Number', '']], width: 100 });
    for (let e = 1; e < 50; e++) forged(68 + 4 * e, 68 + 400, bytes);
    const few = bytes.slice(0, 5000);
    await expect(read(few)).rejects.toThrow(/50 elements of 426 bytes/);
  });

  it('elements of another size than the first are refused when they are loaded', async () => {
    const bytes = ser({ dimensions: [[2, 0, 1, 0, 'Number', '']] });
    const second = new DataView(bytes.buffer).getUint32(72, true);
    const dataset = await read(forged(second + 22, 3, bytes));
    await expect(dataset.values.load()).rejects.toThrow(/element 1 .* 3 × 1 values/s);
  });

  it('a dimension that is not used may have no numbers: they are null in the tree of the file', async () => {
    const { original } = await read(ser({ dimensions: [[1, Number.NaN, Number.POSITIVE_INFINITY, 0, 'Number', '']] }));
    expect(JSON.stringify(original)).toContain('"offset":null,"delta":null');
    expect(original).toMatchObject({ ser: { dimensions: [{ offset: null, delta: null }] } });
  });

  it('any damage gives a dataset or a typed error', async () => {
    const good = ser({ dimensions: positions, height: 2 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }), async (changes) => {
        const bytes = good.slice();
        for (const [at, value] of changes) bytes[at] = value;
        try {
          await (await read(bytes)).values.load();
        } catch (error) {
          expect(isSpectrailError(error, 'format'), String(error)).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('sniffing', () => {
  it('knows both kinds by their first bytes, whatever their names', () => {
    expect(tia.sniff(ser(), 'a.bin')).toBe('certain');
    expect(tia.sniff(described(), 'a.bin')).toBe('certain');
    expect(tia.sniff(new Uint8Array(40), 'a.SER')).toBe('name');
    expect(tia.sniff(new Uint8Array(40), 'a.bin')).toBe('no');
    const other = ser();
    other[4] = 0x30;
    expect(tia.sniff(other, 'a.bin')).toBe('no');
  });
});
