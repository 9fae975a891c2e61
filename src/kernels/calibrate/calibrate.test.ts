import { describe, expect, it } from 'vitest';
import type { FitLaw } from '../peaks/likelihood-fit.ts';
import { CounterRandom } from '../random.ts';
import { assignPeaks } from './assignment.ts';
import { correctedPosition, correctionError, fitAxisCorrection, powersAt } from './axis-polynomial.ts';
import { diffractionShift, fitDiffractionErrors, totalShift, trueAngle } from './diffraction-errors.ts';
import { BOLTZMANN_EV, fermiStep, fitFermiEdge } from './fermi-edge.ts';
import { errorCurves, fitLinear } from './linear-fit.ts';

const of = (...values: number[]) => Float64Array.from(values);

describe('the correction of an axis', () => {
  const measured = of(100, 300, 500, 900);
  const truth = (c: number, order: number) => c + 0.7 + (order > 0 ? 2e-3 * c : 0) + (order > 1 ? 1e-6 * c * c : 0);

  it.each([0, 1, 2])('of order %d is found back exactly, and extrapolated', (order) => {
    const reference = measured.map((c) => truth(c, order));
    const found = fitAxisCorrection({ measured, reference, sigma: of(0.1, 0.1, 0.1, 0.1) }, order);
    for (const c of [0, 420, 2000]) expect(correctedPosition(found, c)).toBeCloseTo(truth(c, order), 9);
    expect(found.freedom).toBe(3 - order);
  });

  it('of order 0 is the weighted mean, with its error', () => {
    const found = fitAxisCorrection({ measured: of(1, 2), reference: of(1.1, 2.4), sigma: of(0.1, 0.2) }, 0);
    expect(found.values[0]).toBeCloseTo((0.1 / 0.01 + 0.4 / 0.04) / (1 / 0.01 + 1 / 0.04), 12);
    // χ² is 1.8 for one degree of freedom: the error is scaled up.
    expect(found.covariance[0]).toBeCloseTo((1 / (100 + 25)) * 1.8, 9);
  });

  it('has the error that repeated draws have, between its references and far beyond', () => {
    const sigma = of(0.05, 0.2, 0.1, 0.05, 0.1, 0.07);
    const at = of(100, 180, 300, 350, 420, 500);
    const random = new CounterRandom(3, 0);
    const probes = [0, 250, 500, 1500];
    const sums = probes.map(() => [0, 0, 0]);
    const draws = 2000;
    for (let r = 0; r < draws; r++) {
      random.reset(r);
      const moved = at.map((c, i) => c + sigma[i] * random.normal());
      const found = fitAxisCorrection({ measured: moved, reference: at.map((c) => truth(c, 1)), sigma }, 1);
      for (const [k, probe] of probes.entries()) {
        const off = correctedPosition(found, probe) - truth(probe, 1);
        sums[k][0] += off / draws;
        sums[k][1] += (off * off) / draws;
        sums[k][2] += correctionError(found, probe) / draws;
      }
    }
    for (const [mean, square, claimed] of sums) {
      const seen = Math.sqrt(square - mean * mean);
      expect(Math.abs(mean)).toBeLessThan(4 * (seen / Math.sqrt(draws)));
      // Scaled up where residuals happen to be large, never down: on the mean a little above.
      expect(claimed / seen).toBeGreaterThan(0.97);
      expect(claimed / seen).toBeLessThan(1.25);
    }
  });

  it('has curves whose squares add up to its variance, at any two positions to their covariance', () => {
    const found = fitAxisCorrection(
      { measured, reference: measured.map((c) => truth(c, 1)), sigma: of(1, 2, 1, 3) },
      1,
    );
    const positions = of(0, 300, 2000);
    const curves = errorCurves(found.covariance, positions, (position) => powersAt(found, position));
    for (const [i, position] of positions.entries()) {
      const variance = curves.reduce((sum, curve) => sum + curve[i] ** 2, 0);
      expect(Math.sqrt(variance) / correctionError(found, position)).toBeCloseTo(1, 12);
    }
    const [a, b] = [powersAt(found, 0), powersAt(found, 2000)];
    const covariance = a.reduce(
      (sum, x, k) => sum + b.reduce((part, y, l) => part + x * y * found.covariance[2 * k + l], 0),
      0,
    );
    expect(curves.reduce((sum, curve) => sum + curve[0] * curve[2], 0)).toBeCloseTo(covariance, 9);
  });

  it('shows a wrong reference by its studentised residual', () => {
    const reference = measured.map((c) => truth(c, 1));
    reference[1] += 3;
    const { studentised } = fitAxisCorrection({ measured, reference, sigma: of(0.1, 0.1, 0.1, 0.1) }, 1);
    expect(Math.abs(studentised[1])).toBeGreaterThan(3);
    expect(Math.max(...studentised.map(Math.abs))).toBe(Math.abs(studentised[1]));
  });

  it('is refused where it is not determined', () => {
    const two = { measured: of(1, 2), reference: of(1, 2), sigma: of(1, 1) };
    expect(() => fitAxisCorrection(two, 2)).toThrow(RangeError);
    expect(() => fitAxisCorrection({ ...two, measured: of(2, 2) }, 1)).toThrow(/tell/);
    expect(() => fitAxisCorrection({ ...two, sigma: of(1, 0) }, 1)).toThrow(/0/);
    expect(() => fitAxisCorrection({ measured: of(), reference: of(), sigma: of() }, 0)).toThrow(RangeError);
    expect(fitAxisCorrection(two, 1).chiSquare).toBeNaN();
    expect(fitLinear(of(1, 1), of(3, 5), of(1, 1), 1).values[0]).toBeCloseTo(4, 12);
  });
});

describe('which peak is which reference', () => {
  const peaks = (...at: number[]) => at.map((each) => ({ at: each, sigma: 0.05 }));
  const references = [285, 532, 853].map((at) => ({ at, sigma: 0.1 }));

  it('is told by the offset they share, not by which is nearest', () => {
    // All are 6 above; other peaks happen to lie closer to two of the references.
    const found = assignPeaks(peaks(291, 538, 859, 284, 530.5), references, { scale: true, tolerance: 10 });
    expect(found).toEqual([
      { peak: 0, reference: 0 },
      { peak: 1, reference: 1 },
      { peak: 2, reference: 2 },
    ]);
  });

  it('is told with a scale only where there may be one', () => {
    const scaled = peaks(...references.map(({ at }) => 1.008 * at));
    expect(assignPeaks(scaled, references, { scale: true, tolerance: 10 })).toHaveLength(3);
    expect(assignPeaks(scaled, references, { scale: false, tolerance: 10 }).length).toBeLessThan(3);
  });

  it('leaves out what is further away than the tolerance, and what agrees with nothing', () => {
    const options = { scale: true, tolerance: 10 };
    expect(assignPeaks(peaks(400), references, options)).toEqual([]);
    expect(assignPeaks(peaks(285, 545, 853), references, options)).toEqual([
      { peak: 0, reference: 0 },
      { peak: 2, reference: 2 },
    ]);
    expect(assignPeaks([], references, options)).toEqual([]);
    expect(() => assignPeaks([], references, { scale: true, tolerance: 0 })).toThrow(RangeError);
  });

  it('gives no peak to two references, and moves the axis least where nothing else decides', () => {
    const close = [100, 100.02].map((at) => ({ at, sigma: 0.1 }));
    const found = assignPeaks(peaks(100.01), close, { scale: true, tolerance: 1 });
    expect(found).toHaveLength(1);
    const two = assignPeaks(peaks(283, 288), [{ at: 285, sigma: 0 }], { scale: true, tolerance: 5 });
    expect(two).toEqual([{ peak: 0, reference: 0 }]);
  });

  it('leaves out pairs that are out of the question', () => {
    const mayBe = (peak: number, reference: number) => peak !== reference;
    const found = assignPeaks(peaks(285, 286), references.slice(0, 1), { scale: false, tolerance: 5, mayBe });
    expect(found).toEqual([{ peak: 1, reference: 0 }]);
  });

  it('takes more of the disagreement with a wider limit', () => {
    const off = peaks(285, 532.5, 853);
    expect(assignPeaks(off, references, { scale: false, tolerance: 10 })).toHaveLength(2);
    expect(assignPeaks(off, references, { scale: false, tolerance: 10, limit: 6 })).toHaveLength(3);
  });
});

describe('errors of a diffractometer', () => {
  it.each([
    [30, -0.0461],
    [60, -0.0413],
    [100, -0.0307],
    [140, -0.0163],
  ])('0.1 mm below the circle of 240 mm moves a line at %d° by %d°', (angle, known) => {
    expect(0.1 * diffractionShift('displacement', angle, 240)).toBeCloseTo(known, 4);
  });

  it('all three are found back, and taken off to the last figures', () => {
    const known = of(21, 37, 54, 75, 92, 108, 127, 141);
    const truth = { terms: ['zero', 'displacement', 'transparency'] as const, values: of(0.03, 0.12, -0.01) };
    const observed = known.map((angle) => angle + totalShift(truth as never, angle, 240));
    const sigma = known.map(() => 1e-3);
    const found = fitDiffractionErrors(observed, known, sigma, 240, truth.terms);
    for (let k = 0; k < 3; k++) expect(found.values[k]).toBeCloseTo(truth.values[k], 9);
    for (const [i, angle] of observed.entries()) expect(trueAngle(found, angle, 240)).toBeCloseTo(known[i], 10);
  });

  it('zero and displacement are nearly one where lines span 20 to 60°, and not over 20 to 140°', () => {
    const correlation = (...angles: number[]) => {
      const known = Float64Array.from(angles);
      const { covariance } = fitDiffractionErrors(
        known,
        known,
        known.map(() => 1),
        240,
        ['zero', 'displacement'],
      );
      return covariance[1] / Math.sqrt(covariance[0] * covariance[3]);
    };
    expect(Math.abs(correlation(21, 30, 37, 43, 49, 54, 60))).toBeGreaterThan(0.99);
    expect(Math.abs(correlation(21, 37, 54, 75, 92, 108, 127, 141))).toBeLessThan(0.96);
  });

  it('are refused where lines do not tell them apart', () => {
    const one = of(40);
    expect(() => fitDiffractionErrors(one, one, of(1), 240, ['zero', 'displacement'])).toThrow(RangeError);
    expect(() => fitDiffractionErrors(of(40, 40), of(40, 40), of(1, 1), 240, ['zero', 'displacement'])).toThrow(/tell/);
  });
});

describe('a Fermi edge', () => {
  it('is a thermal step without resolution, an error function without temperature', () => {
    expect(fermiStep(0.05, 0.025, 0)).toBeCloseTo(1 / (1 + Math.exp(2)), 14);
    expect(fermiStep(0.2, 0, 0.2)).toBeCloseTo(0.15865525393145707, 12);
    expect([fermiStep(-1, 0, 0), fermiStep(0, 0, 0), fermiStep(1, 0, 0)]).toEqual([1, 0.5, 0]);
    expect(fermiStep(0, 0.025, 0.3)).toBeCloseTo(0.5, 14);
  });

  it('is the convolution that a fine sum gives', () => {
    for (const [energy, thermal, sigma] of [
      [0.1, 0.025, 0.2],
      [-0.3, 0.1, 0.05],
      [0.02, 0.002, 0.3],
      [0.2, 0.0059, 0.3],
      [-0.4, 0.0061, 0.3],
    ]) {
      let sum = 0;
      const h = sigma / 2000;
      for (let k = -20000; k <= 20000; k++) {
        const t = k * h;
        sum +=
          (h * Math.exp((-t * t) / (2 * sigma * sigma))) /
          (sigma * Math.sqrt(2 * Math.PI)) /
          (1 + Math.exp((energy - t) / thermal));
      }
      expect(Math.abs(fermiStep(energy, thermal, sigma) - sum)).toBeLessThan(2e-11);
    }
  });

  const thermal = BOLTZMANN_EV * 300;
  const x = Float64Array.from({ length: 81 }, (_, j) => -1.5 + 0.04 * j);
  const POISSON: FitLaw = { law: 'poisson' };
  const means = (height: number) =>
    x.map((at) => height * fermiStep(-(at - 0.037), thermal, 0.17) * (1 + 0.05 * Math.max(0, at - 0.037)) + 8);

  it('is found without bias, with the error its draws have', () => {
    const random = new CounterRandom(9, 0);
    const options = { thermal, resolution: 0.5, occupiedAbove: true };
    const truth = means(400);
    const draws = 80;
    let [sum, squares, claimed, within] = [0, 0, 0, 0];
    for (let r = 0; r < draws; r++) {
      random.reset(r);
      const found = fitFermiEdge(
        x,
        truth.map((mean) => random.poisson(mean)),
        POISSON,
        options,
      )!;
      const off = found.position - 0.037;
      sum += off / draws;
      squares += (off * off) / draws;
      claimed += found.positionSigma / draws;
      if (Math.abs(off) < 1.96 * found.positionSigma) within++;
    }
    const seen = Math.sqrt(squares - sum * sum);
    expect(Math.abs(sum)).toBeLessThan((4 * seen) / Math.sqrt(draws));
    expect(seen / claimed).toBeGreaterThan(0.85);
    expect(seen / claimed).toBeLessThan(1.15);
    // 300 draws: 0.927, and 0.99 of the claimed error.
    expect(within / draws).toBeGreaterThan(0.87);
  });

  it('is at 0.037 of what it was made of, with the resolution of 0.4, whichever way the axis runs', () => {
    const options = { thermal, resolution: 0.3, occupiedAbove: true };
    for (const [axis, values] of [
      [x, means(1e5)],
      [x.slice().reverse(), means(1e5).reverse()],
    ]) {
      const found = fitFermiEdge(axis, values, POISSON, options)!;
      expect(found.position).toBeCloseTo(0.037, 3);
      expect(found.resolution).toBeCloseTo(0.17 * 2.3548, 2);
    }
    const kinetic = fitFermiEdge(x.map((at) => -at).reverse(), means(1e5).reverse(), POISSON, {
      ...options,
      occupiedAbove: false,
    });
    expect(kinetic?.position).toBeCloseTo(-0.037, 3);
  });

  it('is none where nothing steps, or with fewer than eight values', () => {
    const options = { thermal, resolution: 0.3, occupiedAbove: true };
    expect(
      fitFermiEdge(
        x,
        x.map(() => 7),
        POISSON,
        options,
      ),
    ).toBeUndefined();
    expect(
      fitFermiEdge(
        x,
        x.map(() => 0),
        POISSON,
        options,
      ),
    ).toBeUndefined();
    expect(fitFermiEdge(x.slice(0, 7), means(9).slice(0, 7), POISSON, options)).toBeUndefined();
    // Turned the wrong way round, it is no edge.
    expect(fitFermiEdge(x, means(1e4), POISSON, { ...options, occupiedAbove: false })).toBeUndefined();
  });
});
