import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { toDense } from '../../signal/block.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import { openNodeFile } from '../node-file.ts';
import { CHANNELS, sumSweeps } from './events.ts';
import jeol from './index.ts';

const joined = (...parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(parts));
const int32 = (...values: number[]) => new Uint8Array(Int32Array.from(values).buffer);
const float64 = (...values: number[]) => new Uint8Array(Float64Array.from(values).buffer);
const letters = (text: string) => Uint8Array.from(`${text}\0`, (letter) => letter.charCodeAt(0));
const none: Uint8Array<ArrayBufferLike> = new Uint8Array(0);

/** An entry of the tree with those below it. */
function entry(name: string, type: number, value: Uint8Array, ...below: Uint8Array[]): Uint8Array {
  const named = letters(name);
  const head = joined(Uint8Array.of(1), int32(named.length), named, int32(type, value.length), value);
  return joined(head, ...below, Uint8Array.of(255));
}
const group = (name: string, ...below: Uint8Array[]) => entry(name, 0, none, ...below);
const text = (name: string, value: string, ...below: Uint8Array[]) => entry(name, 12, letters(value), ...below);
const real = (name: string, value: number) => entry(name, 5, float64(value));
const whole = (name: string, value: number) => entry(name, 3, int32(value));
const tree = (...entries: Uint8Array[]) => joined(new Uint8Array(12), ...entries, Uint8Array.of(255));

interface MapParts {
  readonly pixels?: string;
  readonly doc?: Uint8Array[];
  readonly params?: Uint8Array[];
  readonly conditions?: Uint8Array[];
  readonly declared?: number;
}

const CALIBRATION = [real('CoefA', 0.01), real('CoefB', -0.001)];
const ZERO_PEAK = text('PARAMPAGE1', 'EDXRF', group('Tpl', group('T4', whole('DigZ', 96))));

function stream(words: readonly number[], parts: MapParts = {}): Uint8Array {
  const { pixels = '4x4', doc = CALIBRATION, params = [ZERO_PEAK], conditions = [] } = parts;
  const measured = group(
    'AnalyzableMap MeasData',
    group('Doc', ...doc),
    group('Meas Cond', text('Tpl', 'T4'), text('Pixels', pixels)),
    group('MeasCond', ...conditions),
  );
  const content = tree(group('PTTD Param', group('Params', ...params)), group('PTTD Data', measured));
  const bytes = new Uint8Array(Uint16Array.from(words).buffer);
  const at = 305;
  const head = new Uint8Array(at);
  head.set(joined(int32(304), letters('PTTDFILE').subarray(0, 8)));
  head.set(int32(0, 1, at, content.length, at + content.length, parts.declared ?? bytes.length), 12);
  head.set(float64(42832.5), 296);
  return joined(head, content, bytes);
}

/** Of maps of 4 × 4 pixels: positions have 4096 steps. */
const row = (y: number) => 0x9000 | (1024 * y);
const column = (x: number) => 0x8000 | (1024 * x);
const photon = (channel: number) => 0xb000 | channel;

const read = (bytes: Uint8Array, name = 'map.pts') => jeol.read!(memoryFile(name, bytes)) as Promise<ArrayDataset[]>;

/** Counts by pixel and channel. */
async function countsOf(map: ArrayDataset): Promise<Record<string, number>> {
  if (map.values.kind !== 'events') throw new Error('the map is not sparse');
  const { offsets, channel, count, pixels } = await map.values.load();
  const found: Record<string, number> = {};
  for (let p = 0; p < pixels; p++) {
    for (let e = offsets[p]; e < offsets[p + 1]; e++) found[`${p}:${channel[e]}`] = count[e];
  }
  return found;
}

const LAST_LINE = [row(3)];

describe('event streams', () => {
  it('count photons by line, column and channel', async () => {
    const words = [row(0), column(1), photon(7), photon(7), photon(9), column(3), photon(0), row(2), photon(4095)];
    const [map] = await read(stream([...words, ...LAST_LINE]));
    expect(await countsOf(map)).toEqual({ '1:7': 2, '1:9': 1, '3:0': 1, '11:4095': 1 });
    expect(map).toMatchObject({
      shape: [4, 4, 4096],
      dtype: 'uint8',
      warnings: [],
      title: 'EDS extracted from map.pts',
    });
  });

  it('are summed over all sweeps: one begins where the lines go back', async () => {
    const sweep = [row(0), column(1), photon(7), row(3), column(2), photon(8)];
    const [map] = await read(stream([...sweep, ...sweep, ...sweep]));
    expect(await countsOf(map)).toEqual({ '1:7': 3, '14:8': 3 });
    expect(map.warnings).toEqual([]);
  });

  it('widen counts that do not fit a byte', async () => {
    const [map] = await read(stream([row(0), column(0), ...Array(300).fill(photon(5)), ...LAST_LINE]));
    expect(await countsOf(map)).toEqual({ '0:5': 300 });
    expect(map.dtype).toBe('uint16');
  });

  it('pass over ticks of live and dead time and words of unknown kinds', async () => {
    const [map] = await read(stream([0x6000, row(0), 0x7000, column(1), 0xf123, photon(7), 0xc007, ...LAST_LINE]));
    expect(await countsOf(map)).toEqual({ '1:7': 1 });
  });

  it('keep what an unfinished last sweep has, and tell where it stopped', async () => {
    const sweep = [row(0), column(1), photon(7), row(3), column(2), photon(8)];
    const [map] = await read(stream([...sweep, row(0), column(1), photon(7), row(1)]));
    expect(await countsOf(map)).toEqual({ '1:7': 2, '14:8': 1 });
    expect(map.warnings).toEqual(['sweep 2 stopped in line 2 of 4: the others have one sweep less']);
    const [single] = await read(stream([row(0), column(1), photon(7)]));
    expect(single.warnings).toEqual(['sweep 1 stopped in line 1 of 4: the others are empty']);
  });

  it('with an image end with the last pixel, not with the last line; the image is not read, and that is told', async () => {
    const image = 'the image that was recorded with the events is not read';
    const [whole] = await read(stream([row(0), column(0), 0xa010, row(3), column(3), 0xa020]));
    expect(whole.warnings).toEqual([image]);
    const [stopped] = await read(stream([row(0), column(0), 0xa010, row(3), column(2), 0xa020]));
    expect(stopped.warnings).toEqual(['sweep 1 stopped in line 4 of 4: the others are empty', image]);
  });

  it('may be shorter than declared, and end within a word', async () => {
    const bytes = stream([row(0), column(1), photon(7), ...LAST_LINE], { declared: 100 });
    const [map] = await read(joined(bytes, Uint8Array.of(1)));
    expect(await countsOf(map)).toEqual({ '1:7': 1 });
    expect(map.warnings).toEqual(['the header declares 100 bytes of events, the file has 9']);
  });

  it('are refused without a line', async () => {
    await expect(read(stream([column(1), photon(7)]))).rejects.toMatchObject({ code: 'bad-jeol' });
  });

  it('give the same counts whether many pixels or few are summed together', () => {
    const [width, height] = [64, 48];
    const random = generator(7);
    const words: number[] = [];
    const expected = new Float64Array(width * height * CHANNELS);
    for (let sweep = 0; sweep < 3; sweep++) {
      for (let y = 0; y < height; y++) {
        words.push(0x9000 | Math.ceil((y * 4096) / height));
        for (let x = 0; x < width; x++) {
          // All but a few counts in one line: its photons exceed the even share that room is made for.
          const photons = y === 11 ? 60 : Math.floor(random() * 2);
          if (photons > 0) words.push(0x8000 | (x * 64));
          for (let n = 0; n < photons; n++) {
            const channel = Math.floor(random() * CHANNELS);
            words.push(photon(channel));
            expected[(y * width + x) * CHANNELS + channel]++;
          }
        }
      }
    }
    const { block, sweeps, complete } = sumSweeps(Uint16Array.from(words), width, height);
    expect([sweeps, complete]).toEqual([3, true]);
    expect(Buffer.from(toDense(block).values.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
  });

  it('of a crowded map of several tiles sum to what they hold', () => {
    const words: number[] = [];
    for (let y = 0; y < 4; y++) {
      for (let x = 0; x < 4; x++) words.push(row(y), column(x), ...Array(40_000).fill(photon(16 * y + x)));
    }
    const { block } = sumSweeps(Uint16Array.from(words), 4, 4);
    expect([...block.channel]).toEqual(Array.from({ length: 16 }, (_, p) => 16 * (p >> 2) + (p & 3)));
    expect([...block.count]).toEqual(Array(16).fill(40_000));
  });
});

function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('conditions of a map', () => {
  const words = [row(0), column(1), photon(7), ...LAST_LINE];

  it('need only a size and an energy calibration, counted from the zero peak', async () => {
    const [map] = await read(stream(words));
    expect(map.axes.map(({ name, unit, role }) => [name, unit, role])).toEqual([
      ['y', '', 'navigation'],
      ['x', '', 'navigation'],
      ['Energy', 'keV', 'spectral'],
    ]);
    expect(map.axes[2]).toMatchObject({ scale: 0.01, offset: -0.001 - 0.01 * 96 });
    expect(map.metadata).toEqual({
      detector_EDS: {},
      date: '2017-04-07',
      time: '12:00:00',
      signal_type: 'EDS',
      quantity: 'X-rays (Counts)',
    });
  });

  it('tell beam, pixel size, dwell time and detector', async () => {
    const sem = text(
      'PARAMPAGE0',
      'SEM',
      text('DetT', 'EX'),
      real('ScanSize', 200),
      real('DirAng', 90),
      real('ElevAng', 22),
      real('MnKaRES', 138),
    );
    const doc = [...CALIBRATION, real('LiveTime', 3), real('RealTime', 4), real('DwellTime(msec)', 0.1)];
    const conditions = [real('AccKV', 15), whole('Mag', 1000)];
    const [map] = await read(stream(words, { doc, conditions, params: [sem, ZERO_PEAK] }));
    expect(map.axes[1]).toMatchObject({ unit: 'µm', scale: 50 });
    expect(map.metadata).toMatchObject({
      instrument: 'SEM',
      beam_energy_keV: 15,
      magnification: 1000,
      dwell_time_s: 1e-4,
      signal_type: 'EDS_SEM',
      detector_EDS: {
        azimuth_angle: 90,
        detector_type: 'EX',
        elevation_angle: 22,
        energy_resolution_MnKa: 138,
        live_time: 3,
        real_time: 4,
      },
    });
  });

  it('without the channel of the zero peak count from channel 0, and say so', async () => {
    const [map] = await read(stream(words, { params: [] }));
    expect(map.axes[2]).toMatchObject({ offset: -0.001 });
    expect(map.warnings).toEqual(['the channel of the zero peak is not stated: energies count from channel 0']);
  });

  it.each(['', '512', '0x4', '4x5000', '4x4x4', 'axb'])('are refused with "%s" pixels', async (pixels) => {
    await expect(read(stream(words, { pixels }))).rejects.toMatchObject({ kind: 'format', code: 'bad-jeol' });
  });

  it.each([
    ['no calibration', []],
    ['a calibration of 0', [real('CoefA', 0), real('CoefB', 0)]],
    ['a calibration that is no number', [real('CoefA', Number.NaN), real('CoefB', 0)]],
  ])('are refused with %s', async (_, doc) => {
    await expect(read(stream(words, { doc }))).rejects.toMatchObject({ code: 'bad-jeol' });
  });

  it('wider than high have lines of that length', async () => {
    const [map] = await read(stream([0x9000, 0x8e00, photon(3), 0x9800, photon(4)], { pixels: '8x2' }));
    expect(map.shape).toEqual([2, 8, 4096]);
    expect(await countsOf(map)).toEqual({ '7:3': 1, '15:4': 1 });
  });
});

describe('the tree', () => {
  const image = (...entries: Uint8Array[]) => {
    const head = new Uint8Array(64);
    head.set(joined(int32(52), letters('JED-2200:LibJxImageForm')));
    head.set(int32(64), 44);
    return joined(head, tree(...entries));
  };
  const pixels = (type: number, bits: Uint8Array) =>
    group(
      'Image',
      text('Title', 'Fe K'),
      entry('Size', 8, int32(3, 2)),
      entry('Bits', type, bits),
      real('Created', 42832.25),
    );

  it('holds images of several types', async () => {
    const bits = {
      6: new Uint8Array(6),
      7: new Uint8Array(12),
      8: new Uint8Array(24),
      9: new Uint8Array(24),
      10: new Uint8Array(48),
    };
    for (const [type, bytes] of Object.entries(bits)) {
      bytes[0] = 1;
      const [map] = await read(image(pixels(Number(type), bytes)), 'a.map');
      expect(map.shape).toEqual([2, 3]);
      expect(map.title).toBe('Fe K');
      expect(map.axes.map(({ role }) => role)).toEqual(['signal', 'signal']);
      expect(map.metadata).toEqual({ date: '2017-04-07', time: '06:00:00' });
      const values = (await map.values.load()) as Uint8Array;
      expect(values).toHaveLength(6);
      expect(new Uint8Array(values.buffer)[0]).toBe(1);
    }
  });

  it('is refused with fewer bits than pixels, and with none', async () => {
    await expect(read(image(pixels(6, new Uint8Array(5))))).rejects.toMatchObject({ code: 'bad-jeol' });
    await expect(read(image(group('Image', entry('Size', 8, int32(3, 2)))))).rejects.toMatchObject({
      code: 'bad-jeol',
    });
  });

  it('may have names and texts in Japanese, and hidden names that change nothing', async () => {
    const title = Uint8Array.of(0x83, 0x7d, 0x83, 0x62, 0x83, 0x76, 0);
    const [map] = await read(
      image(
        group('Image', entry('Title', 12, title), entry('Size', 8, int32(1, 1)), entry('Bits', 6, Uint8Array.of(9))),
        group('__proto__', text('polluted', 'yes')),
      ),
    );
    expect(map.title).toBe('マップ');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([
    ['a name longer than the file', joined(Uint8Array.of(1), int32(0x7fffffff))],
    ['a name of negative length', joined(Uint8Array.of(1), int32(-5))],
    ['a value longer than the file', joined(Uint8Array.of(1), int32(2), letters('a'), int32(6, 0x7fffffff))],
    ['entries that never close', joined(Uint8Array.of(1), int32(2), letters('a'), int32(0, 0))],
    ['entries too deep', joined(...Array(100).fill(joined(Uint8Array.of(1), int32(2), letters('a'), int32(0, 0))))],
  ])('with %s is refused, with the byte', async (_, entries) => {
    const head = image().subarray(0, 64 + 12);
    const refusal = { kind: 'format', code: 'bad-tree', where: expect.stringMatching(/byte \d+/) };
    await expect(read(joined(head, entries))).rejects.toMatchObject(refusal);
  });
});

function spectrum(
  counts: readonly number[],
  { channels = counts.length, scale = 0.01, footer = none } = {},
): Uint8Array {
  const head = new Uint8Array(458);
  const set = (at: number, bytes: Uint8Array) => head.set(bytes, at);
  set(0, int32(2, 2));
  set(10, float64(43276.5));
  set(98, letters('somebody'));
  set(130, int32(1));
  set(214, int32(7));
  set(258, float64(30, 35));
  set(362, float64(scale, -0.5));
  set(454, int32(channels));
  return joined(head, int32(...counts), footer);
}

/** Two excluded elements, one chosen with one line, one result, then the detector. */
function footer(voltage = 200): Uint8Array {
  const detector = new Uint8Array(212);
  detector.set(letters('EX24075JGT'));
  detector.set(float64(voltage), 48);
  detector.set(float64(138), 102);
  detector.set(float64(90), 180);
  detector.set(float64(22.5), 196);
  const line = joined(new Uint8Array(14), Uint8Array.of(2, 70, 101, 3, 75, 97, 49), int32(1));
  const element = joined(new Uint8Array(100), int32(1), line);
  const result = joined(int32(1), new Uint8Array(28), new Uint8Array(126));
  return joined(int32(0, 2, 0x00010002, 1), element, result, int32(5), detector);
}

describe('spectra', () => {
  it('have counts, a calibration, times and, behind lists of any length, the detector', async () => {
    const [found] = await read(spectrum([1, 2, 3], { footer: footer() }), 'a.eds');
    expect(found).toMatchObject({ title: 'EDX', shape: [3], dtype: 'int32', warnings: [] });
    expect([...((await found.values.load()) as Int32Array)]).toEqual([1, 2, 3]);
    expect(found.axes).toMatchObject([{ name: 'Energy', unit: 'keV', scale: 0.01, offset: -0.5 }]);
    expect(found.metadata).toEqual({
      instrument: 'TEM',
      beam_energy_keV: 200,
      detector_EDS: {
        azimuth_angle: 90,
        detector_type: 'EX24075JGT',
        elevation_angle: 22.5,
        energy_resolution_MnKa: 138,
        live_time: 30,
        real_time: 35,
      },
      date: '2018-06-25',
      time: '12:00:00',
      signal_type: 'EDS_TEM',
      quantity: 'X-rays (Counts)',
    });
  });

  it('of a scanning microscope are told by the voltage', async () => {
    const [found] = await read(spectrum([1], { footer: footer(20) }), 'a.eds');
    expect(found.metadata).toMatchObject({ instrument: 'SEM', signal_type: 'EDS_SEM' });
  });

  it('whose end is missing or strange are read, with a warning', async () => {
    for (const end of [none, footer().subarray(0, 60), new Uint8Array(400).fill(255)]) {
      const [found] = await read(spectrum([4], { footer: end }), 'a.eds');
      expect(found.metadata).toMatchObject({ signal_type: 'EDS', detector_EDS: { live_time: 30 } });
      expect(found.warnings).toHaveLength(1);
    }
  });

  it('are refused with more channels than bytes, and without a calibration', async () => {
    await expect(read(spectrum([1, 2], { channels: 9 }))).rejects.toMatchObject({ code: 'bad-jeol' });
    await expect(read(spectrum([1, 2], { scale: 0 }))).rejects.toMatchObject({ code: 'bad-jeol' });
  });
});

const project = (...paths: string[]) =>
  tree(
    text('FileType', 'Analysis Station'),
    group(
      'SampleInfo',
      group(
        '0',
        group(
          'ViewInfo',
          group('0', group('ViewData', ...paths.map((path, i) => group(`${i}`, text('Filename', path))))),
        ),
      ),
    ),
  );

describe('projects', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spectrail-jeol-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'inside', 'Sample'), { recursive: true });
  writeFileSync(join(folder, 'outside.eds'), spectrum([1]));
  writeFileSync(join(folder, 'inside', 'Sample', 'first.EDS'), spectrum([1, 2]));
  writeFileSync(join(folder, 'inside', 'second.eds'), spectrum([1, 2, 3]));
  writeFileSync(join(folder, 'inside', 'broken.eds'), spectrum([1, 2, 3]).subarray(0, 460));
  const open = async (...paths: string[]) => {
    const path = join(folder, 'inside', 'project.ASW');
    writeFileSync(path, project(...paths));
    return (await openFile(await openNodeFile(path))).datasets as ArrayDataset[];
  };

  it('find their files by paths as Windows writes them, whatever the case, in their order, each once', async () => {
    const datasets = await open('.\\second.eds', '.\\SAMPLE\\First.eds', '.\\second.eds');
    expect(datasets.map(({ shape }) => shape)).toEqual([[3], [2]]);
  });

  it('find them beside the project where the folders are not there', async () => {
    expect(await open('.\\Gone\\View\\second.eds', 'second.eds\\second.eds')).toHaveLength(2);
  });

  it('tell what is missing or damaged, and read the rest', async () => {
    const [found] = await open('.\\nowhere.pts', '.\\broken.eds', '.\\second.eds');
    expect(found.shape).toEqual([3]);
    expect(found.warnings.slice(0, 2)).toEqual([
      '.\\nowhere.pts is not there',
      expect.stringContaining('.\\broken.eds'),
    ]);
  });

  it.each(['..\\outside.eds', 'C:\\outside.eds', '.\\Sample\\..\\..\\outside.eds', '../outside.eds'])(
    'do not leave their folder for %s',
    async (path) => {
      await expect(open(path)).rejects.toMatchObject({ kind: 'format', code: 'unsafe-sibling' });
    },
  );

  it('are refused when none of their files is there, when they name none, and when they name themselves', async () => {
    await expect(open('.\\nowhere.pts')).rejects.toMatchObject({ code: 'missing-companion' });
    await expect(open()).rejects.toMatchObject({ code: 'bad-jeol' });
    await expect(open('.\\project.ASW')).rejects.toMatchObject({ code: 'not-jeol' });
  });
});

describe('recognition', () => {
  it('is by content, whatever the name', async () => {
    const map = stream([row(0), column(1), photon(7), ...LAST_LINE]);
    for (const bytes of [map, spectrum([1])]) {
      expect((await openFile(memoryFile('a.txt', bytes))).format).toBe('jeol');
    }
    expect(jeol.sniff(project(), 'a')).toBe('certain');
  });

  it('does not take other files for spectra', () => {
    const early = spectrum([1]);
    early.set(float64(3), 10);
    const head = spectrum([1]).subarray(0, 400);
    for (const bytes of [early, head, new Uint8Array(500)]) expect(jeol.sniff(bytes, 'a.bin')).toBe('no');
    expect(jeol.sniff(new Uint8Array(500), 'a.EDS')).toBe('name');
    expect(jeol.sniff(new Uint8Array(500), 'a.img')).toBe('no');
  });
});
