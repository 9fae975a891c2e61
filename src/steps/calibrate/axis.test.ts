import { describe, expect, it } from 'vitest';
import { inlineEngine } from '../../engines/inline.ts';
import { CounterRandom, fitLinear, gaussian, normalCdf, pseudoVoigt } from '../../kernels/index.ts';
import { makePlan } from '../../plan/plan.ts';
import { checkRecipe } from '../../plan/recipe.ts';
import { runPlan } from '../../plan/run.ts';
import {
  axisUncertainty,
  axisValue,
  axisValues,
  explicitAxis,
  type UniformAxis,
  uniformAxis,
} from '../../signal/axis.ts';
import { COUNTS } from '../../signal/intensity.ts';
import type { ModalityId } from '../../signal/modality.ts';
import { poisson } from '../../signal/noise.ts';
import { createSignal, type Signal, withSignal } from '../../signal/signal.ts';
import { resolveShape } from '../index.ts';
import type { Measurements } from '../products.ts';
import { signalState } from '../state.ts';
import { correctAxis } from './correct-axis.ts';

interface Made {
  readonly modality: ModalityId;
  readonly unit: string;
  readonly size: number;
  /** Of the axis that the file believes in. */
  readonly offset: number;
  readonly scale: number;
  /** True position of a believed one. */
  readonly truth?: (position: number) => number;
  /** True positions of lines, with width and area. */
  readonly lines: readonly (readonly [at: number, fwhm: number, area: number])[];
  readonly ground?: (truePosition: number) => number;
  readonly pixels?: number;
  readonly seed?: number;
}

const line = (d: number, fwhm: number, modality: ModalityId) =>
  modality === 'eds' ? gaussian(d, fwhm / 2.3548200450309493) : pseudoVoigt(d, fwhm, 0.3);

function spectrum({
  modality,
  unit,
  size,
  offset,
  scale,
  truth = (x) => x,
  lines,
  ground = () => 20,
  pixels = 1,
  seed = 1,
}: Made): Signal {
  const random = new CounterRandom(23, 0);
  const values = new Float64Array(pixels * size);
  for (let i = 0; i < pixels; i++) {
    random.reset(seed * 1000 + i);
    for (let j = 0; j < size; j++) {
      const at = truth(offset + scale * j);
      const mean = lines.reduce(
        (sum, [centre, fwhm, area]) => sum + area * line(at - centre, fwhm, modality),
        ground(at),
      );
      values[i * size + j] = random.poisson(mean);
    }
  }
  return createSignal({
    modality,
    navigation: pixels > 1 ? [uniformAxis({ name: 'x', role: 'navigation', size: pixels })] : [],
    spectral: uniformAxis({ name: 'axis', unit, role: 'spectral', size, offset, scale }),
    source: { type: 'memory', block: { kind: 'dense', pixels, channels: size, values } },
    intensity: COUNTS,
    noise: poisson(),
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
  const plan = await makePlan(recipe, states);
  const done = await runPlan(plan, inputs, inlineEngine(resolveShape));
  return { product: done.products.one, notes: done.trail[0].notes, plan };
}

const calibrated = async (signal: Signal, params: object, standard?: Signal) =>
  (await run('calibrate.axis', signal, params, standard)).product as Signal;

const SILICON: Made = {
  modality: 'raman',
  unit: '1/cm',
  size: 1000,
  offset: 100,
  scale: 1.1,
  truth: (x) => x + 2.3,
  lines: [[520.7, 6, 20000]],
};

describe('an axis tied to one line', () => {
  it('silicon ends up at 520.7 1/cm within 0.1, with an uncertainty that covers it and holds that of silicon', async () => {
    let worst = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const signal = spectrum({ ...SILICON, seed });
      const { spectral } = await calibrated(signal, { references: ['Si'] });
      const before = signal.spectral as UniformAxis;
      const off = axisValue(spectral, 100) - (axisValue(before, 100) + 2.3);
      worst = Math.max(worst, Math.abs(off));
      expect(Math.abs(off)).toBeLessThan(2 * spectral.calibration!.uncertainty!);
      expect(spectral.calibration).toMatchObject({ origin: 'Si', fitted: true, uncertainty: expect.closeTo(0.2, 1) });
      expect((spectral as UniformAxis).scale).toBe(before.scale);
    }
    expect(worst).toBeLessThan(0.1);
  });

  it('leaves values, noise, mask and everything else as they were', async () => {
    const signal = spectrum({ ...SILICON, pixels: 3 });
    const after = await calibrated(signal, { references: ['Si'] });
    expect(after.source).toBe(signal.source);
    for (const part of ['noise', 'mask', 'intensity', 'navigation', 'shift'] as const)
      expect(after[part]).toEqual(signal[part]);
    expect(after.history.at(-1)?.step).toBe('calibrate.axis');
  });

  it('carbon 1s of a charged specimen: found back, and said to be relative to it', async () => {
    const charged: Made = {
      ...SILICON,
      modality: 'xps',
      unit: 'eV',
      size: 600,
      offset: 275,
      scale: 0.05,
      truth: (x) => x - 1.7,
      lines: [[284.8, 1.2, 3000]],
    };
    const { product, notes } = await run('calibrate.axis', spectrum(charged), { references: ['C 1s'] });
    const { spectral } = product as Signal;
    expect(axisValue(spectral, 0)).toBeCloseTo(275 - 1.7, 1);
    expect(spectral.calibration?.relativeTo).toBe('C 1s');
    expect(spectral.calibration?.uncertainty).toBeGreaterThan(0.2);
    expect(notes.join(' ')).toMatch(/relative to C 1s/);
  });
});

/** A low-loss and core-loss axis: zero loss, carbon and nickel, 1.5 eV off and 0.4 % too short. */
const LOSS: Made = {
  modality: 'eels',
  unit: 'eV',
  size: 2000,
  offset: -30,
  scale: 0.5,
  truth: (x) => 1.004 * x + 1.5,
  lines: [
    [0, 2, 1e5],
    [285, 4, 4000],
    [853, 5, 8000],
  ],
  ground: () => 40,
};

describe('an axis tied to several lines', () => {
  const references = ['zero-loss', 'C K π*', 'Ni L3'];

  it('zero loss, carbon and nickel give offset and dispersion, with errors that hold', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const { spectral } = await calibrated(spectrum({ ...LOSS, seed }), { references });
      for (const channel of [0, 60, 700, 1999]) {
        const truth = LOSS.truth!(-30 + 0.5 * channel);
        const position = axisValue(spectral, channel);
        expect(Math.abs(position - truth)).toBeLessThan(3 * axisUncertainty(spectral, position)!);
      }
      expect(axisUncertainty(spectral, 0)).toBeLessThan(0.05);
      expect(axisUncertainty(spectral, 853)).toBeGreaterThan(0.2);
      expect(spectral.calibration?.relativeTo).toBeUndefined();
    }
  });

  it('by edges of the specimen alone it is relative; by those of a standard it is not', async () => {
    const edges = { references: references.slice(1) };
    const signal = spectrum(LOSS);
    expect((await calibrated(signal, edges)).spectral.calibration?.relativeTo).toBe('C K π*, Ni L3');
    expect(
      (await calibrated(signal, edges, spectrum({ ...LOSS, seed: 9 }))).spectral.calibration?.relativeTo,
    ).toBeUndefined();
  });

  it('a position of your own is absolute unless you say that it is not', async () => {
    const signal = spectrum(LOSS);
    const to = async (relative?: boolean) =>
      (await calibrated(signal, { references: [{ position: 853, uncertainty: '0.3 eV', name: 'own', relative }] }))
        .spectral;
    expect((await to()).calibration).toMatchObject({ origin: 'own', uncertainty: expect.closeTo(0.3, 1) });
    expect((await to()).calibration?.relativeTo).toBeUndefined();
    expect((await to(true)).calibration?.relativeTo).toBe('own');
  });

  it('a standard on another part of the axis moves an axis just the same', async () => {
    const core = spectrum({ ...LOSS, size: 500, offset: 400, lines: [], ground: () => 90 });
    const { spectral } = await calibrated(
      core,
      { references: ['zero-loss'] },
      spectrum({ ...LOSS, size: 300, truth: (x) => x + 1.5 }),
    );
    expect(axisValue(spectral, 0)).toBeCloseTo(401.5, 2);
  });

  it('order 0 moves and does not stretch; order 2 asks for four references and lists its positions', async () => {
    const signal = spectrum({ ...LOSS, truth: (x) => x + 1.5 });
    const moved = (await calibrated(signal, { references, order: 0 })).spectral as UniformAxis;
    expect(moved.scale).toBe(0.5);
    await expect(run('calibrate.axis', signal, { references, order: 2 })).rejects.toMatchObject({
      code: 'too-few-references',
    });
    const bent: Made = {
      ...SILICON,
      size: 3000,
      offset: 300,
      scale: 1,
      truth: (x) => x + 1.5 + 2e-6 * (x - 1500) ** 2,
      lines: POLYSTYRENE,
    };
    const { spectral } = await calibrated(spectrum(bent), { references: ['polystyrene'], order: 2, tolerance: 15 });
    expect(spectral.kind).toBe('explicit');
    for (const channel of [300, 1000, 2600]) {
      expect(Math.abs(axisValue(spectral, channel) - bent.truth!(300 + channel))).toBeLessThan(
        3 * axisUncertainty(spectral, axisValue(spectral, channel))!,
      );
    }
  });

  it('aluminium and copper give zero and gain of an X-ray detector, by the mean of Kα₁ and Kα₂', async () => {
    const detector: Made = {
      modality: 'eds',
      unit: 'keV',
      size: 1000,
      offset: -0.2,
      scale: 0.01,
      truth: (x) => 1.003 * x - 0.012,
      lines: [
        [1.48673, 0.08, 30],
        [8.04105, 0.15, 40],
      ],
      ground: () => 5,
      pixels: 20,
    };
    const { spectral } = await calibrated(spectrum(detector), { references: ['Al_Ka', 'Cu_Ka'] });
    for (const channel of [20, 170, 830, 999]) {
      const position = axisValue(spectral, channel);
      const off = position - detector.truth!(-0.2 + 0.01 * channel);
      expect(Math.abs(off)).toBeLessThan(3 * axisUncertainty(spectral, position)!);
      expect(Math.abs(off)).toBeLessThan(0.002);
    }
    await expect(run('calibrate.axis', spectrum(detector), { references: ['Ni_Ka'] })).rejects.toThrowError(/Ni_Ka/);
  });

  it('descending and listed axes are moved as they are', async () => {
    const signal = spectrum(LOSS);
    const up = await calibrated(signal, { references });
    const positions = axisValues(signal.spectral).reverse();
    const { block } = signal.source as unknown as { block: { values: Float64Array } & Record<string, unknown> };
    const down = withSignal(signal, {
      spectral: explicitAxis({ unit: 'eV', role: 'spectral', positions }),
      source: { type: 'memory', block: { ...block, values: block.values.slice().reverse() } as never },
    });
    const { spectral } = await calibrated(down, { references });
    expect(spectral.kind).toBe('explicit');
    expect(axisValue(spectral, 1999)).toBeCloseTo(axisValue(up.spectral, 0), 6);
    expect(spectral.calibration?.uncertainty).toBeCloseTo(up.spectral.calibration!.uncertainty!, 6);
  });

  it('a drift that was measured is stretched with the axis', async () => {
    const two = spectrum({ ...LOSS, pixels: 2 });
    const shifted = withSignal(two, {
      shift: {
        state: 'map',
        offsets: Float64Array.of(0, 100),
        uncertainty: 1,
        within: 100,
        origin: 'a test',
      },
    });
    const { shift } = await calibrated(shifted, { references });
    expect(shift.state === 'map' && shift.offsets[1]).toBeCloseTo(100.4, 1);
  });
});

const POLYSTYRENE = (
  [620.9, 795.8, 1001.4, 1031.8, 1155.3, 1450.5, 1583.1, 1602.3, 2852.4, 2904.5, 3054.3] as const
).map((at) => [at, 9, 6000] as const);

describe('what cannot be', () => {
  it.each<[string, object, RegExp]>([
    ['a line that is not there', { references: ['zero-loss', { position: 600 }] }, /600 eV/],
    ['an unknown name', { references: ['Fe Lx'] }, /zero-loss, C K π\*, Ni L3/],
    ['a line beyond the axis', { references: [{ position: 5000 }] }, /does not reach/],
    ['a unit that is another', { references: [{ position: '5 nm' }] }, /convert/],
    ['a tolerance of nothing', { references: ['zero-loss'], tolerance: 0 }, /more than 0/],
    [
      'a tolerance that is too small for the axis',
      { references: ['zero-loss'], tolerance: 0.5 },
      /widen the tolerance/,
    ],
    ['two names for one place', { references: ['zero-loss', { position: 0.1 }], order: 1 }, /./],
  ])('%s is refused', async (_, params, says) => {
    await expect(run('calibrate.axis', spectrum(LOSS), params)).rejects.toThrowError(says);
  });

  it('a line that is not there may be skipped, and is by name', async () => {
    const { spectral } = await calibrated(spectrum(LOSS), {
      references: ['zero-loss', { position: 600 }, 'Ni L3'],
      missing: 'skip',
    });
    expect(spectral.calibration?.origin).toBe('zero-loss, Ni L3');
  });

  it('references that no one correction brings to their places are refused', async () => {
    const params = { references: ['zero-loss', 'C K π*', { position: 848, name: 'a wrong one' }], order: 0 };
    await expect(run('calibrate.axis', spectrum({ ...LOSS, truth: (x) => x }), params)).rejects.toThrowError(
      /wrong one|agrees with/,
    );
  });

  it('a standard in another unit, or a spectrum of nothing, is refused', async () => {
    const other = spectrum({ ...LOSS, unit: 'keV' });
    await expect(run('calibrate.axis', spectrum(LOSS), { references: ['zero-loss'] }, other)).rejects.toMatchObject({
      code: 'unit-mismatch',
    });
    const nothing = spectrum({ ...LOSS, lines: [], ground: () => 0 });
    await expect(run('calibrate.axis', nothing, { references: ['zero-loss'] })).rejects.toMatchObject({
      code: 'reference-not-found',
    });
    for (const size of [1, 2, 8]) {
      const tiny = spectrum({ ...LOSS, size, offset: -1 });
      await expect(run('calibrate.axis', tiny, { references: ['zero-loss'] })).rejects.toMatchObject({
        code: 'reference-not-found',
      });
    }
  });
});

describe('a correction that would turn the axis round', () => {
  it('is refused with the place where it would', () => {
    const axis = uniformAxis({ role: 'spectral', unit: 'eV', size: 101 });
    const linear = fitLinear(
      Float64Array.of(1, 0, 0, 1, 1, 1, 1, 2, 4),
      Float64Array.of(0, 0, 0),
      Float64Array.of(1, 1, 1),
      3,
    );
    const bent = { ...linear, values: Float64Array.of(0, 0, -40), order: 2, pivot: 0, span: 50 };
    expect(() => correctAxis(axis, bent, { origin: 'a test' }, 'one')).toThrowError(/turn round at [\d.]+ eV/);
    const mild = { ...bent, values: Float64Array.of(0, 0, -1) };
    expect(correctAxis(axis, mild, { origin: 'a test' }, 'one').kind).toBe('explicit');
  });
});

describe('a calibration that is checked', () => {
  const references = ['zero-loss', 'C K π*', 'Ni L3'];

  it('says where the lines are, and is warned where nobody vouches for the axis', async () => {
    const { product, plan } = await run('calibrate.check', spectrum(LOSS), { references });
    expect(plan.objections.map(({ code, severity }) => [code, severity])).toEqual([
      ['unclosed-calibration', 'warning'],
    ]);
    const { quantities, tables, curves, findings } = product as Measurements;
    expect(quantities[0]).toMatchObject({ name: 'position of zero-loss', quantity: { unit: 'eV', systematic: [] } });
    expect(quantities[0].quantity.value).toBeCloseTo(-1.5 / 1.004, 1);
    expect(tables[0].columns[0].values).toEqual(references);
    expect(curves[0].x.length).toBe(20);
    expect(tables[1].columns[0].values).toEqual(['offset', 'scale']);
    const [offset, scale] = tables[1].columns.at(-1)!.values as Float64Array;
    expect(offset).toBeCloseTo(1, 12);
    expect(Math.abs(scale)).toBeLessThan(1);
    expect(findings.join('\n')).toMatch(/0\.3 eV is 0\.18/);
    expect(quantities.at(-1)?.name).toBe('correction at Fe L3');
    expect(quantities.at(-1)?.quantity.value).toBeCloseTo(1.5 + 0.004 * 708.7, 0);
  });

  it('on a calibrated axis finds them where they belong, with the axis in every budget, as one error', async () => {
    const signal = await calibrated(spectrum(LOSS), { references });
    const { product, plan } = await run('calibrate.check', signal, { references });
    expect(plan.objections).toEqual([]);
    const { quantities, warnings } = product as Measurements;
    const [zero, , nickel] = quantities.map(({ quantity }) => quantity);
    expect(zero.systematic.map(({ source }) => source)).toEqual(['axis of one: offset', 'axis of one: scale']);
    expect(nickel.systematic.map(({ source }) => source)).toEqual(zero.systematic.map(({ source }) => source));
    expect(Math.abs(zero.value)).toBeLessThan(0.05);
    expect(warnings.join('\n')).toMatch(/its budget holds both/);
  });

  it('a wrong reference stands out', async () => {
    const made: Made = { ...SILICON, size: 3000, offset: 300, scale: 1, lines: POLYSTYRENE, truth: (x) => x + 0.5 };
    const names = [620.9, 795.8, 1001.4, 1155.3 + 1.5, 1450.5].map((position) => ({ position, uncertainty: 0.1 }));
    const { product } = await run('calibrate.check', spectrum(made), { references: names });
    expect((product as Measurements).warnings.join('\n')).toMatch(/1156\.8.* σ\)/);
  });

  it('lines hardly wider than a channel are pointed out, and are right to a tenth of a channel', async () => {
    const axis = { ...LOSS, size: 200, offset: -50, scale: 1 };
    for (const at of [0, 0.2, 0.4, 0.5, 0.7]) {
      // Channels hold the integral of a line, not its value at their middle.
      const fine = spectrum({ ...axis, truth: (x) => x, lines: [] });
      const { block } = fine.source as unknown as { block: { values: Float64Array } };
      const edge = (x: number) => 1e6 * normalCdf((x - at) / (1.2 / 2.3548200450309493));
      const values = block.values.map((_, j) => Math.round(20 + edge(j - 49.5) - edge(j - 50.5)));
      const narrow = withSignal(fine, { source: { type: 'memory', block: { ...block, values } as never } });
      const { product } = await run('calibrate.check', narrow, { references: ['zero-loss'], shape: 'gaussian' });
      const { quantities, warnings } = product as Measurements;
      expect(Math.abs(quantities[0].quantity.value - at)).toBeLessThan(0.1);
      expect(warnings.join()).toMatch(/1\.\d channels wide/);
    }
  });

  it('the shape and the laser are used', async () => {
    const signal = spectrum({ ...LOSS, lines: [[0, 2, 1e5]] });
    const sigma = async (shape: string) => {
      const { product } = await run('calibrate.check', signal, { references: ['zero-loss'], shape });
      return (product as Measurements).tables[0].columns.at(-1)?.values[0] as number;
    };
    expect(await sigma('gaussian')).toBeGreaterThan(2 * (await sigma('pseudo-voigt')));
    const lamp = spectrum({
      ...SILICON,
      lines: [
        [1712, 6, 9000],
        [1798.4, 6, 9000],
      ],
      size: 2000,
    });
    await expect(run('calibrate.check', lamp, { references: ['Ne'] })).rejects.toMatchObject({ code: 'unknown-laser' });
    const { product } = await run('calibrate.check', lamp, { references: ['Ne'], laser: 532, tolerance: 20 });
    expect((product as Measurements).tables[0].columns[0].values.length).toBeGreaterThan(0);
  });
});
