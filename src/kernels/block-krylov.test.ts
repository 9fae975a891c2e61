import { describe, expect, it } from 'vitest';
import { blockKrylov } from './block-krylov.ts';
import { orthonormalise } from './orthonormalise.ts';
import { CounterRandom } from './random.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/** Symmetric matrix with the given leading values, the rest zero, and a counter of the passes made over it. */
function planted(n: number, values: number[], seed = 1) {
  const random = new CounterRandom(seed, 0);
  const k = values.length;
  const q = Float64Array.from({ length: n * k }, () => random.normal());
  orthonormalise(q, n, k);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) for (let p = 0; p < k; p++) a[i * n + j] += values[p] * q[i * k + p] * q[j * k + p];
  let passes = 0;
  const apply = (block: Float64Array, b: number) => {
    passes++;
    const out = new Float64Array(n * b);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) for (let c = 0; c < b; c++) out[i * b + c] += a[i * n + j] * block[j * b + c];
    return out;
  };
  return { a, apply, passes: () => passes };
}

const decay = Array.from({ length: 60 }, (_, k) => 100 * 0.8 ** k);

describe('blockKrylov', () => {
  it('finds the leading pairs to 1e-10 in few passes, one call of the operator for each', async () => {
    const { a, apply, passes } = planted(80, decay);
    const found = await blockKrylov(apply, 80, { rank: 6, block: 10, steps: 5, seed: 3 });
    const exact = symmetricEigen(a, 80);
    expect(passes()).toBe(5);
    expect(found.steps).toBe(5);
    for (let k = 0; k < 6; k++) {
      expect(Math.abs(found.values[k] / exact.values[k] - 1)).toBeLessThan(1e-10);
      let dot = 0;
      for (let i = 0; i < 80; i++) dot += found.vectors[i * 6 + k] * exact.vectors[i * 80 + k];
      expect(dot).toBeGreaterThan(1 - 1e-10);
    }
  });

  it('reports residuals that bound the error of each value', async () => {
    const { a, apply } = planted(80, decay);
    const exact = symmetricEigen(a, 80).values;
    const found = await blockKrylov(apply, 80, { rank: 8, block: 8, steps: 2, seed: 3 });
    for (let k = 0; k < 8; k++) {
      const nearest = Math.min(...Array.from(exact, (value) => Math.abs(value - found.values[k])));
      expect(nearest).toBeLessThanOrEqual(found.residuals[k] + 1e-12);
    }
    expect(found.converged).toBe(false);
  });

  it('stops as soon as the residuals meet the tolerance', async () => {
    const { apply, passes } = planted(80, decay);
    const found = await blockKrylov(apply, 80, { rank: 4, block: 8, steps: 10, seed: 3, tolerance: 1e-6 });
    expect(found.converged).toBe(true);
    expect(passes()).toBeLessThan(7);
    expect(Math.max(...found.residuals)).toBeLessThan(1e-6 * found.values[0]);
  });

  it('is exact after one pass when the block spans the whole space', async () => {
    const { a, apply, passes } = planted(5, [9, 4, 1, 0.5, 0.1]);
    const found = await blockKrylov(apply, 5, { rank: 8, block: 32, steps: 3, seed: 1 });
    const exact = symmetricEigen(a, 5).values;
    expect(passes()).toBe(1);
    expect(found.values.length).toBe(5);
    for (let k = 0; k < 5; k++) expect(found.values[k]).toBeCloseTo(exact[k], 12);
  });

  it('returns orthonormal vectors and zero values for the zero operator', async () => {
    const found = await blockKrylov((_, b) => new Float64Array(30 * b), 30, { rank: 5, block: 2, steps: 4, seed: 1 });
    expect(Array.from(found.values, Math.abs)).toEqual([0, 0, 0, 0, 0]);
    expect(found.converged).toBe(true);
    for (let k = 0; k < 5; k++) {
      let square = 0;
      for (let i = 0; i < 30; i++) square += found.vectors[i * 5 + k] ** 2;
      expect(square).toBeCloseTo(1, 12);
    }
  });

  it('gives the planted values, then zeros, for an operator of lower rank than asked', async () => {
    const { apply } = planted(40, [7, 5, 3]);
    const found = await blockKrylov(apply, 40, { rank: 6, block: 4, steps: 4, seed: 2 });
    expect(found.values.length).toBe(6);
    for (const [k, value] of [7, 5, 3, 0, 0, 0].entries())
      expect(Math.abs(found.values[k] - value)).toBeLessThan(1e-12);
  });

  it('finds a repeated value as often as it occurs, up to the width of the block', async () => {
    const { apply } = planted(60, [10, 10, 10, 2, 1, 0.5]);
    const found = await blockKrylov(apply, 60, { rank: 4, block: 4, steps: 3, seed: 2 });
    for (const [k, value] of [10, 10, 10, 2].entries()) expect(found.values[k]).toBeCloseTo(value, 10);
  });

  it('uses start vectors: from the true ones a single pass is exact', async () => {
    const { a, apply } = planted(50, decay.slice(0, 20));
    const exact = symmetricEigen(a, 50);
    const start = new Float64Array(50 * 3);
    for (let i = 0; i < 50; i++) for (let k = 0; k < 3; k++) start[i * 3 + k] = exact.vectors[i * 50 + k];
    const found = await blockKrylov(apply, 50, { rank: 3, block: 3, steps: 1, seed: 2, start });
    for (let k = 0; k < 3; k++) expect(found.values[k]).toBeCloseTo(exact.values[k], 10);
  });

  it('raises the block so that the passes can hold the rank', async () => {
    const { apply } = planted(50, decay.slice(0, 20));
    const found = await blockKrylov(apply, 50, { rank: 12, block: 1, steps: 3, seed: 2 });
    expect(found.values.length).toBe(12);
  });

  it('repeats bit for bit, and differs with the seed only by rounding once converged', async () => {
    const { apply } = planted(50, decay.slice(0, 20));
    const options = { rank: 3, block: 8, steps: 4, seed: 2 };
    const first = await blockKrylov(apply, 50, options);
    expect(await blockKrylov(apply, 50, options)).toEqual(first);
    const other = await blockKrylov(apply, 50, { ...options, seed: 9 });
    for (let i = 0; i < first.vectors.length; i++) expect(other.vectors[i]).toBeCloseTo(first.vectors[i], 7);
  });

  it('refuses data that are not finite and options that mean nothing', async () => {
    const nan = () => new Float64Array(8).fill(Number.NaN);
    await expect(blockKrylov(nan, 4, { rank: 2, block: 2, steps: 2, seed: 1 })).rejects.toThrow(/not finite/);
    const { apply } = planted(8, [1]);
    await expect(blockKrylov(apply, 8, { rank: 0, block: 2, steps: 2, seed: 1 })).rejects.toThrow(/rank = 0/);
    const start = new Float64Array(9);
    await expect(blockKrylov(apply, 8, { rank: 1, block: 2, steps: 2, seed: 1, start })).rejects.toThrow(/start/);
  });
});
