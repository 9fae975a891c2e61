import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import { applyToRow, type ChannelOperator, operatorReach } from './channel-operator.ts';
import { rebinEdges } from './rebin-edges.ts';
import { type SavitzkyGolay, savitzkyGolay } from './savitzky-golay.ts';

const folder = `${process.env.SPECTRAIL_SHARED ?? '../shared'}/golden/lineshapes`;
const casesOf = (kind: string) =>
  existsSync(folder)
    ? readdirSync(folder).filter((name) => name.startsWith(`${kind}--`) && name.endsWith('.json'))
    : [];
const read = (name: string) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'));

function apply(operator: ChannelOperator, row: ArrayLike<number>): Float64Array {
  const out = new Float64Array(operator.channels);
  applyToRow(operator, Float64Array.from(row), out);
  return out;
}

function expectNear(
  actual: ArrayLike<number>,
  expected: readonly number[],
  { rel, abs }: { rel: number; abs: number },
) {
  expect(actual.length).toBe(expected.length);
  const off = expected.map((value, i) => Math.abs(actual[i] - value) - abs - rel * Math.abs(value));
  expect(Math.max(...off)).toBeLessThanOrEqual(0);
}

const golay = (channels: number, window: number, more: Partial<SavitzkyGolay> = {}): SavitzkyGolay => ({
  windows: new Uint32Array(channels).fill(window),
  order: 2,
  derivative: 0,
  ends: 'interp',
  ...more,
});

describe.skipIf(!existsSync(folder))('reference answers', () => {
  it.each(casesOf('savitzky-golay'))('%s', (name) => {
    const { input, parameters, expected, tolerance } = read(name);
    const channels = input.y.length;
    expect(parameters.rows.length).toBeGreaterThan(0);
    for (const [i, { window, order, deriv, delta, mode }] of parameters.rows.entries()) {
      const positions = Float64Array.from({ length: channels }, (_, j) => j * delta);
      const operator = savitzkyGolay(positions, golay(channels, window, { order, derivative: deriv, ends: mode }));
      expectNear(apply(operator, input.y), expected.rows[i].y, tolerance);
      const centre = (channels >> 1) * operator.width;
      const weights = [...operator.weights.subarray(centre, centre + window)].reverse();
      if (expected.rows[i].coefficients) expectNear(weights, expected.rows[i].coefficients, tolerance);
    }
  });

  it.each(casesOf('rebin'))('%s', (name) => {
    const { input, expected, tolerance } = read(name);
    const operator = rebinEdges(Float64Array.from(input.edges_in), Float64Array.from(input.edges_out));
    expectNear(apply(operator, input.counts), expected.counts, tolerance);
  });
});

describe('Savitzky–Golay', () => {
  const uneven = Float64Array.from({ length: 40 }, (_, j) => 3 + j + 0.4 * Math.sin(j));
  const cubic = (x: number) => 2 - x + 0.3 * x * x - 0.01 * x ** 3;

  it('keeps a polynomial of its order, and its derivatives, at any positions, up or down, up to the ends', () => {
    for (const positions of [uneven, uneven.slice().reverse()]) {
      const row = positions.map(cubic);
      const slope = (x: number) => -1 + 0.6 * x - 0.03 * x * x;
      for (const [derivative, truth] of [cubic, slope, (x: number) => 0.6 - 0.06 * x].entries()) {
        const found = apply(savitzkyGolay(positions, golay(40, 9, { order: 3, derivative })), row);
        expectNear(found, [...positions.map(truth)], { rel: 1e-9, abs: 1e-9 });
      }
    }
  });

  it('leaves masked channels out, and at 0', () => {
    const masked = Uint8Array.from({ length: 40 }, (_, j) => (j % 9 === 4 ? 1 : 0));
    const row = uneven.map((x, j) => (masked[j] ? 1e6 : cubic(x)));
    const found = apply(savitzkyGolay(uneven, golay(40, 9, { order: 3, masked })), row);
    found.forEach((value, j) => {
      expect(Math.abs(value - (masked[j] ? 0 : cubic(uneven[j])))).toBeLessThan(1e-8);
    });
  });

  it('lowers a peak by 2 % in a window of its width, by 0.2 % in one of half of it, by 7 % in one half as wide again', () => {
    const [channels, fwhm] = [401, 40];
    const row = Float64Array.from({ length: channels }, (_, j) => Math.exp(-4 * Math.LN2 * ((j - 200) / fwhm) ** 2));
    const lost = (window: number, order = 2) =>
      1 -
      apply(
        savitzkyGolay(
          row.map((_, j) => j),
          golay(channels, window, { order }),
        ),
        row,
      )[200];
    for (const [window, order, part] of [
      [41, 2, 0.0174],
      [41, 4, 0.00103],
      [21, 2, 0.00143],
      [61, 2, 0.0643],
    ]) {
      expect(lost(window, order) / part).toBeCloseTo(1, 2);
    }
  });

  it('takes windows of their own for each channel', () => {
    const windows = Uint32Array.from({ length: 40 }, (_, j) => (j < 20 ? 3 : 11));
    const { weights, width } = savitzkyGolay(uneven, { ...golay(40, 3), windows, order: 1 });
    const used = (j: number) => weights.subarray(j * width, (j + 1) * width).filter((weight) => weight !== 0).length;
    expect([used(10), used(30)]).toEqual([3, 11]);
  });

  it('knows how far apart results share errors: farther where they lean on the first window', () => {
    const reach = (ends: SavitzkyGolay['ends'], apart = 0) =>
      operatorReach(savitzkyGolay(uneven, golay(40, 9, { ends })), 40, apart);
    expect(reach('mirror')).toBe(8);
    expect(reach('interp')).toBe(12);
    expect(reach('wrap')).toBe(39);
    expect(reach('mirror', 2)).toBe(10);
  });

  it('refuses windows and orders that say nothing', () => {
    for (const [window, more] of [
      [4, {}],
      [3, { order: 3 }],
      [41, {}],
      [5, { derivative: 3 }],
      [3, { masked: new Uint8Array(40).fill(1, 3, 5) }],
    ] as const) {
      expect(() => savitzkyGolay(uneven, golay(40, window, more))).toThrow(RangeError);
    }
    expect(apply(savitzkyGolay(Float64Array.of(1), golay(1, 1, { order: 0 })), [7])).toEqual(Float64Array.of(7));
  });
});

describe('rebinning onto edges', () => {
  it('conserves the sum, and what lies beside stays out', () => {
    const random = new CounterRandom(8, 0);
    for (let trial = 0; trial < 50; trial++) {
      const edges = (n: number, from: number, to: number) =>
        Float64Array.from({ length: n + 1 }, () => from + (to - from) * random.next()).sort();
      const given = edges(1 + random.integer(20), 0, 10);
      const onto = edges(1 + random.integer(20), -3, 13);
      onto[0] = -4;
      onto[onto.length - 1] = 14;
      const row = Float64Array.from({ length: given.length - 1 }, () => random.integer(100));
      const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
      expect(Math.abs(sum(apply(rebinEdges(given, onto), row)) - sum(row))).toBeLessThan(1e-9);
    }
  });

  it('shares no errors where edges fall on edges, and with the next where they do not', () => {
    const whole = Float64Array.from({ length: 13 }, (_, k) => k);
    expect(operatorReach(rebinEdges(whole, Float64Array.of(0, 3, 6, 12)), 12)).toBe(0);
    expect(operatorReach(rebinEdges(whole, Float64Array.of(0, 2.5, 6, 12)), 12)).toBe(1);
    expect(operatorReach(rebinEdges(whole, Float64Array.of(0, 0.2, 0.4, 0.6, 12)), 12)).toBe(3);
    expect(apply(rebinEdges(whole, Float64Array.of(20, 21)), new Float64Array(12).fill(5))).toEqual(
      new Float64Array(1),
    );
  });

  it('refuses edges that do not ascend', () => {
    expect(() => rebinEdges(Float64Array.of(0, 1), Float64Array.of(1, 1))).toThrow(RangeError);
  });
});
