import { describe, expect, it } from 'vitest';
import { orthonormalise } from './orthonormalise.ts';
import { CounterRandom } from './random.ts';

function gramDefect(a: Float64Array, n: number, k: number, rank: number): number {
  let worst = 0;
  for (let p = 0; p < k; p++) {
    for (let q = 0; q <= p; q++) {
      let dot = 0;
      for (let i = 0; i < n; i++) dot += a[i * k + p] * a[i * k + q];
      worst = Math.max(worst, Math.abs(dot - (p === q && p < rank ? 1 : 0)));
    }
  }
  return worst;
}

const random = new CounterRandom(11, 0);

describe('orthonormalise', () => {
  it('gives orthonormal columns that span the same space', () => {
    const [n, k] = [50, 8];
    const a = Float64Array.from({ length: n * k }, () => random.normal());
    const q = a.slice();
    expect(orthonormalise(q, n, k)).toBe(k);
    expect(gramDefect(q, n, k, k)).toBeLessThan(1e-14);
    for (let column = 0; column < k; column++) {
      const rest = Float64Array.from({ length: n }, (_, i) => a[i * k + column]);
      for (let p = 0; p < k; p++) {
        let dot = 0;
        for (let i = 0; i < n; i++) dot += a[i * k + column] * q[i * k + p];
        for (let i = 0; i < n; i++) rest[i] -= dot * q[i * k + p];
      }
      expect(Math.max(...rest.map(Math.abs))).toBeLessThan(1e-13);
    }
  });

  it('stays orthogonal to rounding where the columns are nearly dependent', () => {
    const n = 30;
    const k = 8;
    // Läuchli: columns differ by 1e-8, whose square is lost.
    const a = new Float64Array(n * k);
    for (let j = 0; j < k; j++) {
      a[j] = 1;
      a[(j + 1) * k + j] = 1e-8;
    }
    expect(orthonormalise(a, n, k)).toBe(k);
    expect(gramDefect(a, n, k, k)).toBeLessThan(1e-14);
  });

  it('drops dependent and zero columns and reports the rank', () => {
    const n = 20;
    const k = 5;
    const a = new Float64Array(n * k);
    for (let i = 0; i < n; i++) {
      a[i * k] = random.normal();
      a[i * k + 2] = 3 * a[i * k];
      a[i * k + 3] = random.normal();
      a[i * k + 4] = a[i * k] - 2 * a[i * k + 3];
    }
    expect(orthonormalise(a, n, k)).toBe(2);
    expect(gramDefect(a, n, k, 2)).toBeLessThan(1e-14);
  });

  it('finds at most n directions and keeps extreme scales', () => {
    const a = Float64Array.from({ length: 3 * 5 }, () => random.normal() * 1e-200);
    expect(orthonormalise(a, 3, 5)).toBe(3);
    expect(gramDefect(a, 3, 5, 3)).toBeLessThan(1e-14);
    expect(orthonormalise(new Float64Array(6), 3, 2)).toBe(0);
  });
});
