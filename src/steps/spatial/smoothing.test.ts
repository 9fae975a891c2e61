import { describe, expect, it } from 'vitest';
import { collect } from '../../engines/engine.ts';
import { inlineEngine } from '../../engines/inline.ts';
import { plan, run } from '../../index.ts';
import { CounterRandom } from '../../kernels/index.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import { toDense } from '../../signal/block.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { COUNTS } from '../../signal/intensity.ts';
import { averageNoise, type Noise, poisson, unknownNoise } from '../../signal/noise.ts';
import { createSignal, pixelCount, type Signal } from '../../signal/signal.ts';
import { resolveShape } from '../index.ts';

type Step = { id?: string; use: string; in?: unknown; params?: object };

const axes = (...sizes: number[]) =>
  sizes.map((size, i) => uniformAxis({ name: 'zyx'.slice(-sizes.length)[i], unit: 'nm', role: 'navigation', size }));

interface Making extends Partial<Pick<Signal, 'navigation' | 'noise' | 'mask' | 'modality' | 'shift'>> {
  readonly channels?: number;
  readonly value: (pixel: number, channel: number) => number;
  readonly spectral?: Axis;
}

function map({ value, channels = 8, navigation = axes(20, 24), ...parts }: Making): Signal {
  const pixels = pixelCount({ navigation });
  const values = Float64Array.from({ length: pixels * channels }, (_, at) =>
    value(Math.floor(at / channels), at % channels),
  );
  return createSignal({
    modality: 'eds',
    navigation,
    spectral: uniformAxis({ name: 'Energy', unit: 'keV', role: 'spectral', size: channels, scale: 0.1 }),
    source: { type: 'memory', block: { kind: 'dense', pixels, channels, values } },
    intensity: COUNTS,
    noise: poisson(),
    ...parts,
  });
}

/** Poisson counts of one mean everywhere. */
function flat(mean: number, seed: number, making: Omit<Making, 'value'> = {}): Signal {
  const random = new CounterRandom(seed, 0);
  return map({ value: () => random.poisson(mean), ...making });
}

const recipe = (steps: readonly Step[]) =>
  ({
    spectrail: 'recipe/1',
    title: 'Smoothing',
    inputs: { counts: {} },
    steps: steps.map((step, n) => ({ id: `s${n}`, ...step })),
  }) as never;

async function smoothed(signal: Signal, use: string, params: object): Promise<Signal> {
  const { products } = await run(recipe([{ use, params }]), { counts: signal });
  return products.s0 as Signal;
}

async function valuesOf(signal: Signal): Promise<Float64Array> {
  const options = { resolve: resolveShape, geometry: signalGeometry(signal) };
  const block = await collect(inlineEngine(resolveShape), signal.source, options);
  return toDense(block).values as Float64Array;
}

const valuesAfter = async (signal: Signal, use: string, params: object) =>
  valuesOf(await smoothed(signal, use, params));

async function objections(signal: Signal, steps: readonly Step[]) {
  const { objections: found } = await plan(recipe(steps), { counts: signal });
  return found;
}

async function codes(signal: Signal, steps: readonly Step[]): Promise<string[]> {
  return (await objections(signal, steps)).filter(({ severity }) => severity === 'error').map(({ code }) => code);
}

describe('the effective dose', () => {
  it.each<[string, object, number]>([
    ['spatial.gaussian', { sigma: 1 }, 4 * Math.PI],
    ['spatial.gaussian', { sigma: 2 }, 16 * Math.PI],
    ['spatial.gaussian', { sigma: 0.7 }, 4 * Math.PI * 0.49],
    ['spatial.local-average', { radius: 1 }, 9],
    ['spatial.local-average', { radius: 2, shape: 'disc' }, 13],
  ])('of %s %o is the inverse of the variance, to 5 %%', async (use, params, pixels) => {
    const mean = 20;
    const signal = flat(mean, 3, { channels: 48, navigation: axes(48, 48) });
    const values = await valuesAfter(signal, use, params);
    let [sum, n] = [0, 0];
    // Away from the ends of the map, where fewer pixels are in the mean.
    for (let i = 0; i < 48 * 48; i++) {
      if (Math.min(i % 48, 47 - (i % 48), Math.floor(i / 48), 47 - Math.floor(i / 48)) < 6) continue;
      for (let j = 0; j < 48; j++, n++) sum += (values[i * 48 + j] - mean) ** 2;
    }
    const ratio = sum / n / mean;
    expect(ratio * pixels).toBeGreaterThan(0.95);
    expect(ratio * pixels).toBeLessThan(1.05);
  });
});

describe('what is averaged', () => {
  it('a box is the mean of its pixels, a disc of those within its radius', async () => {
    const signal = map({ value: (i, j) => i * i + j });
    const box = await valuesAfter(signal, 'spatial.local-average', { radius: 1 });
    const disc = await valuesAfter(signal, 'spatial.local-average', { radius: 1, shape: 'disc' });
    const at = 5 * 24 + 7;
    const square = (offsets: number[]) => offsets.reduce((sum, o) => sum + (at + o) ** 2, 0) / offsets.length + 3;
    expect(box[at * 8 + 3]).toBeCloseTo(square([-25, -24, -23, -1, 0, 1, 23, 24, 25]), 8);
    expect(disc[at * 8 + 3]).toBeCloseTo(square([-24, -1, 0, 1, 24]), 8);
  });

  it('masked pixels and channels give nothing away, and stay as they were', async () => {
    const pixels = Uint8Array.from({ length: 480 }, (_, i) => (i === 100 ? 1 : 0));
    const channels = Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 0);
    const signal = map({ value: (i, j) => (i === 100 ? 1e6 : j === 2 ? 1e5 : 7), mask: { pixels, channels } });
    for (const [use, params] of [
      ['spatial.gaussian', { sigma: 1.5 }],
      ['spatial.local-average', { radius: 2 }],
      ['spatial.non-local-means', { bandCounts: 1 }],
    ] as const) {
      const out = await smoothed(signal, use, params);
      const values = await valuesOf(out);
      expect(out.mask).toEqual(signal.mask);
      for (let i = 0; i < 480; i++) {
        for (const j of [0, 1, 3, 7]) expect(values[i * 8 + j]).toBeCloseTo(i === 100 ? 1e6 : 7, 6);
      }
    }
  });

  it('lengths are those of the axes, each of its own', async () => {
    const navigation = [
      axes(20, 24)[0],
      uniformAxis({ name: 'x', unit: 'nm', role: 'navigation', size: 24, scale: -0.5 }),
    ];
    const signal = flat(9, 1, { navigation });
    const inLength = await valuesAfter(signal, 'spatial.local-average', { radius: '2 nm' });
    const spot = map({ value: (i) => (i === 10 * 24 + 12 ? 45 : 0), navigation });
    const spread = await valuesAfter(spot, 'spatial.local-average', { radius: '0.002 µm' });
    const filled = (dy: number, dx: number) => spread[((10 + dy) * 24 + 12 + dx) * 8];
    expect([filled(2, 4), filled(-2, -4), filled(3, 0), filled(0, 5)]).toEqual([1, 1, 0, 0]);
    expect(inLength).not.toEqual(await valuesAfter(signal, 'spatial.local-average', { radius: 2 }));
    const inPixels = await valuesAfter(signal, 'spatial.gaussian', { sigma: '1.5 px' });
    expect(inPixels).toEqual(await valuesAfter(signal, 'spatial.gaussian', { sigma: 1.5 }));
  });

  it.each<[string, Omit<Making, 'value'>, object, string]>([
    ['frames of maps', { navigation: axes(2, 4, 5) }, { sigma: 1 }, 'too-many-axes'],
    ['a unit of another kind', {}, { sigma: '2 eV' }, 'unit-mismatch'],
    ['what is no length', {}, { sigma: 'wide' }, 'bad-quantity'],
    ['kilometres of it', {}, { sigma: '1 mm' }, 'bad-length'],
    ['a length of 0', {}, { sigma: '0 nm' }, 'bad-length'],
    ['a feature of 0', {}, { sigma: 1, smallestFeature: '0 nm' }, 'bad-length'],
    [
      'a length where pixels differ in size',
      {
        navigation: [
          explicitAxis({
            name: 'x',
            unit: 'nm',
            role: 'navigation',
            positions: Float64Array.from({ length: 9 }, (_, i) => i * i),
          }),
        ],
      },
      { sigma: '2 nm' },
      'uneven-axis',
    ],
  ])('refused: %s', async (_, making, params, code) => {
    const failure = await smoothed(flat(5, 1, making), 'spatial.gaussian', params).catch((error) => error);
    expect(isSpectrailError(failure) && failure.code).toBe(code);
  });

  it('a radius that reaches no other pixel is refused', async () => {
    const failure = await smoothed(flat(5, 1), 'spatial.local-average', { radius: 0.5 }).catch((error) => error);
    expect(isSpectrailError(failure) && failure.code).toBe('bad-length');
  });

  it('a line of spectra, one channel, zeros, negatives and huge counts are as good as any', async () => {
    for (const making of [
      { navigation: axes(30) },
      { channels: 1 },
      { value: () => 0 },
      { value: (i: number) => (i % 2 ? -1e9 : 1e9) },
    ]) {
      const signal = making.value ? map({ value: making.value }) : flat(30, 2, making);
      for (const [use, params] of [
        ['spatial.gaussian', { sigma: 1 }],
        ['spatial.local-average', { radius: 1 }],
      ] as const) {
        const before = await valuesOf(signal);
        const after = await valuesAfter(signal, use, params);
        const [low, high] = [Math.min(...before), Math.max(...before)];
        for (const value of after) expect(value >= low && value <= high).toBe(true);
      }
    }
  });

  it('one spectrum is refused', async () => {
    expect(await codes(flat(5, 1, { navigation: [] }), [{ use: 'spatial.gaussian', params: { sigma: 1 } }])).toEqual([
      'too-small',
    ]);
  });
});

describe('the law of means', () => {
  const members = Float64Array.of(4, 6, 0);

  it('n counts of equal weight are counts of gain 1/n', () => {
    expect(averageNoise(poisson({ gain: 3, offset: 10 }), { reach: 2, members })).toEqual({
      ...poisson({ gain: { per: 'pixel', values: Float64Array.of(0.75, 0.5, 3) }, offset: 10 }),
      across: { kind: 'kernel', pixels: 4 },
    });
  });

  it.each<[string, Noise, Float64Array?]>([
    ['unequal weights', poisson()],
    ['readout noise', poisson({ readout: 2 }), members],
    ['a gain for each channel', poisson({ gain: { per: 'channel', values: Float64Array.of(1, 2) } }), members],
    ['a gain for each pixel', poisson({ gain: { per: 'pixel', values: Float64Array.of(1, 2, 3) } }), members],
    ['Gaussian errors', { tag: 'gaussian', sigma: 2, across: { kind: 'independent' } }, members],
  ])('%s leave a known variance, no more', (_, noise, n) => {
    const mean = averageNoise(noise, { reach: 1, members: n });
    expect(mean).toMatchObject({ tag: 'diagonal', across: { kind: 'kernel', pixels: 2 } });
  });

  it('nothing is known of the mean of pixels that shared errors before, and they share them further', () => {
    const once = averageNoise(poisson(), { reach: 1, members });
    expect(averageNoise(once, { reach: 2, members })).toMatchObject({
      tag: 'unknown',
      across: { kind: 'kernel', pixels: 6 },
    });
    const shared: Noise = { ...poisson(), across: { kind: 'global', rank: 2 } };
    expect(averageNoise(shared, { reach: 2 })).toMatchObject({ tag: 'unknown', across: { kind: 'global', rank: 2 } });
  });

  it('channels that shared errors still do; of an unknown law nothing becomes known', () => {
    const band: Noise = {
      tag: 'correlated',
      form: { kind: 'band', channels: 2 },
      why: 'a test',
      across: { kind: 'independent' },
    };
    expect(averageNoise(band, { reach: 1 })).toEqual({ ...band, across: { kind: 'kernel', pixels: 2 } });
    expect(averageNoise(unknownNoise('a test'), { reach: 1 })).toMatchObject({ tag: 'unknown', why: 'a test' });
  });

  it('displacements that were measured are taken out before spectra are added', async () => {
    const shift: Signal['shift'] = {
      state: 'map',
      offsets: new Float64Array(480).fill(0.1),
      uncertainty: 0,
      within: 0.1,
      origin: 'a test',
    };
    const { nodes } = await plan(recipe([{ use: 'spatial.gaussian', params: { sigma: 1 } }]), {
      counts: flat(5, 1, { shift }),
    });
    expect(nodes.map(({ use }) => use)).toEqual(['align.apply', 'spatial.gaussian']);
  });
});

describe('what may come behind', () => {
  const LINE: Step = { use: 'measure.window', params: { window: [0.1, 0.5] } };

  it('√N is not the error of smoothed counts', async () => {
    for (const [use, params] of [
      ['spatial.gaussian', { sigma: 1 }],
      ['spatial.local-average', { radius: 1 }],
      ['spatial.non-local-means', {}],
    ] as const) {
      expect(await codes(flat(5, 1), [{ use, params }, LINE])).toContain('sqrt-n-after-denoise');
    }
    expect(await codes(flat(5, 1), [LINE])).toEqual([]);
  });

  it('null models of independent pixels, and Poisson weights, are refused', async () => {
    const behind = (use: string, params: object) => [
      { use, params },
      { id: 'pca', use: 'decompose.pca' },
      { id: 'k', use: 'decompose.truncation', in: { factors: 'pca', counts: 's0' } },
      { id: 'phases', use: 'segment.phases', in: { factors: 'pca', truncation: 'k', counts: 's0' } },
    ];
    const averaged = await codes(flat(5, 1), behind('spatial.local-average', { radius: 1 }));
    expect(averaged.filter((code) => code === 'shared-errors').length).toBeGreaterThanOrEqual(2);
    expect(await codes(flat(5, 1), behind('spatial.gaussian', { sigma: 1 }))).toContain('poisson-lost');
  });
});

describe('the receptive field', () => {
  it.each<[string, object, string[]]>([
    ['spatial.gaussian', { sigma: 3, smallestFeature: 2 }, ['receptive-field']],
    ['spatial.gaussian', { sigma: 1, smallestFeature: 4 }, []],
    ['spatial.gaussian', { sigma: 1, smallestFeature: '3.5 nm' }, ['receptive-field']],
    ['spatial.local-average', { radius: 2, smallestFeature: 5 }, []],
    ['spatial.local-average', { radius: 2, smallestFeature: '4.9 nm' }, ['receptive-field']],
    ['spatial.non-local-means', { search: 3, smallestFeature: 7 }, []],
    ['spatial.non-local-means', { search: 3, smallestFeature: 6 }, ['receptive-field']],
  ])('%s %o', async (use, params, expected) => {
    expect(await codes(flat(5, 1), [{ use, params }])).toEqual(expected);
  });

  it('is said in pixels and lengths, beside the feature', async () => {
    const navigation = ['y', 'x'].map((name) =>
      uniformAxis({ name, unit: 'nm', role: 'navigation', size: 20, scale: 2 }),
    );
    const params = { radius: 2, smallestFeature: '8 nm' };
    const [first] = await objections(flat(5, 1, { navigation }), [{ use: 'spatial.local-average', params }]);
    expect(first.reason).toContain(
      '5 pixels (10 nm) along y and 5 pixels (10 nm) along x, wider than the smallest feature of 4 pixels (8 nm)',
    );
  });

  it('a background of local averages has one, too', async () => {
    const signal = flat(5, 1, { modality: 'eels', channels: 16 });
    const step = (params: object) => [{ use: 'background.local-average', params: { fit: [0.2, 0.9], ...params } }];
    expect(await codes(signal, step({ sigma: 2, smallestFeature: 3 }))).toContain('receptive-field');
    expect(await codes(signal, step({ sigma: 2, smallestFeature: 8 }))).toEqual([]);
  });

  it('of a background of local averages, errors reach as far as both averages together', async () => {
    const { nodes } = await plan(
      recipe([
        { use: 'spatial.local-average', params: { radius: 2 } },
        { use: 'background.local-average', params: { fit: [0.2, 0.9], sigma: 1 } },
      ]),
      { counts: flat(5, 1, { modality: 'eels', channels: 16 }) },
    );
    const { output } = nodes[1];
    expect(output.product === 'signal' && output.noise.across).toEqual({ kind: 'kernel', pixels: 4 + 6 });
  });

  it('where nobody declared the smallest feature, that is said', async () => {
    const [found] = await objections(flat(5, 1), [{ use: 'spatial.gaussian', params: { sigma: 1 } }]);
    expect(found).toMatchObject({ code: 'receptive-field', severity: 'warning' });
    expect(found.reason).toContain('nobody declared');
    expect(
      await objections(flat(5, 1), [{ use: 'spatial.gaussian', params: { sigma: 1, smallestFeature: 9 } }]),
    ).toEqual([]);
  });
});
