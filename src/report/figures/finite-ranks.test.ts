import { expect, test } from 'vitest';
import { CounterRandom } from '../../kernels/index.ts';
import { finiteRanks } from './finite-ranks.ts';

const noise = (n: number, seed: number) => {
  const random = new CounterRandom(seed, 0);
  return Float64Array.from({ length: n }, () => random.normal());
};

test.each([
  ['spread', noise(20_000, 1)],
  ['rounded, so that many are equal', noise(20_000, 2).map((value) => Math.round(value * 50))],
  ['of all magnitudes', noise(20_000, 3).map((value, i) => value * 10 ** ((i % 600) - 300))],
  ['all but one in one bin', noise(20_000, 4).map((value, i) => (i === 77 ? 1e12 : value))],
  ['farther apart than a number can tell', noise(5000, 5).map((value) => value * 4e307)],
  ['nearer than a quotient can tell', noise(5000, 6).map((value) => Math.round(value * 9) * 5e-324)],
  ['all equal', new Float64Array(300).fill(2.5)],
  ['single', Float64Array.of(-3)],
])('the value of any rank is that of the sorted array, for values %s', (_, values) => {
  const sorted = values.slice().sort();
  const { count, least, most, ranked } = finiteRanks(values);
  expect([count, least, most]).toEqual([sorted.length, sorted[0], sorted[sorted.length - 1]]);
  for (const share of [0, 0.002, 0.3, 0.5, 0.998, 1]) {
    const rank = Math.floor(share * (sorted.length - 1));
    expect(ranked(rank)).toBe(sorted[rank]);
  }
});

test('what is not finite has no rank', () => {
  const values = noise(5000, 7);
  const finite = values.filter((_, i) => i % 3 !== 0).sort();
  for (let i = 0; i < values.length; i += 3)
    values[i] = [Number.NaN, Infinity, -Infinity][i % 9 === 0 ? 0 : i % 2 ? 1 : 2];
  const { count, ranked } = finiteRanks(values);
  expect(count).toBe(finite.length);
  for (const rank of [0, 10, 1000, count - 1]) expect(ranked(rank)).toBe(finite[rank]);
  expect(finiteRanks(Float64Array.of(Number.NaN)).count).toBe(0);
});
