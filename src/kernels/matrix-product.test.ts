import { describe, expect, it } from 'vitest';
import { addProduct, multiplyTransposed, transpose } from './matrix-product.ts';
import { CounterRandom } from './random.ts';

const random = new CounterRandom(21, 0);
const matrix = (m: number, n: number) => Float64Array.from({ length: m * n }, () => random.normal());

describe('matrix products', () => {
  it('equal the sum over the inner index for every remainder of the tiles', () => {
    for (const [m, k, n] of [
      [1, 1, 1],
      [4, 4, 7],
      [5, 6, 3],
      [3, 9, 10],
      [8, 7, 1],
      [5, 5, 1030],
      [9, 11, 33],
      [7, 2, 64],
    ]) {
      const a = matrix(m, n);
      const b = matrix(k, n);
      const abt = new Float64Array(m * k).fill(9);
      multiplyTransposed(a, m, b, k, n, abt);
      const cb = matrix(m, n);
      const before = cb.slice();
      addProduct(abt, m, k, b, n, -0.5, cb);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < k; j++) {
          let sum = 0;
          for (let l = 0; l < n; l++) sum += a[i * n + l] * b[j * n + l];
          expect(abt[i * k + j]).toBeCloseTo(sum, 11);
        }
        for (let l = 0; l < n; l++) {
          let sum = before[i * n + l];
          for (let j = 0; j < k; j++) sum -= 0.5 * abt[i * k + j] * b[j * n + l];
          expect(cb[i * n + l]).toBeCloseTo(sum, 11);
        }
      }
    }
  });

  it('transpose twice is the identity', () => {
    const a = matrix(3, 5);
    expect(transpose(transpose(a, 3, 5), 5, 3)).toEqual(a);
    expect(transpose(a, 3, 5)[1]).toBe(a[5]);
  });
});
