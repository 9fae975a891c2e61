import { beforeAll, describe, expect, it } from 'vitest';
import { CounterRandom } from '../../src/kernels/index.ts';
import { poisson } from '../../src/signal/noise.ts';
import { backgroundMethod } from '../../src/steps/background/methods.ts';
import { type Detection, detectionStudy, SHARES } from './detection-study.ts';

const TOP = SHARES.length - 1;

describe('an edge of 0.2 to 2 % of its background', () => {
  let found: Readonly<Record<string, Detection>>;
  const methods = ['power law', 'LCPL', 'LBA, σ = 2'];
  beforeAll(async () => {
    found = await detectionStudy({ side: 28, counts: 100, fit: [480, 520], maps: 1, field: 'smooth', methods });
  });

  it('is told apart better above local averages than above a power law of each pixel', () => {
    const [own, , local] = methods.map((name) => found[name]);
    for (const s of [2, 3]) expect(local.areas[s]).toBeGreaterThan(own.areas[s] + 0.05);
  });

  it('from a short fit window, to less than half of the limit', () => {
    const [own, , local] = methods.map((name) => found[name]);
    expect(own.limit / local.limit).toBeGreaterThan(2);
  });

  it('LCPL gains nothing: it has as many free numbers as a power law', () => {
    const [own, fixed] = methods.map((name) => found[name]);
    expect(fixed.scatter / own.scatter).toBeCloseTo(1, 1);
    expect(Math.abs(fixed.areas[TOP] - own.areas[TOP])).toBeLessThan(0.02);
  });
});

describe('five counts a channel, 80 eV of fit window', () => {
  it('local averages scatter by at most 0.75 √N beside the counts, without bias', async () => {
    const methods = ['power law', 'LCPL', 'LBA, σ = 2'];
    const found = await detectionStudy({ side: 40, counts: 5, fit: [440, 520], maps: 1, field: 'smooth', methods });
    const beside = ({ scatter }: Detection) => Math.sqrt(scatter * scatter - 1);
    expect(beside(found['LBA, σ = 2'])).toBeLessThan(0.75);
    expect(Math.abs(found['LBA, σ = 2'].bias)).toBeLessThan(0.004);
    for (const name of ['power law', 'LCPL']) {
      expect(beside(found[name])).toBeGreaterThan(1.9);
      expect(beside(found[name])).toBeLessThan(2.3);
    }
    // Of 1600 pixels, each 14 % uncertain.
    expect(Math.abs(found.LCPL.bias)).toBeLessThan(0.011);
  });
});

describe('an edge of a twentieth of its background', () => {
  it.each([20, 400])('has I/√(I + h·B) for its signal to noise, at %d counts a channel', (counts) => {
    const energies = Float64Array.from({ length: 200 }, (_, j) => 430 + j);
    const window = energies.map((energy) => (energy >= 530 && energy < 580 ? 1 : 0));
    const params = { fit: [440, 520], method: 'likelihood' };
    const setting = { params, positions: energies, unit: 'eV', axis: '', noise: poisson() };
    const estimator = backgroundMethod('background.power-law').prepare(setting);
    const background = energies.map((energy) => counts * (energy / 480) ** -3);
    const edge = background.map((value, j) => 0.05 * value * window[j]);
    const total = (values: Float64Array) => values.reduce((sum, value, j) => sum + window[j] * value, 0);
    const response = new Float64Array(energies.length);
    estimator.respond?.(background, window, response);
    const h = 1 + response.reduce((sum, r, j) => sum + r * r * background[j], 0) / total(background);
    const wanted = total(edge) / Math.sqrt(total(edge) + h * total(background));

    const random = new CounterRandom(8, counts);
    const out = new Float64Array(energies.length);
    const nets = Array.from({ length: 3000 }, () => {
      const row = background.map((value, j) => random.poisson(value + edge[j]));
      estimator.estimate(row, 1, out);
      return total(row) - total(out);
    });
    const mean = nets.reduce((sum, net) => sum + net, 0) / nets.length;
    const spread = Math.sqrt(nets.reduce((sum, net) => sum + (net - mean) ** 2, 0) / (nets.length - 1));
    expect(h).toBeGreaterThan(4);
    expect(total(edge) / spread / wanted).toBeGreaterThan(0.95);
    expect(total(edge) / spread / wanted).toBeLessThan(1.05);
    expect(Math.abs(mean - total(edge))).toBeLessThan((3.5 * spread) / Math.sqrt(nets.length));
  });
});
