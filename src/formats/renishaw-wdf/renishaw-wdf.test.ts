import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import wdf from './index.ts';
import { decodeJpeg } from './jpeg.ts';
import { readPropertySet } from './property-set.ts';

interface Plan {
  points?: number;
  count?: number;
  capacity?: number;
  measurement?: number;
  flags?: number;
  started?: bigint;
  unit?: number;
  wavenumber?: number;
  yCount?: number;
  xUnit?: number;
  x?: readonly number[];
  /** Kind (with bit 31 where it is the primary one), unit, values. */
  origins?: readonly (readonly [number, number, readonly (number | bigint)[]])[];
  map?: { flags?: number; offset?: readonly number[]; scale?: readonly number[]; size: readonly number[] };
  extra?: readonly (readonly [string, Uint8Array])[];
  /** Bytes of spectra kept. */
  keep?: number;
}

const PRIMARY = 2 ** 31;

const joined = (...parts: readonly ArrayLike<number>[]) => Uint8Array.from(parts.flatMap((part) => Array.from(part)));
const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

function numbers(bytes: number, write: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  write(view);
  return new Uint8Array(view.buffer);
}

const u32 = (...values: number[]) =>
  numbers(4 * values.length, (view) =>
    values.forEach((value, i) => {
      view.setUint32(4 * i, value, true);
    }),
  );
const f32 = (...values: number[]) =>
  numbers(4 * values.length, (view) =>
    values.forEach((value, i) => {
      view.setFloat32(4 * i, value, true);
    }),
  );

function chunk(id: string, content: Uint8Array): Uint8Array {
  const head = numbers(16, (view) => view.setBigUint64(8, BigInt(16 + content.length), true));
  head.set(ascii(id.padEnd(4)));
  return joined(head, content);
}

/** Channel c of spectrum s is 100·s + c. */
function build(plan: Plan = {}): Uint8Array {
  const { points = 3, count = 1, capacity = count, yCount = 1 } = plan;
  const header = numbers(512, (view) => {
    view.setBigUint64(8, 512n, true);
    view.setUint32(0x10, plan.flags ?? 0, true);
    view.setUint32(0x3c, points, true);
    view.setBigUint64(0x40, BigInt(capacity), true);
    view.setBigUint64(0x48, BigInt(count), true);
    view.setUint32(0x54, yCount, true);
    view.setUint32(0x58, points / yCount, true);
    view.setUint32(0x5c, plan.origins?.length ?? 0, true);
    view.setUint32(0x84, plan.measurement ?? 1, true);
    view.setBigUint64(0x88, plan.started ?? 0n, true);
    view.setUint32(0x98, plan.unit ?? 6, true);
    view.setFloat32(0x9c, plan.wavenumber ?? 20000, true);
  });
  header.set(ascii('WDF1'));
  header.set(ascii('my title'), 0xf0);
  const spectra = Array.from({ length: count * points }, (_, i) => 100 * Math.floor(i / points) + (i % points));
  const x = plan.x ?? Array.from({ length: points / yCount }, (_, c) => 500 - c);
  const parts = [
    header,
    chunk('DATA', f32(...spectra).slice(0, plan.keep)),
    chunk('YLST', joined(u32(4, 16), f32(...Array.from({ length: yCount }, (_, row) => 10 * row)))),
    chunk('XLST', joined(u32(1, plan.xUnit ?? 1), f32(...x))),
  ];
  if (plan.origins) {
    const lists = plan.origins.map(([kind, unit, values]) =>
      numbers(24 + 8 * capacity, (view) => {
        view.setUint32(0, kind, true);
        view.setUint32(4, unit, true);
        values.forEach((value, s) => {
          if (typeof value === 'bigint') view.setBigUint64(24 + 8 * s, value, true);
          else view.setFloat64(24 + 8 * s, value, true);
        });
      }),
    );
    parts.push(chunk('ORGN', joined(u32(lists.length), ...lists)));
  }
  if (plan.map) {
    const { flags = 0, offset = [0, 0, 0], scale = [1, 1, 1], size } = plan.map;
    parts.push(chunk('WMAP', joined(u32(flags, 0), f32(...offset, ...scale), u32(...size, 0))));
  }
  for (const [id, content] of plan.extra ?? []) parts.push(chunk(id, content));
  return joined(...parts);
}

async function read(plan: Plan = {}): Promise<ArrayDataset[]> {
  return (await wdf.read!(memoryFile('x.wdf', build(plan)))) as ArrayDataset[];
}

/** Which spectrum stands at each position: its number, from its first channel. */
async function placed(dataset: ArrayDataset): Promise<number[]> {
  const values = (await dataset.values.load()) as Float32Array;
  const channels = dataset.shape[dataset.shape.length - 1];
  return Array.from({ length: values.length / channels }, (_, p) => values[p * channels] / 100);
}

/** Entry of a property set. */
function entry(type: string, key: number, value: Uint8Array, flags = 0): Uint8Array {
  const head = numbers(4, (view) => view.setUint16(2, key, true));
  head[0] = type.charCodeAt(0);
  head[1] = flags;
  return joined(head, value);
}
const long = (content: Uint8Array) => joined(u32(content.length), content);
const propertySet = (...entries: Uint8Array[]) => joined(ascii('PSET'), long(joined(...entries)));
const named = (key: number, name: string) => entry('k', key, long(ascii(name)));

const grid = (size: readonly number[], order: readonly (readonly [number, number])[]) =>
  ({
    measurement: 3,
    count: order.length,
    map: { size: [...size, 1], offset: [-5, 7, 0], scale: [2, 3, 1] },
    origins: [
      [PRIMARY + 3, 5, order.map(([x]) => -5 + 2 * x)],
      [PRIMARY + 4, 5, order.map(([, y]) => 7 + 3 * y)],
    ],
  }) satisfies Plan;

describe('a WDF file', () => {
  it('is known by its first four letters, whatever its name', () => {
    expect(wdf.sniff(build().slice(0, 4096), 'x.bin')).toBe('certain');
    expect(wdf.sniff(ascii('none'), 'x.WDF')).toBe('name');
    expect(wdf.sniff(ascii('none'), 'x.bin')).toBe('no');
  });

  it('gives one spectrum with its axis as recorded, falling', async () => {
    const [dataset, ...others] = await read();
    expect(others).toEqual([]);
    expect(dataset).toMatchObject({ title: 'my title', shape: [3], dtype: 'float32', warnings: [] });
    expect(dataset.axes).toMatchObject([{ name: 'Raman Shift', unit: '1/cm', role: 'spectral', kind: 'explicit' }]);
    expect(dataset.axes[0]).toHaveProperty('positions', Float64Array.of(500, 499, 498));
    expect(await dataset.values.load()).toEqual(Float32Array.of(0, 1, 2));
  });

  it.each([
    [3, 'Wavelength', 'nm'],
    [4, 'Energy', 'eV'],
    [0, 'Unknown', ''],
    [4_000_000_000, 'Unknown', ''],
  ])('with the unit number %d has the axis %s', async (xUnit, name, unit) => {
    const [{ axes }] = await read({ xUnit });
    expect(axes[0]).toMatchObject({ name, unit });
  });

  it('keeps the rows of the detector apart where it has them', async () => {
    const [dataset] = await read({ points: 6, yCount: 2 });
    expect(dataset.shape).toEqual([2, 3]);
    expect(dataset.axes).toMatchObject([
      { name: 'Row', role: 'signal', positions: Float64Array.of(0, 10) },
      { name: 'Raman Shift', role: 'signal', size: 3 },
    ]);
  });

  it('says so when every spectrum has an axis of its own', async () => {
    expect((await read({ flags: 1 }))[0].warnings).toEqual([
      'each spectrum has an x axis of its own: that of the first is given',
    ]);
  });

  it('of several spectra without a word on them counts them', async () => {
    const [dataset] = await read({ count: 2, measurement: 0 });
    expect(dataset.shape).toEqual([2, 3]);
    expect(dataset.axes[0]).toMatchObject({ name: 'Spectrum', unit: '', role: 'navigation' });
  });
});

describe('maps', () => {
  it('in raster order are as they come, and read by rows of pixels', async () => {
    const bytes = build(
      grid(
        [3, 2],
        [
          [0, 0],
          [1, 0],
          [2, 0],
          [0, 1],
          [1, 1],
          [2, 1],
        ],
      ),
    );
    const file = { ...memoryFile('x.wdf', bytes), blob: new Blob([bytes.slice()]) };
    const [dataset] = (await wdf.read!(file)) as ArrayDataset[];
    expect(dataset.shape).toEqual([2, 3, 3]);
    expect(dataset.axes.slice(0, 2)).toMatchObject([
      { name: 'Y', unit: 'µm', scale: 3, offset: 7, role: 'navigation' },
      { name: 'X', unit: 'µm', scale: 2, offset: -5, role: 'navigation' },
    ]);
    const before = file.reads.length;
    expect(await dataset.values.rows!.read(4, 6)).toMatchObject({
      values: Float32Array.of(400, 401, 402, 500, 501, 502),
    });
    expect(file.reads.slice(before).every(([, length]) => length <= 24)).toBe(true);
  });

  it('are placed by the positions noted with the spectra, whatever the flags say', async () => {
    const plan = grid(
      [3, 2],
      [
        [2, 1],
        [0, 0],
        [1, 1],
        [2, 0],
        [0, 1],
        [1, 0],
      ],
    );
    const [dataset] = await read({ ...plan, map: { ...plan.map, flags: 8 } });
    expect(await placed(dataset)).toEqual([1, 5, 3, 4, 2, 0]);
    expect(dataset.values.rows).toBeUndefined();
  });

  it.each([
    [0, [0, 1, 2, 3, 4, 5]],
    [2, [0, 2, 4, 1, 3, 5]],
    [4, [0, 1, 2, 5, 4, 3]],
    [6, [0, 3, 4, 1, 2, 5]],
  ])('without positions are placed by the flags %d', async (flags, expected) => {
    const [dataset] = await read({ measurement: 3, count: 6, map: { flags, size: [3, 2, 1] } });
    expect(dataset.shape).toEqual([2, 3, 3]);
    expect(await placed(dataset)).toEqual(expected);
  });

  it('of several planes have three axes', async () => {
    const [dataset] = await read({ measurement: 3, count: 8, map: { size: [2, 2, 2] } });
    expect(dataset.axes.map(({ name }) => name)).toEqual(['Z', 'Y', 'X', 'Raman Shift']);
  });

  it('that were interrupted are cut to the lines begun, and hold NaN where nothing was measured', async () => {
    const [dataset] = await read({ measurement: 3, count: 4, capacity: 9, map: { size: [3, 3, 1] } });
    expect(dataset.shape).toEqual([2, 3, 3]);
    expect(await placed(dataset)).toEqual([0, 1, 2, 3, Number.NaN, Number.NaN]);
    expect(dataset.warnings).toEqual([
      'the measurement was interrupted: 4 of 9 spectra were taken; positions without one hold NaN',
    ]);
  });

  it('that claim far more positions than spectra are not made', async () => {
    const corners = grid(
      [1000, 1000],
      [
        [0, 0],
        [999, 999],
      ],
    );
    const [dataset] = await read({ ...corners, capacity: 1_000_000, origins: undefined });
    expect(dataset.shape).toEqual([1, 2, 3]);
    const [lying] = await read({
      measurement: 3,
      count: 2,
      map: { size: [4_000_000_000, 4_000_000_000, 4_000_000_000] },
    });
    expect(lying.shape).toEqual([2, 3]);
    expect(lying.warnings[0]).toMatch(/does not hold 2 spectra: they are counted/);
  });

  it('with two spectra at one place fall back to their order', async () => {
    const [dataset] = await read(
      grid(
        [2, 1],
        [
          [0, 0],
          [0, 0],
        ],
      ),
    );
    expect(await placed(dataset)).toEqual([0, 1]);
  });

  it('at random positions are counted, with a word on it', async () => {
    const [dataset] = await read({ measurement: 3, count: 3, map: { flags: 1, size: [3, 1, 1] } });
    expect(dataset.axes[0].name).toBe('Spectrum');
    expect(dataset.warnings).toEqual(['the positions of the map are on no grid: they are counted']);
  });

  it('along a line have the distance from its start', async () => {
    const origins = [
      [PRIMARY + 3, 5, [1, 4, 7]],
      [PRIMARY + 4, 5, [2, 6, 10]],
    ] as const;
    const [dataset] = await read({ measurement: 3, count: 3, origins, map: { flags: 128, size: [3, 1, 1] } });
    expect(dataset.axes[0]).toMatchObject({ name: 'Abs. Distance', unit: 'µm', scale: 5, offset: 0 });
  });
});

describe('series', () => {
  it('in depth have the depth', async () => {
    const [dataset] = await read({ measurement: 2, count: 3, origins: [[PRIMARY + 5, 5, [-1, -0.5, 0]]] });
    expect(dataset.axes[0]).toMatchObject({ kind: 'uniform', name: 'Z', unit: 'µm', scale: 0.5, offset: -1 });
  });

  it('in time have seconds from steps of 100 ns, uneven as they are', async () => {
    const start = 133_205_104_480_140_267n;
    const origins = [[PRIMARY + 11, 24, [start, start + 10_000_000n, start + 35_000_000n]]] as const;
    const [dataset] = await read({ measurement: 2, count: 3, origins });
    expect(dataset.axes[0]).toMatchObject({ kind: 'explicit', name: 'Time', unit: 's' });
    expect(dataset.axes[0]).toHaveProperty('positions', Float64Array.of(0, 1, 3.5));
  });

  it('that do not go one way are counted', async () => {
    const [dataset] = await read({ measurement: 2, count: 3, origins: [[PRIMARY + 9, 10, [1, 2, 1]]] });
    expect(dataset.axes[0].name).toBe('Spectrum');
  });

  it('with a list of positions that is cut short say so', async () => {
    const whole = build({ measurement: 2, count: 3, origins: [[PRIMARY + 5, 5, [1, 2, 3]]] });
    const [dataset] = (await wdf.read!(memoryFile('x.wdf', whole.slice(0, -8)))) as ArrayDataset[];
    expect(dataset.warnings).toHaveLength(2);
    expect(dataset.warnings[1]).toBe('the list of positions holds 0 of 1 quantities');
  });
});

describe('what is said of the measurement', () => {
  const scan = propertySet(
    entry('p', 9, long(joined(entry('i', 1, u32(1500)), entry('i', 2, u32(4)), entry('i', 3, u32(0))))),
    named(1, 'Exposure Time'),
    named(2, 'Accumulations'),
    named(3, 'Use Cosmic Ray Remove'),
    named(9, 'Scan'),
  );

  it('is the exposure, its repeats and the laser, the more exact of two', async () => {
    const laser = propertySet(
      entry(
        'p',
        1,
        long(
          entry(
            'p',
            2,
            long(
              joined(
                entry(
                  'q',
                  3,
                  numbers(8, (view) => view.setFloat64(0, 12500, true)),
                ),
                named(3, 'Wavenumber'),
              ),
            ),
          ),
        ),
      ),
      named(1, 'Lasers'),
      named(2, '785 nm'),
    );
    const started = 132_884_650_036_677_181n;
    const [{ metadata }] = await read({
      started,
      extra: [
        ['WXDM', scan],
        ['WXCS', laser],
      ],
    });
    expect(metadata).toEqual({
      instrument_Laser: { wavelength: 800 },
      instrument_Detector: {
        frames: 4,
        integration_time: 6,
        exposure_per_frame: 1.5,
        processing: { cosmic_ray_removal: 0 },
      },
      date: '2022-02-04',
      time: '16:16:43',
      quantity: 'Intensity (Counts)',
    });
    expect((await read())[0].metadata).toEqual({
      instrument_Laser: { wavelength: 500 },
      quantity: 'Intensity (Counts)',
    });
  });

  it('is absent where the file does not say', async () => {
    expect((await read({ wavenumber: 0, unit: 1 }))[0].metadata).toEqual({});
  });

  it('stops at a property of an unknown type, with a warning, and keeps the spectra', async () => {
    const odd = propertySet(named(1, 'a'), entry('i', 1, u32(7)), entry('Z', 2, u32(1)), entry('i', 3, u32(8)));
    const [dataset] = await read({ extra: [['WXDA', odd]] });
    expect(dataset.original.WXDA).toEqual({ a: 7 });
    expect(dataset.warnings[0]).toMatch(/WXDA are not complete: type "Z" with flags 0 at byte 25 is not known/);
    expect(await dataset.values.load()).toEqual(Float32Array.of(0, 1, 2));
  });

  it('passes over compressed texts and reads on', () => {
    const set = propertySet(entry('u', 5, long(ascii('x#y')), 0x40), entry('i', 6, u32(3)));
    expect(readPropertySet(set)).toEqual({ tree: { '#5': '(3 bytes, compressed)', '#6': 3 } });
  });

  it('reads every type of value', () => {
    const eight = (write: (view: DataView) => void) => numbers(8, write);
    const set = propertySet(
      entry('?', 1, Uint8Array.of(1)),
      entry('c', 2, Uint8Array.of(255)),
      entry('s', 3, Uint8Array.of(254, 255)),
      entry(
        'w',
        4,
        eight((view) => view.setBigInt64(0, -5n, true)),
      ),
      entry('r', 5, f32(0.5)),
      entry(
        'q',
        6,
        eight((view) => view.setFloat64(0, Number.NaN, true)),
      ),
      entry(
        't',
        7,
        eight((view) => view.setBigUint64(0, 132_884_650_036_677_181n, true)),
      ),
      entry('u', 8, long(ascii('hi\0rest'))),
      entry('b', 9, long(ascii('1234'))),
      entry('i', 10, joined(u32(2), u32(4, 5)), 0x80),
      entry('i', 11, joined(u32(17), u32(...Array(17).fill(0))), 0x80),
    );
    expect(readPropertySet(set).tree).toEqual({
      '#1': true,
      '#2': -1,
      '#3': -2,
      '#4': -5,
      '#5': 0.5,
      '#6': null,
      '#7': '2022-02-04T16:16:43',
      '#8': 'hi',
      '#9': '(4 bytes)',
      '#10': [4, 5],
      '#11': '(17 values)',
    });
  });

  it('is safe from keys that JavaScript gives a meaning, and from sets in sets without end', async () => {
    const set = propertySet(
      named(1, '__proto__'),
      entry('p', 1, long(joined(named(2, 'polluted'), entry('i', 2, u32(1))))),
    );
    const [dataset] = await read({ extra: [['WXDA', set]] });
    expect(Object.keys(dataset.original.WXDA as object)).toEqual(['__proto__']);
    expect({}).not.toHaveProperty('polluted');
    let deep = entry('i', 1, u32(1));
    for (let i = 0; i < 200; i++) deep = entry('p', 1, long(deep));
    expect(readPropertySet(propertySet(deep)).stopped).toBeUndefined();
  });

  it('ends where a length is beyond what is left', () => {
    expect(readPropertySet(propertySet(entry('u', 1, u32(4_000_000_000)))).stopped).toMatch(/longer than what is left/);
    expect(readPropertySet(ascii('no set'))).toEqual({ tree: {}, stopped: 'it does not begin as one' });
  });
});

describe('the photograph', () => {
  it('that cannot be read is left out with a warning', async () => {
    const [dataset, ...others] = await read({ extra: [['WHTL', ascii('no picture')]] });
    expect(others).toEqual([]);
    expect(dataset.warnings).toEqual([
      'the block WHTL was left out: the picture is no JPEG that can be read: it does not begin as one',
    ]);
  });

  it.each([
    [[0xff, 0xc2, 0, 2], /progressive/],
    [[0xff, 0xc0, 0, 11, 8, 255, 255, 255, 255, 1, 1, 0x11, 0], /do not fit in/],
    [[0xff, 0xc0, 0, 11, 12, 0, 8, 0, 8, 1, 1, 0x11, 0], /with 12 bits/],
    [[0xff, 0xda, 0, 2], /size is not stated/],
    [[0xff, 0xdb, 0, 4, 0, 1], /cut short/],
    [[0xff, 0xe0, 0xff, 0xff], /longer than what is left/],
    [[0xff, 0xd9, 0, 2], /ends before/],
    [[1, 2, 3, 4], /no marker/],
  ])('is refused in words: %j', (rest, message) => {
    expect(() => decodeJpeg(Uint8Array.from([0xff, 0xd8, ...rest]))).toThrow(message);
  });

  it('in grey, of one block, has the mean of that block', () => {
    const jpeg = Uint8Array.from([
      ...[0xff, 0xd8, 0xff, 0xdb, 0, 67, 0, ...Array(64).fill(8)],
      ...[0xff, 0xc0, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0],
      // One code of one bit each: a mean of 4 bits, and the end of the block.
      ...[0xff, 0xc4, 0, 20, 0, 1, ...Array(15).fill(0), 4],
      ...[0xff, 0xc4, 0, 20, 0x10, 1, ...Array(15).fill(0), 0],
      ...[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0],
      // 0 (code), 1010 (ten), 0 (end), then ones.
      0b01010011,
      ...[0xff, 0xd9],
    ]);
    const { width, height, rgba } = decodeJpeg(jpeg);
    expect([width, height]).toEqual([3, 2]);
    expect(Array.from(rgba)).toEqual(Array(6).fill([138, 138, 138, 255]).flat());
  });
});

describe('damage', () => {
  it.each([
    ['a header alone', build().slice(0, 300), /byte 0: 300 bytes/],
    ['no block of spectra', build().slice(0, 512), /there is no block of spectra/],
    [
      'fewer spectra than it states',
      build({ count: 2, keep: 12 }),
      /2 spectra of 3 points need 24 bytes, the block has 12/,
    ],
    ['no positions of channels', build().slice(0, 512 + 28), /no block with the positions/],
    ['too few positions of channels', build({ x: [1, 2] }), /the positions of 3 channels have 16 bytes/],
    ['a position that is no number', build({ x: [1, Number.NaN, 3] }), /byte \d+: position 1 is NaN/],
    ['no spectrum', build({ count: 0 }), /0 spectra of 3 points/],
    ['a block smaller than its own header', joined(build(), new Uint8Array(16)), /a size of 0 bytes/],
  ])('%s is refused in words', async (_, bytes, message) => {
    await expect(wdf.read!(memoryFile('x.wdf', bytes))).rejects.toThrow(message);
    await expect(wdf.read!(memoryFile('x.wdf', bytes))).rejects.toMatchObject({ kind: 'format' });
  });

  it('that claims endless spectra asks for no memory', async () => {
    const bytes = build();
    new DataView(bytes.buffer).setBigUint64(0x48, 2n ** 62n, true);
    await expect(wdf.read!(memoryFile('x.wdf', bytes))).rejects.toMatchObject({ kind: 'format', code: 'truncated' });
  });
});
