import { describe, expect, it } from 'vitest';
import { CounterRandom } from './random.ts';
import {
  deBiasedStrength,
  detectableStrength,
  gavishDonohoOmega,
  gavishDonohoThreshold,
  largestEigenvalueLaw,
  marchenkoPasturEdges,
  marchenkoPasturMedian,
  noiseSingularValue,
  overlapSquared,
  sampleEigenvalue,
  shrinkSingularValue,
  tracyWidomQuantile,
} from './random-matrix.ts';
import { symmetricEigen } from './symmetric-eigen.ts';
import { gramMatrix } from './weighted-gram.ts';

/** Eigen-decomposition of ZᵀZ for noise plus one component of strength ℓ along channel 0. */
function simulate(m: number, n: number, strength: number, key: number) {
  const random = new CounterRandom(51, key);
  const values = Float64Array.from({ length: m * n }, () => random.normal());
  for (let i = 0; i < m; i++) values[i * n] += Math.sqrt(strength) * random.normal();
  const gram = new Float64Array(n * n);
  gramMatrix({ kind: 'dense', pixels: m, channels: n, values }, new Float64Array(m).fill(1), gram);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) gram[i * n + j] = gram[j * n + i];
  return symmetricEigen(gram, n);
}

describe('noise eigenvalues', () => {
  it('stay below the 95 % Tracy–Widom point in 95 % of white matrices', () => {
    const [m, n, repeats] = [60, 20, 600];
    const { centre, scale } = largestEigenvalueLaw(m, n);
    let above = 0;
    for (let key = 0; key < repeats; key++) {
      if (simulate(m, n, 0, key).values[0] > centre + scale * tracyWidomQuantile(0.95)) above++;
    }
    expect(Math.abs(above / repeats - 0.05)).toBeLessThan(4 * Math.sqrt((0.05 * 0.95) / repeats));
  });

  it('end near the Marchenko–Pastur edge, the Tracy–Widom points a little above in order of level', () => {
    const edge = Math.sqrt(4096) + Math.sqrt(400);
    const points = ([0.95, 0.99, 0.999] as const).map((level) => noiseSingularValue(4096, 400, level));
    expect(points[0]).toBeGreaterThan(edge);
    expect(points[1]).toBeGreaterThan(points[0]);
    expect(points[2]).toBeGreaterThan(points[1]);
    expect(points[2] / edge).toBeLessThan(1.02);
    expect(noiseSingularValue(400, 4096)).toBeCloseTo(points[2], 10);
    expect(marchenkoPasturEdges(0.25)).toEqual({ lower: 0.25, upper: 2.25 });
  });
});

describe('spiked model', () => {
  it('de-biases what it biases', () => {
    for (const ratio of [0.01, 0.25, 1, 4]) {
      for (const factor of [1.001, 1.5, 5, 1e6]) {
        const strength = factor * detectableStrength(ratio);
        expect(deBiasedStrength(sampleEigenvalue(strength, ratio), ratio) / strength).toBeCloseTo(1, 5);
      }
      expect(deBiasedStrength(marchenkoPasturEdges(ratio).upper, ratio)).toBe(0);
      expect(deBiasedStrength(0, ratio)).toBe(0);
      expect(overlapSquared(Math.sqrt(ratio), ratio)).toBe(0);
    }
  });

  it('predicts eigenvalue and overlap of a simulated component', () => {
    const [m, n] = [2000, 200];
    const ratio = n / m;
    for (const strength of [1, 5]) {
      let value = 0;
      let overlap = 0;
      for (let key = 0; key < 4; key++) {
        const { values, vectors } = simulate(m, n, strength, key);
        value += values[0] / m / 4;
        overlap += vectors[0] ** 2 / 4;
      }
      expect(value / sampleEigenvalue(strength, ratio)).toBeCloseTo(1, 1);
      expect(Math.abs(overlap - overlapSquared(strength, ratio))).toBeLessThan(0.03);
    }
    expect(overlapSquared(2, 0.25)).toBeCloseTo(0.8333, 4);
  });
});

describe('Gavish–Donoho', () => {
  it('has the closed values at β = 1', () => {
    expect(gavishDonohoThreshold(1)).toBeCloseTo(4 / Math.sqrt(3), 14);
    expect(gavishDonohoOmega(1)).toBeCloseTo(2.8583624240695, 12);
  });

  it('median halves the Marchenko–Pastur law, down to very flat matrices', () => {
    for (const beta of [1, 0.999, 0.5, 0.1, 1e-3, 1e-8]) {
      const median = marchenkoPasturMedian(beta);
      const { lower, upper } = marchenkoPasturEdges(beta);
      let below = 0;
      const steps = 200_000;
      // x = lower + (upper − lower) sin² φ takes the roots out of the ends.
      for (let i = 0; i < steps; i++) {
        const phi = ((i + 0.5) / steps) * (Math.PI / 2);
        const x = lower + (upper - lower) * Math.sin(phi) ** 2;
        if (x > median) break;
        const density = Math.sqrt(Math.max(0, (upper - x) * (x - lower))) / (2 * Math.PI * beta * x);
        below += density * (upper - lower) * Math.sin(2 * phi) * (Math.PI / 2 / steps);
      }
      expect(Math.abs(below - 0.5)).toBeLessThan(1e-4);
    }
  });

  it('shrinks to zero below the noise edge and by its bias above', () => {
    const [rows, columns] = [400, 100];
    const edge = Math.sqrt(rows) + Math.sqrt(columns);
    expect(shrinkSingularValue(edge * 0.999, rows, columns)).toBe(0);
    expect(shrinkSingularValue(edge * 100, rows, columns) / (edge * 100)).toBeCloseTo(1, 3);
    expect(shrinkSingularValue(60, rows, columns)).toBeLessThan(60);
    expect(shrinkSingularValue(120, columns, rows, 2)).toBeCloseTo(2 * shrinkSingularValue(60, rows, columns), 10);
  });

  it('refuses an aspect ratio outside (0, 1]', () => {
    for (const beta of [0, 1.1, Number.NaN]) expect(() => gavishDonohoThreshold(beta)).toThrow(/short side/);
  });
});
