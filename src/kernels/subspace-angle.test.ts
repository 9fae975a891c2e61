import { describe, expect, it } from 'vitest';
import { CounterRandom } from './random.ts';
import { subspaceAngle } from './subspace-angle.ts';

const random = new CounterRandom(41, 0);

describe('subspaceAngle', () => {
  it('returns the angle of two lines, to the smallest angles', () => {
    for (const degrees of [1e-9, 1e-4, 1, 30, 44.9, 45.1, 60, 89.999, 90]) {
      const angle = (degrees * Math.PI) / 180;
      const found = subspaceAngle(
        Float64Array.of(2, 0, 0),
        Float64Array.of(3 * Math.cos(angle), 3 * Math.sin(angle), 0),
        3,
        1,
      );
      expect(Math.abs(found / degrees - 1)).toBeLessThan(1e-6);
    }
  });

  it('is zero for another basis of the same space', () => {
    const [n, k] = [40, 4];
    const a = Float64Array.from({ length: n * k }, () => random.normal());
    const mix = Float64Array.from({ length: k * k }, () => random.normal());
    const b = new Float64Array(n * k);
    for (let i = 0; i < n; i++)
      for (let p = 0; p < k; p++) for (let q = 0; q < k; q++) b[i * k + q] += a[i * k + p] * mix[p * k + q];
    expect(subspaceAngle(a, b, n, k)).toBeLessThan(1e-12);
  });

  it('is the largest of the principal angles', () => {
    const c = Math.cos(0.3);
    const s = Math.sin(0.3);
    // First columns agree; second ones are 0.3 rad apart.
    const found = subspaceAngle(Float64Array.of(1, 0, 0, 1, 0, 0), Float64Array.of(1, 0, 0, c, 0, s), 3, 2);
    expect(found).toBeCloseTo((0.3 * 180) / Math.PI, 10);
  });

  it('measures how far the smaller space lies outside the larger, either way round', () => {
    const plane = Float64Array.of(1, 0, 0, 1, 0, 0);
    const line = Float64Array.of(0, Math.cos(0.2), Math.sin(0.2));
    expect(subspaceAngle(plane, line, 3, 2, 1)).toBeCloseTo((0.2 * 180) / Math.PI, 10);
    expect(subspaceAngle(line, plane, 3, 1, 2)).toBeCloseTo((0.2 * 180) / Math.PI, 10);
  });

  it('refuses a space without a direction', () => {
    expect(() => subspaceAngle(new Float64Array(3), Float64Array.of(1, 0, 0), 3, 1)).toThrow(/zero/);
  });
});
