import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type ArrayDataset,
  checkRecipe,
  inputSignal,
  open,
  plan,
  planSignals,
  runPlan,
  startEngine,
  withSignal,
} from '../dist/index.js';
import { hashSignal } from '../dist/plan/hash-signal.js';
import { writeFileAtomically } from '../src/cli/atomic-file.ts';
import { encodeOutputs } from '../src/cli/encode-outputs.ts';
import { loadRecipe } from '../src/cli/recipe-file.ts';
import { lanesWithin, planWithin } from '../src/cli/run-engine.ts';
import type { StoredSource } from '../src/signal/source.ts';
import { spectrail } from './cli.ts';

/** A map as events in our store, the same written out as .npy, and a recipe that passes over it a few times. */
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spectrail-memory-'));
  const size = ['--set', 'height=80', '--set', 'width=90', '--set', 'channels=512'];
  const made = await spectrail(['simulate', 'eds', ...size, '--out', join(folder, 'map.spectrail')]);
  expect(made.code, made.stderr).toBe(0);
  const converted = await spectrail(['convert', join(folder, 'map.spectrail'), join(folder, 'map.npy')]);
  expect(converted.code, converted.stderr).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Hashes of inputs and results; `hold` 0 leaves the map in its file. */
async function hashes(name: string, hold: number | undefined, threads: number): Promise<string[]> {
  const { datasets } = await open(join(folder, name));
  const counts = await inputSignal(datasets, { modality: 'eds' }, hold);
  expect(counts.source.type).toBe(hold === 0 ? 'stored' : 'memory');
  const recipe = checkRecipe(RECIPE);
  const engine = await startEngine(threads);
  try {
    const { trail } = await runPlan(await planSignals(recipe, { counts }), { counts }, engine);
    return [await hashSignal(counts), ...trail.map(({ hash }) => hash)];
  } finally {
    await engine.close();
  }
}

const RECIPE = {
  spectrail: 'recipe/1',
  title: 'Phases',
  inputs: { counts: { modality: 'eds' } },
  steps: [
    { id: 'pca', use: 'decompose.pca', params: { components: 6, iterations: 4 } },
    { id: 'components', use: 'decompose.truncation', in: { factors: 'pca', counts: 'counts' }, params: { nulls: 8 } },
    { id: 'phases', use: 'segment.phases', in: { factors: 'pca', truncation: 'components', counts: 'counts' } },
    { id: 'model', use: 'decompose.reconstruct', in: { factors: 'pca', truncation: 'components' } },
    { id: 'rare', use: 'detect.residual', in: { counts: 'counts', model: 'model' }, params: { nulls: 10 } },
  ],
};

it('results have the same hashes whether events are held or read from the store by tiles', async () => {
  const held = await hashes('map.spectrail', undefined, 0);
  expect(new Set(held).size).toBe(6);
  expect(await hashes('map.spectrail', 0, 2)).toEqual(held);
});

it('results have the same hashes from dense values read by tiles as from the events they become in memory', async () => {
  expect(await hashes('map.npy', 0, 2)).toEqual(await hashes('map.npy', undefined, 0));
});

it('a plan that needs more than --memory is refused with what it needs, before anything is written', async () => {
  const input = join(folder, 'map.spectrail');
  const refused = await spectrail([
    'run',
    'eds-phase-map',
    '--input',
    input,
    '--memory',
    '20MB',
    '--out',
    join(folder, 'no'),
  ]);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toMatch(/takes \d+ MB, and may use 20 MB/);
  expect(refused.stderr).toMatch(/--memory/);
  const planned = await spectrail(['plan', 'eds-phase-map', '--input', input, '--memory', '20MB', '--json']);
  expect(planned.code).toBe(3);
  const { memory } = JSON.parse(planned.stdout);
  expect(memory.allowed).toBe(20e6);
  expect(memory.peak).toBeGreaterThan(20e6);
});

/** As if the map had so many rows of 4096 pixels, and 2048 channels. */
async function tallMap(height: number) {
  const { datasets } = await open(join(folder, 'map.spectrail'));
  const small = await inputSignal(datasets, { modality: 'eds' }, 0);
  const [y, x] = small.navigation;
  const pixels = height * 4096;
  const entries = 93 * pixels;
  return withSignal(small, {
    source: { ...(small.source as StoredSource), pixels, channels: 2048, entries, bytes: 2 * entries + 4 * pixels },
    navigation: [
      { ...y, size: height },
      { ...x, size: 4096 },
    ],
    spectral: { ...small.spectral, size: 2048 },
  });
}

it('a map of 4096 × 2048 pixels and 2048 channels is planned within 2 GB on two lanes, more pixels are not', async () => {
  const { recipe } = await loadRecipe('eds-phase-map');
  const planned = async (height: number) =>
    (await planSignals(recipe, { counts: await tallMap(height) }, { lanes: 2, memory: 2e9 })).memory;
  expect(await planned(2048)).toMatchObject({ streamed: true, inputs: 0 });
  expect((await planned(2048)).peak).toBeLessThan(2e9);
  expect((await planned(2560)).peak).toBeGreaterThan(2e9);
});

it('lanes are given up until the plan fits, unless the user said how many', async () => {
  const { recipe } = await loadRecipe('eds-phase-map');
  const signals = { counts: await tallMap(2048) };
  const open = await planWithin(recipe, signals, { lanes: 8, memory: 2e9 }, {});
  expect(open.plan.memory.peak).toBeLessThan(2e9);
  expect(open.lanes).toBeGreaterThan(1);
  expect(open.lanes).toBeLessThan(8);
  const asked = await planWithin(recipe, signals, { lanes: 8, memory: 2e9 }, { threads: 8 });
  expect(asked.lanes).toBe(8);
  expect(asked.plan.memory.peak).toBeGreaterThan(2e9);
});

it('a run takes no more memory than its plan says', async () => {
  const said = join(folder, 'peak');
  const script = `import { isMainThread } from 'node:worker_threads';
    import { writeFileSync } from 'node:fs';
    if (isMainThread) process.on('exit', () => writeFileSync(process.env.PEAK, String(process.resourceUsage().maxRSS)));`;
  const common = ['eds-phase-map', '--input', join(folder, 'map.spectrail'), '--threads', '2', '--json'];
  const planned = await spectrail(['plan', ...common]);
  const run = await spectrail(['run', ...common, '--out', join(folder, 'measured')], {
    env: { PEAK: said, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` },
  });
  expect(run.code, run.stderr).toBe(0);
  const { peak } = JSON.parse(planned.stdout).memory;
  expect(1024 * Number(readFileSync(said, 'utf8'))).toBeLessThan(peak);
});

it('arrays of a report become NumPy files where they are, also in shared memory', async () => {
  const array = new Float32Array(new SharedArrayBuffer(24)).map((_, i) => i / 3);
  const [{ content }] = encodeOutputs([{ path: 'a.npy', content: { array, shape: [2, 3] } }]);
  expect((content as readonly Uint8Array[])[1].buffer).toBe(array.buffer);
  const path = join(folder, 'a.npy');
  await writeFileAtomically(path, content);
  const { datasets } = await open(path);
  expect(datasets[0]).toMatchObject({ shape: [2, 3], dtype: 'float32' });
  expect(await (datasets[0] as ArrayDataset).values.load()).toEqual(array);
});

it('a size that is none is refused with an example', async () => {
  const refused = await spectrail([
    'plan',
    'eds-phase-map',
    '--input',
    join(folder, 'map.spectrail'),
    '--memory',
    'lots',
  ]);
  expect(refused.stderr).toMatch(/as in 2GB/);
});

it('a plan for a file larger than its share of the memory reads it by tiles, and says so', async () => {
  const file = await open(join(folder, 'map.npy'));
  const recipe = {
    spectrail: 'recipe/1',
    title: 'Sum',
    inputs: { counts: { modality: 'eds' } },
    steps: [{ id: 's', use: 'sum' }],
  };
  const all = await plan(recipe, file, { memory: 1e9 });
  expect(all.memory.streamed).toBe(false);
  expect(all.memory.inputs).toBeGreaterThan(0);
  const some = await plan(recipe, file, { memory: 2e6 });
  expect(some.memory.streamed).toBe(true);
  expect(some.memory.inputs).toBe(0);
});

it.each([
  [16e9, 8, 8],
  [1e9, 16, 4],
  [100e6, 4, 1],
])('%d bytes and %d cores give %d lanes', (memory, cores, lanes) => {
  expect(lanesWithin(memory, cores)).toBe(lanes);
});
