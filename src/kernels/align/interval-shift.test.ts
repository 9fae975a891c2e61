import { describe, expect, it } from 'vitest';
import { type IntervalShiftOptions, intervalShiftWarper } from './interval-shift.ts';

const peaks = (n: number, pedestal: number, ...places: number[]) =>
  Float64Array.from({ length: n }, (_, j) =>
    places.reduce((sum, p) => sum + 100 * Math.exp(-0.5 * ((j - p) / 2) ** 2), pedestal),
  );
const shiftsOf = (row: Float64Array, reference: Float64Array, options: IntervalShiftOptions) => {
  const warper = intervalShiftWarper([reference], options);
  const nodes = new Float64Array(warper.nodes);
  warper.find(row, 0, nodes);
  const from = new Float64Array(row.length);
  warper.places(nodes, from);
  return { shifts: [...nodes], from: [...from] };
};

describe('icoshift', () => {
  const reference = peaks(60, 0, 15, 45);

  it('moves each interval by its own whole number of channels; what is between stays, ends are repeated', () => {
    const intervals = [
      [5, 25],
      [32, 58],
    ] as const;
    const { shifts, from } = shiftsOf(peaks(60, 0, 18, 43), reference, { intervals, limit: 6 });
    expect(shifts).toEqual([3, -2]);
    expect(from.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
    expect(from.slice(20, 26)).toEqual([23, 24, 24, 24, 24, 25]);
    expect(from.slice(32, 36)).toEqual([32, 32, 32, 33]);
    expect(from.slice(58)).toEqual([58, 59]);
  });

  it('moves the whole row where no interval is given, no further than the limit', () => {
    expect(shiftsOf(peaks(60, 0, 19, 49), reference, { limit: 6 }).shifts).toEqual([4]);
    expect(shiftsOf(peaks(60, 0, 19, 49), reference, { limit: 3 }).shifts).toEqual([3]);
    expect(shiftsOf(peaks(60, 0, 19, 49), reference, { limit: 0 }).shifts).toEqual([0]);
  });

  it('gives the displacement where the plain cross-correlation, zero beyond the ends, is largest', () => {
    const row = peaks(60, 3, 17, 48);
    const plain = Array.from({ length: 21 }, (_, k) => {
      let sum = 0;
      for (let j = 0; j < 60; j++) sum += (row[j + k - 10] ?? 0) * reference[j];
      return sum;
    });
    const { shifts } = shiftsOf(row, reference, { limit: 10, centred: false });
    expect(shifts[0]).toBe(plain.indexOf(Math.max(...plain)) - 10);
  });

  it('is not pulled back by a pedestal, unless the means are left in', () => {
    const [high, moved] = [peaks(60, 400, 15, 45), peaks(60, 400, 21, 51)];
    expect(shiftsOf(moved, high, { limit: 8 }).shifts).toEqual([6]);
    expect(shiftsOf(moved, high, { limit: 8, centred: false }).shifts[0]).toBeLessThan(6);
  });

  it('leaves a level row, and one channel, where it is', () => {
    expect(shiftsOf(new Float64Array(60).fill(9), reference, { limit: 8 }).shifts).toEqual([0]);
    expect(shiftsOf(Float64Array.of(3), Float64Array.of(4), { limit: 0 }).shifts).toEqual([0]);
  });

  it.each<[IntervalShiftOptions, RegExp]>([
    [{ limit: 60 }, /displacement/],
    [{ limit: 1.5 }, /displacement/],
    [{ limit: 2, intervals: [[10, 5]] }, /interval/],
    [
      {
        limit: 2,
        intervals: [
          [0, 20],
          [15, 30],
        ],
      },
      /interval/,
    ],
    [{ limit: 2, intervals: [[0, 61]] }, /interval/],
  ])('refuses %j', (options, message) => {
    expect(() => intervalShiftWarper([reference], options)).toThrow(message);
  });
});
