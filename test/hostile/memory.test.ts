import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { builtModule, temporaryFolder } from '../cli.ts';

const BLOCKS = 1000;
const SETTLED = 200;
/** Tiles of a block, where a pixel has few channels and there are many. */
const TILES = 8;
const PIXELS = 4096 * TILES * BLOCKS;
const CHANNELS = 2;
/** What a heap may differ by from one moment to another: compiled code, and caches that fill once. */
const NOISE_BYTES = 2 ** 20;

const home = temporaryFolder();
const file = join(home, 'map.raw');

beforeAll(() => {
  writeFileSync(file, new Uint8Array(PIXELS * CHANNELS).fill(1));
});

const SOURCES = {
  'in memory': `{ type: 'memory', block: { kind: 'dense', pixels, channels, values: new Uint8Array(pixels * channels).fill(1) } }`,
  'in a file': `{
    type: 'stored', reader: 'rows/raw', pixels, channels, kind: 'dense', entries: pixels * channels, bytes: pixels * channels,
    args: { file: { path: ${JSON.stringify(file)}, size: pixels * channels }, offset: 0, dtype: 'uint8', littleEndian: true, channels } }`,
};

/** Bytes of heap and buffers of the thread, once its garbage is collected: buffers that were read into outlive one collection. */
const WEIGH =
  'const weigh = () => { gc(); gc(); const { heapUsed, external } = process.memoryUsage(); return heapUsed + external; };';

interface Growth {
  readonly blocks: number;
  readonly total: number[];
  /** In the calling thread after block 200, and after the last. */
  readonly heap: number[];
  /** In each worker, after every hundredth of its jobs. */
  readonly workers: number[][];
}

/** Sums a map of a thousand blocks in a process of its own. */
function growth(source: string, threads: number): Growth {
  const [script, worker, log] = ['growth.mjs', 'worker.mjs', 'workers.txt'].map((name) => join(home, name));
  writeFileSync(log, '');
  writeFileSync(
    worker,
    `import { appendFileSync } from 'node:fs';
    import { parentPort, threadId } from 'node:worker_threads';
    ${WEIGH}
    await import(${builtModule('engines/threads-worker.js')});
    let jobs = 0;
    parentPort.on('message', ({ type }) => {
      if (type === 'job' && ++jobs % 100 === 0) appendFileSync(${JSON.stringify(log)}, threadId + ' ' + weigh() + '\\n');
    });`,
  );
  writeFileSync(
    script,
    `import { runFold } from ${builtModule('engines/engine.js')};
    import { inlineEngine } from ${builtModule('engines/inline.js')};
    import { resolveMember } from ${builtModule('engines/resolve.js')};
    import { threadsEngine } from ${builtModule('engines/threads.js')};
    ${WEIGH}
    const [pixels, channels, threads] = [${PIXELS}, ${CHANNELS}, ${threads}];
    const workerUrl = new URL(${JSON.stringify(pathToFileURL(worker).href)});
    const engine = threads === 0 ? inlineEngine(resolveMember) : threadsEngine({ threads, workerUrl });
    let blocks = 0;
    const heap = [];
    const progress = () => {
      if (++blocks === ${SETTLED} || blocks === ${BLOCKS}) heap.push(weigh());
    };
    const geometry = { pixels, channels, width: 4096 };
    const options = { resolve: resolveMember, geometry, progress };
    const total = await runFold(engine, 'sum/spectrum', {}, [${source}], options);
    await engine.close();
    console.log(JSON.stringify({ blocks, heap, total: Array.from(total) }));`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const workers = new Map<string, number[]>();
  for (const [thread, bytes] of lines.filter(Boolean).map((line) => line.split(' '))) {
    workers.set(thread, [...(workers.get(thread) ?? []), Number(bytes)]);
  }
  return { ...JSON.parse(stdout), workers: [...workers.values()] };
}

describe('a thousand blocks in a row', () => {
  it.each(Object.entries(SOURCES))(
    '%s leave the heap as it was after two hundred, in the calling thread',
    (_, source) => {
      const { blocks, heap, total } = growth(source, 0);
      expect(blocks).toBe(BLOCKS);
      expect(total).toEqual([PIXELS, PIXELS]);
      expect(heap[1] - heap[0]).toBeLessThan(NOISE_BYTES);
    },
  );

  it.each(Object.entries(SOURCES))('%s leave every heap as it was, on threads', (_, source) => {
    const { blocks, heap, total, workers } = growth(source, 2);
    expect(blocks).toBe(BLOCKS);
    expect(total).toEqual([PIXELS, PIXELS]);
    expect(heap[1] - heap[0]).toBeLessThan(NOISE_BYTES);
    const longest = workers.reduce((a, b) => (b.length > a.length ? b : a), []);
    expect(longest.length).toBeGreaterThanOrEqual(5);
    // Code is compiled during the first hundred.
    for (const [, settled, ...later] of workers.filter(({ length }) => length > 2)) {
      expect(later[later.length - 1] - settled).toBeLessThan(NOISE_BYTES);
    }
  });
});
