import { describe, expect, it } from 'vitest';
import { CounterRandom, evaluateBasis, fitPositiveBasis, positiveBasis } from '../../kernels/index.ts';
import { poisson } from '../../signal/noise.ts';
import { backgroundMethod } from './methods.ts';

const ENERGIES = Float64Array.from({ length: 180 }, (_, j) => 410 + j);
const CHANNELS = ENERGIES.length;
const FIT = [440, 520] as const;
const WINDOW = ENERGIES.map((energy) => (energy >= 530 && energy < 580 ? 1 : 0));

/** Half of the counts at 480 eV are the tail of an edge some tens of eV before the window. */
const behindEdge = (energy: number) => 0.5 * (energy / 480) ** -3 + 0.5 * ((energy - 300) / 180) ** -1.7;
const straight = (energy: number) => (energy / 480) ** -3.5;

const inWindow = (values: Float64Array) => values.reduce((sum, value, j) => sum + WINDOW[j] * value, 0);

function estimatorOf(id: string) {
  const params = { fit: FIT, exponents: [2, 3, 4, 6], method: 'likelihood' };
  return backgroundMethod(`background.${id}`).prepare({
    params,
    positions: ENERGIES,
    unit: 'eV',
    axis: '',
    noise: poisson(),
  });
}

/** The most likely c1·E^−r1 + c2·E^−r2, exponents from 1 to 8 in steps of a half. */
function freeTwoPowerLaws() {
  const grid = Array.from({ length: 15 }, (_, k) => 1 + k / 2);
  const channels = Int32Array.from(ENERGIES.keys()).filter((j) => ENERGIES[j] >= FIT[0] && ENERGIES[j] <= FIT[1]);
  const pairs = grid.flatMap((low, k) =>
    grid.slice(k + 1).map((high) => {
      const shapes = [low, high].flatMap((exponent) => Array.from(ENERGIES, (energy) => (energy / 480) ** -exponent));
      return positiveBasis(Float64Array.from(shapes), 2, channels, { law: 'poisson' });
    }),
  );
  const amounts = new Float64Array(2);
  const trial = new Float64Array(CHANNELS);
  return (row: Float64Array) => {
    let [best, highest] = [new Float64Array(CHANNELS), Number.NEGATIVE_INFINITY];
    for (const basis of pairs) {
      fitPositiveBasis(row, 1, basis, amounts);
      evaluateBasis(amounts, 1, basis, trial);
      const likelihood = channels.reduce((sum, j) => sum + row[j] * Math.log(trial[j]) - trial[j], 0);
      if (likelihood > highest) [best, highest] = [trial.slice(), likelihood];
    }
    return best;
  };
}

function errors(
  law: (energy: number) => number,
  counts: number,
  draws: number,
  made: (row: Float64Array) => Float64Array,
) {
  const truth = ENERGIES.map((energy) => counts * law(energy));
  const random = new CounterRandom(4, counts);
  const each = Array.from({ length: draws }, () => {
    const row = truth.map((value) => random.poisson(value));
    return inWindow(made(row)) / inWindow(truth) - 1;
  });
  const mean = each.reduce((sum, value) => sum + value, 0) / draws;
  return { bias: mean, rms: Math.sqrt(each.reduce((sum, value) => sum + value * value, 0) / draws) };
}

const by = (id: string) => {
  const estimator = estimatorOf(id);
  return (row: Float64Array) => {
    const out = new Float64Array(CHANNELS);
    estimator.estimate(row, 1, out);
    return out;
  };
};

describe('a mixture of power laws', () => {
  it('follows the tail of an earlier edge, where a single power law falls too far', () => {
    for (const counts of [100, 1000, 10_000]) {
      const [single, mixed] = ['power-law', 'power-law-mixture'].map((id) => errors(behindEdge, counts, 150, by(id)));
      expect(single.bias).toBeLessThan(-0.025);
      expect(Math.abs(mixed.bias)).toBeLessThan(0.015);
      expect(mixed.rms).toBeLessThan(counts < 1000 ? single.rms : 0.6 * single.rms);
    }
  });

  it('lies 1 to 2 % above a background that does not bend: then a single power law is the better', () => {
    const [single, mixed] = ['power-law', 'power-law-mixture'].map((id) => errors(straight, 1000, 150, by(id)));
    expect(Math.abs(single.bias)).toBeLessThan(0.004);
    expect(mixed.bias).toBeGreaterThan(0.005);
    expect(mixed.bias).toBeLessThan(0.025);
  });

  it('is nearer to the truth than two power laws of free exponents, which the counts do not tell', () => {
    const free = freeTwoPowerLaws();
    for (const counts of [20, 1000]) {
      const [two, mixed] = [
        errors(behindEdge, counts, 40, free),
        errors(behindEdge, counts, 40, by('power-law-mixture')),
      ];
      expect(two.rms).toBeGreaterThan(1.05 * mixed.rms);
    }
  });

  it('behind an edge its error covers about nine nets in ten, of 19 in 20 that it should; that of a power law hardly any', () => {
    const covered = (id: string) => {
      const estimator = estimatorOf(id);
      const random = new CounterRandom(5, 0);
      const response = new Float64Array(CHANNELS);
      let inside = 0;
      for (let draw = 0; draw < 300; draw++) {
        const row = ENERGIES.map((energy) => random.poisson(1000 * behindEdge(energy)));
        const background = new Float64Array(CHANNELS);
        estimator.estimate(row, 1, background);
        estimator.respond?.(row, WINDOW, response);
        const variance = row.reduce((sum, value, j) => sum + (WINDOW[j] - response[j]) ** 2 * value, 0);
        if ((inWindow(row) - inWindow(background)) ** 2 < 1.96 ** 2 * variance) inside += 1 / 300;
      }
      return inside;
    };
    expect(covered('power-law-mixture')).toBeGreaterThan(0.86);
    expect(covered('power-law')).toBeLessThan(0.5);
  });

  it('takes exponents in any order, and each once', () => {
    const { positions, ...rest } = { positions: ENERGIES, unit: 'eV', axis: '', noise: poisson() };
    const row = ENERGIES.map((energy) => Math.round(200 * behindEdge(energy)));
    const [one, other] = [
      [2, 4, 6],
      [6, 2, 4, 2],
    ].map((exponents) => {
      const out = new Float64Array(CHANNELS);
      backgroundMethod('background.power-law-mixture')
        .prepare({ params: { fit: FIT, exponents }, positions, ...rest })
        .estimate(row, 1, out);
      return inWindow(out);
    });
    expect(other / one).toBeCloseTo(1, 9);
  });
});
