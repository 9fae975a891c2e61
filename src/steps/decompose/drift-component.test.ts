import { describe, expect, it } from 'vitest';
import { inlineEngine } from '../../engines/inline.ts';
import { CounterRandom } from '../../kernels/index.ts';
import { makePlan } from '../../plan/plan.ts';
import { checkRecipe } from '../../plan/recipe.ts';
import { runPlan } from '../../plan/run.ts';
import { uniformAxis } from '../../signal/axis.ts';
import { COUNTS } from '../../signal/intensity.ts';
import { poisson } from '../../signal/noise.ts';
import { createSignal, type Signal } from '../../signal/signal.ts';
import { resolveShape } from '../index.ts';
import type { Truncation } from '../products.ts';
import { signalState } from '../state.ts';

const [HEIGHT, WIDTH, CHANNELS] = [24, 24, 160];
const PIXELS = HEIGHT * WIDTH;

/** Lines of two phases side by side, on a background, 0.1 eV a channel; the axis drifts along the rows by `drift` eV. */
function map(drift: number, chemistry = true): Signal {
  const values = new Uint16Array(PIXELS * CHANNELS);
  const random = new CounterRandom(9, 0);
  for (let i = 0; i < PIXELS; i++) {
    random.reset(i);
    const offset = drift * (Math.floor(i / WIDTH) / (HEIGHT - 1) - 0.5);
    const share = !chemistry ? 0.5 : i % WIDTH < WIDTH / 2 ? 0.2 : 0.8;
    for (let j = 0; j < CHANNELS; j++) {
      const energy = 450 + j / 10 - offset;
      const line = (at: number, width: number) => Math.exp(-(((energy - at) / width) ** 2) / 2);
      const mean = 8 + 60 * line(456, 0.5) + 30 * line(461.5, 0.8) + 25 * share * line(454, 0.4);
      values[i * CHANNELS + j] = random.poisson(mean);
    }
  }
  return createSignal({
    modality: 'eels',
    navigation: [HEIGHT, WIDTH].map((size) => uniformAxis({ unit: 'nm', role: 'navigation', size })),
    spectral: uniformAxis({
      name: 'Energy loss',
      unit: 'eV',
      role: 'spectral',
      size: CHANNELS,
      scale: 0.1,
      offset: 450,
    }),
    source: { type: 'memory', block: { kind: 'dense', pixels: PIXELS, channels: CHANNELS, values } },
    intensity: COUNTS,
    noise: poisson(),
  });
}

async function flags(signal: Signal, before: { id: string; use: string; params: object }[] = []): Promise<string[]> {
  const counts = before.at(-1)?.id ?? 'counts';
  const recipe = checkRecipe({
    spectrail: 'recipe/1',
    title: 'Components',
    inputs: { counts: {} },
    steps: [
      ...before,
      { id: 'pca', use: 'decompose.pca', in: counts, params: { components: 6 } },
      { id: 'components', use: 'decompose.truncation', in: { factors: 'pca', counts }, params: { nulls: 8 } },
    ],
  });
  const plan = await makePlan(recipe, { counts: signalState(signal) });
  const needed = plan.nodes.slice(0, plan.nodes.findIndex(({ id }) => id === 'components') + 1);
  const { products } = await runPlan({ ...plan, nodes: needed }, { counts: signal }, inlineEngine(resolveShape));
  return (products.components as Truncation).verdicts.flatMap(({ flag }) => flag ?? []);
}

describe('a component that is the drift of the axis', () => {
  it('is said to be, with how far the axis drifts', async () => {
    const found = (await flags(map(0.6))).filter((flag) => /slope of the mean spectrum/.test(flag));
    expect(found).toHaveLength(1);
    const [, size] = /drifts by ([\d.]+) eV rms/.exec(found[0]) ?? [];
    // evenly from −0.3 to 0.3 eV
    expect(Number(size)).toBeGreaterThan(0.6 * (0.6 / Math.sqrt(12)));
    expect(Number(size)).toBeLessThan(1.2 * (0.6 / Math.sqrt(12)));
  });

  it('is not found after alignment', async () => {
    const before = [{ id: 'found', use: 'align.correlation', params: { within: '1 eV' } }];
    expect((await flags(map(0.6, false), before)).join()).not.toMatch(/slope of the mean/);
    expect((await flags(map(0.6, false))).join()).toMatch(/slope of the mean/);
  });

  it('is not what chemistry alone makes', async () => {
    expect((await flags(map(0))).join()).not.toMatch(/slope of the mean/);
  });
});
