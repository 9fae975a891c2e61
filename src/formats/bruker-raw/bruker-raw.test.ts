import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import { diffracDate, diffracTime } from './dates.ts';
import raw from './index.ts';

type Put = readonly ['u16' | 'u32' | 'f32' | 'f64' | 'text', number, number | string];

/** A header of `length` bytes with these fields. */
function header(length: number, puts: readonly Put[]): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  for (const [kind, at, value] of puts) {
    if (kind === 'text') bytes.set(new TextEncoder().encode(String(value)), at);
    else if (kind === 'u16') view.setUint16(at, Number(value), true);
    else if (kind === 'u32') view.setUint32(at, Number(value), true);
    else if (kind === 'f32') view.setFloat32(at, Number(value), true);
    else view.setFloat64(at, Number(value), true);
  }
  return bytes;
}

const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const reals = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const readAll = async (bytes: Uint8Array) => (await raw.read!(memoryFile('x.raw', bytes))) as ArrayDataset[];
const valuesOf = async (dataset: ArrayDataset) => [...((await dataset.values.load()) as Float32Array)];

const range1 = (values: number[], more: number, extra: Put[] = []) =>
  joined(
    header(156, [
      ['text', 0, 'RAW '],
      ['u32', 4, values.length],
      ['f32', 8, 1.5],
      ['f32', 12, 0.25],
      ['f32', 24, 20],
      ['f32', 28, -1e6],
      ['f32', 32, 3],
      ['text', 40, 'quartz'],
      ['f32', 72, 1.5],
      ['f32', 76, 1.75],
      ['u32', 152, more],
      ...extra,
    ]),
    reals(...values),
  );

describe('version 1', () => {
  it('gives range after range, with RAW before each or before the first only', async () => {
    const second = range1([4, 5], 0, [['f32', 24, 50]]);
    for (const rest of [second, second.slice(4)]) {
      const datasets = await readAll(joined(range1([1, 2, 3], 1), rest));
      expect(datasets.map(({ title, shape }) => [title, ...shape])).toEqual([
        ['quartz range 1', 3],
        ['quartz range 2', 2],
      ]);
      expect(datasets[1].axes[0]).toMatchObject({ name: '2θ', unit: '°', role: 'spectral', offset: 50, scale: 0.25 });
      expect(await Promise.all(datasets.map(valuesOf))).toEqual([
        [1, 2, 3],
        [4, 5],
      ]);
    }
  });

  it('says time, wavelengths and sample; angles of -1e6 are not known', async () => {
    const [dataset] = await readAll(range1([1, 2], 0));
    expect(dataset.title).toBe('quartz');
    expect(dataset.dtype).toBe('float32');
    expect(dataset.metadata).toEqual({
      signal_type: 'XRD',
      sample: 'quartz',
      dwell_time_s: 1.5,
      wavelength_K_alpha1_angstrom: 1.5,
      wavelength_K_alpha2_angstrom: 1.75,
    });
    expect(dataset.original['range']).toMatchObject({ startTheta: null, startKhi: 3 });
  });

  it('a text that begins with RAW is none', () => {
    const sniff = (bytes: Uint8Array) => raw.sniff(bytes, 'x.raw');
    expect(sniff(range1([1], 0))).toBe('certain');
    expect(sniff(new TextEncoder().encode(`RAW data of today ${'x'.repeat(200)}\u0000`))).toBe('no');
    expect(sniff(range1([1], 0).slice(0, 100))).toBe('no');
  });
});

const range2 = (values: number[], length = 60) =>
  joined(
    header(length, [
      ['u16', 0, length],
      ['u16', 2, values.length],
      ['f32', 8, 2],
      ['f32', 12, 0.5],
      ['f32', 16, 10],
      ['u16', 46, 293],
    ]),
    reals(...values),
  );
const file2 = (...ranges: Uint8Array[]) =>
  joined(
    header(256, [
      ['text', 0, 'RAW2'],
      ['u16', 4, ranges.length],
      ['text', 168, '20-Mar-1998 12:34:56'],
      ['text', 188, 'Cu'],
      ['f32', 190, 1.5],
      ['f32', 194, 1.75],
      ['f32', 198, 0.5],
    ]),
    ...ranges,
  );

describe('version 2', () => {
  it('gives its ranges, whatever the length of their headers', async () => {
    const datasets = await readAll(file2(range2([1, 2, 3]), range2([7], 48)));
    expect(datasets.map(({ title }) => title)).toEqual(['range 1', 'range 2']);
    expect(datasets[0].axes[0]).toMatchObject({ offset: 10, scale: 0.5 });
    expect(await Promise.all(datasets.map(valuesOf))).toEqual([[1, 2, 3], [7]]);
    expect(datasets[0].metadata).toEqual({
      signal_type: 'XRD',
      anode: 'Cu',
      wavelength_K_alpha1_angstrom: 1.5,
      wavelength_K_alpha2_angstrom: 1.75,
      K_alpha2_to_K_alpha1: 0.5,
      dwell_time_s: 2,
      temperature_K: 293,
      date: '1998-03-20',
      time: '12:34:56',
    });
  });

  it('a header shorter than its fields is refused', async () => {
    const bytes = file2(range2([1, 2, 3]));
    bytes[256] = 20;
    await expect(readAll(bytes)).rejects.toMatchObject({ code: 'bad-header', where: 'x.raw, byte 256' });
  });
});

interface Range3 {
  readonly puts?: readonly Put[];
  readonly data?: Uint8Array;
  readonly supplement?: number;
}

const range3 = ({ puts = [], data = reals(1, 2, 3), supplement = 0 }: Range3 = {}) =>
  joined(
    header(304, [
      ['u32', 0, 304],
      ['u32', 4, 3],
      ['f64', 8, 5],
      ['f64', 16, 10],
      ['f64', 24, 15],
      ['f64', 32, 20],
      ['f64', 176, 0.1],
      ['f32', 192, 0.5],
      ['u32', 224, 45],
      ['u32', 228, 40],
      ['f64', 240, 1.5406],
      ['u32', 252, 4],
      ['u32', 256, supplement],
      ...puts,
    ]),
    new Uint8Array(supplement),
    data,
  );
const file3 = (ranges: readonly Uint8Array[], puts: readonly Put[] = []) =>
  joined(
    header(712, [
      ['text', 0, 'RAW1.01'],
      ['u32', 8, 1],
      ['u32', 12, ranges.length],
      ['text', 16, '03/04/10'],
      ['text', 26, '20:59:14'],
      ['text', 36, 'Ada'],
      ['text', 326, 'quartz'],
      ['f32', 564, 200.5],
      ['text', 608, 'Cu'],
      ['f64', 624, 1.5406],
      ['f64', 632, 1.54439],
      ['f64', 640, 1.39222],
      ['f64', 648, 0.5],
      ['text', 656, 'A'],
      ...puts,
    ]),
    ...ranges,
  );

describe('version 3', () => {
  it('gives its ranges, behind headers and supplements of any length', async () => {
    const second = range3({ supplement: 41, data: reals(4, 5, 6) });
    const datasets = await readAll(file3([range3({ supplement: 40 }), second]));
    expect(datasets.map(({ title }) => title)).toEqual(['quartz range 1', 'quartz range 2']);
    expect(datasets[0].axes[0]).toMatchObject({ name: '2θ', offset: 10, scale: 0.1 });
    expect(await Promise.all(datasets.map(valuesOf))).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(datasets[0].metadata).toEqual({
      signal_type: 'XRD',
      sample: 'quartz',
      authors: 'Ada',
      anode: 'Cu',
      wavelength_angstrom: 1.5406,
      wavelength_K_alpha1_angstrom: 1.5406,
      wavelength_K_alpha2_angstrom: 1.54439,
      wavelength_K_beta_angstrom: 1.39222,
      K_alpha2_to_K_alpha1: 0.5,
      goniometer_radius_mm: 200.5,
      tube_voltage_kV: 45,
      tube_current_mA: 40,
      dwell_time_s: 0.5,
      date: '2010-03-04',
      time: '20:59:14',
    });
  });

  it.each([
    [0, '2θ', 10, '°'],
    [1, '2θ', 10, '°'],
    [2, '2θ', 10, '°'],
    [3, 'ω', 5, '°'],
    [4, 'χ', 15, '°'],
    [5, 'φ', 20, '°'],
    [6, 'X', 0, 'mm'],
    [9, 'AUX1', 0, ''],
    [129, '2θ', 10, '°'],
  ])('a scan of kind %i is one of %s', async (kind, name, offset, unit) => {
    const [{ axes }] = await readAll(file3([range3({ puts: [['u32', 196, kind]] })]));
    expect(axes[0]).toMatchObject({ name, offset, unit });
  });

  it('points that say more than their intensity are stepped over, and told', async () => {
    const data = joined(...[1, 2, 3].map((value) => joined(reals(value), new Uint8Array(8).fill(7))));
    const [dataset] = await readAll(file3([range3({ puts: [['u32', 252, 12]], data })]));
    expect(await valuesOf(dataset)).toEqual([1, 2, 3]);
    expect(dataset.warnings).toHaveLength(1);
  });

  it('wavelengths in nm come in Å', async () => {
    const [dataset] = await readAll(
      file3(
        [range3()],
        [
          ['text', 656, 'nm'],
          ['f64', 624, 0.15406],
        ],
      ),
    );
    expect(dataset.metadata['wavelength_K_alpha1_angstrom']).toBeCloseTo(1.5406, 10);
  });

  it('a measurement that was not finished is told, and a range without points left out', async () => {
    const empty = range3({ puts: [['u32', 4, 0]], data: new Uint8Array(0) });
    const [dataset, ...others] = await readAll(file3([empty, range3()], [['u32', 8, 3]]));
    expect(others).toEqual([]);
    expect(dataset.title).toBe('quartz');
    expect(dataset.warnings.join()).toMatch(/aborted/);
    await expect(readAll(file3([empty]))).rejects.toMatchObject({ code: 'no-range' });
    await expect(readAll(file3([]))).rejects.toMatchObject({ code: 'no-range' });
  });

  it.each<[string, Put, string]>([
    ['more points than bytes', ['u32', 4, 4e9], 'truncated'],
    ['a header without end', ['u32', 0, 4e9], 'truncated'],
    ['a header shorter than its fields', ['u32', 0, 8], 'bad-header'],
    ['a supplement beyond the file', ['u32', 256, 4e9], 'truncated'],
    ['a step of 0', ['f64', 176, 0], 'bad-header'],
    ['a step that is no number', ['f64', 176, Number.NaN], 'bad-header'],
    ['an infinite start', ['f64', 16, Number.POSITIVE_INFINITY], 'bad-header'],
    ['points of 2 bytes', ['u32', 252, 2], 'bad-header'],
  ])('%s is refused', async (_, put, code) => {
    await expect(readAll(file3([range3({ puts: [put] })]))).rejects.toMatchObject({ kind: 'format', code });
  });

  it('more ranges than any measurement has are refused', async () => {
    await expect(readAll(file3([range3()], [['u32', 12, 4e9]]))).rejects.toMatchObject({ code: 'bad-header' });
  });
});

const segment = (kind: number, length: number, puts: readonly Put[]) =>
  header(length, [['u32', 0, kind], ['u32', 4, length], ...puts]);
const keyed = (key: string, value: string) =>
  segment(10, 36 + value.length, [
    ['text', 12, key],
    ['text', 36, value],
  ]);
const drive = (name: string, position: number, moved = 0) =>
  segment(50, 64, [
    ['u32', 8, moved],
    ['text', 12, name],
    ['f64', 56, position],
  ]);
const range4 = (scan: string, drives: Uint8Array, { data = reals(1, 2, 3), record = 4, kind = 0 } = {}) =>
  joined(
    header(160, [
      ['u32', 0, kind],
      ['text', 32, scan],
      ['f64', 72, 20],
      ['f64', 80, 0.02],
      ['u32', 88, 3],
      ['f32', 100, 40],
      ['f32', 104, 30],
      ['f64', 112, 1.5406],
      ['u32', 136, record],
      ['u32', 140, drives.length],
    ]),
    drives,
    data,
  );
const source = segment(30, 124, [
  ['f64', 80, 1.5406],
  ['f64', 88, 1.5444],
  ['f64', 96, 1.3922],
  ['f64', 104, 0.5],
  ['text', 116, 'Cu'],
]);
const file4 = (...parts: Uint8Array[]) =>
  joined(
    header(61, [
      ['text', 0, 'RAW4.00'],
      ['text', 12, '05/17/2019'],
      ['text', 24, '11:02:33'],
    ]),
    ...parts,
  );

describe('version 4', () => {
  const drives = joined(drive('2Theta', 20, 1), drive('Theta', 10));

  it('gives the ranges that stand among segments', async () => {
    const first = range4('Locked Coupled', drives);
    const second = range4('Locked Coupled', drives, { data: reals(7, 8, 9), kind: 160 });
    const datasets = await readAll(
      file4(keyed('SAMPLEID', 'quartz'), keyed('USER', 'Ada'), source, first, segment(77, 20, []), second),
    );
    expect(datasets.map(({ title }) => title)).toEqual(['quartz range 1', 'quartz range 2']);
    expect(await Promise.all(datasets.map(valuesOf))).toEqual([
      [1, 2, 3],
      [7, 8, 9],
    ]);
    expect(datasets[0].axes[0]).toMatchObject({ name: '2θ', unit: '°', offset: 20, scale: 0.02 });
    expect(datasets[0].metadata).toEqual({
      signal_type: 'XRD',
      sample: 'quartz',
      authors: 'Ada',
      anode: 'Cu',
      wavelength_angstrom: 1.5406,
      wavelength_K_alpha1_angstrom: 1.5406,
      wavelength_K_alpha2_angstrom: 1.5444,
      wavelength_K_beta_angstrom: 1.3922,
      K_alpha2_to_K_alpha1: 0.5,
      tube_voltage_kV: 40,
      tube_current_mA: 30,
      date: '2019-05-17',
      time: '11:02:33',
    });
    expect(datasets[0].original).toMatchObject({ range: { drives: { '2Theta': 20, Theta: 10 } } });
    expect(datasets[0].warnings).toEqual([]);
  });

  it.each([
    ['Detector Scan', drives, '2θ', 0],
    ['Unlocked Coupled', drive('2Theta', 25), '2θ', 1],
    ['Rocking Curve', joined(drive('2Theta', 40), drive('Theta', 20, 1)), 'θ', 0],
    ['Rocking Curve', drive('2Theta', 40), 'θ', 0],
    ['Other Scan', drive('Phi', 20, 1), 'φ', 0],
    ['Other Scan', drive('Phi', 20), 'Other', 1],
    ['Other Scan', drive('Phi', 21, 1), 'Other', 1],
  ])('%s is over the axis that moved', async (scan, with4, name, warnings) => {
    const [dataset] = await readAll(file4(range4(scan, with4)));
    expect(dataset.axes[0].name).toBe(name);
    expect(dataset.warnings).toHaveLength(warnings);
  });

  it('points of 8 bytes are stepped over by 8', async () => {
    const data = joined(...[1, 2, 3].map((value) => joined(reals(value), Uint8Array.of(1, 0, 0, 0))));
    const [dataset] = await readAll(file4(range4('Locked Coupled', drives, { data, record: 8 })));
    expect(await valuesOf(dataset)).toEqual([1, 2, 3]);
  });

  it('a segment without length, or beyond the file, is refused and does not hang', async () => {
    for (const length of [0, 7, 4e9]) {
      const bad = header(12, [
        ['u32', 0, 10],
        ['u32', 4, length],
      ]);
      await expect(readAll(file4(bad))).rejects.toMatchObject({ kind: 'format', code: 'bad-header' });
      await expect(readAll(file4(range4('Locked Coupled', bad)))).rejects.toMatchObject({ code: 'bad-header' });
    }
    const endless = joined(...Array.from({ length: 20_000 }, () => segment(77, 8, [])));
    await expect(readAll(file4(endless))).rejects.toMatchObject({ code: 'bad-header' });
  });

  it('texts called __proto__ are inert', async () => {
    const [dataset] = await readAll(file4(keyed('__proto__', 'polluted'), range4('Locked Coupled', drives)));
    expect(dataset.shape).toEqual([3]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('without a range it is refused', async () => {
    await expect(readAll(file4(keyed('USER', 'Ada')))).rejects.toMatchObject({ code: 'no-range' });
  });
});

describe('any version', () => {
  const files: [string, Uint8Array][] = [
    ['1', range1([1, 2, 3], 0)],
    ['2', file2(range2([1, 2, 3]))],
    ['3', file3([range3()])],
    ['4', file4(range4('Locked Coupled', drive('2Theta', 20)))],
  ];

  it.each(files)('%s cut anywhere is refused in words', async (_, bytes) => {
    for (let length = 1; length < bytes.length; length += 3) {
      await expect(readAll(bytes.slice(0, length))).rejects.toMatchObject({ kind: 'format' });
    }
  });

  it.each(files)('%s is told by its first bytes, and opened under any name', async (_, bytes) => {
    const padded = joined(bytes, new Uint8Array(0));
    expect((await openFile(memoryFile('x.rpl', padded))).format).toBe('bruker-raw');
  });

  it('values are not read before they are asked for', async () => {
    const bytes = file3([range3({ puts: [['u32', 4, 5000]], data: new Uint8Array(20_000) })]);
    const file = memoryFile('x.raw', bytes);
    const [dataset] = (await raw.read!(file)) as ArrayDataset[];
    expect(file.reads.reduce((sum, [, length]) => sum + length, 0)).toBeLessThan(2000);
    expect(await valuesOf(dataset)).toHaveLength(5000);
  });

  it('anything else is said to be none', async () => {
    await expect(readAll(new TextEncoder().encode('1 2 3'))).rejects.toMatchObject({ code: 'not-bruker-raw' });
    expect(raw.sniff(new TextEncoder().encode('RAW2 is a word'), 'x.raw')).toBe('no');
  });
});

describe('dates', () => {
  it.each([
    ['03/04/10', '2010-03-04'],
    ['12/31/1999', '1999-12-31'],
    ['01/02/98', '1998-01-02'],
    ['04-Mar-2010 20:59:14', '2010-03-04'],
    ['13/01/10', undefined],
    ['00/01/10', undefined],
    ['4.3.2010', undefined],
    ['', undefined],
  ])('%s is %s', (text, date) => {
    expect(diffracDate(text)).toBe(date);
  });

  it.each([
    ['20:59:14', '20:59:14'],
    ['04-Mar-2010 20:59', '20:59:00'],
    ['25:00:00', undefined],
    ['noon', undefined],
  ])('%s is the time %s', (text, time) => {
    expect(diffracTime(text)).toBe(time);
  });
});

describe.skipIf(!sharedFolder())('the corpus', () => {
  it.each(corpusFiles('bruker-raw').map(({ file, oracle }) => [oracle.file, file, oracle] as const))(
    '%s says what the reference reader says of it',
    async (_, file, { signals }) => {
      const [{ metadata }] = await readAll(new Uint8Array(readFileSync(file)));
      const said = signals[0].keyMetadata ?? {};
      expect(metadata).toMatchObject({
        anode: said['ANODE_MATERIAL'],
        sample: said['SAMPLE_ID'],
        wavelength_angstrom: Number(said['USED_LAMBDA']),
        wavelength_K_alpha1_angstrom: Number(said['ALPHA1']),
        wavelength_K_alpha2_angstrom: Number(said['ALPHA2']),
        wavelength_K_beta_angstrom: Number(said['BETA']),
        K_alpha2_to_K_alpha1: Number(said['ALPHA_RATIO']),
        tube_voltage_kV: Number(said['GENERATOR_VOLTAGE']),
        tube_current_mA: Number(said['GENERATOR_CURRENT']),
        dwell_time_s: Number(said['TIME_PER_STEP']),
        time: said['MEASURE_TIME'],
      });
    },
  );
});
