import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { explicitAxis, uniformAxis } from '../../signal/axis.ts';
import { decimate } from './decimate.ts';
import { labelMap } from './label-map.ts';
import { placeNames } from './line-names.ts';
import { valueMap } from './map.ts';
import { formatLength, mapGeometry } from './map-geometry.ts';
import { classColour, LEVELS, rampColours } from './palette.ts';
import { base64, encodePng } from './png.ts';
import { levelsOf, reduceGrid, reduceLabels } from './raster.ts';
import { spectrum } from './spectrum.ts';
import { logTicks, niceTicks, roundDown, tickStyle } from './ticks.ts';

const nm = (size: number, scale = 2) => uniformAxis({ name: 'x', unit: 'nm', role: 'navigation', size, scale });

describe('images of maps', () => {
  test('a PNG holds the indices row by row after a filter byte, and a palette', () => {
    const png = encodePng(Uint8Array.of(0, 1, 2, 3, 4, 5), 3, 2, [
      [255, 0, 0],
      [0, 255, 0],
    ]);
    const text = String.fromCharCode(...png);
    const at = text.indexOf('IDAT');
    const length = new DataView(png.buffer).getUint32(at - 4);
    expect([...inflateSync(png.subarray(at + 4, at + 4 + length))]).toEqual([0, 0, 1, 2, 0, 3, 4, 5]);
    const palette = text.indexOf('PLTE') + 4;
    expect([...png.subarray(palette, palette + 6)]).toEqual([255, 0, 0, 0, 255, 0]);
    expect([...png.subarray(-8)]).toEqual([0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]);
  });

  test.each([0, 1, 2, 3, 4, 255, 256, 257])('base64 of %i bytes is that of Node', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 167 + 91) & 255);
    expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
  });

  test('a map above the limit is reduced by mean or maximum of what is finite, labels by the commonest', () => {
    const values = Float64Array.of(1, 3, Number.NaN, Number.NaN, 5, 7, Number.NaN, 9);
    expect([...reduceGrid({ width: 4, height: 2, values }, 'mean', 2).values]).toEqual([2, Number.NaN, 6, 9]);
    expect([...reduceGrid({ width: 4, height: 2, values }, 'max', 2).values]).toEqual([3, Number.NaN, 7, 9]);
    const labels = Uint8Array.of(1, 1, 2, 0, 1, 2, 2, 2);
    expect([...reduceLabels({ width: 4, height: 2, values: labels }, 1).values]).toEqual([2]);
    expect(reduceLabels({ width: 4, height: 2, values: labels }, 2)).toMatchObject({ width: 2, height: 2 });
  });

  test('a single hot pixel of a 2048 × 2048 map survives reduction by maximum', () => {
    const values = new Float32Array(2048 * 2048);
    values[1_234_567] = 9;
    const small = reduceGrid({ width: 2048, height: 2048, values }, 'max', 1024);
    expect([small.width, small.height, small.values.filter((value) => value === 9).length]).toEqual([1024, 1024, 1]);
  });

  test('values outside the limits take the end colours and NaN that of nothing', () => {
    expect([...levelsOf([-5, 0, 10, 20, Number.NaN], 0, 10)]).toEqual([0, 0, LEVELS - 1, LEVELS - 1, LEVELS]);
  });

  test('the diverging ramp is blue below zero, pale at zero, red above', () => {
    const colours = rampColours('diverging');
    const [blue, pale, red] = [colours[0], colours[127], colours[LEVELS - 1]];
    expect(blue[2]).toBeGreaterThan(blue[0]);
    expect(Math.min(...pale)).toBeGreaterThan(220);
    expect(red[0]).toBeGreaterThan(red[2]);
    expect(colours).toHaveLength(LEVELS + 1);
  });

  test('pixels keep the aspect of their scales', () => {
    expect(mapGeometry([nm(10, 2), nm(20, 2)]).aspect).toBe(2);
    expect(mapGeometry([nm(10, 4), nm(20, 2)]).aspect).toBe(1);
    const seconds = uniformAxis({ unit: 's', role: 'navigation', size: 10 });
    expect(mapGeometry([seconds, nm(20, 2)]).aspect).toBe(2);
  });

  test('one row or one column is a line, one pixel a point, more than two axes fold into rows', () => {
    expect(mapGeometry([nm(1), nm(8)])).toMatchObject({ kind: 'line', width: 8, height: 1 });
    expect(mapGeometry([nm(8), nm(1)])).toMatchObject({ kind: 'line', width: 8, height: 1 });
    expect(mapGeometry([nm(8)])).toMatchObject({ kind: 'line', width: 8 });
    expect(mapGeometry([])).toMatchObject({ kind: 'point' });
    expect(mapGeometry([nm(1), nm(1)])).toMatchObject({ kind: 'point' });
    expect(mapGeometry([nm(3), nm(4), nm(5)])).toMatchObject({ kind: 'map', width: 5, height: 12 });
  });

  test('an axis without scale or of listed positions is drawn in pixels', () => {
    const listed = explicitAxis({ name: 'time', unit: 's', role: 'navigation', positions: [0, 1, 5, 50] });
    expect(mapGeometry([listed]).x).toMatchObject({ label: 'time (pixels)', edges: [-0.5, 3.5] });
    const bare = uniformAxis({ role: 'navigation', size: 4 });
    expect(mapGeometry([bare, bare]).x.label).toBe('x (pixels)');
  });

  test('the scale bar is round and in a readable unit', () => {
    expect([76, 50, 0.3, 12].map(roundDown)).toEqual([50, 50, 0.2, 10]);
    expect(formatLength(0.05, 'µm')).toBe('50\u00a0nm');
    expect(formatLength(20, 'nm')).toBe('20\u00a0nm');
  });

  test('maps of nothing but NaN, of one value and of one pixel row are drawn', () => {
    const common = { ramp: 'viridis', label: 'counts', alt: '' } as const;
    const nothing = new Float64Array(16).fill(Number.NaN);
    for (const values of [nothing, new Float64Array(16).fill(3), new Float64Array(16)]) {
      for (const navigation of [[nm(4), nm(4)], [nm(1), nm(16)], [nm(16)]]) {
        expect(valueMap({ ...common, values, navigation })).not.toMatch(/NaN|Infinity/);
      }
    }
    expect(valueMap({ ...common, values: [1], navigation: [] })).toBeUndefined();
    expect(labelMap({ labels: Uint8Array.of(1), navigation: [], alt: '' })).toBeUndefined();
    expect(labelMap({ labels: new Uint8Array(16), navigation: [nm(16)], alt: '' })).toContain('<image');
  });

  test('neighbouring classes differ in colour', () => {
    expect(new Set(Array.from({ length: 12 }, (_, i) => classColour(i))).size).toBe(12);
  });
});

describe('spectra', () => {
  test('decimation keeps the extremes of every column in order', () => {
    const values = new Float64Array(10_000);
    values[4321] = 7;
    values[8765] = -3;
    const kept = decimate(values, 500);
    expect(kept.length).toBeLessThanOrEqual(1000);
    expect([kept.includes(4321), kept.includes(8765)]).toEqual([true, true]);
    expect([...kept]).toEqual([...kept].sort((a, b) => a - b));
    expect(decimate(values.subarray(0, 100), 500)).toHaveLength(100);
  });

  test('names never overlap, stay inside and near their lines, and the weak go first where there is no room', () => {
    const labels = Array.from({ length: 30 }, (_, i) => ({ text: `X${i} Kα`, position: 100 + (i % 5), priority: i }));
    for (const right of [600, 120]) {
      const placed = placeNames(labels, (x) => x, [0, right]);
      expect(placed.length).toBeGreaterThanOrEqual(4);
      expect(placed.length).toBeLessThanOrEqual(7);
      const gaps = placed.slice(1).map(({ at }, i) => at - placed[i].at);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(12 - 1e-9);
      expect(Math.max(...placed.map(({ at, line }) => Math.abs(at - line)))).toBeLessThanOrEqual(36);
      expect(Math.min(...placed.map(({ at }) => at))).toBeGreaterThanOrEqual(0);
      expect(Math.max(...placed.map(({ at }) => at))).toBeLessThanOrEqual(right);
      expect(placed.map(({ text }) => text)).toContain('X29 Kα');
    }
    const apart = labels.map((label, i) => ({ ...label, position: 10 + 13 * i }));
    expect(placeNames(apart, (x) => x, [0, 600])).toHaveLength(30);
    expect(placeNames([labels[0]], (x) => x, [0, 600])[0].at).toBe(100);
  });

  test('zeros, negatives, NaN, one channel and descending axes are drawn on every scale', () => {
    const common = { width: 300, height: 150, xLabel: 'E (eV)', yLabel: 'counts', alt: '' };
    const cases = [
      [0, 0, 0],
      [1, -2, Number.NaN],
      [5, 0, 3],
      [Number.NaN, Number.NaN, Number.NaN],
    ];
    for (const scale of ['log', 'sqrt', 'linear'] as const) {
      for (const y of cases) {
        const svg = spectrum({
          ...common,
          scale,
          x: Float64Array.of(30, 20, 10),
          traces: [{ y, error: y, colour: '#000' }],
        });
        expect(svg).not.toMatch(/NaN|Infinity/);
      }
      expect(spectrum({ ...common, scale, x: Float64Array.of(5), traces: [{ y: [2], colour: '#000' }] })).not.toMatch(
        /NaN/,
      );
    }
  });

  test('ticks are round and cover the range', () => {
    expect(niceTicks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(niceTicks(0.2, 0.2, 5)).toEqual([0.2]);
    expect(logTicks(0.5, 2000, 6)).toEqual([1, 10, 100, 1000]);
    expect(logTicks(120, 700, 6)).toEqual([200, 500]);
  });

  test('tick labels are even, and a common power of ten moves into the label of the axis', () => {
    const written = (ticks: number[]) => ticks.map(tickStyle(ticks).format);
    expect(written([0, 0.5, 1])).toEqual(['0', '0.5', '1.0']);
    expect(written([-0.5, -0.1, 0, 1, 5])).toEqual(['−0.5', '−0.1', '0', '1', '5']);
    expect(written([0, 50_000, 100_000])).toEqual(['0', '0.5', '1.0']);
    expect(tickStyle([0, 50_000, 100_000]).factor).toBe(' (×10⁵)');
    expect(tickStyle([0, 0.002, 0.004]).factor).toBe(' (×10⁻³)');
    expect(written([3])).toEqual(['3']);
  });
});
