import { expect, test } from 'vitest';
import { CounterRandom } from '../../kernels/index.ts';
import { addColumn, type Column, ColumnGram, columnOf, dot, weightedOverlap } from './column.ts';

const BINS = 90;

/** Lumps with gaps between them, short and long. */
function columns(n: number): Column[] {
  const random = new CounterRandom(5, 0);
  return Array.from({ length: n }, () => {
    const first = random.integer(40);
    const values = Float64Array.from({ length: 5 + random.integer(45) }, () => Math.abs(random.normal()));
    values.fill(0, 1, 1 + random.integer(9));
    values.fill(0, 12, 12 + random.integer(25));
    return columnOf(first, values);
  });
}

const dense = ({ first, values }: Column) => {
  const out = new Float64Array(BINS);
  out.set(values, first);
  return out;
};

test('runs hold every bin of a column that is not zero, and no long gap', () => {
  const { runs, support } = columnOf(3, Float64Array.of(1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3, 4));
  expect([[...runs], support]).toEqual([[3, 7, 15, 17], 6]);
});

test('sums over runs and four at a time are, to the bit, those over all bins one by one', () => {
  const weights = Float64Array.from({ length: BINS }, (_, j) => 0.3 + ((j * 37) % 11));
  for (const p of [1, 2, 4, 7, 13]) {
    const some = columns(p);
    const gram = new ColumnGram(some, BINS);
    gram.fill(weights.map((weight) => weight + 1));
    gram.fill(weights);
    for (let k = 0; k < p; k++) {
      const [a, total] = [dense(some[k]), new Float64Array(BINS).fill(0.1)];
      addColumn(some[k], 1.7, total);
      expect(total).toEqual(a.map((value) => 0.1 + 1.7 * value));
      expect(dot(some[k], weights)).toBe(a.reduce((sum, value, j) => sum + value * weights[j], 0));
      for (let l = 0; l <= k; l++) {
        const b = dense(some[l]);
        const sum = weights.reduce((before, weight, j) => before + weight * a[j] * b[j], 0);
        expect(weightedOverlap(some[k], some[l], weights)).toBe(sum);
        expect([gram.matrix[k * p + l], gram.matrix[l * p + k]]).toEqual([sum, sum]);
      }
    }
  }
});
