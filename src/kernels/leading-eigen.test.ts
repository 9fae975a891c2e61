import { describe, expect, it } from 'vitest';
import { leadingEigen } from './leading-eigen.ts';
import { orthonormalise } from './orthonormalise.ts';
import { CounterRandom } from './random.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/** V·diag(values)·Vᵀ for a random orthogonal V. */
function withValues(values: readonly number[], seed: number): Float64Array {
  const n = values.length;
  const random = new CounterRandom(seed, 0);
  const v = Float64Array.from({ length: n * n }, () => random.normal());
  orthonormalise(v, n, n);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += v[i * n + k] * values[k] * v[j * n + k];
      a[i * n + j] = a[j * n + i] = sum;
    }
  }
  return a;
}

const range = (n: number, value: (k: number) => number) => Array.from({ length: n }, (_, k) => value(k));
const scree = range(60, (k) => (k < 4 ? 1e8 / (k + 1) : 9000 * (1 - k / 400)));
const cases: readonly (readonly [string, Float64Array, number, number])[] = [
  ['a steep start and a flat end', withValues(scree, 1), 60, 12],
  [
    'values of both signs',
    withValues(
      range(31, (k) => k - 15),
      2,
    ),
    31,
    31,
  ],
  [
    'eigenvalues that are equal',
    withValues(
      range(20, (k) => (k < 5 ? 3 : 1)),
      3,
    ),
    20,
    8,
  ],
  [
    'eigenvalues that differ in the last digits',
    withValues(
      range(24, (k) => 1 + k * 1e-15),
      4,
    ),
    24,
    6,
  ],
  ['one', Float64Array.from({ length: 81 }, (_, at) => (at % 10 === 0 ? 1 : 0)), 9, 5],
  ['zero', new Float64Array(49), 7, 3],
  ['a single number', Float64Array.of(-4), 1, 1],
  ['two rows', Float64Array.of(2, 1, 1, 2), 2, 2],
  ['Wilkinson pairs', wilkinson(21), 21, 10],
];

/** Tridiagonal, its large eigenvalues in pairs that agree to many digits. */
function wilkinson(n: number): Float64Array {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    a[i * n + i] = Math.abs(i - (n - 1) / 2);
    if (i > 0) a[i * n + i - 1] = a[(i - 1) * n + i] = 1;
  }
  return a;
}

describe.each(cases)('the leading eigenpairs of %s', (_, a, n, rank) => {
  const { values, vectors } = leadingEigen(a, n, rank);
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const tolerance = 4e-15 * n * (largest > 0 ? largest : 1);

  it('have the values of the whole decomposition', () => {
    const all = symmetricEigen(a, n);
    expect(values).toHaveLength(rank);
    values.forEach((value, k) => {
      expect(Math.abs(value - all.values[k])).toBeLessThanOrEqual(tolerance);
    });
  });

  it('leave residuals of rounding, in orthonormal vectors whose largest component is positive', () => {
    for (let k = 0; k < rank; k++) {
      let peak = 0;
      for (let i = 0; i < n; i++) {
        let image = 0;
        for (let j = 0; j < n; j++) image += a[i * n + j] * vectors[j * rank + k];
        expect(Math.abs(image - values[k] * vectors[i * rank + k])).toBeLessThanOrEqual(tolerance);
        if (Math.abs(vectors[i * rank + k]) > Math.abs(peak)) peak = vectors[i * rank + k];
      }
      expect(peak).toBeGreaterThan(0);
      for (let l = 0; l <= k; l++) {
        let dot = 0;
        for (let i = 0; i < n; i++) dot += vectors[i * rank + k] * vectors[i * rank + l];
        expect(Math.abs(dot - (k === l ? 1 : 0))).toBeLessThan(1e-13);
      }
    }
  });
});

it('leadingEigen leaves the matrix as it was and refuses what is not finite', () => {
  const a = withValues([3, 2, 1], 5);
  const before = a.slice();
  leadingEigen(a, 3, 2);
  expect(a).toEqual(before);
  expect(() => leadingEigen(Float64Array.of(1, 0, Number.NaN, 1), 2, 1)).toThrow(/finite/);
});
