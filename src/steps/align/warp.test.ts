import { describe, expect, it } from 'vitest';
import { collect } from '../../engines/engine.ts';
import { inlineEngine } from '../../engines/inline.ts';
import { CounterRandom } from '../../kernels/index.ts';
import { blocking, makePlan } from '../../plan/plan.ts';
import { checkRecipe } from '../../plan/recipe.ts';
import { runPlan } from '../../plan/run.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { DenseBlock } from '../../signal/block.ts';
import { COUNTS, type Intensity } from '../../signal/intensity.ts';
import { reasonCode } from '../../signal/mask.ts';
import { type Noise, poisson } from '../../signal/noise.ts';
import { createSignal, type Signal } from '../../signal/signal.ts';
import { resolveShape } from '../index.ts';
import { signalState } from '../state.ts';

const engine = inlineEngine(resolveShape);
const N = 200;
const PITCH = 0.5;
type Lines = readonly (readonly [place: number, height: number])[];
const MINERAL: Lines = [
  [30, 1],
  [75, 0.6],
  [120, 0.9],
  [165, 0.5],
];
const OTHER: Lines = [
  [52, 0.9],
  [98, 1],
  [143, 0.6],
];

interface Scene {
  readonly pixels?: number;
  readonly lines?: (pixel: number) => Lines;
  /** Channels by which features at channel p of a pixel lie beside their place. */
  readonly displace?: (p: number, pixel: number) => number;
  readonly height?: number;
  readonly noisy?: boolean;
  readonly pedestal?: number;
  readonly noise?: Noise;
  readonly intensity?: Intensity;
  readonly listed?: boolean;
  readonly descending?: boolean;
  readonly channels?: number;
  readonly masked?: Uint8Array;
}

/** Lines of σ 3 channels on a tenth of a per cent of background, in channels of 0.5 1/cm. */
function scene(options: Scene = {}): Signal {
  const { pixels = 6, lines = () => MINERAL, displace = () => 0, height = 1000, noisy = true, pedestal = 0 } = options;
  const { channels = N, listed, descending, masked } = options;
  const random = new CounterRandom(21, 0);
  const values = new Float64Array(pixels * channels);
  for (let i = 0; i < pixels; i++) {
    for (let j = 0; j < channels; j++) {
      const mean = lines(i).reduce(
        (sum, [p, h]) => sum + height * h * Math.exp(-0.5 * ((j - p - displace(p, i)) / 3) ** 2),
        0.01 * height,
      );
      values[i * channels + j] = pedestal + (noisy ? random.poisson(mean) : mean);
    }
  }
  const named = { name: 'Raman shift', unit: '1/cm', role: 'spectral' as const };
  const scale = descending ? -PITCH : PITCH;
  return createSignal({
    modality: 'raman',
    navigation: [uniformAxis({ role: 'navigation', size: pixels })],
    spectral: listed
      ? explicitAxis({
          ...named,
          positions: Float64Array.from({ length: channels }, (_, j) => 100 + scale * j * (1 + j / 2000)),
        })
      : uniformAxis({ ...named, size: channels, scale, offset: 100 }),
    source: { type: 'memory', block: { kind: 'dense', pixels, channels, values } },
    intensity: options.intensity ?? COUNTS,
    noise: options.noise ?? poisson(),
    mask: masked ? { channels: masked } : undefined,
  });
}

async function run(use: string, params: object, spectra: Signal, reference?: Signal) {
  const recipe = checkRecipe({
    spectrail: 'recipe/1',
    title: 'Align',
    inputs: reference ? { spectra: {}, reference: {} } : { spectra: {} },
    steps: [{ id: 'aligned', use, in: reference ? { in: 'spectra', reference: 'reference' } : 'spectra', params }],
  });
  const inputs: Record<string, Signal> = reference ? { spectra, reference } : { spectra };
  const states = Object.fromEntries(Object.entries(inputs).map(([name, signal]) => [name, signalState(signal)]));
  const plan = await makePlan(recipe, states);
  if (blocking(plan).length > 0) return { blocked: blocking(plan).map(({ code }) => code) };
  const { products, trail } = await runPlan(plan, inputs, engine);
  const signal = products.aligned as Signal;
  const block = (await collect(engine, signal.source, {
    resolve: resolveShape,
    geometry: signalGeometry(signal),
  })) as DenseBlock;
  return { signal, values: Float64Array.from(block.values), notes: trail.flatMap(({ notes }) => notes), blocked: [] };
}

const valuesOf = (signal: Signal) => (signal.source as { block: DenseBlock }).block.values as Float64Array;
/** Centre and sum of the line at channel p of a pixel, above a level. */
function line(values: Float64Array, pixel: number, p: number, level: number, channels = N) {
  let [sum, moment] = [0, 0];
  for (let j = p - 12; j <= p + 12; j++) {
    sum += values[pixel * channels + j] - level;
    moment += (values[pixel * channels + j] - level) * j;
  }
  return { centre: moment / sum, area: sum };
}
const drift = (_: number, pixel: number) => (pixel % 5) - 2;
const bend = (p: number, pixel: number) => (pixel % 2 ? 4 : -4) * 4 * (p / N) * (1 - p / N);
const clean = scene({ pixels: 1, noisy: false });

describe('interval shifts', () => {
  it('bring the lines of every pixel together, leave counts whole and Poisson, and mask what some pixel lacks', async () => {
    const drifting = scene({ pixels: 10, displace: drift });
    const { signal, values, notes } = await run('align.icoshift', { shift: '2 1/cm' }, drifting);
    for (let i = 1; i < 10; i++) {
      for (const [p] of MINERAL) {
        const [own, first] = [line(values!, i, p, 10), line(values!, 0, p, 10)];
        expect(Math.abs(own.centre - first.centre)).toBeLessThan(0.25);
      }
    }
    expect(notes).toEqual([]);
    expect(signal?.noise).toEqual(poisson());
    expect(values?.every((value) => Number.isInteger(value))).toBe(true);
    const codes = signal?.mask.channels;
    expect([codes?.[3], codes?.[4], codes?.[195], codes?.[196]]).toEqual([
      reasonCode('outside axis'),
      0,
      0,
      reasonCode('outside axis'),
    ]);
  });

  it('move intervals by themselves, and what is between not at all', async () => {
    const apart = scene({ displace: (p) => (p < 100 ? 3 : -2), noisy: false });
    const intervals = [
      ['107 1/cm', '147 1/cm'],
      [152, 192],
    ];
    const { values, signal } = await run('align.icoshift', { shift: 2, intervals }, apart, clean);
    for (const [p] of MINERAL) expect(line(values!, 0, p, 10).centre).toBeCloseTo(p, 1);
    expect(values?.[5]).toBe(valuesOf(apart)[5]);
    expect(signal?.mask.channels?.[99]).toBe(0);
    expect(signal?.mask.channels?.[14]).toBe(reasonCode('outside axis'));
    await expect(
      run(
        'align.icoshift',
        {
          shift: 2,
          intervals: [
            [110, 150],
            [140, 190],
          ],
        },
        apart,
      ),
    ).rejects.toThrow(/two intervals/);
  });

  it('are better in a second round, against the mean of what was aligned in the first', async () => {
    const drifting = scene({ pixels: 60, displace: (_, i) => 2 * ((i % 9) - 4), height: 3 });
    const sharpness = async (rounds: number) => {
      const { values } = await run('align.icoshift', { shift: 6, rounds, nulls: 0 }, drifting);
      const sum = Float64Array.from({ length: N }, (_, j) => {
        let total = 0;
        for (let i = 0; i < 60; i++) total += values?.[i * N + j] ?? 0;
        return total;
      });
      return sum.reduce((squares, value) => squares + value * value, 0);
    };
    const [once, twice] = [await sharpness(1), await sharpness(2)];
    expect(twice).toBeGreaterThan(1.02 * once);
  });

  it('give up the law of readout noise, which decides displacements as well', async () => {
    const { signal } = await run(
      'align.icoshift',
      { shift: 2 },
      scene({ pedestal: 50, noise: poisson({ offset: 50, readout: 3 }) }),
    );
    expect(signal?.noise.tag).toBe('correlated');
  });
});

const WARPS = [
  ['align.cow', { shift: 4, segment: 15 }, 0.3],
  ['align.dtw', { shift: 4 }, 0.35],
] as const;

describe.each(WARPS)('%s', (use, params, exact) => {
  it('takes out a displacement that changes along the axis, and keeps the areas of lines to 1 %', async () => {
    const drifting = scene({ displace: bend, noisy: false });
    const { signal, values, notes } = await run(use, params, drifting, clean);
    expect(notes).toEqual([]);
    for (let i = 0; i < 2; i++) {
      for (const [p] of MINERAL) {
        const found = line(values!, i, p, 10);
        expect(Math.abs(found.centre - p)).toBeLessThan(exact);
        const before = line(valuesOf(drifting), i, Math.round(p + bend(p, i)), 10);
        expect(Math.abs(found.area / before.area - 1)).toBeLessThan(0.01);
      }
    }
    expect(signal?.noise).toMatchObject({ tag: 'correlated', form: { kind: 'full' }, across: { kind: 'global' } });
    expect(signal?.shift).toEqual({ state: 'unmeasured' });
    expect(signal?.history.at(-1)).toMatchObject({ step: use });
  });

  it('looks values up where heights are to stay, and leaves a spectrum whose areas change as it is', async () => {
    const drifting = scene({ displace: bend, noisy: false });
    const height = await run(use, { ...params, conserve: 'height', areaTolerance: 1 }, drifting, clean);
    expect(height.notes).toEqual([]);
    const strict = await run(use, { ...params, conserve: 'height', areaTolerance: 0.001 }, drifting, clean);
    expect(strict.notes?.[0]).toMatch(/^[1-6] of 6 spectra stay as they are: a peak would change its area$/);
    expect(strict.values).not.toEqual(height.values);
    const area = await run(use, params, drifting, clean);
    expect(area.values).not.toEqual(height.values);
    const dimensionless = scene({ displace: bend, noisy: false, intensity: { kind: 'dimensionless' } });
    const looked = await run(use, { ...params, areaTolerance: 1 }, dimensionless, clean);
    expect(looked.values).toEqual(height.values);
  });

  it('takes the pedestal off, does not look at masked channels, and masks where they may have gone', async () => {
    const masked = Uint8Array.from({ length: N }, (_, j) => (j === 76 ? reasonCode('dead') : 0));
    const spoilt = scene({
      displace: bend,
      noisy: false,
      pedestal: 300,
      noise: poisson({ offset: 300, readout: 2 }),
      masked,
    });
    valuesOf(spoilt).forEach((_, at) => {
      if (at % N === 76) valuesOf(spoilt)[at] = 1e9;
    });
    const { signal, values } = await run(use, params, spoilt, clean);
    expect(line(values!, 0, 120, 10).centre).toBeCloseTo(120, 0);
    expect(values?.[5]).toBeLessThan(20);
    const codes = signal?.mask.channels;
    expect([codes?.[65], codes?.[69], codes?.[76], codes?.[83]]).toEqual([
      0,
      reasonCode('dead'),
      reasonCode('dead'),
      reasonCode('dead'),
    ]);
  });

  it('works on listed and descending axes, for values per unit too', async () => {
    for (const listed of [false, true]) {
      for (const descending of [false, true]) {
        const intensity: Intensity = { kind: 'counts-per-unit', unit: '1/cm' };
        const axis = { listed, descending, intensity, noisy: false };
        const { values, notes } = await run(
          use,
          params,
          scene({ ...axis, displace: bend }),
          scene({ ...axis, pixels: 1 }),
        );
        expect(notes).toEqual([]);
        for (const [p] of MINERAL) expect(Math.abs(line(values!, 0, p, 10).centre - p)).toBeLessThan(exact);
      }
    }
  });
});

const ALL = [...WARPS.map(([use, params]) => [use, params] as const), ['align.icoshift', { shift: 4 }] as const];

describe.each(ALL)('what %s does with spectra that are not of the reference', (use, params) => {
  it('leaves those of another compound, and says how many', async () => {
    const mixed = scene({
      pixels: 6,
      lines: (i) => (i < 4 ? MINERAL : OTHER),
      displace: use === 'align.icoshift' ? () => 3 : bend,
    });
    const { values, notes } = await run(use, { ...params, nulls: 39 }, mixed, clean);
    expect(notes).toEqual(['2 of 6 spectra stay as they are: aligned no better than with a shuffled reference']);
    const inner = (all: Float64Array, i: number) => all.slice(i * N + 10, (i + 1) * N - 10);
    expect(inner(values!, 5)).toEqual(inner(valuesOf(mixed), 5));
    expect(inner(values!, 0)).not.toEqual(inner(valuesOf(mixed), 0));
  });

  it('leaves spectra of noise, but not without that test', async () => {
    const noise = scene({ pixels: 12, lines: () => [] });
    const stay = async (nulls: number) => {
      const { notes } = await run(use, { ...params, nulls }, noise, clean);
      return Number(/^(\d+) of 12/.exec(notes?.[0] ?? '0 of 12')?.[1]);
    };
    expect(await stay(39)).toBeGreaterThanOrEqual(10);
    expect(await stay(0)).toBeLessThanOrEqual(2);
  });

  it('takes the mean or the strongest spectrum for the reference', async () => {
    const drifting = scene({
      displace: (_, i) => (i === 3 ? 0 : 3),
      lines: (i) => MINERAL.map(([p, h]) => [p, i === 3 ? 2 * h : h]),
      noisy: false,
    });
    const centre = async (target: string) => {
      const { values } = await run(use, { ...params, target, rounds: 1 }, drifting);
      return line(values!, 0, 75, 10).centre;
    };
    expect(Math.abs((await centre('strongest')) - 75)).toBeLessThan(0.3);
    expect(await centre('mean')).toBeGreaterThan(75.4);
  });

  it('leaves empty and broken spectra, and takes 1e9 counts', async () => {
    const odd = scene({ pixels: 4, displace: () => 2, noisy: false });
    valuesOf(odd).fill(0, 0, N);
    valuesOf(odd)[N + 40] = Number.NaN;
    for (let j = 0; j < N; j++) valuesOf(odd)[2 * N + j] *= 1e6;
    const { values, notes } = await run(use, params, odd, clean);
    expect(notes).toEqual(['2 of 4 spectra stay as they are: aligned no better than with a shuffled reference']);
    expect(values?.slice(20, N - 20).every((value) => value === 0)).toBe(true);
    expect(Math.abs(line(values!, 2, 120, 1e7).centre - 120)).toBeLessThan(0.3);
  });

  it('refuses displacements below a channel or beyond half the spectrum, tiny spectra, and a reference of another axis', async () => {
    await expect(run(use, { ...params, shift: 0.2 }, scene())).rejects.toThrow(/less than a channel/);
    await expect(run(use, { ...params, shift: '60 1/cm' }, scene())).rejects.toThrow(/120 channels/);
    await expect(run(use, params, scene({ channels: 8 }))).rejects.toThrow(/8 channels/);
    await expect(run(use, params, scene(), scene({ descending: true }))).rejects.toThrow(/the reference has/);
    for (let channels = 1; channels <= 8; channels++) {
      const outcome = await run(
        use,
        { ...params, shift: 0.5, ...('segment' in params ? { segment: 1 } : {}) },
        scene({ channels }),
      ).catch((error) => error);
      expect(outcome.kind === 'input' || outcome.values.length === 6 * channels).toBe(true);
    }
  });
});

describe('an unconstrained warp', () => {
  it('is refused by the plan', async () => {
    expect((await run('align.dtw', { shift: 'any' }, scene())).blocked).toEqual(['overwarp']);
    expect((await run('align.dtw', { shift: '3 1/cm' }, scene())).blocked).toEqual([]);
  });
});

describe('options change what is found', () => {
  const drifting = scene({ displace: bend });
  const valuesWith = async (use: string, params: object) => (await run(use, params, drifting, clean)).values;
  it.each([
    [
      'align.cow',
      { shift: 4, segment: 20 },
      [{ sections: 'row' }, { weight: 'equal' }, { refine: false }, { slack: 1 }, { segment: 12 }, { shift: 1 }],
    ],
    ['align.dtw', { shift: 4 }, [{ steps: 'symmetric1' }, { derivative: true }, { shift: 1 }]],
    ['align.icoshift', { shift: 4 }, [{ shift: 1 }]],
  ] as const)('%s', async (use, base, changes) => {
    const plain = await valuesWith(use, { ...base, nulls: 0 });
    for (const change of changes)
      expect(await valuesWith(use, { ...base, nulls: 0, ...change }), JSON.stringify(change)).not.toEqual(plain);
  });

  it('a slack of more than half a segment is refused', async () => {
    await expect(run('align.cow', { shift: 4, segment: 10, slack: 6 }, drifting)).rejects.toThrow(/slack/);
  });
});
