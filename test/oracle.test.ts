import { describe, expect, it } from 'vitest';
import { explicitAxis, uniformAxis } from '../src/signal/axis.ts';
import type { ArrayDataset, TableDataset } from '../src/signal/dataset.ts';
import { compareWithOracle, corpusFiles, type Oracle, sharedFolder } from './oracle.ts';

const dataset: ArrayDataset = {
  kind: 'array',
  title: 'map',
  shape: [2, 3],
  dtype: 'float64',
  axes: [
    uniformAxis({ name: 'x', unit: 'nm', role: 'navigation', size: 2, scale: 0.5, offset: 1 }),
    explicitAxis({ name: 'Energy', unit: 'eV', role: 'spectral', positions: [1, 2, 4] }),
  ],
  values: { kind: 'dense', load: async () => Float64Array.of(0, 1, 2, 3, Number.NaN, -5) },
  metadata: { beam_energy_keV: 200, stage: { x: 1e-3 } },
  original: {},
  warnings: [],
};

const signal = {
  title: 'map',
  shape: [2, 3],
  dtype: 'float64',
  axesInArrayOrder: [
    { name: 'x', units: 'nm', navigate: true, uniform: true, size: 2, scale: 0.5, offset: 1 },
    { name: 'Energy', units: 'eV', navigate: false, uniform: false, size: 3, first: 1, mid: 2, last: 4 },
  ],
  sum: 1,
  min: -5,
  max: 3,
  probes: [
    { index: [1, 0], value: 3 },
    { index: [1, 1], value: null },
  ],
  keyMetadata: { stage: { x: 1e-3, y: null }, beam_energy_keV: 200 },
};

const oracle = (change: object = {}): Oracle => ({
  file: 'map',
  format: 'test',
  reader: 'manual',
  signals: [{ ...signal, ...change } as Oracle['signals'][0]],
});

const axis = (at: number, change: object) => ({
  axesInArrayOrder: signal.axesInArrayOrder.map((entry, i) => (i === at ? { ...entry, ...change } : entry)),
});

describe('compareWithOracle', () => {
  it('finds nothing where reader and oracle agree; non-finite values and null metadata are passed over', async () => {
    expect(await compareWithOracle([dataset], oracle(), { title: true })).toEqual([]);
  });

  it.each([
    ['shape', { shape: [3, 2] }, /shape/],
    ['dtype', { dtype: 'float32' }, /dtype/],
    ['sum', { sum: 1.001 }, /sum/],
    ['min', { min: -4 }, /min/],
    ['max', { max: 4 }, /max/],
    ['probe', { probes: [{ index: [0, 2], value: 2.1 }] }, /value at \[0,2\]/],
    ['axis name', axis(0, { name: 'y' }), /name "x"/],
    ['axis unit', axis(0, { units: 'µm' }), /unit "nm"/],
    ['axis scale', axis(0, { scale: 0.50001 }), /scale/],
    ['axis offset', axis(0, { offset: 1.00001 }), /offset/],
    ['axis size', axis(1, { size: 4 }), /size 3/],
    ['axis role', axis(0, { navigate: false }), /role navigation/],
    ['middle position', axis(1, { mid: 3 }), /mid position/],
    ['metadata value', { keyMetadata: { stage: { x: 1e-3 }, beam_energy_keV: 201 } }, /beam_energy_keV/],
    ['metadata key too many', { keyMetadata: { beam_energy_keV: 200 } }, /metadata\.stage.*not in the oracle/],
    ['metadata key missing', { keyMetadata: { ...signal.keyMetadata, date: '2020-01-01' } }, /date: absent/],
  ])('reports a difference in the %s', async (_, change, message) => {
    const found = await compareWithOracle([dataset], oracle(change));
    expect(found.join('\n')).toMatch(message);
  });

  it('reports a missing signal', async () => {
    expect(await compareWithOracle([], oracle())).toEqual(['0 signals, oracle has 1']);
  });

  it('reports a table cell, and leaves xylib tables their six decimals', async () => {
    const table: TableDataset = {
      kind: 'table',
      title: 't',
      rows: 2,
      columns: [{ name: 'a', unit: '', values: Float64Array.of(1, 2.0000004) }],
      metadata: {},
      original: {},
      warnings: [],
    };
    const column = { name: 'a', sum: 3, min: 1, max: 2, probes: [{ index: [1], value: 2 }] };
    const expected = { kind: 'table', rows: 2, columns: [column] };
    const signals = [expected as unknown as Oracle['signals'][0]];
    const base = { file: 't', format: 'test', signals };
    expect(await compareWithOracle([table], { ...base, reader: 'xylib 1.6.0' })).toEqual([]);
    expect((await compareWithOracle([table], { ...base, reader: 'manual' })).join()).toMatch(/row 1/);
  });

  it('compares sparse counts without making them dense', async () => {
    const events: ArrayDataset = {
      ...dataset,
      dtype: 'uint8',
      values: {
        kind: 'events',
        load: async () => ({
          kind: 'events',
          pixels: 2,
          channels: 3,
          offsets: Uint32Array.of(0, 1, 2),
          channel: Uint16Array.of(2, 0),
          count: Uint8Array.of(7, 3),
        }),
      },
    };
    const change = { dtype: 'uint8', sum: 10, min: 0, max: 7, probes: [{ index: [1, 0], value: 3 }] };
    expect(await compareWithOracle([events], oracle(change))).toEqual([]);
    const wrong = { ...change, probes: [{ index: [0, 0], value: 7 }] };
    expect(await compareWithOracle([events], oracle(wrong))).toHaveLength(1);
  });
});

describe.skipIf(!sharedFolder())('corpusFiles', () => {
  it('lists the decoded files of a folder and none of their companions', () => {
    expect(corpusFiles('ripple').length).toBeGreaterThan(5);
    expect(corpusFiles('ripple').every(({ file }) => !file.endsWith('.raw'))).toBe(true);
    expect(corpusFiles('no-such-format')).toEqual([]);
  });
});
