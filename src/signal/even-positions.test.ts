import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evenStep, exactStep } from './even-positions.ts';

const listed = (size: number, scale: number, offset: number) =>
  Float64Array.from({ length: size }, (_, i) => offset + scale * i);

const finite = { noNaN: true, noDefaultInfinity: true } as const;

it.each([
  [0.1, 0],
  [-0.1, 3.7],
  [0.015625, 0],
  [0.5114766839378239, 0],
  [3, 1801.264],
  [1e-9, 1],
  [5e-324, 0],
])('finds the step %d from %d', (scale, offset) => {
  expect(exactStep(listed(2048, scale, offset))).toBe(scale);
});

it('gives the same positions to the last bit, whatever the axis', () => {
  let found = 0;
  let tried = 0;
  const axis = fc.record({
    size: fc.integer({ min: 2, max: 300 }),
    scale: fc.double({ ...finite, min: -1e6, max: 1e6 }),
    offset: fc.double({ ...finite, min: -1e6, max: 1e6 }),
  });
  fc.assert(
    fc.property(axis, ({ size, scale, offset }) => {
      const positions = listed(size, scale, offset);
      const step = exactStep(positions);
      tried++;
      if (step === undefined) return;
      found++;
      expect(listed(size, step, positions[0])).toEqual(positions);
    }),
    { numRuns: 2000 },
  );
  expect(found).toBe(tried);
});

it('finds none where positions are not even', () => {
  expect(exactStep([0, 1, 2.0000001])).toBeUndefined();
  expect(exactStep([1])).toBeUndefined();
  expect(exactStep([1, 2, Number.NaN])).toBeUndefined();
  expect(exactStep([0, 1, 4, 9])).toBeUndefined();
});

it('takes printed positions for even to a millionth of a step', () => {
  const printed = Float64Array.from({ length: 100 }, (_, i) => Number((5 + i / 3e5).toFixed(12)));
  expect(exactStep(printed)).toBeUndefined();
  expect(evenStep(printed)).toBeCloseTo(1 / 3e5, 15);
  expect(evenStep([0, 1, 2.00001])).toBeUndefined();
  expect(evenStep([1, 2, Number.NaN])).toBeUndefined();
  expect(evenStep([1])).toBeUndefined();
});
