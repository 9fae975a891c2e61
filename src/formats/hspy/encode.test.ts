import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import { toEvents } from '../../signal/block.ts';
import type { ArrayDataset, Dataset } from '../../signal/dataset.ts';
import { DTYPES, type Dtype, type ValueArray } from '../../signal/dtype.ts';
import type { ByteSource } from '../format.ts';
import hspy from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'spectrail-hspy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function memory(bytes: Uint8Array): ByteSource {
  return {
    name: 'memory.hspy',
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
    sibling: async () => undefined,
  };
}

function dataset(parts: Partial<ArrayDataset> & Pick<ArrayDataset, 'axes' | 'dtype' | 'values'>): ArrayDataset {
  return {
    kind: 'array',
    title: '',
    shape: parts.axes.map(({ size }) => size),
    metadata: {},
    original: {},
    warnings: [],
    ...parts,
  };
}

const dense = (values: ValueArray) => ({ kind: 'dense' as const, load: async () => values });

async function roundTrip(given: ArrayDataset): Promise<ArrayDataset> {
  const datasets: Dataset[] = await hspy.read!(memory(await hspy.encode!(given)));
  expect(datasets).toHaveLength(1);
  return datasets[0] as ArrayDataset;
}

const bytesOf = (values: ValueArray) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

async function expectSame(given: ArrayDataset, expected: ValueArray): Promise<ArrayDataset> {
  const back = await roundTrip(given);
  expect(back.title).toBe(given.title);
  expect(back.shape).toEqual(given.shape);
  expect(back.dtype).toBe(given.dtype);
  expect(back.axes).toEqual(given.axes);
  expect(back.metadata).toEqual(given.metadata);
  expect(back.warnings).toEqual([]);
  const values = (await back.values.load()) as ValueArray;
  expect(bytesOf(values).equals(bytesOf(expected))).toBe(true);
  return back;
}

const energy = (size: number): Axis =>
  uniformAxis({ name: 'Energy', unit: 'keV', role: 'spectral', size, scale: 0.01, offset: -0.2 });
const position = (name: string, size: number): Axis =>
  uniformAxis({ name, unit: 'nm', role: 'navigation', size, scale: 0.5, offset: 3 });

const eelsMap = dataset({
  title: 'core/loss',
  dtype: 'float32',
  axes: [
    position('y', 5),
    position('x', 7),
    uniformAxis({ name: 'Energy loss', unit: 'eV', role: 'spectral', size: 64 }),
  ],
  values: dense(Float32Array.from({ length: 5 * 7 * 64 }, (_, i) => Math.fround(Math.sin(i) * 1e4))),
  metadata: {
    instrument: 'TEM',
    beam_energy_keV: 200,
    convergence_angle_mrad: 30,
    detector_EELS: { collection_angle: 50 },
    stage: { tilt_alpha: 1.5 },
    signal_type: 'EELS',
    elements: ['Mn', 'O'],
  },
});

const counts = Uint8Array.from({ length: 6 * 4 * 128 }, (_, i) => (i % 13 === 0 ? (i % 7) + 1 : 0));
const edsMap = dataset({
  title: 'map',
  dtype: 'uint8',
  axes: [position('y', 6), position('x', 4), energy(128)],
  values: {
    kind: 'events',
    load: async () => toEvents({ kind: 'dense', pixels: 24, channels: 128, values: counts }),
  },
  metadata: { instrument: 'SEM', beam_energy_keV: 15, signal_type: 'EDS_SEM', detector_EDS: { live_time: 12 } },
});

const spectrum = dataset({
  title: 'µ-spectrum',
  dtype: 'int32',
  axes: [explicitAxis({ name: 'Wavelength', unit: 'nm', role: 'spectral', positions: [400, 410, 425, 445.5] })],
  values: dense(Int32Array.of(1, -2, 3, 2 ** 31 - 1)),
});

describe('round trip', () => {
  it('keeps a float32 map, its axes and its metadata', async () => {
    await expectSame(eelsMap, (await eelsMap.values.load()) as ValueArray);
  });

  it('makes sparse counts dense', async () => {
    await expectSame(edsMap, counts);
  });

  it('keeps explicit positions', async () => {
    await expectSame(spectrum, Int32Array.of(1, -2, 3, 2 ** 31 - 1));
  });

  it('keeps what HyperSpy has no place for, without inventing an instrument', async () => {
    const metadata = { beam_energy_keV: 80, technique: 'XPS', rows: [1, ['a', null, true]], date: '', elements: [] };
    await expectSame({ ...spectrum, metadata }, Int32Array.of(1, -2, 3, 2 ** 31 - 1));
  });

  it('gives the trees of a HyperSpy file back, with what the user changed', async () => {
    const first = await roundTrip({ ...eelsMap, original: { 'a/b': { c: true, d: [1, 'x'] } } });
    const again = await roundTrip({ ...first, metadata: { ...first.metadata, beam_energy_keV: 300 } });
    expect(again.original.original_metadata).toEqual({ 'a-b': { c: true, d: [1, 'x'] } });
    expect(again.metadata).toEqual({ ...eelsMap.metadata, beam_energy_keV: 300 });
  });

  it('numbers that were never known are null in the tree that is read', async () => {
    const original = { XPERCHAN: Number.NaN, list: [1, Number.POSITIVE_INFINITY] };
    const back = await roundTrip({ ...spectrum, original });
    expect(back.original.original_metadata).toEqual({ XPERCHAN: null, list: [1, null] });
  });

  it('leaves "__proto__" an ordinary word', async () => {
    const original = JSON.parse('{"__proto__": {"polluted": true}}');
    const metadata = JSON.parse('{"__proto__": {"polluted": true}}');
    const back = await roundTrip({ ...spectrum, original, metadata });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(back.original.original_metadata as object)).toEqual(['__proto__']);
  });

  it('keeps every dtype, shape and text', async () => {
    const text = fc.string({ maxLength: 12, unit: 'grapheme' }).filter((s) => !s.includes('\0') && s === s.trim());
    const dtypes = Object.keys(DTYPES) as Dtype[];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...dtypes),
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
        text,
        fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => x !== 0),
        fc.dictionary(
          fc.constantFrom('beam_energy_keV', 'date', 'stage', 'notes', 'detector_X', 'k'),
          fc.jsonValue({ maxDepth: 2 }),
        ),
        fc.integer(),
        async (dtype, shape, name, scale, metadata, seed) => {
          const axes = shape.map((size, d) =>
            uniformAxis({ name, unit: 'nm', role: d === shape.length - 1 ? 'spectral' : 'navigation', size, scale }),
          );
          const values = DTYPES[dtype].make(shape.reduce((a, b) => a * b, 1));
          const bytes = bytesOf(values);
          for (let i = 0; i < bytes.length; i++) bytes[i] = (seed * (i + 1)) >>> 7;
          if (dtype === 'bool') for (let i = 0; i < bytes.length; i++) bytes[i] &= 1;
          const plain = JSON.parse(JSON.stringify(metadata).replaceAll('\\u0000', ''));
          await expectSame(dataset({ title: name, dtype, axes, values: dense(values), metadata: plain }), values);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the bytes of a file', () => {
  it('depend neither on when it was written nor on what was written before', async () => {
    try {
      vi.useFakeTimers({ toFake: ['Date'], now: new Date('2020-02-02T20:20:20Z') });
      const first = await hspy.encode!(eelsMap);
      await hspy.encode!(edsMap);
      vi.setSystemTime(new Date('2031-10-11T12:13:14Z'));
      expect(Buffer.from(await hspy.encode!(eelsMap)).equals(first)).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('errors', () => {
  it('refuses a count that the dtype cannot hold', async () => {
    const big = toEvents({ kind: 'dense', pixels: 1, channels: 4, values: Uint16Array.of(0, 300, 0, 0) });
    const given = dataset({ dtype: 'uint8', axes: [energy(4)], values: { kind: 'events', load: async () => big } });
    await expect(hspy.encode!(given)).rejects.toMatchObject({ kind: 'output', code: 'value-too-large' });
  });

  it('refuses an empty dataset', async () => {
    const given = dataset({ dtype: 'uint8', axes: [energy(0)], values: dense(new Uint8Array(0)) });
    await expect(hspy.encode!(given)).rejects.toMatchObject({ kind: 'output', code: 'empty-dataset' });
  });
});

const python = '/usr/bin/python3';
const hasHyperSpy = spawnSync(python, ['-W', 'ignore', '-c', 'import hyperspy.api']).status === 0;
if (!hasHyperSpy) console.warn(`HyperSpy is not installed for ${python}: what it makes of our files is not tested`);

const SCRIPT = `
import sys, json, numpy as np, hyperspy.api as hs
out = []
for path in sys.argv[1:]:
    s = hs.load(path)
    out.append(dict(type=type(s).__name__, title=s.metadata.General.title, shape=list(s.data.shape), dtype=str(s.data.dtype),
        sum=float(s.data.astype('f8').sum()), last=float(s.data.flat[-1]),
        axes=[dict(name=a.name, units=a.units, navigate=bool(a.navigate), binned=bool(a.is_binned),
                   positions=[float(x) for x in a.axis[:4]]) for a in s.axes_manager._axes],
        metadata=s.metadata.as_dictionary()))
print(json.dumps(out, default=str))
`;

describe.skipIf(!hasHyperSpy)('HyperSpy', () => {
  it('opens a map from events, an EELS map and a spectrum on an explicit axis as we meant them', async () => {
    const given = [edsMap, eelsMap, spectrum];
    const paths: string[] = [];
    for (const [i, one] of given.entries()) {
      paths.push(join(folder, `${i}.hspy`));
      writeFileSync(paths[i], await hspy.encode!(one));
    }
    const run = spawnSync(python, ['-W', 'ignore', '-c', SCRIPT, ...paths], { encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    const [eds, eels, single] = JSON.parse(run.stdout);
    expect(eds).toMatchObject({ type: 'EDSSEMSpectrum', title: 'map', shape: [6, 4, 128], dtype: 'uint8' });
    expect(eds.sum).toBe(counts.reduce((a, b) => a + b, 0));
    expect(eds.last).toBe(counts.at(-1));
    expect(eds.axes[1]).toEqual({ name: 'x', units: 'nm', navigate: true, binned: false, positions: [3, 3.5, 4, 4.5] });
    expect(eds.axes[2]).toMatchObject({ name: 'Energy', units: 'keV', navigate: false, binned: true });
    expect(eds.metadata.Acquisition_instrument.SEM).toMatchObject({
      beam_energy: 15,
      Detector: { EDS: { live_time: 12 } },
    });

    const values = (await eelsMap.values.load()) as Float32Array;
    expect(eels).toMatchObject({ type: 'EELSSpectrum', title: 'core/loss', dtype: 'float32', last: values.at(-1) });
    expect(eels.sum).toBeCloseTo(
      values.reduce((a, b) => a + b, 0),
      3,
    );
    expect([...eels.metadata.Sample.elements].sort()).toEqual(['Mn', 'O']);
    expect(eels.metadata.Acquisition_instrument.TEM).toMatchObject({
      beam_energy: 200,
      convergence_angle: 30,
      Detector: { EELS: { collection_angle: 50 } },
      Stage: { tilt_alpha: 1.5 },
    });

    expect(single).toMatchObject({ type: 'Signal1D', title: 'µ-spectrum', dtype: 'int32', last: 2 ** 31 - 1 });
    expect(single.axes[0]).toMatchObject({ name: 'Wavelength', units: 'nm', positions: [400, 410, 425, 445.5] });
  });
});
