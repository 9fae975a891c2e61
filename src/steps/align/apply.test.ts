import { describe, expect, it } from 'vitest';
import { collect } from '../../engines/engine.ts';
import { inlineEngine } from '../../engines/inline.ts';
import { CounterRandom } from '../../kernels/index.ts';
import { makePlan } from '../../plan/plan.ts';
import { checkRecipe } from '../../plan/recipe.ts';
import { runPlan } from '../../plan/run.ts';
import { signalGeometry } from '../../shapes/signal-geometry.ts';
import { explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { DenseBlock } from '../../signal/block.ts';
import { COUNTS } from '../../signal/intensity.ts';
import { type Noise, poisson } from '../../signal/noise.ts';
import { createSignal, type Signal } from '../../signal/signal.ts';
import { resolveShape } from '../index.ts';
import { signalState } from '../state.ts';

const engine = inlineEngine(resolveShape);
const CHANNELS = 64;
const PIXELS = 300;
const PITCH = 0.25;

/** A line at 8 eV, 0.8 eV broad, moved by each pixel's offset: expected counts in channels of 0.25 eV, some 400 a pixel. */
function lines(
  options: { noise?: Noise; value?: (counts: number) => number; listed?: boolean; offsets?: Float64Array } = {},
): Signal {
  const { noise = poisson(), value = (counts) => counts, listed } = options;
  const offsets = options.offsets ?? Float64Array.from({ length: PIXELS }, (_, i) => ((i % 17) - 8) / 10);
  const random = new CounterRandom(3, 0);
  const values = new Float64Array(PIXELS * CHANNELS);
  for (let i = 0; i < PIXELS; i++) {
    random.reset(i);
    for (let j = 0; j < CHANNELS; j++) {
      const z = (j * PITCH - 8 - offsets[i]) / 0.34;
      values[i * CHANNELS + j] = value(random.poisson(1 + 115 * Math.exp((-z * z) / 2)));
    }
  }
  const positions = Float64Array.from({ length: CHANNELS }, (_, j) => j * PITCH);
  const named = { name: 'Energy loss', unit: 'eV', role: 'spectral' as const };
  return createSignal({
    modality: 'eels',
    navigation: [uniformAxis({ role: 'navigation', size: PIXELS })],
    spectral: listed ? explicitAxis({ ...named, positions }) : uniformAxis({ ...named, size: CHANNELS, scale: PITCH }),
    source: { type: 'memory', block: { kind: 'dense', pixels: PIXELS, channels: CHANNELS, values } },
    intensity: COUNTS,
    noise,
    shift: { state: 'map', offsets, uncertainty: 0.01, within: 1, origin: 'the simulation' },
  });
}

async function applied(signal: Signal, params: object = {}): Promise<{ signal: Signal; values: Float64Array }> {
  const recipe = checkRecipe({
    spectrail: 'recipe/1',
    title: 'Take out the drift',
    inputs: { spectra: {} },
    steps: [{ id: 'aligned', use: 'align.apply', params }],
  });
  const plan = await makePlan(recipe, { spectra: signalState(signal) });
  const { products } = await runPlan(plan, { spectra: signal }, engine);
  const out = products.aligned as Signal;
  const block = (await collect(engine, out.source, {
    resolve: resolveShape,
    geometry: signalGeometry(out),
  })) as DenseBlock;
  return { signal: out, values: Float64Array.from(block.values) };
}

/** Mean position of the counts around the line, per pixel. */
function centroids(values: Float64Array): Float64Array {
  return Float64Array.from({ length: PIXELS }, (_, i) => {
    let [sum, moment] = [0, 0];
    for (let j = 22; j < 43; j++) {
      const net = values[i * CHANNELS + j] - 1;
      sum += net;
      moment += net * j * PITCH;
    }
    return moment / sum;
  });
}

const spread = (values: Float64Array) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, rms: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
};

describe.each(['split', 'nearest', 'interpolate'])('a drift of ± 0.8 eV taken out, how: %s', (how) => {
  it('brings the line of every pixel to its place, within its counting error and the rounding to channels', async () => {
    const { signal, values } = await applied(lines(), { how });
    const { mean, rms } = spread(centroids(values));
    expect(mean).toBeCloseTo(8, 1);
    // counting alone: 0.34 eV / √400 and the flat part
    expect(rms).toBeLessThan(how === 'nearest' ? 0.1 : 0.05);
    expect(signal.shift).toMatchObject({ state: 'bounded', within: how === 'nearest' ? PITCH / 2 : 0 });
  });
});

describe('counts dealt out to channels', () => {
  it('are whole, none is lost but at the ends, and their law stays', async () => {
    const drifting = lines();
    const { signal, values } = await applied(drifting);
    const before = (drifting.source as { block: DenseBlock }).block.values as Float64Array;
    expect(values.every((value) => Number.isInteger(value))).toBe(true);
    for (let i = 0; i < PIXELS; i += 37) {
      const inside = (all: Float64Array) => all.subarray(i * CHANNELS + 8, i * CHANNELS + 56);
      const total = (all: Float64Array) => inside(all).reduce((sum, value) => sum + value, 0);
      // at most what four channels of background at each end bring or take
      expect(Math.abs(total(values) - total(before))).toBeLessThan(20);
    }
    expect(signal.noise).toEqual(poisson());
  });

  it('are dealt out in the same way when it is done again', async () => {
    const [a, b] = [await applied(lines()), await applied(lines())];
    expect(a.values).toEqual(b.values);
  });

  it('are counts of the gain', async () => {
    const gain = 2.5;
    const { signal, values } = await applied(lines({ noise: poisson({ gain }), value: (counts) => gain * counts }));
    expect(values.every((value) => Number.isInteger(value / gain))).toBe(true);
    expect(signal.noise).toEqual(poisson({ gain }));
  });

  it('are refused where they are no whole numbers', async () => {
    await expect(applied(lines({ value: (counts) => counts + 0.5 }))).rejects.toThrow(/no whole number of counts/);
  });

  it('are refused on a listed axis and where there is a pedestal', async () => {
    await expect(applied(lines({ listed: true }), { how: 'split' })).rejects.toThrow(/listed axis/);
    await expect(applied(lines({ noise: poisson({ offset: 9 }) }), { how: 'split' })).rejects.toThrow(/whole counts/);
  });
});

describe('what the plan knows', () => {
  it('channels that a pixel may lack are masked, for the displacements that may be', async () => {
    const { signal } = await applied(lines());
    const { channels } = signal.mask;
    expect(channels?.[3] && channels[4] && channels[60]).toBeTruthy();
    expect(channels?.[6]).toBe(0);
    expect(channels?.[57]).toBe(0);
  });

  it('interpolation is the way for a listed axis, and correlates neighbours', async () => {
    const { signal, values } = await applied(lines({ listed: true }));
    expect(signal.noise).toMatchObject({ tag: 'correlated', form: { kind: 'band', channels: 1 } });
    expect(spread(centroids(values)).rms).toBeLessThan(0.05);
  });

  it('a masked channel is masked wherever it may have come to lie', async () => {
    const signal = lines();
    const channels = new Uint8Array(CHANNELS);
    channels[30] = 1;
    const { signal: out } = await applied({ ...signal, mask: { channels } });
    expect(Array.from(out.mask.channels?.subarray(24, 38) ?? [])).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
  });

  it('nothing measured, nothing taken out: it is refused with what to do', async () => {
    const signal = { ...lines(), shift: { state: 'unmeasured' } as const };
    await expect(applied(signal)).rejects.toThrow(/nobody has measured/);
    await expect(applied({ ...signal, shift: { state: 'bounded', within: 0, origin: 'fixed' } })).rejects.toThrow(
      /no displacements to take out/,
    );
  });

  it('displacements longer than the axis are refused', async () => {
    const signal = lines();
    const shift = { ...signal.shift, within: 9 } as Signal['shift'];
    await expect(applied({ ...signal, shift })).rejects.toThrow(/leave no channel/);
  });
});

describe('the plan takes the drift out where a step needs one axis for all', () => {
  const planned = async (steps: object[], signal = lines()) => {
    const recipe = checkRecipe({ spectrail: 'recipe/1', title: 'Late', inputs: { spectra: {} }, steps });
    return makePlan(recipe, { spectra: signalState(signal) });
  };

  it('once, just before the first, for all that read the same', async () => {
    const plan = await planned([
      { id: 'part', use: 'crop', in: 'spectra', params: { spectral: ['2 eV', '14 eV'] } },
      { id: 'all', use: 'sum', in: 'part' },
      { id: 'line', use: 'measure.window', in: 'part', params: { window: ['7 eV', '9 eV'] } },
    ]);
    expect(plan.nodes.map(({ id, use }) => `${id}: ${use}`)).toEqual([
      'part: crop',
      'part-aligned: align.apply',
      'all: sum',
      'line: measure.window',
    ]);
    expect(plan.nodes[1].added).toBeTruthy();
    expect(plan.nodes[3].inputs).toEqual({ in: 'part-aligned' });
  });

  it('not where the step may ignore so little', async () => {
    const signal = lines({ offsets: new Float64Array(PIXELS).fill(0.04) });
    const plan = await planned([{ id: 'pca', use: 'decompose.pca', params: { components: 2 } }], signal);
    expect(plan.nodes.map(({ use }) => use)).not.toContain('align.apply');
    const drifting = await planned([{ id: 'pca', use: 'decompose.pca', params: { components: 2 } }]);
    expect(drifting.nodes[0].use).toBe('align.apply');
    expect(drifting.objections.map(({ code }) => code)).not.toContain('unaligned-decomposition');
  });

  it('under a name of its own', async () => {
    const plan = await planned([
      { id: 'spectra-aligned', use: 'crop', in: 'spectra', params: { x: [0, 9] } },
      { id: 'all', use: 'sum', in: 'spectra' },
    ]);
    expect(plan.nodes.map(({ id }) => id)).toContain('spectra-aligned-2');
  });
});
