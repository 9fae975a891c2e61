import { describe, expect, it } from 'vitest';
import { run } from '../../index.ts';
import { CounterRandom } from '../../kernels/index.ts';
import { uniformAxis } from '../../signal/axis.ts';
import { COUNTS } from '../../signal/intensity.ts';
import type { ModalityId } from '../../signal/modality.ts';
import { type Noise, poisson, unknownNoise } from '../../signal/noise.ts';
import { createSignal, type Signal } from '../../signal/signal.ts';
import type { WindowIntensity } from '../products.ts';

const CHANNELS = 120;
const SIDE = 30;

/** Expected counts at each energy, 400 eV and on. */
type Law = (energy: number) => number;

const line = (energy: number, centre: number, width: number) => Math.exp(-(((energy - centre) / width) ** 2) / 2);
/** Two lines on a level. */
const lines: Law = (energy) => 20 + 300 * line(energy, 440, 6) + 200 * line(energy, 485, 4);
/** An edge at 460 eV on a power law. */
const edge: Law = (energy) => 200 * (energy / 400) ** -3 + (energy >= 460 ? 150 * (energy / 460) ** -2 : 0);

interface Making {
  readonly law?: Law;
  readonly modality?: ModalityId;
  readonly noise?: Noise;
  readonly side?: number;
  readonly dose?: (pixel: number) => number;
  readonly value?: (count: number, random: CounterRandom) => number;
}

function map(
  { law = lines, modality = 'raman', noise = poisson(), side = SIDE, dose = () => 1, value }: Making,
  seed = 1,
): Signal {
  const random = new CounterRandom(seed, 0);
  const pixels = side * side;
  const values = new Float64Array(pixels * CHANNELS);
  for (let at = 0; at < values.length; at++) {
    const count = random.poisson(dose(Math.floor(at / CHANNELS)) * law(400 + (at % CHANNELS)));
    values[at] = value ? value(count, random) : count;
  }
  return createSignal({
    title: 'lines',
    modality,
    navigation: ['y', 'x'].map((name) => uniformAxis({ name, role: 'navigation', size: side })),
    spectral: uniformAxis({ name: 'Energy', unit: 'eV', role: 'spectral', size: CHANNELS, offset: 400 }),
    source: { type: 'memory', block: { kind: 'dense', pixels, channels: CHANNELS, values } },
    intensity: COUNTS,
    noise,
  });
}

type Steps = readonly (readonly [use: string, params?: object])[];

async function measure(signal: Signal, steps: Steps, window = [430, 450]): Promise<WindowIntensity> {
  const { products } = await run(
    {
      spectrail: 'recipe/1',
      title: 'A window of normalised spectra',
      inputs: { counts: {} },
      steps: [
        ...steps.map(([use, params = {}], k) => ({ id: `step-${k}`, use, params })),
        { id: 'window', use: 'measure.window', params: { window } },
      ],
      overrides: [{ code: 'snv-on-background', reason: 'only the errors are looked at' }],
    } as never,
    { counts: signal },
  );
  return products.window as WindowIntensity;
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation of the pulls, and the share of pixels within 1.96σ, about the mean of all pixels. */
function scatterOf({ map: values, sigma }: WindowIntensity): { pulls: number; covered: number } {
  const centre = mean(values);
  const pulls = values.map((value, i) => (value - centre) / sigma[i]);
  return {
    pulls: Math.sqrt(mean(pulls.map((pull) => pull * pull))),
    covered: mean(pulls.map((pull) => (Math.abs(pull) < 1.96 ? 1 : 0))),
  };
}

const METHODS: readonly (readonly [string, object])[] = [
  ['normalise.total', {}],
  ['normalise.total', { window: [470, 500] }],
  ['normalise.area', {}],
  ['normalise.maximum', {}],
  ['normalise.vector', {}],
  ['normalise.reference', { window: [475, 495] }],
  ['normalise.snv', {}],
  ['normalise.msc', {}],
  ['normalise.emsc', {}],
  ['normalise.emsc', { weights: 'variance', order: 1 }],
  ['normalise.pqn', {}],
];

/** An energy range for what is scaled by: all, or what an edge leaves to choose. */
const behindEdge = (params: object) => ('window' in params ? { ...params, window: [490, 519] } : params);

/** What a standard error may be too large by: the maximum of a flat top is steadier than Clark's moments say. */
const slack = (use: string, flat = false) => (use === 'normalise.maximum' ? (flat ? 0.75 : 0.88) : 0.93);

describe('a window of normalised spectra', () => {
  it.each(METHODS)('%s %j: of raw counts, scatters as its errors say', async (use, params) => {
    const { pulls, covered } = scatterOf(await measure(map({}), [[use, params]]));
    expect(pulls).toBeGreaterThan(slack(use));
    expect(pulls).toBeLessThan(1.07);
    expect(covered).toBeGreaterThan(0.925);
    expect(covered).toBeLessThan(use === 'normalise.maximum' ? 0.98 : 0.97);
  });

  const ofNet = METHODS.filter(([, params]) => !('weights' in params));
  it.each(ofNet)('%s %j: behind a background, with the error of the background in it', async (use, params) => {
    const steps: Steps = [
      ['background.power-law', { fit: [405, 450] }],
      [use, behindEdge(params)],
    ];
    const found = await measure(map({ law: edge, modality: 'eels' }), steps, [460, 480]);
    const { pulls, covered } = scatterOf(found);
    expect(pulls).toBeGreaterThan(slack(use, true));
    expect(pulls).toBeLessThan(1.07);
    expect(covered).toBeGreaterThan(0.925);
    expect(found.rivals?.length).toBeGreaterThan(3);
    expect(found.spread?.every((each) => each > 0)).toBe(true);
    expect(found.total.random.map(({ name }) => name)).toEqual(['counting, of window and scale', 'background']);
  });

  it('does not take the error of the background for that of the scale: a share has less of it than its counts', async () => {
    const signal = map({ law: edge, modality: 'eels' });
    const net: Steps = [['background.power-law', { fit: [405, 450] }]];
    const counts = await measure(signal, net, [460, 480]);
    const shares = await measure(signal, [...net, ['normalise.total', { window: [460, 519] }]], [460, 480]);
    const relative = ({ map: values, sigma }: WindowIntensity) => mean(sigma) / mean(values);
    expect(relative(shares)).toBeLessThan(0.9 * relative(counts));
  });

  it('rivals that begin later than the chosen background do not count what lies before them as signal', async () => {
    const steps: Steps = [['background.power-law', { fit: [405, 450] }], ['normalise.total']];
    const { total, rivals = [] } = await measure(map({ law: edge, modality: 'eels' }), steps, [460, 480]);
    const later = rivals.find(({ label }) => label.includes('from 10 eV higher'));
    expect(later && Math.abs(later.total / total.value - 1)).toBeLessThan(0.1);
  });

  it('follows one normalisation behind another', async () => {
    for (const steps of [
      [['normalise.total'], ['normalise.snv']],
      [['normalise.snv'], ['normalise.reference', { window: [475, 495] }]],
      [['normalise.msc'], ['normalise.total']],
    ] as Steps[]) {
      const { pulls } = scatterOf(await measure(map({}), steps));
      expect(pulls).toBeGreaterThan(0.93);
      expect(pulls).toBeLessThan(1.07);
    }
  });

  it('repeats a background that has no response, and normalises the repeats', async () => {
    const steps: Steps = [
      ['background.snip', { width: 30 }],
      ['normalise.reference', { window: [475, 495] }],
    ];
    const { pulls } = scatterOf(await measure(map({ side: 20 }), steps));
    expect(pulls).toBeGreaterThan(0.85);
    expect(pulls).toBeLessThan(1.15);
  });

  it('takes gain, pedestal and readout noise into account', async () => {
    const [gain, offset, readout] = [2.5, 100, 20];
    const camera = {
      noise: poisson({ gain, offset, readout }),
      value: (count: number, random: CounterRandom) => gain * count + offset + readout * random.normal(),
    };
    const steps: Steps = [['normalise.total']];
    const [found, plain] = [await measure(map(camera), steps), await measure(map({}), steps)];
    const { pulls } = scatterOf(found);
    expect(pulls).toBeGreaterThan(0.93);
    expect(pulls).toBeLessThan(1.07);
    expect(mean(found.map) / mean(plain.map)).toBeCloseTo(1, 2);
    expect(mean(found.sigma)).toBeGreaterThan(1.2 * mean(plain.sigma));
  });

  const wholeWindow = [400, 519];
  it.each([
    ['normalise.total', {}, [430, 450], 0.75],
    ['normalise.msc', {}, [430, 450], 0.75],
    ['normalise.msc', {}, wholeWindow, 0.75],
    ['normalise.emsc', { weights: 'variance', order: 1 }, [430, 450], 0.75],
    // Quotients to a median of the same spectra cancel in the total, which is steadier than what is said of it.
    ['normalise.pqn', {}, [430, 450], 0.5],
    ['normalise.pqn', { reference: 'mean' }, [430, 450], 0.5],
    ['normalise.pqn', {}, wholeWindow, 0.3],
  ])(
    '%s %j %j: the total of a map has the error of a reference that all its spectra share',
    async (use, params, window, least) => {
      const totals: number[] = [];
      let claimed = 0;
      for (let seed = 1; seed <= 60; seed++) {
        const { total } = await measure(
          map({ side: 8 }, seed),
          [[use as string, params as object]],
          window as number[],
        );
        totals.push(total.value);
        claimed += total.random[0].sigma / 60;
      }
      const centre = mean(totals);
      const seen = Math.sqrt(totals.reduce((sum, value) => sum + (value - centre) ** 2, 0) / 59);
      // 60 draws tell a standard deviation to 9 %.
      expect(seen / claimed).toBeGreaterThan(least as number);
      expect(seen / claimed).toBeLessThan(1.28);
    },
  );

  it('of values of unknown law is refused as a number, and has no error where the recipe says why it is wanted', async () => {
    const signal = map({ noise: unknownNoise('nobody knows') });
    await expect(measure(signal, [['normalise.total']])).rejects.toMatchObject({ code: 'sqrt-n-after-denoise' });
    const { products } = await run(
      {
        spectrail: 'recipe/1',
        title: 'Shares of unknown law',
        inputs: { counts: {} },
        steps: [
          { id: 'shares', use: 'normalise.total' },
          { id: 'window', use: 'measure.window', params: { window: [430, 450] } },
        ],
        overrides: [{ code: 'sqrt-n-after-denoise', reason: 'only the map is looked at' }],
      } as never,
      { counts: signal },
    );
    const { map: shares, sigma } = products.window as WindowIntensity;
    expect(mean(shares)).toBeGreaterThan(0.3);
    expect(sigma.every(Number.isNaN)).toBe(true);
  });

  it.each([
    [
      'independent errors of known variance',
      { tag: 'diagonal', variance: 'one each', across: { kind: 'independent' } },
    ],
    [
      'errors shared by neighbouring channels',
      { tag: 'correlated', form: { kind: 'band', channels: 1 }, why: 'smoothed', across: { kind: 'independent' } },
    ],
  ] as [string, Noise][])('of %s has no error that could be told', async (_, noise) => {
    await expect(measure(map({ noise }), [['normalise.total']])).rejects.toMatchObject({
      code: 'sqrt-n-after-denoise',
    });
  });
});
