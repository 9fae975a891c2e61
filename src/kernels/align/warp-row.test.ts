import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import { cowWarper } from './cow.ts';
import { dtwWarper } from './dtw.ts';
import { intervalShiftWarper } from './interval-shift.ts';
import { judgeWarp, shuffledReferences, WARP } from './judge-warp.ts';
import { type Conserved, correlationOf, largestAreaChange, warpRow } from './warp-row.ts';
import { stayInPlace, type Warper } from './warper.ts';

const N = 400;
const random = new CounterRandom(8, 0);
const peak = (n: number, place: number, sigma: number, height = 100) =>
  Float64Array.from({ length: n }, (_, j) => height * Math.exp(-0.5 * ((j - place) / sigma) ** 2));
const sum = (x: Float64Array) => x.reduce((total, value) => total + value, 0);
const warped = (row: Float64Array, from: Float64Array, conserved: Conserved) => {
  const out = new Float64Array(row.length);
  warpRow(row, from, conserved, out);
  return out;
};

describe('a warped row', () => {
  const row = peak(80, 40, 4);
  const stretch = Float64Array.from({ length: 80 }, (_, j) => (j < 40 ? j / 2 : 20 + ((j - 40) * 59) / 39));

  it('is itself where nothing moves, to the last bit', () => {
    const from = new Float64Array(80);
    stayInPlace(from);
    expect(warped(row, from, 'height')).toEqual(row);
    expect(largestAreaChange(row, from, row, row)).toBeLessThan(1e-12);
    expect(Math.max(...warped(row, from, 'area').map((value, j) => Math.abs(value - row[j])))).toBeLessThan(1e-10);
  });

  it('keeps the area, or the height', () => {
    const area = warped(row, stretch, 'area');
    const height = warped(row, stretch, 'height');
    expect(sum(area)).toBeCloseTo(sum(row), 9);
    expect(Math.max(...area)).toBeGreaterThan(120);
    expect(Math.max(...height)).toBeLessThanOrEqual(100);
    expect(sum(height)).toBeLessThan(0.75 * sum(row));
    expect(largestAreaChange(row, stretch, area, height)).toBeLessThan(1e-9);
    expect(largestAreaChange(row, stretch, height, height)).toBeGreaterThan(0.25);
  });

  it('loses what is moved out, and repeats nothing, where the area is kept', () => {
    const from = Float64Array.from({ length: 80 }, (_, j) => j - 5);
    const ones = new Float64Array(80).fill(1);
    expect(sum(warped(ones, from, 'area'))).toBe(75);
    expect(warped(ones, from, 'area')[3]).toBe(0);
    expect(warped(ones, from, 'height')[3]).toBe(1);
  });

  it('of 1 channel is that channel', () => {
    for (const conserved of ['area', 'height'] as const) {
      expect([...warped(Float64Array.of(7), Float64Array.of(0), conserved)]).toEqual([7]);
    }
  });

  it('correlates over the channels that count', () => {
    const other = row.slice();
    other[3] = 1e6;
    const masked = Uint8Array.from({ length: 80 }, (_, j) => (j === 3 ? 1 : 0));
    expect(correlationOf(row, other)).toBeLessThan(0.1);
    expect(correlationOf(row, other, masked)).toBeCloseTo(1, 12);
    expect(correlationOf(row, new Float64Array(80))).toBe(0);
  });
});

describe('shuffled references', () => {
  it('hold the same pieces, none at its place, the same for the same seed', () => {
    const reference = Float64Array.from({ length: 43 }, (_, j) => j);
    const shuffled = shuffledReferences(reference, 10, 6, 1);
    expect(shuffled).toHaveLength(6);
    for (const one of shuffled) {
      expect([...one].sort((a, b) => a - b)).toEqual([...reference]);
      for (const start of [0, 10, 20]) expect(one[start]).not.toBe(start);
    }
    expect(shuffledReferences(reference, 10, 6, 1)).toEqual(shuffled);
    expect(shuffledReferences(reference, 10, 6, 2)).not.toEqual(shuffled);
    expect(shuffledReferences(reference, 30, 6, 1)).toEqual([]);
  });
});

type Lines = readonly (readonly [place: number, sigma: number, height: number])[];
const KINDS: [string, (references: Float64Array[]) => Warper, (p: number) => number][] = [
  ['icoshift', (r) => intervalShiftWarper(r, { limit: 8 }), () => 4],
  [
    'COW',
    (r) => cowWarper(r, { segment: 40, slack: 6, limit: 8, weight: 'variance', refine: true }),
    (p) => (20 * p * (N - p)) / (N * N),
  ],
  ['DTW', (r) => dtwWarper(r, { band: 8 }), (p) => (20 * p * (N - p)) / (N * N)],
];

describe.each(KINDS)('spectra of another compound, by %s', (_, make, displace) => {
  const compound = (key: number): Lines => {
    const own = new CounterRandom(77, key);
    return Array.from({ length: 6 }, () => [20 + 360 * own.next(), 3 + 2 * own.next(), 0.3 + own.next()] as const);
  };
  const mean = (lines: Lines, move: (p: number) => number, height: number) =>
    Float64Array.from({ length: N }, (_, j) =>
      lines.reduce((total, [p, s, h]) => total + height * h * Math.exp(-0.5 * ((j - p - move(p)) / s) ** 2), 20),
    );
  const draw = (lines: Lines, height: number) => mean(lines, displace, height).map((value) => random.poisson(value));
  const judge = (row: Float64Array, reference: Float64Array, nulls = 19, areaTolerance = 0.01) => {
    const references = [reference, ...shuffledReferences(reference, 40, nulls, 1)];
    const warper = make(references);
    const nodes = new Float64Array(warper.nodes);
    const room = { from: new Float64Array(N), warped: new Float64Array(N), trial: new Float64Array(warper.nodes) };
    const verdict = judgeWarp(row, warper, references, { conserved: 'area', areaTolerance }, nodes, room);
    warper.places(nodes, room.from);
    warpRow(row, room.from, 'area', room.warped);
    return { verdict, change: largestAreaChange(row, room.from, room.warped, reference) };
  };

  it('are not taken, those of the same are, and its areas stay within 1 %', () => {
    let [same, other, noise] = [0, 0, 0];
    const pairs = 16;
    for (let k = 0; k < pairs; k++) {
      const reference = mean(compound(2 * k), () => 0, 200);
      const own = judge(draw(compound(2 * k), 200), reference);
      if (own.verdict === WARP.taken) same++;
      expect(own.change).toBeLessThan(0.01);
      if (judge(draw(compound(2 * k + 1), 200), reference).verdict === WARP.taken) other++;
      if (judge(draw([], 200), reference).verdict === WARP.taken) noise++;
    }
    expect(same).toBe(pairs);
    // One in twenty by chance, and those whose lines lie within reach.
    expect(other).toBeLessThanOrEqual(4);
    expect(noise).toBeLessThanOrEqual(4);
  });

  it('a pair without a common line is refused', () => {
    const a: Lines = [
      [60, 4, 1],
      [190, 4, 0.6],
      [330, 4, 0.8],
    ];
    const b: Lines = [
      [110, 4, 1],
      [250, 4, 0.7],
      [290, 4, 0.5],
    ];
    const reference = mean(a, () => 0, 1000);
    expect(judge(draw(b, 1000), reference).verdict).toBe(WARP.chance);
    expect(judge(draw(a, 1000), reference).verdict).toBe(WARP.taken);
  });
});

describe('a warp that changes areas', () => {
  it('is refused beyond the tolerance', () => {
    const reference = peak(120, 60, 3);
    const row = peak(120, 60, 4.5);
    const references = [reference];
    const warper = dtwWarper(references, { band: 6 });
    const room = { from: new Float64Array(120), warped: new Float64Array(120), trial: new Float64Array(120) };
    const judge = (areaTolerance: number, conserved: Conserved) =>
      judgeWarp(row, warper, references, { conserved, areaTolerance }, new Float64Array(120), room);
    expect(judge(0.01, 'height')).toBe(WARP.area);
    expect(judge(0.9, 'height')).toBe(WARP.taken);
    expect(judge(0.01, 'area')).toBe(WARP.taken);
  });
});
