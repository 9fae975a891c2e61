import { describe, expect, it } from 'vitest';
import { collect } from '../../engines/engine.ts';
import { inlineEngine } from '../../engines/inline.ts';
import { run } from '../../index.ts';
import { CounterRandom } from '../../kernels/index.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { uniformAxis } from '../../signal/axis.ts';
import { toDense } from '../../signal/block.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { COUNTS } from '../../signal/intensity.ts';
import { type Noise, poisson } from '../../signal/noise.ts';
import { createSignal, pixelCount, type Signal } from '../../signal/signal.ts';
import { resolveShape } from '../index.ts';
import type { Measurements } from '../products.ts';

interface Making {
  readonly sizes?: readonly number[];
  readonly channels?: number;
  readonly noise?: Noise;
  readonly mean?: (pixel: number, channel: number) => number;
  readonly value?: (count: number, random: CounterRandom) => number;
  readonly mask?: Signal['mask'];
}

/** Poisson counts of a map with pixels of 2 nm: a peak on a background, about 250 counts a pixel. */
function counts({ sizes = [24, 32], channels = 64, noise = poisson(), mean, value, mask }: Making, seed = 1): Signal {
  const random = new CounterRandom(seed, 0);
  const navigation = sizes.map((size, i) =>
    uniformAxis({ name: 'yx'.slice(-sizes.length)[i], unit: 'nm', role: 'navigation', size, scale: 2 }),
  );
  const pixels = pixelCount({ navigation });
  const shape = mean ?? ((_, j) => 2 + 12 * Math.exp(-((j - 40) ** 2) / 40));
  const values = Float64Array.from({ length: pixels * channels }, (_, at) => {
    const count = random.poisson(shape(Math.floor(at / channels), at % channels));
    return value ? value(count, random) : count;
  });
  return createSignal({
    modality: 'eds',
    navigation,
    spectral: uniformAxis({ name: 'Energy', unit: 'keV', role: 'spectral', size: channels, scale: 0.1 }),
    source: { type: 'memory', block: { kind: 'dense', pixels, channels, values } },
    intensity: COUNTS,
    noise,
    mask,
  });
}

async function productsOf(signal: Signal, steps: readonly object[]) {
  const recipe = {
    spectrail: 'recipe/1',
    title: 'What smoothing did',
    inputs: { counts: {} },
    steps,
    overrides: [{ code: 'receptive-field', reason: 'what is lost is what is looked at' }],
  };
  return (await run(recipe as never, { counts: signal })).products;
}

async function blurOf(signal: Signal, use: string, params: object, blur: object = {}) {
  const products = await productsOf(signal, [
    { id: 'smooth', use, params },
    { id: 'blur', use: 'spatial.blur', params: blur },
  ]);
  return { smooth: products.smooth as Signal, blur: products.blur as Measurements };
}

/** Values after non-local means. */
async function nonLocal(signal: Signal, params: object = {}): Promise<Float64Array> {
  const { smooth } = await productsOf(signal, [{ id: 'smooth', use: 'spatial.non-local-means', params }]);
  return valuesOf(smooth as Signal);
}

async function valuesOf(signal: Signal): Promise<Float64Array> {
  const options = { resolve: resolveShape, geometry: signalGeometry(signal) };
  return toDense(await collect(inlineEngine(resolveShape), signal.source, options)).values as Float64Array;
}

const edgeOf = ({ quantities }: Measurements) => quantities[0].quantity.value;

/** Per cent kept, by the width of the layer. */
function keptOf({ tables }: Measurements): Record<number, number> {
  const [widths, kept] = tables[0].columns.map(({ values }) => values as Float64Array);
  return Object.fromEntries(Array.from(widths, (width, n) => [width, kept[n]]));
}

describe('what fixed weights do to an interface', () => {
  it('a Gaussian makes an edge 2.56 σ wide, and keeps of a layer its weight there', async () => {
    for (const sigma of [1, 2]) {
      const { blur } = await blurOf(counts({}), 'spatial.gaussian', { sigma });
      // Straight lines between pixels add 3 %, more where they are coarse.
      expect(edgeOf(blur) / sigma).toBeGreaterThan(2.5);
      expect(edgeOf(blur) / sigma).toBeLessThan(sigma === 1 ? 2.9 : 2.66);
      const weight = (d: number) => Math.exp(-(d * d) / 2 / sigma ** 2);
      let all = 0;
      for (let d = -3 * sigma; d <= 3 * sigma; d++) all += weight(d);
      expect(keptOf(blur)[1]).toBeCloseTo(100 / all, 8);
      expect(keptOf(blur)[3]).toBeCloseTo((100 * (1 + 2 * weight(1))) / all, 8);
    }
  });

  it('a box of 5 × 5 keeps a fifth of one pixel and all of six; a disc of the same radius a little more', async () => {
    const box = (await blurOf(counts({}), 'spatial.local-average', { radius: 2 })).blur;
    const percents = [1, 2, 3, 4, 6].map((wide) => keptOf(box)[wide]);
    expect(percents.map(Math.round)).toEqual([20, 40, 60, 80, 100]);
    expect(edgeOf(box)).toBeCloseTo(4, 8);
    expect(box.findings[0]).toContain('along y and x 5 pixels (10 nm)');
    const disc = (await blurOf(counts({}), 'spatial.local-average', { radius: 2, shape: 'disc' })).blur;
    expect(keptOf(disc)[1]).toBeCloseTo(500 / 13, 8);
  });

  it('what the plan lets pass keeps 0.8 of a layer as wide as the declared feature; what it refuses is warned of', async () => {
    const kept = async (params: { sigma: number; smallestFeature: number }) => {
      const { blur } = await blurOf(counts({}), 'spatial.gaussian', params);
      return { percent: keptOf(blur)[params.smallestFeature], warned: blur.warnings.length };
    };
    const fine = await kept({ sigma: 1.4, smallestFeature: 5 });
    expect(fine.percent).toBeGreaterThan(80);
    expect(fine.warned).toBe(0);
    const lost = await kept({ sigma: 3, smallestFeature: 2 });
    expect(lost.percent).toBeLessThan(30);
    expect(lost.warned).toBe(1);
  });

  it('its options count: how much is asked of a layer, and how much of the other phase it holds', async () => {
    const params = { sigma: 1, smallestFeature: 4 };
    const strict = (await blurOf(counts({}), 'spatial.gaussian', params, { keep: 0.97 })).blur;
    expect(strict.warnings.length).toBe(1);
    const rich = (await blurOf(counts({}), 'spatial.gaussian', params, { share: 0.5 })).blur;
    expect(Math.max(...rich.curves[1].traces[0].values)).toBe(0.5);
    expect(keptOf(rich)[1]).toBeCloseTo(keptOf(strict)[1], 8);
  });

  it('says how many pixels each mean is worth, without those that are masked', async () => {
    const mask = { pixels: Uint8Array.from({ length: 24 * 32 }, (_, i) => (i === 40 ? 1 : 0)) };
    const { blur } = await blurOf(counts({ mask }), 'spatial.local-average', { radius: 1 });
    const [{ values }] = blur.maps;
    expect([values[0], values[40], values[41], values[300]]).toEqual([4, 0, 8, 9]);
    expect(blur.quantities[2].quantity.value).toBe(9);
  });

  it('says which pixels are in the mean around the middle, with what share', async () => {
    const place = (dy: number, dx: number) => (12 + dy) * 32 + 16 + dx;
    const box = (await blurOf(counts({}), 'spatial.local-average', { radius: 1 })).blur.maps[1].values;
    expect([box[place(0, 0)], box[place(1, -1)], box[place(0, 2)]]).toEqual([1 / 9, 1 / 9, 0]);
    const halves = counts({ mean: (i, j) => (i % 32 < 16 ? 1 : j % 2 ? 30 : 0) });
    const alike = (await blurOf(halves, 'spatial.non-local-means', { search: 2, patch: 0 })).blur.maps[1].values;
    expect(alike.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(alike[place(1, 1)]).toBeGreaterThan(0.01);
    expect([alike[place(0, -1)], alike[place(0, 3)]]).toEqual([0, 0]);
  });

  it('shows a pixel as it was recorded and smoothed', async () => {
    const signal = counts({ mask: { channels: Uint8Array.from({ length: 64 }, (_, j) => (j === 3 ? 1 : 0)) } });
    const { smooth, blur } = await blurOf(signal, 'spatial.gaussian', { sigma: 1 });
    const [before, after] = [await valuesOf(signal), await valuesOf(smooth)];
    const { traces } = blur.curves[2];
    const at = (12 * 32 + 16) * 64;
    expect([traces[0].values[20], traces[1].values[20]]).toEqual([before[at + 20], after[at + 20]]);
    expect(traces[0].values[3]).toBeNaN();
  });

  it('is measured on a line of spectra, too', async () => {
    const { blur } = await blurOf(counts({ sizes: [60] }), 'spatial.local-average', { radius: 1 });
    expect(keptOf(blur)[1]).toBeCloseTo(100 / 3, 8);
    expect(blur.maps[0].values[30]).toBe(3);
  });

  it('is not to be had of what no smoothing step made', async () => {
    const steps = [
      { id: 'smooth', use: 'spatial.gaussian', params: { sigma: 1 } },
      { id: 'cut', use: 'crop', params: { y: [0, 10] } },
      { id: 'blur', use: 'spatial.blur' },
    ];
    const recipe = { spectrail: 'recipe/1', title: 'Cut', inputs: { counts: {} }, steps };
    const failure = await run(recipe as never, { counts: counts({}) }).catch((error) => error);
    expect(isSpectrailError(failure) && failure.code).toBe('not-smoothed');
    const alone = { ...recipe, steps: steps.slice(2) };
    const refused = await run(alone as never, { counts: counts({}) }).catch((error) => error);
    expect(isSpectrailError(refused) && refused.code).toBe('shared-errors');
  });
});

describe('what non-local means do', () => {
  it('an edge between unlike phases stays sharp; a thin layer of little contrast is lost, and that is said', async () => {
    const { blur } = await blurOf(counts({}), 'spatial.non-local-means', { smallestFeature: 1 });
    expect(edgeOf(blur)).toBeLessThan(1.2);
    expect(keptOf(blur)[1]).toBeLessThan(50);
    expect(blur.warnings).toEqual([
      expect.stringContaining('do not measure features of that size'),
      expect.stringContaining('need not hold for others'),
    ]);
  });

  it('the variance of a flat map is 1/n of it, by their own count of n, to 10 %', async () => {
    const mean = 3;
    const signal = counts({ sizes: [40, 40], channels: 80, mean: () => mean });
    const { smooth, blur } = await blurOf(signal, 'spatial.non-local-means', {});
    const values = await valuesOf(smooth);
    const [{ values: worth }] = blur.maps;
    let [seen, said] = [0, 0];
    for (let i = 0; i < 1600; i++) {
      said += mean / worth[i];
      for (let j = 0; j < 80; j++) seen += (values[i * 80 + j] - mean) ** 2 / 80;
    }
    expect(seen / said).toBeGreaterThan(0.9);
    expect(seen / said).toBeLessThan(1.1);
    expect(worth[20 * 40 + 20]).toBeGreaterThan(80);
  });

  it('counts of any gain, pedestal and little readout noise are compared as counts', async () => {
    const plain = await nonLocal(counts({}));
    const scaled = counts({ noise: poisson({ gain: 2.5, offset: 100 }), value: (n) => 2.5 * n + 100 });
    const values = await nonLocal(scaled);
    for (let at = 0; at < values.length; at += 97) expect((values[at] - 100) / 2.5).toBeCloseTo(plain[at], 8);
    const noise: Noise = { tag: 'gaussian', sigma: 2, across: { kind: 'independent' } };
    const gaussian = counts({ noise, value: (_, random) => 9 + 2 * random.normal() });
    const { blur } = await blurOf(gaussian, 'spatial.non-local-means', { search: 3 });
    expect(blur.quantities[2].quantity.value).toBeGreaterThan(20);
  });

  it('is measured on a line, as many lines as make it certain', async () => {
    const { blur } = await blurOf(counts({ sizes: [60] }), 'spatial.non-local-means', { search: 3 });
    expect(edgeOf(blur)).toBeLessThan(1.5);
    expect(blur.quantities[2].quantity.value).toBeGreaterThan(4);
  });

  const twoPhases = (i: number, j: number) => 2 + (i % 32 < 16 ? 3 : 0) + 12 * Math.exp(-((j - 40) ** 2) / 40);
  it.each<[object, object]>([
    [{}, { search: 3 }],
    [{}, { patch: 0 }],
    [{}, { strength: 0.9 }],
    [{}, { bandCounts: 60 }],
    [{}, { bands: 3 }],
  ])('each option changes it: %o, %o', async (one, other) => {
    const signal = counts({ mean: twoPhases });
    expect(await nonLocal(signal, one)).not.toEqual(await nonLocal(signal, other));
  });

  it('is refused where a pixel holds too few counts to be compared, with what to do', async () => {
    const few = counts({ mean: () => 0.02 });
    const failure = await nonLocal(few).catch((error) => error);
    expect(isSpectrailError(failure) && failure.code).toBe('too-few-counts');
    expect(failure.fix).toContain('rebin');
    const empty = await nonLocal(counts({ mean: () => 0 })).catch((error) => error);
    expect(isSpectrailError(empty) && empty.code).toBe('too-few-counts');
  });

  it('few channels and huge counts are as good as any', async () => {
    for (const making of [
      { channels: 1, mean: () => 50 },
      { channels: 2, mean: () => 1e9 },
    ]) {
      const values = await nonLocal(counts(making));
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean / making.mean()).toBeCloseTo(1, 1);
    }
  });
});
