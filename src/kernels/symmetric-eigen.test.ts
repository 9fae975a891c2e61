import { describe, expect, it } from 'vitest';
import { CounterRandom } from './random.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

function randomSymmetric(n: number, seed: number): Float64Array {
  const random = new CounterRandom(seed, n);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = random.normal();
  return a;
}

/** Largest |VᵀV − 1| and largest |AV − VΛ| relative to the largest |value|. */
function defects(a: Float64Array, n: number) {
  const { values, vectors } = symmetricEigen(a, n);
  let orthogonality = 0;
  let residual = 0;
  const top = Math.max(Math.abs(values[0]), Math.abs(values[n - 1]), Number.MIN_VALUE);
  for (let k = 0; k < n; k++) {
    for (let l = 0; l <= k; l++) {
      let dot = 0;
      for (let i = 0; i < n; i++) dot += vectors[i * n + k] * vectors[i * n + l];
      orthogonality = Math.max(orthogonality, Math.abs(dot - (k === l ? 1 : 0)));
    }
    for (let i = 0; i < n; i++) {
      let sum = -values[k] * vectors[i * n + k];
      for (let j = 0; j < n; j++) sum += a[i * n + j] * vectors[j * n + k];
      residual = Math.max(residual, Math.abs(sum) / top);
    }
  }
  return { orthogonality, residual, values, vectors };
}

describe('symmetricEigen', () => {
  it('returns the known values of the second-difference matrix', () => {
    const n = 50;
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      a[i * n + i] = 2;
      if (i > 0) a[i * n + i - 1] = a[(i - 1) * n + i] = -1;
    }
    const { values } = symmetricEigen(a, n);
    for (let k = 0; k < n; k++) {
      expect(Math.abs(values[k] - (2 - 2 * Math.cos((Math.PI * (n - k)) / (n + 1))))).toBeLessThan(1e-14);
    }
  });

  it('is orthogonal and solves A v = λ v to 1e-12 for random matrices of any size', () => {
    for (const n of [1, 2, 3, 4, 5, 31, 32, 33, 65, 130]) {
      const { orthogonality, residual, values } = defects(randomSymmetric(n, 3), n);
      expect(orthogonality).toBeLessThan(1e-12);
      expect(residual).toBeLessThan(1e-12);
      for (let k = 1; k < n; k++) expect(values[k]).toBeLessThanOrEqual(values[k - 1]);
    }
  });

  it('keeps its accuracy for low-rank, repeated, graded and badly scaled matrices', () => {
    const n = 40;
    const lowRank = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) lowRank[i * n + j] = (i + 1) * (j + 1) + Math.cos(i) * Math.cos(j);
    const identity = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
    const graded = randomSymmetric(n, 8).map((x, at) => x * 10 ** (-(Math.floor(at / n) + (at % n)) / 4));
    const huge = randomSymmetric(n, 9).map((x) => x * 1e200);
    const tiny = randomSymmetric(n, 9).map((x) => x * 1e-200);
    const zero = new Float64Array(n * n);
    for (const a of [lowRank, identity, graded, huge, tiny, zero]) {
      const { orthogonality, residual } = defects(a, n);
      expect(orthogonality).toBeLessThan(1e-12);
      expect(residual).toBeLessThan(1e-12);
    }
    expect(symmetricEigen(lowRank, n).values.filter((v) => v > 1e-9).length).toBe(2);
    expect(Array.from(symmetricEigen(identity, n).values)).toEqual(new Array(n).fill(1));
  });

  it('makes the largest component of each vector positive, and repeats bit for bit', () => {
    const n = 20;
    const a = randomSymmetric(n, 5);
    const { vectors } = symmetricEigen(a, n);
    for (let k = 0; k < n; k++) {
      const column = Array.from({ length: n }, (_, i) => vectors[i * n + k]);
      expect(Math.max(...column)).toBe(Math.max(...column.map(Math.abs)));
    }
    expect(symmetricEigen(a, n).vectors).toEqual(vectors);
  });

  it('leaves its input untouched and refuses entries that are not finite', () => {
    const a = randomSymmetric(6, 5);
    const copy = a.slice();
    symmetricEigen(a, 6);
    expect(a).toEqual(copy);
    a[7] = Number.NaN;
    expect(() => symmetricEigen(a, 6)).toThrow(/entry \(1, 1\) is NaN/);
  });
});
