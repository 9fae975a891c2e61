import { describe, expect, it } from 'vitest';
import { orthonormalise, orthonormaliseRows } from './orthonormalise.ts';
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

describe('orthonormaliseRows', () => {
  const rowsOf = (k: number, n: number) => Float64Array.from({ length: k * n }, () => random.normal());
  const dots = (a: Float64Array, b: Float64Array, n: number) =>
    Array.from({ length: a.length / n }, (_, i) =>
      Array.from({ length: b.length / n }, (__, j) => {
        let sum = 0;
        for (let l = 0; l < n; l++) sum += a[i * n + l] * b[j * n + l];
        return sum;
      }),
    ).flat();

  it.each([
    [64, 0, 6],
    [64, 1, 4],
    [64, 7, 9],
    [63, 8, 5],
    [64, 60, 4],
  ])('of %d entries, orthogonal to %d known rows, %d new ones are orthonormal', (n, known, k) => {
    const basis = rowsOf(known, n);
    expect(orthonormaliseRows(basis, known, n)).toBe(known);
    const rows = rowsOf(k, n);
    const given = rows.slice();
    expect(orthonormaliseRows(rows, k, n, basis)).toBe(k);
    for (const dot of dots(rows, basis, n)) expect(Math.abs(dot)).toBeLessThan(1e-14);
    dots(rows, rows, n).forEach((dot, at) => {
      expect(Math.abs(dot - (Math.floor(at / k) === at % k ? 1 : 0))).toBeLessThan(1e-14);
    });
    // What was given is a combination of both.
    const parts = [dots(given, basis, n), dots(given, rows, n)];
    const rest = given.slice();
    [basis, rows].forEach((all, which) => {
      const m = all.length / n;
      for (let i = 0; i < k; i++) {
        for (let j = 0; j < m; j++) {
          for (let l = 0; l < n; l++) rest[i * n + l] -= parts[which][i * m + j] * all[j * n + l];
        }
      }
    });
    for (const value of rest) expect(Math.abs(value)).toBeLessThan(1e-12);
  });

  it('drops what the known rows already span, and what is nearly so comes out orthogonal', () => {
    const n = 40;
    const basis = rowsOf(6, n);
    orthonormaliseRows(basis, 6, n);
    const rows = rowsOf(5, n);
    for (let l = 0; l < n; l++) {
      rows[l] = basis[l] - 2 * basis[3 * n + l];
      rows[2 * n + l] = basis[l] + 1e-9 * rows[2 * n + l];
    }
    expect(orthonormaliseRows(rows, 5, n, basis)).toBe(4);
    for (const dot of dots(rows.subarray(0, 4 * n), basis, n)) expect(Math.abs(dot)).toBeLessThan(1e-14);
    expect(rows.subarray(4 * n).every((value) => value === 0)).toBe(true);
  });
});
