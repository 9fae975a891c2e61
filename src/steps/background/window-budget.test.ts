import { describe, expect, it } from 'vitest';
import { run } from '../../index.ts';
import { CounterRandom } from '../../kernels/index.ts';
import { uniformAxis } from '../../signal/axis.ts';
import { COUNTS } from '../../signal/intensity.ts';
import { type Noise, poisson, unknownNoise } from '../../signal/noise.ts';
import { uncertainty } from '../../signal/quantity.ts';
import { createSignal, type Signal } from '../../signal/signal.ts';
import type { WindowIntensity } from '../products.ts';

const CHANNELS = 300;
const ENERGIES = Float64Array.from({ length: CHANNELS }, (_, j) => 400 + j);
const SIDE = 30;
const PIXELS = SIDE * SIDE;

interface Making {
  readonly counts?: number;
  readonly law?: (energy: number) => number;
  readonly edge?: number;
  readonly noise?: Noise;
  readonly descending?: boolean;
  readonly side?: number;
  readonly value?: (count: number, random: CounterRandom) => number;
}

/** A map of one background with an edge at 530 eV: so many counts per channel at 480 eV, so many of the edge in 530–580 eV. */
const powerLaw = (energy: number) => (energy / 480) ** -3;

function map(
  { counts = 50, law = powerLaw, edge = 0, noise = poisson(), descending = false, side = SIDE, value }: Making,
  seed = 1,
) {
  const random = new CounterRandom(seed, 0);
  const pixels = side * side;
  const values = new Float64Array(pixels * CHANNELS);
  for (let i = 0; i < pixels; i++) {
    for (let j = 0; j < CHANNELS; j++) {
      const energy = ENERGIES[j];
      const background = counts * law(energy);
      const count = random.poisson(background + (energy >= 530 && energy < 580 ? edge / 50 : 0));
      values[i * CHANNELS + (descending ? CHANNELS - 1 - j : j)] = value ? value(count, random) : count;
    }
  }
  return createSignal({
    title: 'an edge',
    modality: 'eels',
    navigation: ['y', 'x'].map((name) => uniformAxis({ name, role: 'navigation', size: side })),
    spectral: uniformAxis({
      name: 'Energy loss',
      unit: 'eV',
      role: 'spectral',
      size: CHANNELS,
      offset: descending ? 699 : 400,
      scale: descending ? -1 : 1,
    }),
    source: { type: 'memory', block: { kind: 'dense', pixels, channels: CHANNELS, values } },
    intensity: COUNTS,
    noise,
  });
}

async function measure(signal: Signal, step = 'power-law', params: object = {}): Promise<WindowIntensity> {
  const { products } = await run(
    {
      spectrail: 'recipe/1',
      title: 'An edge above its background',
      inputs: { core: {} },
      steps: [
        { id: 'net', use: `background.${step}`, params: { fit: [440, 520], ...params } },
        { id: 'edge', use: 'measure.window', params: { window: [530, 579] } },
      ],
    } as never,
    { core: signal },
  );
  return products.edge as WindowIntensity;
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

describe('a window above a background', () => {
  it.each([
    ['power-law', {}],
    ['two-power-laws', {}],
    ['two-power-laws', { weights: 'equal' }],
    ['local-average', { sigma: 1.5 }],
    ['power-law', { method: 'two-area' }],
    ['power-law', { method: 'least-squares' }],
  ])('%s %j: net counts are unbiased, and scatter as their errors say', async (step, params) => {
    const { map: net, sigma, total } = await measure(map({ edge: 400 }), step, params);
    const pulls = net.map((value, i) => (value - 400) / sigma[i]);
    expect(Math.abs(mean(net) - 400) / 400).toBeLessThan(0.02);
    const scatter = Math.sqrt(mean(pulls.map((pull) => pull * pull)));
    expect(scatter).toBeGreaterThan(0.93);
    expect(scatter).toBeLessThan(1.07);
    const covered = mean(pulls.map((pull) => (Math.abs(pull) < 1.96 ? 1 : 0)));
    expect(covered).toBeGreaterThan(0.93);
    expect(covered).toBeLessThan(0.97);
    expect(Math.abs(total.value - 400 * PIXELS)).toBeLessThan(3 * uncertainty(total));
  });

  it('the budget names counting, background and the choice of the background, each on its own line', async () => {
    const { total, rivals = [], spread } = await measure(map({ edge: 400 }));
    const [counting, background] = total.random;
    expect([counting.name, background.name]).toEqual(['counting', 'background']);
    const inside = ENERGIES.reduce((sum, e) => sum + (e >= 530 && e < 580 ? 50 * (e / 480) ** -3 : 0), 0);
    expect(counting.sigma / Math.sqrt(PIXELS * (inside + 400))).toBeCloseTo(1, 1);
    // Egerton's h − 1 of this window, from theory: the background weighs more than the counts.
    expect((background.sigma / Math.sqrt(PIXELS * inside)) ** 2).toBeGreaterThan(2);
    expect(rivals.map(({ label }) => label)).toContain('exponential');
    const totals = [total.value, ...rivals.map((rival) => rival.total)];
    expect(total.systematic).toEqual([
      {
        source: 'choice of the background',
        sensitivity: (Math.max(...totals) - Math.min(...totals)) / 2 / Math.sqrt(3),
      },
    ]);
    expect(spread?.every((each) => each > 0)).toBe(true);
  });

  it('averaging does not lessen the choice of the background: where no model is right, it covers what is left', async () => {
    const bent = (energy: number) => 0.5 * (energy / 480) ** -2.4 + 0.5 * (energy / 480) ** -3.6;
    const { total } = await measure(map({ counts: 400, law: bent }));
    const [{ sensitivity }] = total.systematic;
    const random = Math.hypot(...total.random.map(({ sigma }) => sigma));
    expect(Math.abs(total.value)).toBeGreaterThan(5 * random);
    expect(Math.abs(total.value)).toBeLessThan(Math.sqrt(3) * sensitivity);
  });

  it('does not depend on the order in which the file lists the axis', async () => {
    const [one, other] = [await measure(map({ edge: 300 })), await measure(map({ edge: 300, descending: true }))];
    expect(other.total.value / one.total.value).toBeCloseTo(1, 9);
    expect(other.sigma[5] / one.sigma[5]).toBeCloseTo(1, 9);
    const areas = { method: 'two-area' };
    const [rising, falling] = [
      await measure(map({ edge: 300 }), 'power-law', areas),
      await measure(map({ edge: 300, descending: true }), 'power-law', areas),
    ];
    expect(falling.total.value / rising.total.value).toBeCloseTo(1, 9);
  });

  it('the shape of the neighbourhood takes most of the error of the background away', async () => {
    const signal = map({ counts: 5 });
    const own = await measure(signal);
    const local = await measure(signal, 'local-average', { sigma: 2 });
    const inside = ENERGIES.reduce((sum, e) => sum + (e >= 530 && e < 580 ? 5 * powerLaw(e) : 0), 0);
    const scatter = (net: Float64Array) => Math.sqrt(mean(net.map((value) => value * value)) / inside);
    // In units of √N of the background: of the estimate alone and its counts, 2.1 and 0.7 beside 1.
    expect(scatter(own.map)).toBeGreaterThan(2.1);
    expect(scatter(local.map)).toBeLessThan(Math.hypot(1, 0.75));
    expect(Math.abs(mean(local.map)) / inside).toBeLessThan(0.02);
    expect(mean(local.sigma) / mean(own.sigma)).toBeLessThan(0.6);
  });

  it.each([
    ['power-law', {}],
    ['local-average', { sigma: 1.5 }],
  ])('%s: the total of a map scatters as its budget says, though neighbours share errors', async (step, params) => {
    const pulls: number[] = [];
    for (let seed = 1; seed <= 60; seed++) {
      const { total } = await measure(map({ side: 12, counts: 20 }, seed), step, params);
      pulls.push(total.value / Math.hypot(...total.random.map(({ sigma }) => sigma)));
    }
    // 60 draws tell a standard deviation to 9 %.
    expect(Math.sqrt(mean(pulls.map((pull) => pull * pull)))).toBeGreaterThan(0.75);
    expect(Math.sqrt(mean(pulls.map((pull) => pull * pull)))).toBeLessThan(1.28);
  });

  it('takes gain, pedestal and readout noise of a camera into account', async () => {
    const [gain, offset, readout] = [2.5, 100, 6];
    const signal = map({
      edge: 400,
      noise: poisson({ gain, offset, readout }),
      value: (count, random) => gain * count + offset + readout * random.normal(),
    });
    const { map: net, sigma } = await measure(signal);
    const pulls = net.map((value, i) => (value - 400 * gain) / sigma[i]);
    expect(Math.abs(mean(net) / gain - 400) / 400).toBeLessThan(0.02);
    expect(Math.sqrt(mean(pulls.map((pull) => pull * pull)))).toBeCloseTo(1, 1);
  });

  it('values of unknown law are refused as the error of a number, and measured where the recipe says why', async () => {
    const signal = map({ edge: 400, noise: unknownNoise('nobody knows') });
    await expect(measure(signal)).rejects.toMatchObject({ code: 'sqrt-n-after-denoise' });
  });
});
