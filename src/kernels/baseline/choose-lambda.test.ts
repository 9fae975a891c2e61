import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../random.ts';
import { chooseArplsLambda } from './choose-lambda.ts';
import { cutOffPeriod } from './penalty.ts';

const CHANNELS = 400;
const random = new CounterRandom(8, 0);
const bent = Float64Array.from(
  { length: 3 * CHANNELS },
  (_, i) => 200 + 80 * Math.sin((i % CHANNELS) / 60) + 6 * random.normal(),
);
const straight = Float64Array.from({ length: CHANNELS }, (_, i) => 50 + 0.1 * i + 6 * random.normal());

describe('the choice of λ for arPLS', () => {
  it('tries what it is told to', () => {
    const { lambdas, steps } = chooseArplsLambda(bent, CHANNELS);
    expect(cutOffPeriod(lambdas[0])).toBeCloseTo(20, 9);
    expect(cutOffPeriod(lambdas.at(-1)!)).toBeLessThanOrEqual(2 * CHANNELS * (1 + 1e-9));
    expect(lambdas[2] / lambdas[0]).toBeCloseTo(10, 9);
    expect(steps).toHaveLength(lambdas.length - 1);
    const fine = chooseArplsLambda(bent, CHANNELS, { periods: [30, 300], perDecade: 5 });
    expect(cutOffPeriod(fine.lambdas[0])).toBeCloseTo(30, 9);
    expect(fine.lambdas).toHaveLength(21);
  });

  it('is a baseline that follows the bends and no noise', () => {
    const { chosen, range, standardError, distance, lambdas } = chooseArplsLambda(bent, CHANNELS);
    expect(cutOffPeriod(chosen)).toBeGreaterThan(60);
    expect(cutOffPeriod(chosen)).toBeLessThan(377);
    expect(range[0]).toBeLessThanOrEqual(chosen);
    expect(range[1]).toBeGreaterThanOrEqual(chosen);
    for (const [k, lambda] of lambdas.entries()) {
      if (lambda >= range[0] && lambda <= range[1]) expect(distance[k]).toBeLessThanOrEqual(standardError);
    }
    // 6 counts of noise over the channels that a baseline of this stiffness averages.
    expect(standardError).toBeGreaterThan(0.5);
    expect(standardError).toBeLessThan(3);
  });

  it('of a straight line the data leave wide open', () => {
    const { range } = chooseArplsLambda(straight, CHANNELS);
    expect(range[1] / range[0]).toBeGreaterThan(10);
  });

  it('does not depend on the unit of y', () => {
    const one = chooseArplsLambda(bent, CHANNELS);
    const other = chooseArplsLambda(
      bent.map((y) => 1024 * y),
      CHANNELS,
    );
    expect(other.chosen).toBe(one.chosen);
    expect(other.range).toEqual(one.range);
    expect(other.standardError / one.standardError).toBeCloseTo(1024, 6);
  });

  it('heeds the number of probes and where arPLS stops', () => {
    const one = chooseArplsLambda(bent, CHANNELS);
    const more = chooseArplsLambda(bent, CHANNELS, { probes: 64 });
    expect(more.standardError).not.toBe(one.standardError);
    expect(Math.abs(more.standardError / one.standardError - 1)).toBeLessThan(0.2);
    expect(chooseArplsLambda(bent, CHANNELS, { maxIterations: 2 }).misfit).not.toEqual(one.misfit);
    expect(chooseArplsLambda(bent, CHANNELS, { tolerance: 0.5 }).misfit).not.toEqual(one.misfit);
  });

  it('takes rows that a line fits, and refuses what it cannot take', () => {
    expect(chooseArplsLambda(new Float64Array(CHANNELS), CHANNELS).standardError).toBe(0);
    expect(() => chooseArplsLambda(Float64Array.of(1, 2, 3), 3)).toThrow(/channels/);
    expect(() => chooseArplsLambda(new Float64Array(0), CHANNELS)).toThrow(/rows/);
    expect(() => chooseArplsLambda(new Float64Array(CHANNELS).fill(Number.NaN), CHANNELS)).toThrow(/finite/);
    expect(() => chooseArplsLambda(bent, CHANNELS, { periods: [40, 30] })).toThrow(/longest/);
    expect(() => chooseArplsLambda(bent, CHANNELS, { perDecade: 0 })).toThrow(/perDecade/);
    expect(() => chooseArplsLambda(bent, CHANNELS, { probes: 0 })).toThrow(/probes/);
  });
});
