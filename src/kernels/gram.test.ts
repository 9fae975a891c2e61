import { describe, expect, it } from 'vitest';
import * as dense from './gram-dense.ts';
import * as events from './gram-events.ts';
import { CounterRandom } from './random.ts';

/** The same random counts as events (with leading foreign entries, as in a view of a larger store) and dense. */
function counts(pixels: number, channels: number, seed: number) {
  const random = new CounterRandom(seed, 0);
  const values = Float32Array.from({ length: pixels * channels }, () => random.poisson(0.4));
  const offsets = new Uint32Array(pixels + 1);
  const channel = [0, 0];
  const count = [200, 200];
  offsets[0] = 2;
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < channels; c++) {
      const x = values[i * channels + c];
      if (x === 0) continue;
      channel.push(c);
      count.push(x);
    }
    offsets[i + 1] = channel.length;
  }
  const sparse = { pixels, channels, offsets, channel: Uint16Array.from(channel), count: Uint8Array.from(count) };
  return { sparse, full: { pixels, channels, values }, random };
}

function scaledMatrix(full: dense.DenseRows, r: Float64Array | null, c: Float64Array | null): Float64Array {
  return Float64Array.from({ length: full.pixels * full.channels }, (_, at) => {
    const i = Math.floor(at / full.channels);
    const j = at % full.channels;
    return (r ? r[i] : 1) * full.values[at] * (c ? c[j] : 1);
  });
}

const near = (a: Float64Array, b: Float64Array) => {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThan(1e-11 * (1 + Math.abs(b[i])));
};

const cases = [
  { pixels: 9, channels: 13, b: 11, scaled: true },
  { pixels: 8, channels: 16, b: 8, scaled: false },
  { pixels: 3, channels: 5, b: 3, scaled: true },
  { pixels: 1, channels: 1, b: 1, scaled: false },
];

describe.each(cases)('kernels on $pixels pixels × $channels channels, $b columns, scaled: $scaled', (sizes) => {
  const { pixels, channels, b, scaled } = sizes;
  const { sparse, full, random } = counts(pixels, channels, 7);
  const r = scaled ? Float64Array.from({ length: pixels }, (_, i) => (i === 1 ? 0 : random.next() + 0.5)) : null;
  const c = scaled ? Float64Array.from({ length: channels }, () => random.next() + 0.5) : null;
  const z = scaledMatrix(full, r, c);
  const q = Float64Array.from({ length: channels * b }, () => random.normal());
  const zq = new Float64Array(pixels * b);
  for (let i = 0; i < pixels; i++)
    for (let j = 0; j < channels; j++) for (let k = 0; k < b; k++) zq[i * b + k] += z[i * channels + j] * q[j * b + k];

  it('add ZᵀZ·Q to what is there, the same from events and from dense rows', () => {
    const start = Float64Array.from(q, (x) => 2 * x);
    const expected = start.slice();
    for (let i = 0; i < pixels; i++)
      for (let j = 0; j < channels; j++)
        for (let k = 0; k < b; k++) expected[j * b + k] += z[i * channels + j] * zq[i * b + k];
    const fromEvents = start.slice();
    events.gramApplyEvents(sparse, q, b, r, c, fromEvents);
    near(fromEvents, expected);
    const fromDense = start.slice();
    dense.gramApplyDense(full, q, b, r, c, fromDense);
    near(fromDense, expected);
  });

  it('project every pixel', () => {
    const fromEvents = new Float64Array(pixels * b).fill(5);
    events.projectEvents(sparse, q, b, r, c, fromEvents);
    near(fromEvents, zq);
    const fromDense = new Float64Array(pixels * b).fill(5);
    dense.projectDense(full, q, b, r, c, fromDense);
    near(fromDense, zq);
  });

  it('add ZᵀZ to the upper triangle and leave the lower alone', () => {
    const expected = new Float64Array(channels * channels);
    for (let i = 0; i < pixels; i++)
      for (let j = 0; j < channels; j++)
        for (let k = j; k < channels; k++) expected[j * channels + k] += z[i * channels + j] * z[i * channels + k];
    const fromEvents = new Float64Array(channels * channels);
    events.gramMatrixEvents(sparse, r, c, fromEvents);
    near(fromEvents, expected);
    const fromDense = new Float64Array(channels * channels);
    dense.gramMatrixDense(full, r, c, fromDense);
    near(fromDense, expected);
  });

  it('sum rows, columns and squares', () => {
    const rows = new Float64Array(pixels);
    const columns = new Float64Array(channels);
    for (let at = 0; at < full.values.length; at++) {
      rows[Math.floor(at / channels)] += full.values[at];
      columns[at % channels] += full.values[at];
    }
    const out = { rows: new Float64Array(pixels), columns: new Float64Array(channels) };
    events.rowSumsEvents(sparse, out.rows);
    events.columnSumsEvents(sparse, out.columns);
    near(out.rows, rows);
    near(out.columns, columns);
    dense.rowSumsDense(full, out.rows);
    dense.columnSumsDense(full, out.columns);
    near(out.rows, rows);
    near(
      out.columns,
      columns.map((x) => 2 * x),
    );
    const squares = z.reduce((sum, x) => sum + x * x, 0);
    expect(events.sumSquaresEvents(sparse, r, c)).toBeCloseTo(squares, 10);
    expect(dense.sumSquaresDense(full, r, c)).toBeCloseTo(squares, 10);
  });
});
