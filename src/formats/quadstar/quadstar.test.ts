import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { axisValues } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import quadstar from './index.ts';

interface Scan {
  kind?: number;
  cycles?: number;
  traces?: number;
  cycleBytes?: number;
}

const INFO = 0x120;
const DATA = 0x300;
const POINTS = 6;

function head(bytes: Uint8Array, { kind = 710, cycles = 2, traces = 2, cycleBytes = 0 }: Scan): DataView {
  const view = new DataView(bytes.buffer);
  view.setUint16(0, kind, true);
  bytes.set([58, 59, 23, 29, 2, 124], 8);
  bytes.set(new TextEncoder().encode('A. Name'), 0x0f);
  view.setUint32(0x64, cycles, true);
  view.setUint16(0x68, traces, true);
  view.setUint32(0x6a, cycleBytes, true);
  view.setUint32(0xc2, Date.UTC(2024, 1, 29, 22, 59, 58) / 1000, true);
  return view;
}

/** A clock, then traces of two masses by three values, one after the other in each cycle. */
function analog({
  traces = 1,
  times = [0, 61.5, 123],
  gap = 4,
  change,
}: {
  traces?: number;
  times?: number[];
  gap?: number;
  change?: (view: DataView) => void;
} = {}) {
  const block = 6 + POINTS * 4;
  const cycleBytes = 6 + traces * block + gap;
  const bytes = new Uint8Array(DATA + times.length * cycleBytes);
  const view = head(bytes, { cycles: times.length, traces: traces + 1, cycleBytes });
  const entry = (i: number, type: number, info: number, data: number) => {
    bytes[0xc8 + 9 * i] = type;
    view.setUint32(0xc9 + 9 * i, info, true);
    view.setUint32(0xcd + 9 * i, data, true);
  };
  entry(0, 0x0f, 0, DATA);
  for (let t = 0; t < traces; t++) {
    entry(t + 1, 0x11, INFO, DATA + 6 + t * block);
  }
  const text = (at: number, words: string) => bytes.set(new TextEncoder().encode(words), INFO + at);
  text(2, 'Ion Current');
  text(15, 'A');
  text(0x1d, 'Mass');
  text(0x2a, 'amu');
  text(0x38, 'a remark');
  view.setFloat32(INFO + 0x7a, 10, true);
  view.setUint16(INFO + 0x7e, 2, true);
  bytes[INFO + 0x80] = 3;
  for (const [c, time] of times.entries()) {
    const at = DATA + c * cycleBytes;
    view.setUint32(at, Math.floor(time), true);
    view.setUint16(at + 4, Math.round((time % 1) * 1e4), true);
    for (let t = 0; t < traces; t++) {
      const from = at + 6 + t * block;
      view.setUint32(from, POINTS, true);
      view.setInt16(from + 4, -9, true);
      for (let i = 0; i < POINTS; i++) view.setFloat32(from + 6 + 4 * i, 100 * t + 10 * c + i, true);
    }
  }
  change?.(view);
  return bytes;
}

function bargraph({
  masses = [1, 2, 3],
  times = [0, 10.58],
  change,
}: {
  masses?: number[];
  times?: number[];
  change?: (view: DataView, start: number, cycle: number) => void;
} = {}) {
  const start = 0xd9 + 7 * masses.length;
  const cycle = 13 + 8 * masses.length;
  const bytes = new Uint8Array(start + times.length * cycle);
  const view = head(bytes, { kind: 720, cycles: times.length, traces: 0 });
  view.setUint16(0xc9, masses[0], true);
  view.setUint16(0xcb, masses.length - 1, true);
  for (const [c, time] of times.entries()) {
    const at = start + c * cycle;
    view.setUint32(at, Math.floor(time), true);
    view.setUint16(at + 4, Math.round((time % 1) * 1e4), true);
    view.setUint16(at + 6, masses.length, true);
    for (const [i, mass] of masses.entries()) {
      view.setFloat32(at + 13 + 8 * i, mass, true);
      view.setFloat32(at + 17 + 8 * i, 10 * c + i, true);
    }
  }
  change?.(view, start, cycle);
  return bytes;
}

const read = async (bytes: Uint8Array) => (await quadstar.read!(memoryFile('x.sac', bytes))) as ArrayDataset[];
const values = async ({ values: stored }: ArrayDataset) => [...((await stored.load()) as Float32Array)];

describe('an analog scan', () => {
  it('is a spectrum a cycle over masses, by the time of the cycles', async () => {
    const [found, ...others] = await read(analog());
    expect(others).toEqual([]);
    expect(found).toMatchObject({ title: '', shape: [3, 6], dtype: 'float32', warnings: [] });
    expect(found.axes[0]).toMatchObject({ name: 'Time', unit: 's', role: 'navigation', scale: 61.5, offset: 0 });
    expect(found.axes[1]).toMatchObject({ name: 'Mass', unit: 'amu', role: 'spectral', offset: 10, scale: 1 / 3 });
    expect(await values(found)).toEqual([0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25]);
    expect(found.metadata).toEqual({
      date: '2024-02-29',
      time: '23:59:58',
      signal_type: 'MS',
      quantity: 'Ion Current (A)',
    });
    expect(found.original).toMatchObject({ author: 'A. Name', comment: 'a remark', data_range: -9 });
  });

  it('with several traces is a dataset for each', async () => {
    const found = await read(analog({ traces: 3, gap: 0 }));
    expect(found.map(({ title }) => title)).toEqual([1, 2, 3].map((place) => `Ion Current, trace ${place}`));
    expect((await values(found[2])).slice(6, 8)).toEqual([210, 211]);
  });

  it('of cycles that are not even, or whose times do not rise, keeps what is known', async () => {
    const [uneven] = await read(analog({ times: [0, 60, 200] }));
    expect(axisValues(uneven.axes[0])).toEqual(Float64Array.of(0, 60, 200));
    const [falling] = await read(analog({ times: [5, 4, 3] }));
    expect(falling.axes[0]).toMatchObject({ name: 'Cycle', unit: '', size: 3, scale: 1 });
    expect(falling.warnings.join()).toMatch(/do not rise/);
  });

  it('that was cut short has its complete cycles', async () => {
    const whole = analog();
    const [found] = await read(whole.slice(0, whole.length - 10));
    expect(found.shape).toEqual([2, 6]);
    expect(found.warnings.join()).toMatch(/3 cycles, it has 2/);
    expect(await values(found)).toHaveLength(12);
  });

  it('whose header announces another count of values says so', async () => {
    const [found] = await read(analog({ change: (view) => view.setUint16(INFO + 0x7e, 5, true) }));
    expect(found.warnings).toEqual(['the header announces 15 values, the cycles have 6']);
  });

  it.each<[string, (view: DataView) => void]>([
    ['no traces', (view) => view.setUint16(0x68, 0, true)],
    ['more traces than the file has bytes', (view) => view.setUint16(0x68, 0xffff, true)],
    ['only traces of other types', (view) => view.setUint8(0xc8 + 9, 0x12)],
    ['a description beyond the end', (view) => view.setUint32(0xc9 + 9, 0xfffffff0, true)],
    ['data beyond the end', (view) => view.setUint32(0xcd + 9, 0xfffffff0, true)],
    ['more values than a cycle', (view) => view.setUint32(DATA + 6, 0xffffffff, true)],
    ['no values', (view) => view.setUint32(DATA + 6, 0, true)],
    ['no cycles', (view) => view.setUint32(0x64, 0, true)],
    ['no values a mass', (view) => view.setUint8(INFO + 0x80, 0)],
    ['a first mass that is no number', (view) => view.setFloat32(INFO + 0x7a, Number.NaN, true)],
  ])('with %s is refused', async (_, change) => {
    await expect(read(analog({ change }))).rejects.toMatchObject({ kind: 'format', code: 'bad-quadstar' });
  });
});

describe('a bargraph scan', () => {
  it('is an intensity for each mass, a spectrum a cycle', async () => {
    const [found] = await read(bargraph());
    expect(found).toMatchObject({ shape: [2, 3], dtype: 'float32', warnings: [] });
    expect(found.axes[0]).toMatchObject({ name: 'Time', unit: 's', scale: 10.58, offset: 0 });
    expect(found.axes[1]).toMatchObject({ name: 'Mass-to-charge ratio', unit: 'm/z', scale: 1, offset: 1 });
    expect(await values(found)).toEqual([0, 1, 2, 10, 11, 12]);
    expect(found.metadata).toMatchObject({ signal_type: 'MS', quantity: 'Intensity' });
  });

  it('keeps masses that are not even, and the complete cycles of a file that was cut', async () => {
    const whole = bargraph({ masses: [1, 2, 4] });
    const [found] = await read(whole.slice(0, whole.length - 1));
    expect(axisValues(found.axes[1])).toEqual(Float64Array.of(1, 2, 4));
    expect(found.shape).toEqual([1, 3]);
    expect(found.warnings.join()).toMatch(/2 cycles, it has 1/);
  });

  it.each<[string, (view: DataView, start: number, cycle: number) => void]>([
    ['no cycles', (view) => view.setUint32(0x64, 0, true)],
    ['a range that is longer than the file', (view) => view.setUint16(0xcb, 0xffff, true)],
    ['another count of masses in a cycle', (view, start, cycle) => view.setUint16(start + cycle + 6, 2, true)],
    ['another mass in a cycle', (view, start, cycle) => view.setFloat32(start + cycle + 13, 7, true)],
    ['masses that fall', (view, start) => view.setFloat32(start + 13, 9, true)],
  ])('with %s is refused', async (_, change) => {
    await expect(read(bargraph({ change, times: _ === 'masses that fall' ? [0] : [0, 1] }))).rejects.toMatchObject({
      kind: 'format',
      code: 'bad-quadstar',
    });
  });
});

describe('the header', () => {
  it('is known by its number and a date that fits the start of the measurement', () => {
    expect(quadstar.sniff(analog().subarray(0, 4096), 'x')).toBe('certain');
    expect(quadstar.sniff(bargraph().subarray(0, 4096), 'x')).toBe('certain');
    for (const [at, value] of [
      [0, 1],
      [8, 60],
      [9, 60],
      [10, 24],
      [11, 30],
      [12, 13],
      [13, 90],
      [0xc5, 1],
    ]) {
      const bytes = analog();
      bytes[at] = value;
      expect(quadstar.sniff(bytes, 'x.sac'), `byte ${at}`).toBe('no');
    }
    expect(quadstar.sniff(analog().subarray(0, 199), 'x.sac')).toBe('no');
  });

  it('of another file is refused', async () => {
    await expect(read(new Uint8Array(500))).rejects.toMatchObject({ code: 'bad-quadstar' });
  });
});
