import { describe, expect, it } from 'vitest';
import { collect } from '../../src/engines/engine.ts';
import { inlineEngine } from '../../src/engines/inline.ts';
import { adjustedRand, CounterRandom, kmeans, symmetricEigen } from '../../src/kernels/index.ts';
import { runPlan } from '../../src/plan/run.ts';
import { signalGeometry } from '../../src/shapes/signal-geometry.ts';
import { uniformAxis } from '../../src/signal/axis.ts';
import type { DenseBlock } from '../../src/signal/block.ts';
import { COUNTS } from '../../src/signal/intensity.ts';
import type { ModalityId } from '../../src/signal/modality.ts';
import { poisson } from '../../src/signal/noise.ts';
import { createSignal, type Signal, withSignal } from '../../src/signal/signal.ts';
import { resolveShape } from '../../src/steps/index.ts';
import type { Factorisation } from '../../src/steps/products.ts';
import { planOf, type Steps } from './run-recipe.ts';

const SIDE = 24;
const PIXELS = SIDE * SIDE;
const row = (i: number) => Math.floor(i / SIDE);
const column = (i: number) => i % SIDE;
const engine = inlineEngine(resolveShape);

/** A map of Poisson counts about a mean for each pixel and channel. */
function mapOf(
  modality: ModalityId,
  [size, offset, scale]: readonly [number, number, number],
  mean: (pixel: number, energy: number) => number,
): Signal {
  const random = new CounterRandom(19, 0);
  const values = Float64Array.from({ length: PIXELS * size }, (_, at) =>
    random.poisson(mean(Math.floor(at / size), offset + scale * (at % size))),
  );
  return createSignal({
    modality,
    navigation: ['y', 'x'].map((name) => uniformAxis({ name, role: 'navigation', size: SIDE })),
    spectral: uniformAxis({
      name: 'Energy',
      unit: modality === 'eels' ? 'eV' : 'keV',
      role: 'spectral',
      size,
      offset,
      scale,
    }),
    source: { type: 'memory', block: { kind: 'dense', pixels: PIXELS, channels: size, values } },
    intensity: COUNTS,
    noise: poisson(),
    shift: { state: 'bounded', within: 0, origin: 'simulated' },
  });
}

async function run(steps: Steps, signal: Signal, overrides: readonly object[] = []) {
  return runPlan(await planOf(steps, signal, { overrides }), { counts: signal }, engine);
}

const line = (energy: number, centre: number, width: number) => Math.exp(-(((energy - centre) / width) ** 2) / 2);

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  const [ma, mb] = [a, b].map((all) => Array.from(all).reduce((sum, value) => sum + value, 0) / n);
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

/** Scores of the first centred component of a signal, of the channels that count. */
async function firstComponent(signal: Signal): Promise<Float64Array> {
  const { values, channels } = (await collect(engine, signal.source, {
    resolve: resolveShape,
    geometry: signalGeometry(signal),
  })) as DenseBlock;
  const used = Array.from({ length: channels }, (_, j) => j).filter((j) => !signal.mask.channels?.[j]);
  const n = used.length;
  const centred = new Float64Array(PIXELS * n);
  for (let k = 0; k < n; k++) {
    let mean = 0;
    for (let i = 0; i < PIXELS; i++) mean += values[i * channels + used[k]] / PIXELS;
    for (let i = 0; i < PIXELS; i++) centred[i * n + k] = values[i * channels + used[k]] - mean;
  }
  const gram = new Float64Array(n * n);
  for (let i = 0; i < PIXELS; i++) {
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++) gram[a * n + b] += centred[i * n + a] * centred[i * n + b];
    }
  }
  const { values: squares, vectors } = symmetricEigen(gram, n);
  const first = squares.indexOf(Math.max(...squares));
  return Float64Array.from({ length: PIXELS }, (_, i) => {
    let score = 0;
    for (let k = 0; k < n; k++) score += centred[i * n + k] * vectors[k * n + first];
    return score;
  });
}

describe('SNV of EELS (A9)', () => {
  const exponent = Float64Array.from({ length: PIXELS }, (_, i) => 2.4 + (1.6 * row(i)) / SIDE);
  // An edge of 5 % of the background below it.
  const white = (i: number, energy: number) => line(energy, column(i) < SIDE / 2 ? 534 : 542, 3);
  const signal = mapOf('eels', [120, 360, 2], (i, energy) => {
    const background = 4000 * (energy / 360) ** -exponent[i];
    return background + (energy >= 530 ? 60 * (energy / 530) ** -2 + 80 * white(i, energy) : 0);
  });
  const snv: Steps = [{ id: 'snv', use: 'normalise.snv' }];

  it('shows the slope of the background before it is removed, and the plan refuses it', async () => {
    await expect(run(snv, signal)).rejects.toMatchObject({ code: 'snv-on-background' });
    const overrides = [{ code: 'snv-on-background', reason: 'to show what it does' }];
    const { products } = await run(snv, signal, overrides);
    expect(Math.abs(correlation(await firstComponent(products.snv as Signal), exponent))).toBeGreaterThanOrEqual(0.9);
  });

  it('shows the chemistry afterwards', async () => {
    const steps: Steps = [{ id: 'net', use: 'background.power-law', params: { fit: [400, 520] } }, ...snv];
    const { products } = await run(steps, signal);
    const scores = await firstComponent(products.snv as Signal);
    expect(Math.abs(correlation(scores, exponent))).toBeLessThanOrEqual(0.2);
    const phase = Float64Array.from({ length: PIXELS }, (_, i) => (column(i) < SIDE / 2 ? 0 : 1));
    expect(Math.abs(correlation(scores, phase))).toBeGreaterThan(0.7);
  });
});

describe('a wedge of two phases (B19)', () => {
  const thickness = Float64Array.from({ length: PIXELS }, (_, i) => 0.3 + (1.4 * column(i)) / SIDE);
  const phase = Uint8Array.from({ length: PIXELS }, (_, i) => (Math.floor(row(i) / 3) % 2 ? 1 : 0));
  const signal = mapOf('eds', [100, 0, 0.1], (i, energy) => {
    const share = phase[i] ? 0.7 : 0.4;
    return thickness[i] * (1 + 30 * share * line(energy, 3, 0.15) + 30 * (1 - share) * line(energy, 6.4, 0.2));
  });

  async function scoresOf(steps: Steps): Promise<Float64Array> {
    const pca = { id: 'pca', use: 'decompose.pca', params: { weighting: 'none', components: 2 } };
    const { products } = await run([...steps, pca], signal, [
      { code: 'no-residual-pass', reason: 'only its scores are looked at' },
    ]);
    const { scores, rank } = products.pca as Factorisation;
    return Float64Array.from({ length: 2 * PIXELS }, (_, at) => scores[Math.floor(at / 2) * rank + (at % 2)]);
  }
  const clusters = (scores: Float64Array) => kmeans(scores, PIXELS, 2, { clusters: 2, seed: 1 }).labels;

  it('is a map of its thickness before the total is divided out, of its phases afterwards', async () => {
    const before = await scoresOf([]);
    const first = before.filter((_, at) => at % 2 === 0);
    expect(Math.abs(correlation(first, thickness))).toBeGreaterThanOrEqual(0.95);
    expect(adjustedRand(clusters(before), phase)).toBeLessThan(0.2);
    const after = await scoresOf([{ id: 'shares', use: 'normalise.total' }]);
    expect(adjustedRand(clusters(after), phase)).toBeGreaterThanOrEqual(0.95);
  });

  it('has a total that does not follow its composition', async () => {
    for (const use of ['total', 'area', 'vector']) {
      const { trail } = await run([{ id: 'one', use: `normalise.${use}` }], signal);
      expect(trail[0].notes).toEqual([]);
    }
  });
});

it('measured displacements are taken out before a normalisation, so that a window behind it still knows its error', async () => {
  const offsets = Float64Array.from({ length: PIXELS }, (_, i) => (i % 5) * 0.05);
  const drifting = withSignal(
    mapOf('xps', [40, 100, 0.1], () => 20),
    { shift: { state: 'map', offsets, uncertainty: 0.001, within: 0, origin: 'measured' } },
  );
  const steps: Steps = [
    { id: 'shares', use: 'normalise.msc' },
    { id: 'window', use: 'measure.window', params: { window: [101, 102] } },
  ];
  const { nodes, objections } = await planOf(steps, drifting);
  expect(nodes.map(({ use }) => use)).toEqual(['align.apply', 'normalise.msc', 'measure.window']);
  expect(objections.filter(({ severity }) => severity === 'error')).toEqual([]);
});

describe('a scale that is chemistry (B20)', () => {
  /** A matrix of two elements on a grain boundary that a third one takes part of; thickness differs from place to place. */
  const spectrum = (matrix: (i: number) => number, thickness: (i: number) => number) =>
    mapOf('eds', [100, 0, 0.1], (i, energy) => {
      const share = matrix(i);
      return thickness(i) * (2 + 60 * share * line(energy, 6.4, 0.2) + 20 * (1 - share) * line(energy, 1.7, 0.15));
    });
  const wedge = (i: number) => 0.5 + row(i) / SIDE;
  const gradient = (i: number) => 0.9 - (0.5 * column(i)) / SIDE;
  const notesOf = async (use: string, signal: Signal) =>
    (await run([{ id: 'one', use: `normalise.${use}` }], signal)).trail[0].notes.join();

  it('is told of the maximum, where the line of the matrix changes with composition', async () => {
    expect(await notesOf('maximum', spectrum(gradient, wedge))).toMatch(
      /share of the maximum in the total follows the composition \(R² 0\.[5-9]/,
    );
    expect(
      await notesOf(
        'maximum',
        spectrum(() => 0.7, wedge),
      ),
    ).toBe('');
  });

  it('is told of the total, where the total is chemistry and not thickness', async () => {
    for (const use of ['total', 'area', 'vector']) {
      expect(
        await notesOf(
          use,
          spectrum(gradient, () => 1),
        ),
      ).toMatch(/follows the composition \(R² 0\.[5-9]/);
      expect(
        await notesOf(
          use,
          spectrum(
            () => 0.7,
            () => 1,
          ),
        ),
      ).toBe('');
    }
  });
});
