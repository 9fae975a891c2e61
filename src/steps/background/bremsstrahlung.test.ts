import { describe, expect, it } from 'vitest';
import { run } from '../../index.ts';
import { CounterRandom } from '../../kernels/index.ts';
import { uniformAxis } from '../../signal/axis.ts';
import { COUNTS } from '../../signal/intensity.ts';
import { poisson } from '../../signal/noise.ts';
import { uncertainty } from '../../signal/quantity.ts';
import { createSignal } from '../../signal/signal.ts';
import { EDS_DEFAULTS, type EdsParameters } from '../../simulate/eds-parameters.ts';
import { materials, PHASE } from '../../simulate/eds-specimen.ts';
import { phaseSpectrum } from '../../simulate/eds-spectrum.ts';
import type { WindowIntensity } from '../products.ts';
import type { Setting } from './estimator.ts';
import { backgroundMethod } from './methods.ts';

const CHANNELS = 2048;
const ENERGIES = Float64Array.from({ length: CHANNELS }, (_, j) => -0.2 + 0.01 * j);
const method = backgroundMethod('background.bremsstrahlung');

/** Mean counts of a foil up to 20 keV, its continuum, and what the background is told of it. */
function foil(phase: number, { thicknessNm = 200, ...more }: Partial<EdsParameters> = {}) {
  const material = materials(0.15)[phase];
  const conditions = { ...EDS_DEFAULTS, channels: CHANNELS, thicknessNm, ...more };
  const { mean, components } = phaseSpectrum(material, conditions);
  const composition = Object.entries(material.composition)
    .map(([symbol, share]) => symbol + share.toFixed(6))
    .join(' ');
  return {
    mean,
    continuum: components.find(({ name }) => name === 'continuum')!.values,
    params: {
      beam: '200 keV',
      model: 'thin',
      elements: [],
      specimen: { composition, massThickness: (material.density * thicknessNm) / 10, takeOff: '22°' },
      detector: conditions.window,
      resolution: 130,
    },
  };
}

const settingOf = (params: object, more: Partial<Setting> = {}): Setting => ({
  params,
  positions: ENERGIES,
  unit: 'keV',
  axis: 'Energy',
  noise: poisson(),
  ...more,
});

function estimate(setting: Setting, values: Float64Array): Float64Array {
  method.range(setting);
  const out = new Float64Array(values.length);
  method.prepare(setting).estimate(values, values.length / setting.positions.length, out);
  return out;
}

const between = (values: ArrayLike<number>, low: number, high: number) =>
  ENERGIES.reduce((sum, energy, j) => sum + (energy >= low && energy < high ? values[j] : 0), 0);

describe('bremsstrahlung', () => {
  it.each(
    [60, 1000].flatMap((thicknessNm) =>
      (['none', 'polymer'] as const).flatMap((window) =>
        Object.values(PHASE)
          .slice(0, 4)
          .map((phase) => [phase, window, thicknessNm] as const),
      ),
    ),
  )('phase %d, window %s, %d nm: the continuum under and beside the lines is found to 0.2 %', (phase, window, nm) => {
    const { mean, continuum, params } = foil(phase, { thicknessNm: nm, window, dose: 1e6 });
    // The simulator's emission is within what all three can mix.
    for (const model of phase === PHASE.scale ? ['thin', 'thick', 'chapman'] : ['thin']) {
      const found = estimate(settingOf({ ...params, model }), mean);
      expect(Math.abs(between(found, 1, 20) / between(continuum, 1, 20) - 1)).toBeLessThan(0.002);
      expect(Math.abs(between(found, 0.2, 1) / between(continuum, 0.2, 1) - 1)).toBeLessThan(0.005);
    }
  });

  it('without the absorption that there is, it is wrong by more than the bar', () => {
    const { mean, continuum, params } = foil(PHASE.scale, { thicknessNm: 1000, dose: 1e6 });
    const found = estimate(settingOf({ ...params, elements: ['Al', 'O'], specimen: undefined }), mean);
    expect(Math.abs(between(found, 0.2, 1) / between(continuum, 0.2, 1) - 1)).toBeGreaterThan(0.05);
  });

  it('absorption edges are steps as wide as the resolution, in the continuum and not in what is left', () => {
    const { mean, continuum, params } = foil(PHASE.scale, { thicknessNm: 1000, dose: 1e6 });
    const found = estimate(settingOf(params), mean);
    const step = (values: Float64Array) => between(values, 1.4, 1.45) / between(values, 1.67, 1.72);
    expect(step(found) / step(continuum)).toBeCloseTo(1, 2);
    const smooth = estimate(settingOf({ ...params, elements: ['Al', 'O'], specimen: undefined }), mean);
    expect(step(smooth) / step(continuum)).toBeLessThan(0.9);
  });

  it('sees neither the order of the axis nor its unit', () => {
    const { mean, params } = foil(PHASE.alloy, { dose: 1e4 });
    const found = estimate(settingOf(params), mean);
    const falling = estimate(settingOf(params, { positions: ENERGIES.slice().reverse() }), mean.slice().reverse());
    const inEv = estimate(settingOf(params, { positions: ENERGIES.map((each) => 1000 * each), unit: 'eV' }), mean);
    for (const j of [40, 100, 150, 900, 2000]) {
      expect(falling[CHANNELS - 1 - j] / found[j]).toBeCloseTo(1, 6);
      expect(inEv[j] / found[j]).toBeCloseTo(1, 6);
    }
  });

  it('masked channels take no part', () => {
    const { mean, params } = foil(PHASE.alloy, { dose: 1e5 });
    const masked = new Uint8Array(CHANNELS).fill(1, 500, 520);
    const spoiled = mean.slice().fill(1e6, 500, 520);
    const [found, clean] = [estimate(settingOf(params, { masked }), spoiled), estimate(settingOf(params), mean)];
    for (const j of [50, 510, 1500]) expect(found[j] / clean[j]).toBeCloseTo(1, 2);
  });

  it('of nothing is nothing, and of wide channels what they hold', () => {
    const { params, continuum } = foil(PHASE.alloy, { dose: 1e5 });
    expect(estimate(settingOf(params), new Float64Array(CHANNELS)).every((value) => value === 0)).toBe(true);
    const wide = Float64Array.of(3, 4, 5, 6, 12);
    const edges = [2.5, 3.5, 4.5, 5.5, 9, 13];
    const values = wide.map((_, j) => between(continuum, edges[j], edges[j + 1]));
    const setting = settingOf({ ...params, fit: [[2.5, 5]] }, { positions: wide });
    const found = estimate(setting, values);
    for (const j of [1, 2, 3]) expect(found[j] / values[j]).toBeCloseTo(1, 1);
  });

  it.each([
    ['no-windows', { specimen: undefined }],
    ['unknown-element', { elements: ['Xx'] }],
    ['bad-formula', { specimen: { composition: 'alumina', massThickness: 10, takeOff: 22 } }],
    ['bad-angle', { specimen: { composition: 'Al2O3', massThickness: 10, takeOff: 0 } }],
    ['bad-beam', { beam: 0 }],
    ['unit-mismatch', { beam: '200 nm' }],
    ['empty-window', { fit: [[30, 40]] }],
    ['narrow-window', { fit: [[7.4, 7.5]] }],
  ])('%s', (code, changed) => {
    const { params } = foil(PHASE.alloy);
    expect(() => method.range(settingOf({ ...params, ...changed }))).toThrow(expect.objectContaining({ code }));
  });

  it('an axis of other energies has no continuum', () => {
    const { params } = foil(PHASE.alloy);
    const positions = ENERGIES.map((each) => each + 300);
    expect(() => method.range(settingOf(params, { positions }))).toThrow(
      expect.objectContaining({ code: 'empty-window' }),
    );
  });
});

describe('a line above bremsstrahlung', () => {
  const [DRAWS, COVERED] = [1000, [0.93, 0.97]] as const;

  /** `net` counts of lines in a window, in so many draws: what is left there above the background, and what it says of its error. */
  function measure(phase: number, [low, high]: readonly [number, number], net: number, model: string) {
    const { mean, continuum, params } = foil(phase, { dose: 1 });
    const dose = net / (between(mean, low, high) - between(continuum, low, high));
    const setting = settingOf({ ...params, model });
    const estimator = method.prepare(setting);
    const random = new CounterRandom(12, phase);
    const values = new Float64Array(DRAWS * CHANNELS);
    for (let at = 0; at < values.length; at++) values[at] = random.poisson(dose * mean[at % CHANNELS]);
    const background = new Float64Array(values.length);
    estimator.estimate(values, DRAWS, background);
    const sum = ENERGIES.map((energy) => (energy >= low && energy < high ? 1 : 0));
    const response = new Float64Array(CHANNELS);
    const errors: number[] = [];
    const sigmas: number[] = [];
    let continuumFound = 0;
    for (let draw = 0; draw < DRAWS; draw++) {
      const row = values.subarray(draw * CHANNELS, (draw + 1) * CHANNELS);
      const found = background.subarray(draw * CHANNELS, (draw + 1) * CHANNELS);
      errors.push(between(row, low, high) - between(found, low, high) - net);
      estimator.respond?.(row, sum, response);
      sigmas.push(Math.sqrt(row.reduce((all, value, j) => all + (sum[j] - response[j]) ** 2 * value, 0)));
      continuumFound += between(found, 1, 20) / DRAWS;
    }
    return { errors, sigmas, continuum: continuumFound / (dose * between(continuum, 1, 20)) };
  }

  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  it.each([
    ['Cr Kα', PHASE.alloy, [5.2, 5.65], 30],
    ['Ni Kα', PHASE.alloy, [7.2, 7.7], 300],
    ['Al Kα on its edge', PHASE.alloy, [1.38, 1.6], 30],
    ['O Kα on its edge', PHASE.scale, [0.4, 0.65], 30],
    ['Ti Kα beside Ta L', PHASE.carbide, [4.3, 4.75], 300],
  ] as const)('%s (phase %d, window %j, %d counts): unbiased, and covered by its error', (_, phase, window, net) => {
    const { errors, sigmas } = measure(phase, window, net, 'thin');
    const spread = Math.sqrt(mean(errors.map((error) => error * error)));
    expect(Math.abs(mean(errors)) / spread).toBeLessThan(0.15);
    expect(spread / mean(sigmas)).toBeGreaterThan(0.93);
    expect(spread / mean(sigmas)).toBeLessThan(1.07);
    const covered = mean(errors.map((error, i) => (Math.abs(error) < 1.96 * sigmas[i] ? 1 : 0)));
    expect(covered).toBeGreaterThan(COVERED[0]);
    expect(covered).toBeLessThan(COVERED[1]);
  });

  it('the continuum of spectra of few counts is found to 1 %, with the errors of so many draws', () => {
    for (const [net, model, allowed] of [
      [300, 'thin', 0.012],
      [100, 'thick', 0.015],
    ] as const) {
      expect(Math.abs(measure(PHASE.alloy, [7.2, 7.7], net, model).continuum - 1)).toBeLessThan(allowed);
    }
  });

  it('of a map: the total is covered by its budget, on which the choice of the continuum has its own line', async () => {
    const net = 40;
    const { mean: spectrum, continuum, params } = foil(PHASE.alloy, { dose: 1 });
    const dose = net / (between(spectrum, 5.2, 5.65) - between(continuum, 5.2, 5.65));
    const [side, random] = [14, new CounterRandom(7, 0)];
    const values = Float64Array.from({ length: side * side * CHANNELS }, (_, at) =>
      random.poisson(dose * spectrum[at % CHANNELS]),
    );
    const signal = createSignal({
      modality: 'eds',
      navigation: ['y', 'x'].map((name) => uniformAxis({ name, role: 'navigation', size: side })),
      spectral: uniformAxis({ name: 'E', unit: 'keV', role: 'spectral', size: CHANNELS, offset: -0.2, scale: 0.01 }),
      source: { type: 'memory', block: { kind: 'dense', pixels: side * side, channels: CHANNELS, values } },
      intensity: COUNTS,
      noise: poisson(),
    });
    const { products } = await run(
      {
        spectrail: 'recipe/1',
        title: 'Chromium',
        inputs: { map: {} },
        steps: [
          { id: 'net', use: 'background.bremsstrahlung', in: 'map', params },
          { id: 'cr', use: 'measure.window', params: { window: [5.2, 5.645] } },
        ],
      } as never,
      { map: signal },
    );
    const { map, sigma, total, rivals = [] } = products.cr as WindowIntensity;
    const pulls = Array.from(map, (each, i) => (each - net) / sigma[i]);
    expect(Math.sqrt(mean(pulls.map((pull) => pull * pull)))).toBeCloseTo(1, 0);
    expect(Math.abs(total.value - net * side * side)).toBeLessThan(3 * uncertainty(total));
    expect(total.random.map(({ name }) => name)).toEqual(['counting', 'background']);
    expect(total.systematic[0].source).toBe('choice of the background');
    expect(rivals.map(({ label }) => label)).toContain('continuum of a thick target');
    expect(rivals.map(({ label }) => label)).not.toContain('SNIP');
    // A continuum of so few counts is told apart neither from a bulk specimen's nor from one less absorbed.
    expect(total.systematic[0].sensitivity).toBeLessThan(0.01 * total.value);
  });
});
