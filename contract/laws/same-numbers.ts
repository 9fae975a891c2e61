import { expect } from 'vitest';
import { type Block, toDense } from '../../src/signal/block.ts';
import { type Hashable, hash } from '../../src/signal/hash.ts';

export const digest = (value: unknown) => hash(value as Hashable);

/** All numbers of plain data in a fixed order, by array; blocks are written out, so that events and dense compare. */
function numbersOf(value: unknown): number[][] {
  if (typeof value === 'number') return [[value]];
  if (typeof value !== 'object' || value === null) return [];
  if (ArrayBuffer.isView(value)) return [Array.from(value as unknown as ArrayLike<number>)];
  if (Array.isArray(value)) return value.flatMap(numbersOf);
  if ('kind' in value && 'pixels' in value) return [Array.from(toDense(value as Block).values)];
  return Object.values(value).flatMap(numbersOf);
}

const scaleOf = (numbers: readonly number[]) => numbers.reduce((top, x) => Math.max(top, Math.abs(x)), 0);

/** Largest difference between arrays, relative to the largest number of the array; 0 demanded of whole numbers. */
export function expectSameNumbers(actual: unknown, expected: unknown, tolerance: number): void {
  const [a, b] = [numbersOf(actual), numbersOf(expected)];
  expect(a.map(({ length }) => length)).toEqual(b.map(({ length }) => length));
  b.forEach((numbers, n) => {
    const limit = numbers.every(Number.isInteger) ? 0 : tolerance * scaleOf(numbers);
    const worst = numbers.reduce((top, x, i) => {
      const difference = Math.abs(x - a[n][i]);
      return Object.is(x, a[n][i]) ? top : Math.max(top, Number.isNaN(difference) ? Infinity : difference);
    }, 0);
    expect(worst, `array ${n} of ${b.length}`).toBeLessThanOrEqual(limit);
  });
}
