import { describe, expect, it } from 'vitest';
import { inlineEngine } from '../../engines/inline.ts';
import { CounterRandom, gaussian, pseudoVoigt } from '../../kernels/index.ts';
import { makePlan } from '../../plan/plan.ts';
import { checkRecipe } from '../../plan/recipe.ts';
import { runPlan } from '../../plan/run.ts';
import { type Axis, axisUncertainty, axisValue, uniformAxis } from '../../signal/axis.ts';
import { COUNTS } from '../../signal/intensity.ts';
import { reasonCode } from '../../signal/mask.ts';
import { type Noise, poisson, unknownNoise } from '../../signal/noise.ts';
import { createSignal, type Signal } from '../../signal/signal.ts';
import { resolveShape } from '../index.ts';
import type { Measurements } from '../products.ts';
import { signalState } from '../state.ts';

interface Parts {
  readonly modality?: Signal['modality'];
  readonly axis: Axis;
  readonly pixels: number;
  readonly noise?: Noise;
  readonly mask?: Signal['mask'];
  readonly value: (i: number, j: number) => number;
}

function signalOf({ modality = 'xps', axis, pixels, noise = poisson(), mask, value }: Parts): Signal {
  const channels = axis.size;
  const values = Float64Array.from({ length: pixels * channels }, (_, at) =>
    value(Math.floor(at / channels), at % channels),
  );
  return createSignal({
    modality,
    navigation: pixels > 1 ? [uniformAxis({ role: 'navigation', size: pixels })] : [],
    spectral: axis,
    source: { type: 'memory', block: { kind: 'dense', pixels, channels, values } },
    intensity: COUNTS,
    noise,
    mask,
  });
}

async function runSteps(signal: Signal, steps: readonly { use: string; params: object }[]) {
  const recipe = checkRecipe({
    spectrail: 'recipe/1',
    title: 'Steps',
    inputs: { counts: {} },
    steps: steps.map((step, i) => ({ id: `step${i}`, ...step })),
  });
  const plan = await makePlan(recipe, { counts: signalState(signal) });
  const { products } = await runPlan(plan, { counts: signal }, inlineEngine(resolveShape));
  return { plan, products };
}

const eV = (size: number, offset: number, scale: number) =>
  uniformAxis({ name: 'Energy', unit: 'eV', role: 'spectral', size, offset, scale });
const check = async (signal: Signal, params: object = { references: [{ position: 50, name: 'line' }] }) =>
  (await runSteps(signal, [{ use: 'calibrate.check', params }])).products.step0 as Measurements;
const positionOf = ({ quantities }: Measurements, k = 0) => ({
  value: quantities[k].quantity.value,
  sigma: quantities[k].quantity.random[0].sigma,
});

describe('a position keeps its error whatever the law of the values', () => {
  const axis = eV(200, 40, 0.1);
  const mean = (j: number) => 4 + 60 * gaussian(40 + 0.1 * j - 50.33, 0.6);
  const pixels = 12;
  const random = new CounterRandom(13, 0);
  const counts = Float64Array.from({ length: pixels * 200 }, (_, at) => random.poisson(mean(at % 200)));
  const at = (i: number, j: number) => counts[i * 200 + j];
  const gains = Float64Array.from({ length: pixels }, (_, i) => 1 + (i % 4));
  const plain = () => check(signalOf({ axis, pixels, value: at }));

  it.each<[string, Noise, (i: number, j: number) => number]>([
    ['a common gain', poisson({ gain: 7 }), (i, j) => 7 * at(i, j)],
    ['a gain for each pixel', poisson({ gain: { per: 'pixel', values: gains } }), (i, j) => gains[i] * at(i, j)],
    ['a pedestal', poisson({ offset: 500 }), (i, j) => 500 + at(i, j)],
    [
      'a gain of 2 for each channel',
      poisson({ gain: { per: 'channel', values: new Float64Array(200).fill(2) } }),
      (i, j) => 2 * at(i, j),
    ],
  ])('%s changes nothing', async (_, noise, value) => {
    const [one, other] = [positionOf(await plain()), positionOf(await check(signalOf({ axis, pixels, noise, value })))];
    expect(other.value).toBeCloseTo(one.value, 6);
    expect(other.sigma / one.sigma).toBeCloseTo(1, 5);
    expect(Math.abs(one.value - 50.33)).toBeLessThan(4 * one.sigma);
  });

  it('readout noise widens it; what is not known is taken from the scatter', async () => {
    const one = positionOf(await plain());
    const noisy = positionOf(await check(signalOf({ axis, pixels, noise: poisson({ readout: 8 }), value: at })));
    expect(noisy.sigma).toBeGreaterThan(1.3 * one.sigma);
    for (const noise of [unknownNoise('a test'), { ...poisson(), across: { kind: 'kernel', pixels: 2 } as const }]) {
      const scatter = positionOf(await check(signalOf({ axis, pixels, noise, value: at })));
      expect(scatter.sigma / one.sigma).toBeGreaterThan(0.5);
      expect(scatter.sigma / one.sigma).toBeLessThan(2);
    }
    const gaussianLaw = { tag: 'gaussian', sigma: 3, across: { kind: 'independent' } } as const;
    const known = positionOf(
      await check(signalOf({ axis, pixels, noise: gaussianLaw, value: (i, j) => at(i, j) - 10 })),
    );
    expect(known.value).toBeCloseTo(one.value, 1);
  });

  it('masked pixels and channels take no part', async () => {
    const mask = { pixels: new Uint8Array(pixels), channels: new Uint8Array(200) };
    mask.pixels[3] = mask.channels[100] = reasonCode('dead');
    const value = (i: number, j: number) => (i === 3 || j === 100 ? 1e7 * ((j % 7) + 1) : at(i, j));
    const found = positionOf(await check(signalOf({ axis, pixels, mask, value })));
    expect(Math.abs(found.value - 50.33)).toBeLessThan(5 * found.sigma);
    expect(found.sigma).toBeGreaterThan(positionOf(await plain()).sigma);
  });

  it('1e9 counts are measured to their statistics, and no better', async () => {
    const value = (_: number, j: number) => Math.round(1e9 * gaussian(40 + 0.1 * j - 50.33, 0.6) + 1e6);
    const found = positionOf(await check(signalOf({ axis, pixels: 1, value })));
    expect(found.value).toBeCloseTo(50.33, 6);
    expect(found.sigma).toBeGreaterThan(1e-7);
    expect(found.sigma).toBeLessThan(1e-4);
  });
});

describe('Fe 2p between 707 and 711 eV on an axis that drifts', () => {
  const VALENCE = 0.5;
  const spectrum = (drift: number, seed: number) => {
    const random = new CounterRandom(19, seed);
    const line = (energy: number, at: number, width: number, area: number) =>
      area * pseudoVoigt(energy - at, width, 0.3);
    return signalOf({
      axis: eV(5000, 275, 0.1),
      pixels: 1,
      value: (_, j) => {
        const energy = 275 + 0.1 * j - drift;
        return random.poisson(30 + line(energy, 284.8, 1.3, 4000) + line(energy, 707 + 4 * VALENCE, 3, 9000));
      },
    });
  };
  const iron = { references: [{ position: 709, name: 'Fe 2p3/2' }], tolerance: 3 };
  const valence = (found: Measurements) => (positionOf(found).value - 707) / 4;

  it('its error is a quarter for each eV of drift, and nothing once carbon is where it belongs', async () => {
    const drifts = [0, 0.25, 0.5, 0.75, 1];
    const raw: number[] = [];
    for (const [k, drift] of drifts.entries()) {
      const signal = spectrum(drift, k + 1);
      raw.push(valence(await check(signal, iron)) - VALENCE);
      const { products } = await runSteps(signal, [
        { use: 'calibrate.axis', params: { references: ['C 1s'] } },
        { use: 'calibrate.check', params: iron },
      ]);
      const found = products.step1 as Measurements;
      expect(Math.abs(valence(found) - VALENCE)).toBeLessThan(0.01);
      // Counting knows the line to some 10 meV; carbon is agreed on to 0.2 eV, and that is in the budget.
      const [{ quantity }] = found.quantities;
      expect(Math.abs(quantity.systematic[0].sensitivity)).toBeGreaterThan(0.19);
      expect(found.findings.join(' ')).toMatch(/relative to C 1s/);
    }
    const slope =
      drifts.reduce((sum, drift, k) => sum + (drift - 0.5) * raw[k], 0) /
      drifts.reduce((sum, drift) => sum + (drift - 0.5) ** 2, 0);
    expect(slope / 0.25).toBeGreaterThan(0.9);
    expect(slope / 0.25).toBeLessThan(1.1);
  });
});

describe('what is known of an axis lives on', () => {
  it('through crop, rebin, resample and sum, position by position', async () => {
    const axis = eV(1000, 0, 1);
    const random = new CounterRandom(29, 0);
    const signal = signalOf({
      modality: 'eels',
      axis,
      pixels: 4,
      value: (_, j) => random.poisson(20 + 3e4 * gaussian(j - 40, 3) + 3e4 * gaussian(j - 140, 3)),
    });
    const references = [40, 140].map((position) => ({ position, uncertainty: 0.1 }));
    const { products } = await runSteps(signal, [
      { use: 'calibrate.axis', params: { references } },
      { use: 'crop', params: { spectral: [600, 900] } },
      { use: 'rebin', params: { spectral: 5 } },
      { use: 'resample', params: { first: 700, spacing: 7, channels: 10 } },
      { use: 'sum', params: { over: 'spectral' } },
    ]);
    const [whole, cropped, rebinned, resampled, summed] = [0, 1, 2, 3, 4].map(
      (k) => (products[`step${k}`] as Signal).spectral,
    );
    // 0.1 at each reference, 100 apart: ten times as much a thousand away.
    expect(whole.calibration?.uncertainty).toBeCloseTo(Math.hypot(0.1 / Math.SQRT2, (0.1 * Math.SQRT2 * 909) / 100), 1);
    expect(axisUncertainty(whole, 90)).toBeCloseTo(0.1 / Math.SQRT2, 2);
    expect(cropped.calibration!.uncertainty!).toBeLessThan(whole.calibration!.uncertainty!);
    for (const part of [cropped, rebinned])
      expect(axisUncertainty(part, 750)).toBeCloseTo(axisUncertainty(whole, 750)!, 9);
    expect(resampled.calibration?.uncertainty).toBeCloseTo(axisUncertainty(whole, 763)!, 6);
    expect(summed.calibration?.uncertainty).toBeCloseTo(axisUncertainty(whole, axisValue(summed, 0))!, 9);
  });

  it('and an axis whose uncertainty is stated raises no objection', async () => {
    const value = (_: number, j: number) => Math.round(5 + 900 * gaussian(j - 50, 3));
    const params = { references: [{ position: 50 }] };
    const objections = async (calibration: Axis['calibration']) => {
      const signal = signalOf({ axis: { ...eV(100, 0, 1), calibration }, pixels: 1, value });
      const { plan } = await runSteps(signal, [{ use: 'calibrate.check', params }]);
      return plan.objections.map(({ code }) => code);
    };
    expect(await objections(undefined)).toEqual(['unclosed-calibration']);
    expect(await objections({ origin: 'file' })).toEqual(['unclosed-calibration']);
    expect(await objections({ origin: 'file', uncertainty: 0.2 })).toEqual([]);
    const counted = signalOf({
      axis: { ...eV(100, 0, 1), calibration: { origin: 'file', uncertainty: 0.2 } },
      pixels: 1,
      value,
    });
    const [{ quantity }] = (await check(counted, params)).quantities;
    expect(quantity.systematic).toEqual([{ source: 'axis: file', sensitivity: 0.2 }]);
  });
});
