import { describe, expect, it } from 'vitest';
import { inlineEngine } from '../../engines/inline.ts';
import { CounterRandom, diffractionShift, pseudoVoigt } from '../../kernels/index.ts';
import { makePlan } from '../../plan/plan.ts';
import { checkRecipe } from '../../plan/recipe.ts';
import { runPlan } from '../../plan/run.ts';
import { ANODES, type PowderStandardName, powderLines } from '../../reference/index.ts';
import { axisUncertainty, axisValue, explicitAxis, type UniformAxis, uniformAxis } from '../../signal/axis.ts';
import type { Metadata } from '../../signal/dataset.ts';
import { COUNTS } from '../../signal/intensity.ts';
import { poisson } from '../../signal/noise.ts';
import { createSignal, type Signal, withSignal } from '../../signal/signal.ts';
import { resolveShape } from '../index.ts';
import type { Measurements } from '../products.ts';
import { signalState } from '../state.ts';
import { alpha2Companion } from './diffractometer.ts';

const RADIUS = 240;
const [ALPHA1, ALPHA2] = ANODES.Cu;

interface Pattern {
  readonly powder?: PowderStandardName;
  readonly from?: number;
  readonly to?: number;
  readonly zero?: number;
  /** mm. */
  readonly displacement?: number;
  readonly transparency?: number;
  /** Counts at the top of a line. */
  readonly height?: number;
  readonly ratio?: number;
  readonly seed?: number;
  readonly metadata?: Metadata;
}

/** A diffractogram of a standard powder: lines of 0.07° to 0.2°, both Kα, in steps of 0.02°. */
function diffractogram(pattern: Pattern = {}): Signal {
  const { powder = 'LaB6', from = 20, to = 140, zero = 0, displacement = 0, transparency = 0, seed = 1 } = pattern;
  const { height = 800, ratio = 0.5, metadata } = pattern;
  const size = Math.round((to - from) / 0.02) + 1;
  const means = new Float64Array(size).fill(12);
  const companion = alpha2Companion(ratio, ALPHA1, ALPHA2);
  for (const { twoTheta } of powderLines(powder, ALPHA1, [from - 1, to + 1])) {
    const shift = (angle: number) =>
      zero +
      displacement * diffractionShift('displacement', angle, RADIUS) +
      transparency * diffractionShift('transparency', angle, RADIUS);
    const fwhm = 0.07 + 0.13 * (twoTheta / 140) ** 3;
    const area = height * fwhm;
    const beside = companion.at(twoTheta)[0];
    for (let j = 0; j < size; j++) {
      const at = from + 0.02 * j;
      if (Math.abs(at - twoTheta) > 4) continue;
      means[j] +=
        area *
        (pseudoVoigt(at - twoTheta - shift(twoTheta), fwhm, 0.4) +
          ratio * pseudoVoigt(at - beside - shift(beside), fwhm, 0.4));
    }
  }
  const random = new CounterRandom(31, seed);
  const values = means.map((mean) => random.poisson(mean));
  return createSignal({
    modality: 'xrd',
    spectral: uniformAxis({ name: '2θ', unit: '°', role: 'spectral', size, offset: from, scale: 0.02 }),
    source: { type: 'memory', block: { kind: 'dense', pixels: 1, channels: size, values } },
    intensity: COUNTS,
    noise: poisson(),
    metadata: metadata ?? { anode: 'Cu', goniometer_radius_mm: RADIUS },
  });
}

async function run(use: string, signal: Signal, params: object, standard?: Signal) {
  const inputs: Record<string, Signal> = standard ? { counts: signal, standard } : { counts: signal };
  const recipe = checkRecipe({
    spectrail: 'recipe/1',
    title: 'One step',
    inputs: Object.fromEntries(Object.keys(inputs).map((name) => [name, {}])),
    steps: [{ id: 'one', use, in: standard ? { in: 'counts', standard: 'standard' } : 'counts', params }],
  });
  const states = Object.fromEntries(Object.entries(inputs).map(([name, each]) => [name, signalState(each)]));
  const done = await runPlan(await makePlan(recipe, states), inputs, inlineEngine(resolveShape));
  return { product: done.products.one, notes: done.trail[0].notes };
}

const check = async (signal: Signal, params: object = {}) =>
  (await run('calibrate.diffraction-check', signal, { powder: 'LaB6', ...params })).product as Measurements;

const term = ({ quantities }: Measurements, name: string) => {
  const { quantity } = quantities.find((each) => each.name === name)!;
  return { value: quantity.value, sigma: quantity.random[0].sigma };
};

describe('a diffractometer by lanthanum hexaboride from 20 to 140°', () => {
  it('zero to 0.005° and displacement to 10 µm, without bias, with errors that hold', async () => {
    const truth = { zero: 0.03, displacement: 0.1 };
    const off = { zero: [] as number[], displacement: [] as number[] };
    for (let seed = 1; seed <= 12; seed++) {
      const found = await check(diffractogram({ ...truth, seed }));
      for (const name of ['zero', 'displacement'] as const) {
        const { value, sigma } = term(found, name);
        expect(Math.abs(value - truth[name])).toBeLessThan(name === 'zero' ? 0.005 : 0.01);
        off[name].push((value - truth[name]) / sigma);
      }
      // One residual in 370 is beyond 3 σ by chance.
      expect(found.warnings.filter((warning) => !/from where the others put it/.test(warning))).toEqual([]);
    }
    for (const each of Object.values(off)) {
      const mean = each.reduce((sum, value) => sum + value, 0) / each.length;
      const rms = Math.sqrt(each.reduce((sum, value) => sum + value * value, 0) / each.length);
      expect(Math.abs(mean)).toBeLessThan(0.8);
      expect(rms).toBeGreaterThan(0.55);
      expect(rms).toBeLessThan(1.5);
    }
  });

  it('silicon does it too, and the transparency where that is asked for', async () => {
    const found = await check(diffractogram({ powder: 'Si', zero: -0.02, displacement: -0.05, height: 3000 }), {
      powder: 'Si',
    });
    expect(term(found, 'zero').value).toBeCloseTo(-0.02, 2);
    expect(term(found, 'displacement').value).toBeCloseTo(-0.05, 2);
    const terms = ['zero', 'displacement', 'transparency'];
    const three = await check(diffractogram({ zero: 0.02, displacement: 0.1, transparency: -0.02, height: 4000 }), {
      terms,
    });
    for (const [name, value] of [
      ['zero', 0.02],
      ['displacement', 0.1],
      ['transparency', -0.02],
    ] as const) {
      expect(Math.abs(term(three, name).value - value)).toBeLessThan(4 * term(three, name).sigma);
    }
    const two = await check(diffractogram({ zero: 0.02, displacement: 0.1, transparency: -0.02, height: 4000 }));
    expect(Math.abs(term(two, 'zero').value - 0.02)).toBeGreaterThan(4 * term(two, 'zero').sigma);
  });

  it('over less than 60° it warns that the two are nearly one, with their correlation', async () => {
    const found = await check(diffractogram({ from: 20, to: 62 }));
    expect(found.warnings.join(' ')).toMatch(/below 60°.*correlation 0\.99/);
    expect(found.findings[1]).toMatch(/0\.99/);
    const one = await check(diffractogram({ from: 20, to: 62 }), { terms: ['zero'] });
    expect(one.warnings).toEqual([]);
    expect((await check(diffractogram())).findings[1]).toMatch(/correlation.*0\.9[0-7]/);
  });

  it('a displacement is in proportion to the radius, and Kα₂ is part of every line', async () => {
    const signal = diffractogram({ displacement: 0.1, height: 3000 });
    const half = term(await check(signal, { radius: '120 mm' }), 'displacement').value;
    expect(half).toBeCloseTo(term(await check(signal), 'displacement').value / 2, 9);
    const single = await check(signal, { alpha2: 'none' });
    expect(Math.abs(term(single, 'zero').value)).toBeGreaterThan(0.003);
    const ratio = await check(signal, { ratio: 0.2 });
    expect(term(ratio, 'zero').value).not.toBeCloseTo(term(await check(signal), 'zero').value, 4);
    const alone = diffractogram({ displacement: 0.1, ratio: 0, height: 3000 });
    expect(term(await check(alone, { alpha2: 'none' }), 'displacement').value).toBeCloseTo(0.1, 2);
  });

  it('lattice, shape and tolerance are used', async () => {
    const signal = diffractogram();
    const older = await check(signal, { lattice: 4.1562 });
    expect(Math.abs(term(older, 'zero').value - term(await check(signal), 'zero').value)).toBeGreaterThan(0.002);
    const misfit = async (shape: string) => {
      const { tables } = await check(diffractogram({ height: 20000 }), { shape });
      return Math.max(...(tables[0].columns.at(-1)!.values as Float64Array));
    };
    expect(await misfit('gaussian')).toBeGreaterThan(3 * (await misfit('pseudo-voigt')));
    await expect(check(diffractogram({ zero: 0.3 }), { tolerance: 0.05 })).rejects.toMatchObject({ kind: 'input' });
  });
});

describe('an axis without those errors', () => {
  const errors = { zero: 0.04, displacement: 0.12 };
  const at = (axis: Signal['spectral'], observed: number) => axisValue(axis, (observed - 20) / 0.02);
  const observed = (angle: number) => angle + 0.04 + 0.12 * diffractionShift('displacement', angle, RADIUS);

  it('by a powder in the specimen: lines are where they belong, within the uncertainty of the axis', async () => {
    const signal = diffractogram(errors);
    const { product, notes } = await run('calibrate.diffraction', signal, { powder: 'LaB6' });
    const { spectral, source, noise } = product as Signal;
    expect(spectral.kind).toBe('explicit');
    for (const angle of [22, 60, 90, 138]) {
      expect(Math.abs(at(spectral, observed(angle)) - angle)).toBeLessThan(
        3 * axisUncertainty(spectral, angle)! + 1e-6,
      );
      expect(axisUncertainty(spectral, angle)).toBeLessThan(0.003);
    }
    expect(source).toBe(signal.source);
    expect(noise).toEqual(signal.noise);
    expect(notes.join(' ')).toMatch(/zero \+0\.0\d+ ± .*displacement \+1\d\d.* µm.*correlation/);
  });

  it('by a powder beside it: the zero error alone, on an axis that stays even', async () => {
    const specimen = diffractogram({ zero: 0.04, displacement: -0.2, powder: 'Si' });
    const { product, notes } = await run('calibrate.diffraction', specimen, { powder: 'LaB6' }, diffractogram(errors));
    const { spectral } = product as Signal;
    expect(spectral.kind).toBe('uniform');
    expect((spectral as UniformAxis).offset - 20).toBeCloseTo(-0.04, 2);
    expect(notes.join(' ')).toMatch(/not in the specimen/);
    expect(spectral.calibration?.errors?.curves).toHaveLength(1);
  });

  it('of the zero alone stays even; a descending one is corrected as it is', async () => {
    const signal = diffractogram({ zero: 0.04 });
    const { product } = await run('calibrate.diffraction', signal, { powder: 'LaB6', terms: ['zero'] });
    expect((product as Signal).spectral.kind).toBe('uniform');
    const { block } = signal.source as unknown as { block: { values: Float64Array } };
    const positions = Float64Array.from(block.values, (_, j) => 20 + 0.02 * j).reverse();
    const down = withSignal(signal, {
      spectral: explicitAxis({ name: '2θ', unit: '°', role: 'spectral', positions }),
      source: { type: 'memory', block: { ...block, values: block.values.slice().reverse() } as never },
    });
    const turned = (await run('calibrate.diffraction', down, { powder: 'LaB6', terms: ['zero'] })).product as Signal;
    expect(axisValue(turned.spectral, positions.length - 1)).toBeCloseTo(axisValue((product as Signal).spectral, 0), 6);
  });
});

describe('what is not known', () => {
  it.each<[string, Pattern, object, RegExp]>([
    ['no wavelength', { metadata: { goniometer_radius_mm: 240 } }, {}, /anode: Cu/],
    ['no radius', { metadata: { anode: 'Cu' } }, {}, /radius: 240 mm/],
    ['an unknown anode', {}, { anode: 'Xx' }, /Cr, Fe, Co, Cu/],
    ['a radius of nothing', {}, { radius: 0 }, /more than 0 mm/],
    ['too few lines', { from: 20, to: 38 }, { terms: ['zero', 'displacement', 'transparency'] }, /fewer terms/],
    ['another powder', { powder: 'Si' }, { tolerance: 0.3 }, /./],
    ['no lines in range', { from: 20, to: 21 }, {}, /check the wavelength/],
    ['no counts', { height: 0 }, {}, /no line stands out/],
  ])('%s is refused', async (_, pattern, params, says) => {
    await expect(check(diffractogram(pattern), params)).rejects.toThrowError(says);
  });

  it('what the recipe says goes before what the file says', async () => {
    const signal = diffractogram({
      metadata: { wavelength_K_alpha1_angstrom: 1.2, goniometer_radius_mm: 100 },
      displacement: 0.1,
      height: 3000,
    });
    const found = await check(signal, { anode: 'Cu', radius: 240 });
    expect(term(found, 'displacement').value).toBeCloseTo(0.1, 2);
    const told = diffractogram({
      metadata: { wavelength_K_alpha1_angstrom: ALPHA1, goniometer_radius_mm: 240 },
      displacement: 0.1,
      height: 3000,
    });
    expect(term(await check(told), 'displacement').value).toBeCloseTo(0.1, 2);
    expect(term(await check(told, { wavelength: ALPHA1 * 1.0001 }), 'zero').value).not.toBeCloseTo(0, 3);
  });
});
