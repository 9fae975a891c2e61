import { describe, expect, it } from 'vitest';
import { collect } from '../../src/engines/engine.ts';
import { inlineEngine } from '../../src/engines/inline.ts';
import { anscombeMoments, CounterRandom } from '../../src/kernels/index.ts';
import { blocking } from '../../src/plan/plan.ts';
import { signalGeometry } from '../../src/shapes/signal-geometry.ts';
import { uniformAxis } from '../../src/signal/axis.ts';
import { type DenseBlock, toDense, toEvents } from '../../src/signal/block.ts';
import { isSpectrailError } from '../../src/signal/errors.ts';
import { COUNTS } from '../../src/signal/intensity.ts';
import { poisson, unknownNoise } from '../../src/signal/noise.ts';
import { createSignal, type Signal, withSignal } from '../../src/signal/signal.ts';
import { resolveShape } from '../../src/steps/index.ts';
import type { SignalState } from '../../src/steps/state.ts';
import { planOf, runSteps, type Steps } from './run-recipe.ts';

const engine = inlineEngine(resolveShape);
const valuesOf = async (signal: Signal) =>
  Float64Array.from(
    toDense(await collect(engine, signal.source, { resolve: resolveShape, geometry: signalGeometry(signal) })).values,
  );

interface Made {
  readonly mean: (pixel: number, channel: number) => number;
  readonly size?: readonly [pixels: number, channels: number];
  readonly camera?: { readonly gain: number; readonly offset: number; readonly readout: number };
  readonly seed?: number;
  readonly parts?: Partial<Signal>;
}

/** A map, 16 pixels wide, of an EELS camera. */
function map({ mean, size: [pixels, channels] = [256, 40], camera, seed = 4, parts }: Made): Signal {
  const random = new CounterRandom(seed, 0);
  const { gain, offset, readout } = { gain: 1, offset: 0, readout: 0, ...camera };
  const values = Float64Array.from({ length: pixels * channels }, (_, at) => {
    const counts = random.poisson(mean(Math.floor(at / channels), at % channels));
    return gain * counts + offset + (readout ? readout * random.normal() : 0);
  });
  return createSignal({
    modality: 'eels',
    navigation: [pixels / 16, 16].map((each, i) => uniformAxis({ name: 'yx'[i], role: 'navigation', size: each })),
    spectral: uniformAxis({ name: 'Energy loss', unit: 'eV', role: 'spectral', size: channels, offset: 500 }),
    source: { type: 'memory', block: { kind: 'dense', pixels, channels, values } },
    intensity: COUNTS,
    noise: poisson(camera),
    shift: { state: 'bounded', within: 0, origin: 'made so' },
    ...parts,
  });
}

const STABILISE: Steps = [{ id: 'flat', use: 'counts.anscombe' }];

async function moments(signal: Signal) {
  const values = await valuesOf(signal);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, variance };
}

describe('stabilised counts', () => {
  it.each([
    ['counts', 20, undefined],
    ['camera values', 30, { gain: 3.2, offset: 100, readout: 5 }],
    ['camera values of little light and much readout noise', 0.2, { gain: 2, offset: 40, readout: 12 }],
  ])('%s of %f have variance 1', async (_, mean, camera) => {
    const { products } = await runSteps(STABILISE, map({ mean: () => mean, camera, size: [1024, 40] }));
    const signal = products.flat as Signal;
    expect(signal.noise).toMatchObject({ tag: 'gaussian', sigma: 1 });
    const seen = await moments(signal);
    const expected = anscombeMoments(mean, camera ? camera.readout / camera.gain : 0);
    expect(Math.abs(seen.mean - expected.mean)).toBeLessThan(0.03);
    expect(Math.abs(seen.variance - 1)).toBeLessThan(0.04);
    expect(signal.intensity).toEqual({ kind: 'stabilised', readout: camera ? camera.readout / camera.gain : 0 });
  });

  it('of one spectrum, and of one channel, are stabilised too', async () => {
    for (const size of [
      [16, 1],
      [16, 300],
    ] as const) {
      const { products } = await runSteps(STABILISE, map({ mean: () => 25, size }));
      expect((await moments(products.flat as Signal)).variance).toBeGreaterThan(0.3);
    }
    const whole = map({ mean: () => 25, size: [16, 300] });
    const one = withSignal(whole, {
      navigation: [],
      source: {
        type: 'memory',
        block: { kind: 'dense', pixels: 1, channels: 300, values: (await valuesOf(whole)).slice(0, 300) },
      },
    });
    expect((await moments((await runSteps(STABILISE, one)).products.flat as Signal)).variance).toBeLessThan(1.4);
  });

  it('are refused, with the numbers, where too many values expect fewer than four', async () => {
    const dim = map({ mean: (_, j) => (j < 30 ? 20 : 0.5) });
    const error = await runSteps(STABILISE, dim).catch((caught) => caught);
    expect(isSpectrailError(error, 'input') && error.code).toBe('anscombe-low-counts');
    expect(error.what).toMatch(/^(18|19|2\d) % of the values expect fewer than 4 counts.*0\.\d+ and not 1$/);
    expect(error.where).toContain('flat');
  });

  it('are declared instead, where the recipe says so, as no more than independent', async () => {
    const steps: Steps = [{ ...STABILISE[0], params: { low: 'declare' } }];
    const { products } = await runSteps(steps, map({ mean: () => 0.5 }));
    expect((products.flat as Signal).noise.tag).toBe('diagonal');
    expect((await moments(products.flat as Signal)).variance).toBeCloseTo(0.467, 1);
  });

  it('come with a note of the share of dim values, which masked ones are no part of', async () => {
    const channels = Uint8Array.from({ length: 40 }, (_, j) => (j >= 30 ? 1 : 0));
    const signal = map({ mean: (_, j) => (j < 30 ? 20 : 0), parts: { mask: { channels } } });
    const { trail } = await runSteps(STABILISE, signal);
    expect(trail[0].notes[0]).toMatch(/^0\.?0* % of the values expect fewer than 4 counts.*expect 1\d and more/);
  });

  it('no longer are what can be turned back once they were summed or scaled', async () => {
    for (const after of [
      { use: 'scale', params: { factor: 2 } },
      { use: 'rebin', params: { spectral: 2 } },
      { use: 'sum', params: { over: 'navigation' } },
    ]) {
      const plan = await planOf(
        [...STABILISE, { id: 'after', ...after }, { id: 'back', use: 'counts.anscombe-inverse' }],
        map({ mean: () => 20 }),
      );
      expect(blocking(plan).map(({ code, step }) => `${step} ${code}`)).toContain('back wrong-intensity');
    }
  });
});

describe('the plan', () => {
  const codes = async (signal: Signal, steps = STABILISE) =>
    blocking(await planOf(steps, signal)).map(({ code }) => code);

  it('refuses stabilisation after a normalisation to total counts, and after anything else that ended the law', async () => {
    const bright = map({ mean: () => 20 });
    const how = 'total counts';
    const normalised = withSignal(bright, { intensity: { kind: 'normalised', how }, noise: unknownNoise(how) });
    expect(await codes(normalised)).toEqual(['normalised-too-early']);
    expect(await codes(withSignal(bright, { noise: unknownNoise('filtered') }))).toEqual(['poisson-lost']);
    expect(await codes(withSignal(bright, { intensity: { kind: 'log' } }))).toEqual(['wrong-intensity']);
    expect(await codes(bright, [...STABILISE, { id: 'twice', use: 'counts.anscombe' }])).not.toEqual([]);
  });

  it('knows that sparse counts are too few, from the zeros in them', async () => {
    const dim = map({ mean: () => 0.2 });
    const { block } = dim.source as { block: DenseBlock };
    const sparse = withSignal(dim, { source: { type: 'memory', block: toEvents(block) } });
    const plan = await planOf(STABILISE, sparse);
    const [objection] = blocking(plan);
    expect(objection.code).toBe('anscombe-low-counts');
    expect(objection.reason).toMatch(/8[12] % of these values are 0, so at least 8[01] % of them expect fewer/);
    expect(await codes(sparse, [{ ...STABILISE[0], params: { low: 'declare' } }])).toEqual([]);
  });

  it('refuses a gain that varies with a readout noise that does not', async () => {
    const noise = poisson({ gain: { per: 'channel', values: new Float64Array(40).fill(2) }, readout: 3 });
    await expect(planOf(STABILISE, map({ mean: () => 20, parts: { noise } }))).rejects.toThrow(/no one readout noise/);
  });
});

describe('back to counts', () => {
  const back = (params: object = {}): Steps => [...STABILISE, { id: 'back', use: 'counts.anscombe-inverse', params }];

  it('EELS at 50 counts a channel: Anscombe, PCA, unbiased inverse, for display', async () => {
    // Two phases, an edge in one of them; 1.5 counts of background to 80 at the edge would be refused.
    const mean = (i: number, j: number) => 50 * (1 - j / 100) + (i % 16 < 8 && j > 20 ? 25 : 0);
    const steps: Steps = [
      { id: 'flat', use: 'counts.anscombe', in: 'counts' },
      { id: 'pca', use: 'decompose.pca', in: 'flat', params: { weighting: 'none', components: 6 } },
      {
        id: 'components',
        use: 'decompose.truncation',
        in: { factors: 'pca', counts: 'flat' },
        params: { components: 2 },
      },
      { id: 'model', use: 'decompose.reconstruct', in: { factors: 'pca', truncation: 'components' } },
      { id: 'back', use: 'counts.anscombe-inverse', in: 'model' },
      { id: 'residual', use: 'detect.residual', in: { counts: 'counts', model: 'back' }, params: { nulls: 10 } },
    ];
    const signal = map({ mean });
    const plan = await planOf(steps, signal);
    expect(plan.objections).toEqual([]);
    const { products } = await runSteps(steps, signal);
    const shown = products.back as Signal;
    expect(shown.intensity).toEqual(COUNTS);
    expect(shown.noise).toMatchObject({ tag: 'correlated', form: { kind: 'low-rank' }, across: { kind: 'global' } });
    const values = await valuesOf(shown);
    const [raw, bias, error] = [await valuesOf(signal), [0, 0], [0, 0]];
    values.forEach((value, at) => {
      const truth = mean(Math.floor(at / 40), at % 40);
      bias[0] += (value - truth) / values.length;
      bias[1] += (raw[at] - truth) / values.length;
      error[0] += (value - truth) ** 2;
      error[1] += (raw[at] - truth) ** 2;
    });
    // The pedestal of the algebraic inverse would be 0.25; what is left of the noise adds a quarter of its variance.
    expect(Math.abs(bias[0] - bias[1])).toBeLessThan(0.05);
    expect(error[0]).toBeLessThan(0.15 * error[1]);
  });

  it.each([
    ['unbiased', 0],
    ['closed-form', 0.02],
    ['algebraic', -0.25],
  ])('the %s inverse of averages is off by %f counts', async (method, off) => {
    for (const camera of [undefined, { gain: 2, offset: 50, readout: 2 }]) {
      const mean = 12;
      const z = anscombeMoments(mean, camera ? 1 : 0).mean;
      const averaged = map({ mean: () => 20, camera });
      const source = {
        type: 'memory',
        block: { kind: 'dense', pixels: 256, channels: 40, values: new Float64Array(256 * 40).fill(z) },
      } as const;
      const stabilised = withSignal(averaged, {
        source,
        noise: { tag: 'gaussian', sigma: 0.01, across: { kind: 'independent' } },
        intensity: { kind: 'stabilised', readout: camera ? 1 : 0 },
      });
      const { products } = await runSteps([{ ...back({ method })[1], in: 'counts' }], stabilised);
      const [value] = await valuesOf(products.back as Signal);
      expect(Math.abs(value - mean - off)).toBeLessThan(off === 0 ? 1e-6 : 0.021);
    }
  });

  it('the algebraic inverse of values that nothing was done to is the counts, with their law', async () => {
    const signal = map({ mean: () => 20 });
    const { products } = await runSteps(back({ method: 'algebraic' }), signal);
    const again = products.back as Signal;
    expect(again.noise).toEqual(poisson());
    const [values, counts] = [await valuesOf(again), await valuesOf(signal)];
    expect(Math.max(...values.map((value, at) => Math.abs(value - counts[at])))).toBeLessThan(1e-9);
  });

  it('independent errors stay independent, of any other law nothing more is said than was', async () => {
    const law = async (noise: Signal['noise']) => {
      const intensity = { kind: 'stabilised', readout: 0 } as const;
      const plan = await planOf(
        back()
          .slice(1)
          .map((step) => ({ ...step, in: 'counts' })),
        map({ mean: () => 20, parts: { noise, intensity } }),
      );
      return (plan.nodes[0].output as SignalState).noise;
    };
    const across = { kind: 'independent' } as const;
    expect((await law({ tag: 'gaussian', sigma: 1, across })).tag).toBe('diagonal');
    expect((await law({ tag: 'diagonal', variance: 'known', across })).tag).toBe('diagonal');
    const band = { kind: 'band', channels: 3 } as const;
    expect(await law({ tag: 'correlated', form: band, why: 'smoothed', across })).toMatchObject({ form: band });
    expect((await law(unknownNoise('denoised'))).tag).toBe('unknown');
    const form = { kind: 'response', of: 'background', raw: poisson() } as const;
    await expect(law({ tag: 'correlated', form, why: 'subtracted', across })).rejects.toThrow(
      /background was taken off/,
    );
  });
});
