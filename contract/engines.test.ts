import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect, type Engine, runFold } from '../src/engines/engine.ts';
import { inlineEngine } from '../src/engines/inline.ts';
import { messageEngine } from '../src/engines/messages.ts';
import { threadsEngine } from '../src/engines/threads.ts';
import type { Job, Pass } from '../src/shapes/job.ts';
import { defineFold, type Rows } from '../src/shapes/shape.ts';
import { type Block, type DenseBlock, readRow } from '../src/signal/block.ts';
import { inputError } from '../src/signal/errors.ts';
import type { Source } from '../src/signal/source.ts';
import { resolveShape } from '../src/steps/index.ts';
import { messagePorts } from './laws/message-ports.ts';
import { runOn, simulatedMap } from './laws/phase-map.ts';
import { randomBlock } from './laws/random-blocks.ts';
import { registeredShapes } from './laws/registered.ts';
import { digest } from './laws/same-numbers.ts';

const WORKER = new URL('../dist/engines/threads-worker.js', import.meta.url);

/** Every engine, and how many lanes it is tried with. */
const ENGINES: readonly (readonly [string, () => Engine])[] = [
  ['inline', () => inlineEngine(resolveShape)],
  ...[1, 2, 4].map((threads) => [`threads: ${threads}`, () => threadsEngine({ threads, workerUrl: WORKER })] as const),
  ...[3].map(
    (lanes) =>
      [
        `messages only: ${lanes}`,
        () => messageEngine('messages', messagePorts(lanes, resolveShape, lanes).ports),
      ] as const,
  ),
];

const memory = (block: Block): Source => ({ type: 'memory', block });
const counts = (pixels: number, channels: number) => randomBlock('events', pixels, channels, 7);

const jobOf =
  (block: Block): (() => Promise<Job>) =>
  async () => ({
    start: 0,
    end: block.pixels,
    ranges: [{ type: 'memory', block }],
  });
const geometry = { pixels: 12500, channels: 24, width: 125 };
const sumOf = (engine: Engine, blockLevel = 0) =>
  runFold(engine, 'sum/spectrum', {}, [memory(counts(geometry.pixels, geometry.channels))], {
    resolve: resolveShape,
    geometry,
    blockLevel,
  });
const failing: Pass = { kind: 'fold', shape: 'no-such/shape', args: {}, geometry };

beforeAll(() => {
  if (!existsSync(WORKER)) throw new Error('the worker is not built: npm run build');
});

it('every engine of the folder is tried here', async () => {
  const folder = new URL('../src/engines/', import.meta.url);
  const modules = readdirSync(fileURLToPath(folder)).filter(
    (name) => name.endsWith('.ts') && name !== 'threads-worker.ts',
  );
  const exported = await Promise.all(modules.map((name) => import(/* @vite-ignore */ new URL(name, folder).href)));
  const factories = exported.flatMap((module) => Object.keys(module)).filter((name) => name.endsWith('Engine'));
  expect(factories.sort()).toEqual(['inlineEngine', 'messageEngine', 'threadsEngine']);
});

describe('a whole recipe', () => {
  const expected: Record<string, string> = {};
  let signal: Awaited<ReturnType<typeof simulatedMap>>;

  beforeAll(async () => {
    signal = await simulatedMap({ height: 72, width: 64, channels: 512, dose: 60 });
    const { trail } = await runOn(inlineEngine(resolveShape), signal);
    for (const { id, hash } of trail) expected[id] = hash;
  }, 120_000);

  it('has a result to compare for each of its steps', () => {
    expect(Object.keys(expected)).toEqual(['part', 'coarse', 'pca', 'components', 'model', 'phases', 'rare']);
    expect(new Set(Object.values(expected)).size).toBe(7);
  });

  it.each(ENGINES.slice(1))('has the same hashes as inline on %s', async (_, start) => {
    const engine = start();
    try {
      const { trail } = await runOn(engine, signal);
      expect(Object.fromEntries(trail.map(({ id, hash }) => [id, hash]))).toEqual(expected);
    } finally {
      await engine.close();
    }
  });
});

describe('blocks of any size', () => {
  const folds = registeredShapes.filter(({ shape }) => shape.shape === 'fold');

  it.each(ENGINES.filter(([name]) => name.startsWith('threads')))('give the same bits on %s', async (_, start) => {
    const engine = start();
    try {
      for (const { id, shape } of folds) {
        const { args, kinds, channels } = shape.example(geometry);
        const sources = kinds.map((kind, i) =>
          memory(randomBlock(kind, geometry.pixels, channels?.[i] ?? geometry.channels, i + 1)),
        );
        const options = { resolve: resolveShape, geometry };
        const whole = await digest(
          await runFold(inlineEngine(resolveShape), id, args, sources, { ...options, blockLevel: 40 }),
        );
        for (const blockLevel of [0, 1, 2, 3]) {
          const state = await runFold(engine, id, args, sources, { ...options, blockLevel });
          expect(await digest(state), `${id}, 2^${blockLevel} tiles`).toBe(whole);
        }
      }
    } finally {
      await engine.close();
    }
  });
});

describe.each(ENGINES)('%s', (_, start) => {
  let engine: Engine;
  beforeAll(() => {
    engine = start();
  });
  afterAll(() => engine.close());

  it('reports the typed error of a failed job, and goes on', async () => {
    const before = await digest(await sumOf(engine));
    const block = counts(10, 3);
    const many = Array.from({ length: 6 }, () => jobOf(block));
    await expect(engine.runPass(failing, many, () => {})).rejects.toMatchObject({
      name: 'SpectrailError',
      kind: 'plan',
      code: 'unknown-step',
      what: expect.stringContaining('no-such'),
      expected: expect.stringContaining('crop'),
      fix: expect.any(String),
    });
    expect(await digest(await sumOf(engine))).toBe(before);
  });

  it('reports a job that could not be described, and what the receiver of a result throws', async () => {
    const block = counts(10, 3);
    const pass: Pass = { kind: 'collect', geometry };
    const lost = async () => {
      throw inputError({ code: 'gone', what: 'the file is gone' });
    };
    await expect(engine.runPass(pass, [jobOf(block), lost], () => {})).rejects.toMatchObject({ code: 'gone' });
    const full = () => {
      throw inputError({ code: 'full', what: 'no room' });
    };
    await expect(engine.runPass(pass, [jobOf(block), jobOf(block)], full)).rejects.toMatchObject({ code: 'full' });
    await sumOf(engine);
  });

  it('is not disturbed by a job of a failed pass that fails later', async () => {
    const late = () =>
      new Promise<Job>((_, reject) => setTimeout(() => reject(inputError({ code: 'late', what: 'too late' })), 30));
    await expect(engine.runPass(failing, [jobOf(counts(10, 3)), late], () => {})).rejects.toMatchObject({
      code: 'unknown-step',
    });
    const slow = async () => {
      await new Promise((wait) => setTimeout(wait, 60));
      return jobOf(counts(10, 3))();
    };
    const results: unknown[] = [];
    await engine.runPass({ kind: 'collect', geometry }, [slow], (_job, result) => results.push(result));
    expect(results).toHaveLength(1);
  });

  it('runs passes that are asked for at the same time', async () => {
    const [a, b] = await Promise.all([sumOf(engine), sumOf(engine, 2)]);
    expect(await digest(a)).toBe(await digest(b));
  });

  it('puts what a fold finds for each pixel in its place, in new arrays or in those of an earlier round', async () => {
    const block = counts(geometry.pixels, geometry.channels);
    const totals = (into?: Rows) =>
      runFold(engine, 'decompose.pca/totals', { gain: { per: 'cube', value: 1 } }, [memory(block)], {
        resolve: resolveShape,
        geometry,
        into,
      }) as Promise<{ rows: Float64Array; channels: Float64Array }>;
    const row = new Float64Array(geometry.channels);
    const expected = Float64Array.from({ length: geometry.pixels }, (_, i) =>
      readRow(block, i, row).reduce((sum, n) => sum + n, 0),
    );
    const { rows, channels } = await totals();
    expect(rows).toEqual(expected);
    const used = { rows: rows.fill(7), channels: new Float64Array(1) };
    const again = await totals(used);
    expect(again.rows).toBe(rows);
    expect(again.rows).toEqual(expected);
    expect(again.channels).toEqual(channels);
  });

  it('collects what a map makes as one block, whatever its jobs, and once more as its own', async () => {
    const { pixels, channels } = geometry;
    const parents = [memory(counts(pixels, channels))];
    const source: Source = {
      type: 'mapped',
      map: 'scale/times',
      args: { factor: 2.5 },
      parents,
      pixels,
      channels,
      kind: 'dense',
    };
    const collected = async (by: Engine, blockLevel: number) =>
      (await collect(by, source, { resolve: resolveShape, geometry, blockLevel })) as DenseBlock;
    const whole = await collected(inlineEngine(resolveShape), 40);
    const [first, second] = [await collected(engine, 0), await collected(engine, 1)];
    expect(first.values.length).toBe(pixels * channels);
    for (const found of [first, second]) expect(await digest(found)).toBe(await digest(whole));
    expect(second.values.buffer).not.toBe(first.values.buffer);
  });

  it('ends a pass without jobs', async () => {
    await engine.runPass({ kind: 'collect', geometry }, [], () => expect.fail('there was no job'));
  });
});

describe('jobs of a pass', () => {
  /** Lanes of which one is heard only when the others have nothing left to do; how many jobs each was given. */
  async function jobsWhereOneIsSlow(lanes: number, count: number): Promise<number[]> {
    const given = new Array<number>(lanes).fill(0);
    const held: (() => void)[] = [];
    const ports = given.map((_, lane) => {
      let answer: (message: unknown) => void = () => {};
      return {
        onMessage: (handler: (message: unknown) => void) => {
          answer = handler;
        },
        post: (message: unknown) => {
          const { type, id, index } = message as { type: string; id: number; index: number };
          if (type !== 'job') return;
          given[lane]++;
          const reply = () => answer({ type: 'result', id, index, result: index });
          if (lane === 0) held.push(reply);
          else setImmediate(reply);
        },
        close() {},
      };
    });
    const engine = messageEngine('slow', ports);
    const jobs = Array.from({ length: count }, () => jobOf(counts(1, 1)));
    const pass = engine.runPass({ kind: 'fold', shape: 'any', geometry }, jobs, () => {});
    while (given.reduce((sum, jobsOfLane) => sum + jobsOfLane) < count) await new Promise(setImmediate);
    for (const reply of held) reply();
    await pass;
    return given;
  }

  it('wait at a lane one at a time: a slow one keeps no more than that from the others', async () => {
    expect(await jobsWhereOneIsSlow(3, 30)).toEqual([2, 14, 14]);
  });

  it('wait nowhere when there are no more than lanes', async () => {
    expect(await jobsWhereOneIsSlow(3, 3)).toEqual([1, 1, 1]);
  });
});

it.each(ENGINES.slice(2))('goes on with fewer lanes on %s', async (_, start) => {
  const engine = start();
  try {
    const before = await digest(await sumOf(engine));
    await engine.retire?.(1);
    expect(engine.lanes).toBe(1);
    expect(await digest(await sumOf(engine))).toBe(before);
  } finally {
    await engine.close();
  }
});

it('lanes load the steps they are told of before any pass, and one that does not exist hurts nobody', async () => {
  const asked: string[] = [];
  const resolve: typeof resolveShape = (id) => {
    asked.push(id);
    return resolveShape(id);
  };
  const engine = messageEngine('prepared', messagePorts(2, resolve, 1).ports);
  engine.prepare?.(['sum', 'no-such-step']);
  await expect.poll(() => asked.toSorted()).toEqual(['no-such-step/', 'no-such-step/', 'sum/', 'sum/']);
  expect(await digest(await sumOf(engine))).toBe(await digest(await sumOf(inlineEngine(resolveShape))));
});

describe('workers that are lost', () => {
  const worker = (body: string) =>
    new URL(`data:text/javascript,import { parentPort } from 'node:worker_threads'; ${encodeURIComponent(body)}`);

  it.each([
    ['ends', worker('parentPort.on("message", () => process.exit(3));'), /exited with code 3/],
    ['crashes', worker('parentPort.on("message", () => { throw new Error("boom"); });'), /boom/],
    ['cannot start', new URL('data:text/javascript,import "./no-such-file.js";'), /./],
  ])('give a typed error when one %s, not a wait without end', async (_, workerUrl, why) => {
    const engine = threadsEngine({ threads: 2, workerUrl });
    try {
      const lost = { name: 'SpectrailError', kind: 'internal', code: 'worker-lost', what: expect.stringMatching(why) };
      await expect(sumOf(engine)).rejects.toMatchObject(lost);
      await expect(sumOf(engine)).rejects.toMatchObject(lost);
    } finally {
      await engine.close();
    }
  });

  it('give a typed error on any other carrier of messages', async () => {
    const { ports, lose } = messagePorts(2, resolveShape);
    const engine = messageEngine('messages', ports);
    const sum = sumOf(engine);
    setTimeout(() => lose(1, 'the connection broke'), 1);
    await expect(sum.then(() => sumOf(engine))).rejects.toMatchObject({
      code: 'worker-lost',
      what: expect.stringContaining('the connection broke'),
    });
  });
});

describe('closing', () => {
  const open = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;

  it('ends the workers', async () => {
    const before = open();
    const engine = threadsEngine({ threads: 2, workerUrl: WORKER });
    await sumOf(engine);
    expect(open()).toBeGreaterThan(before);
    await engine.close();
    expect(open()).toBe(before);
  });

  it.each(ENGINES.slice(1))('ends what is still running on %s with a typed error', async (_, start) => {
    const engine = start();
    const running = sumOf(engine);
    const refused = expect(running).rejects.toMatchObject({ kind: 'internal', code: 'engine-closed' });
    await engine.close();
    await refused;
    await expect(sumOf(engine)).rejects.toMatchObject({ code: 'engine-closed' });
  });
});

describe('messages', () => {
  const pixels = 8 * 4096;
  const channels = 8;

  it.each(['dense', 'events', 'factors'] as const)('carry one tile of %s, not the cube behind it', async (kind) => {
    const { ports, largest } = messagePorts(2, resolveShape);
    const engine = messageEngine('messages', ports);
    const block = randomBlock(kind, pixels, channels, 3);
    const bytes = {
      dense: 4096 * channels * 8,
      factors: (4096 + channels) * 2 * 8,
      events: kind === 'events' ? 4096 * 4 + (1.2 * 3 * (block as { channel: Uint16Array }).channel.length) / 8 : 0,
    }[kind];
    await runFold(engine, 'sum/spectrum', {}, [memory(block)], {
      resolve: resolveShape,
      geometry: { pixels, channels, width: pixels },
    });
    expect(largest()).toBeLessThan(bytes + 1000);
  });

  it('a result does not drag along the buffer it is a view of', async () => {
    const store = new Float64Array(1e5);
    const view = defineFold<object, Float64Array>({
      init: () => store.subarray(0, 3),
      add: (_args, state) => state,
      merge: (left) => left,
      example: () => ({ args: {}, kinds: ['dense'] }),
    });
    const { ports, largest } = messagePorts(1, async () => view);
    await messageEngine('messages', ports).runPass({ ...failing, shape: 'view' }, [jobOf(counts(10, 3))], () => {});
    expect(largest()).toBeLessThan(2000);
  });
});
