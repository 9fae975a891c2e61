import './laws/allocations.ts';

import { beforeAll, describe, expect, it } from 'vitest';
import { inlineEngine } from '../src/engines/inline.ts';
import { checkRecipe } from '../src/plan/recipe.ts';
import type { Run } from '../src/plan/run.ts';
import { type DenseBlock, toDense } from '../src/signal/block.ts';
import { type Signal, withSignal } from '../src/signal/signal.ts';
import { resolveShape } from '../src/steps/index.ts';
import type { Product, ProductKind } from '../src/steps/products.ts';
import { type Allocations, weighAllocations } from './laws/allocations.ts';
import { PHASE_MAP, runOn, simulatedMap } from './laws/phase-map.ts';
import { expectSameNumbers } from './laws/same-numbers.ts';

const PATIENCE_MS = 240_000;
const engine = inlineEngine(resolveShape);

/** The phase map of all channels and nearly all pixels, read through maps that change next to nothing. */
const WHOLE = checkRecipe({
  ...PHASE_MAP,
  steps: [
    ...PHASE_MAP.steps.map((step) => {
      if (step.use === 'crop') return { ...step, params: { x: [1, 159] } };
      if (step.use === 'rebin') return { ...step, params: {} };
      if (step.use === 'decompose.pca') return { ...step, params: { components: 6, iterations: 3 } };
      return step;
    }),
    { id: 'line', use: 'measure.window', in: 'coarse', params: { window: ['1 keV', '2 keV'] } },
    { id: 'spectrum', use: 'sum', in: 'coarse' },
    { id: 'image', use: 'sum', in: 'coarse', params: { over: 'spectral' } },
  ],
});

const usedMemory = () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

describe('a sparse map', () => {
  const [height, width, channels] = [160, 160, 4096];
  const cube = height * width * channels;
  let signal: Signal;
  let seen: Allocations;
  let growth = 0;

  beforeAll(async () => {
    signal = await simulatedMap({ height, width, channels, dispersionKeV: 0.005, dose: 20 });
    const before = usedMemory();
    const watch = () => {
      growth = Math.max(growth, usedMemory() - before);
    };
    const timer = setInterval(watch, 5);
    seen = await weighAllocations(() => runOn(engine, signal, WHOLE));
    watch();
    clearInterval(timer);
  }, PATIENCE_MS);

  it('is never written out: no array of the whole run has a quarter of a byte for each value of the cube', () => {
    expect(seen.largest, seen.where).toBeLessThan(cube / 4);
  });

  it('is analysed in less memory than its counts would take in two bytes each, garbage included', () => {
    expect(growth).toBeLessThan(2 * cube);
  });

  it('was watched all the while, by a watch that sees a cube where there is one', async () => {
    expect(seen.count).toBeGreaterThan(1000);
    expect(seen.largest).toBeGreaterThanOrEqual(height * width * 8);
    const { source } = signal;
    if (source.type !== 'memory') throw new Error('the map is not in memory');
    const dense = await weighAllocations(() => toDense(source.block, 'uint8'));
    expect(dense.largest).toBe(cube);
  });
});

describe('weighing', () => {
  const N = 5000;
  const store = new Float64Array(N);
  const list = [...store];
  it.each<[string, number, () => unknown]>([
    ['new Float64Array(n)', 8 * N, () => new Float64Array(N)],
    ['new Uint8Array(array)', N, () => new Uint8Array(store)],
    ['new ArrayBuffer(n)', N, () => new ArrayBuffer(N)],
    ['new SharedArrayBuffer(n)', N, () => new SharedArrayBuffer(N)],
    ['Float32Array.from', 4 * N, () => Float32Array.from({ length: N })],
    ['slice', 8 * N, () => store.slice()],
    ['map', 8 * N, () => store.map((value) => value + 1)],
    ['new Array(n)', 8 * N, () => new Array(N)],
    ['Array.from', 8 * N, () => Array.from({ length: N })],
    ['the map of a list', 8 * N, () => list.map(String)],
    ['a subclass', 2 * N, () => new (class extends Uint16Array {})(N)],
    ['a view, which is none', 0, () => store.subarray(0, 9)],
  ])('sees %s', async (_, bytes, work) => {
    expect((await weighAllocations(work)).largest).toBe(bytes);
  });

  it('ends with the work, even after a failure', async () => {
    const failed = weighAllocations(() => {
      throw new Error('inside');
    });
    await expect(failed).rejects.toThrow('inside');
    store.slice();
    expect((await weighAllocations(() => {})).count).toBe(0);
  });
});

describe('events and the same counts written out', () => {
  const runs: Run[] = [];
  const pairs = <K extends ProductKind>(id: string, kind: K) =>
    runs.map(({ products }) => {
      expect(products[id].product).toBe(kind);
      return products[id] as Extract<Product, { product: K }>;
    });

  beforeAll(async () => {
    const events = await simulatedMap({ height: 68, width: 64, channels: 512, dose: 150 });
    if (events.source.type !== 'memory' || events.source.block.kind !== 'events') throw new Error('not events');
    const block = toDense(events.source.block, 'uint16') as DenseBlock;
    const dense = withSignal(events, { source: { type: 'memory', block } });
    for (const signal of [events, dense]) runs.push(await runOn(engine, signal));
  }, PATIENCE_MS);

  it('have the same singular values and number of components', () => {
    const [a, b] = pairs('pca', 'factors');
    expectSameNumbers(b.singularValues, a.singularValues, 1e-9);
    const [c, d] = pairs('components', 'truncation');
    expect([d.components, d.kept, d.chosenBy]).toEqual([c.components, c.kept, c.chosenBy]);
    expect(d.criteria.map(({ id, components }) => [id, components])).toEqual(
      c.criteria.map(({ id, components }) => [id, components]),
    );
    expect(c.components).toBeGreaterThan(1);
  });

  it('have the same phases, pixel by pixel and count by count', () => {
    const [a, b] = pairs('phases', 'phases');
    expect(a.phases.length).toBeGreaterThan(1);
    expect(b.labels).toEqual(a.labels);
    expect(b.phases).toEqual(a.phases);
    expectSameNumbers(b.confidence, a.confidence, 1e-6);
  });

  it('have the same rare regions', () => {
    const [a, b] = pairs('rare', 'anomalies');
    expect(a.regions.length).toBeGreaterThan(0);
    expect(b.regions.map(({ pixels, status, counts }) => [pixels, status, counts])).toEqual(
      a.regions.map(({ pixels, status, counts }) => [pixels, status, counts]),
    );
    const numbers = ({ regions }: typeof a) =>
      regions.flatMap(({ expected, pValue, model }) => [expected, pValue, model]);
    expectSameNumbers(numbers(b), numbers(a), 1e-7);
    expectSameNumbers([b.threshold, b.moran.worstBand], [a.threshold, a.moran.worstBand], 1e-7);
  });
});
