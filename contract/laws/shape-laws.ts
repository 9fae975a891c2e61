import { expect } from 'vitest';
import { collect, type Engine, runFold, runSmall } from '../../src/engines/engine.ts';
import { CounterRandom } from '../../src/kernels/index.ts';
import { haloOf, runJob } from '../../src/shapes/job.ts';
import { pixelRows, plainMemory } from '../../src/shapes/per-pixel.ts';
import { rangeOf, readRange } from '../../src/shapes/read.ts';
import type { Example, Geometry, RowsShape, Shape } from '../../src/shapes/shape.ts';
import { TILE_PIXELS } from '../../src/shapes/tile.ts';
import { type Block, type BlockKind, concatBlocks, type EventsBlock, sliceBlock } from '../../src/signal/block.ts';
import { type Lend, LentMemory } from '../../src/signal/lent-memory.ts';
import type { Source } from '../../src/signal/source.ts';
import { denseForm, exampleBlocks } from './random-blocks.ts';
import { digest, expectSameNumbers } from './same-numbers.ts';

export type AnyMap = Extract<Shape, { shape: 'map' }>;
export type AnyFold = Extract<Shape, { shape: 'fold' }>;
export type AnyScan = Extract<Shape, { shape: 'scan' }>;
export type AnySmall = Extract<Shape, { shape: 'small' }>;

/** A member on its own: its example for one geometry, with blocks to work on. */
export interface Trial<S extends Shape = Shape> {
  readonly shape: S;
  readonly example: Example<unknown>;
  readonly geometry: Geometry;
  readonly blocks: readonly Block[];
}

export function trial<S extends Shape>(shape: S, geometry: Geometry, seed = 1): Trial<S> {
  const example = shape.example(geometry);
  return { shape, example, geometry, blocks: exampleBlocks(example, geometry, seed) };
}

const ID = 'member';
const resolverOf = (shape: Shape) => async () => shape;
const memory = (block: Block): Source => ({ type: 'memory', block });

function mapped({ example, geometry, shape, blocks }: Trial<AnyMap>, kind: BlockKind = 'dense'): Source {
  const pixels = example.pixels ?? geometry.pixels;
  const one = shape.gather ? geometry.channels : blocks[0].channels;
  return {
    type: 'mapped',
    map: ID,
    args: example.args,
    parents: blocks.map(memory),
    pixels,
    channels: one,
    kind,
  };
}

/** Rows [start, end) of what a map makes, from exactly the rows it says it needs. */
async function rowsOf(trial: Trial<AnyMap>, start: number, end: number): Promise<Block> {
  const resolve = resolverOf(trial.shape);
  return readRange(await rangeOf(mapped(trial), start, end, resolve), resolve);
}

/** Any cut of the output into runs gives the rows of the whole, bit for bit, and leaves what it reads as it was. */
export async function mapLaw(trial: Trial<AnyMap>, seed: number, cuts = 3): Promise<void> {
  const before = await digest([trial.blocks, trial.example.args]);
  const pixels = trial.example.pixels ?? trial.geometry.pixels;
  const whole = await rowsOf(trial, 0, pixels);
  expectBlock(whole, pixels);
  const random = new CounterRandom(seed, pixels);
  for (let cut = 0; cut < cuts; cut++) {
    const inner = Array.from({ length: Math.min(cut + 1, pixels - 1) }, () => 1 + random.integer(pixels - 1));
    const edges = [...new Set([0, ...inner, pixels])].sort((a, b) => a - b);
    const pieces: Block[] = [];
    for (let i = 0; i + 1 < edges.length; i++) {
      const piece = await rowsOf(trial, edges[i], edges[i + 1]);
      expectBlock(piece, edges[i + 1] - edges[i]);
      expect(piece.channels).toBe(whole.channels);
      pieces.push(piece);
    }
    expect(await digest(own(concatBlocks(pieces))), `cut at ${edges.join(', ')}`).toBe(await digest(own(whole)));
  }
  expect(await digest([trial.blocks, trial.example.args])).toBe(before);
}

/** A block without the parts of a larger store it may be a view of. */
function own(block: Block): Block {
  return block.kind === 'events' ? sliceBlock(block as EventsBlock, 0, block.pixels) : block;
}

/** Sizes agree with what the block holds; events are in order and positive. */
function expectBlock(block: Block, pixels: number): void {
  expect(block.pixels).toBe(pixels);
  if (block.kind === 'dense') expect(block.values.length).toBe(pixels * block.channels);
  if (block.kind === 'factors') {
    expect([block.scores.length, block.loadings.length]).toEqual([pixels * block.rank, block.channels * block.rank]);
  }
  if (block.kind !== 'events') return;
  const { offsets, channel, count } = block;
  expect(offsets.length).toBe(pixels + 1);
  for (let i = 0; i < pixels; i++) {
    for (let e = offsets[i]; e < offsets[i + 1]; e++) {
      if (count[e] === 0 || channel[e] >= block.channels || (e > offsets[i] && channel[e] <= channel[e - 1])) {
        expect.fail(`event ${e} of pixel ${i} is out of order, empty or outside the ${block.channels} channels`);
      }
    }
  }
}

/** The same bits on any engine, for any size of a job. */
export async function mapOnEngines(trial: Trial<AnyMap>, engines: readonly Engine[]): Promise<void> {
  const pixels = trial.example.pixels ?? trial.geometry.pixels;
  const rows = await rowsOf(trial, 0, pixels);
  const whole = await digest(own(rows));
  const source = mapped(trial, rows.kind);
  for (const engine of engines) {
    for (const blockLevel of [0, 1, 3]) {
      const options = {
        resolve: resolverOf(trial.shape),
        geometry: { ...trial.geometry, pixels },
        blockLevel,
      };
      const block = await collect(engine, source, options);
      expect(await digest(own(block)), `${engine.name}, blocks of 2^${blockLevel} tiles`).toBe(whole);
    }
  }
}

/** State after one tile, made anew: merging may use it up. */
function tileState({ shape, example, geometry, blocks }: Trial<AnyFold>, tile: number): unknown {
  const start = tile * TILE_PIXELS;
  const end = Math.min(start + TILE_PIXELS, geometry.pixels);
  const [from, to] = haloOf(shape, example.args, start, end);
  const rows = blocks.map((block) => sliceBlock(block, from, to));
  const found = pixelRows(shape.perPixel?.(example.args) ?? {}, end - start, plainMemory);
  return shape.add(example.args, shape.init(example.args, geometry), rows, start, end, found);
}

/** `init` is the unit of `merge`, on either side. */
export function unitLaw(trial: Trial<AnyFold>): void {
  const { shape, example, geometry } = trial;
  const empty = () => shape.init(example.args, geometry);
  for (const tile of new Set([0, Math.ceil(geometry.pixels / TILE_PIXELS) - 1])) {
    expect(shape.merge(empty(), tileState(trial, tile)), 'init + tile').toEqual(tileState(trial, tile));
    expect(shape.merge(tileState(trial, tile), empty()), 'tile + init').toEqual(tileState(trial, tile));
  }
  expect(shape.merge(empty(), empty()), 'init + init').toEqual(empty());
}

export function foldOf({ shape, example, geometry, blocks }: Trial<AnyFold>, engine: Engine, blockLevel: number) {
  const options = { resolve: resolverOf(shape), geometry, blockLevel };
  return runFold(engine, ID, example.args, blocks.map(memory), options);
}

/** One block, many blocks, any order of completion, any engine: the same bits; what is read stays as it was. */
export async function foldLaw(trial: Trial<AnyFold>, engines: readonly Engine[]): Promise<void> {
  const before = await digest([trial.blocks, trial.example.args]);
  const whole = await digest(await foldOf(trial, engines[0], 40));
  for (const engine of engines) {
    for (const blockLevel of [0, 1, 3]) {
      const state = await foldOf(trial, engine, blockLevel);
      expect(await digest(state), `${engine.name}, blocks of 2^${blockLevel} tiles`).toBe(whole);
    }
  }
  expect(await digest([trial.blocks, trial.example.args])).toBe(before);
}

/** Memory that holds something else as soon as it is given back. */
class SpoiltMemory extends LentMemory {
  override async during<T>(work: (lend: Lend) => T | Promise<T>): Promise<T> {
    const lent: Uint8Array[] = [];
    const result = await work((bytes) => {
      const memory = new Uint8Array(bytes).fill(0xab);
      lent.push(memory);
      return memory;
    });
    for (const memory of lent) memory.fill(0xcd);
    return result;
  }
}

const LENT_ROWS = 'rows/lent';

/** Rows of a block in memory that was lent for them, events and factors with all of their arrays. */
const lentRows: RowsShape = {
  shape: 'rows',
  read: async (whole, start, end, lend) => {
    const block = own(sliceBlock(whole as Block, start, end));
    if (!lend) return block;
    const moved = Object.entries(block).map(([name, value]) => {
      if (!ArrayBuffer.isView(value) || name === 'loadings') return [name, value];
      const { buffer, byteOffset, byteLength } = value;
      const memory = lend(byteLength);
      memory.set(new Uint8Array(buffer, byteOffset, byteLength));
      const Values = value.constructor as new (buffer: ArrayBuffer, at: number, length: number) => ArrayBufferView;
      return [name, new Values(memory.buffer, memory.byteOffset, byteLength / (value as Uint8Array).BYTES_PER_ELEMENT)];
    });
    return Object.fromEntries(moved) as Block;
  },
};

function lent(block: Block): Source {
  const { pixels, channels, kind } = block;
  const facts = { pixels, channels, kind: kind as 'dense' | 'events', entries: 0, bytes: 0 };
  return { type: 'stored', reader: LENT_ROWS, args: block, ...facts };
}

/** Nothing of a job is left in the memory that its blocks were read into: with that spoilt after every job, the same bits. */
export async function lentMemoryLaw(trial: Trial<AnyFold>): Promise<void> {
  const { shape, example, geometry, blocks } = trial;
  const resolve = async (id: string) => (id === LENT_ROWS ? lentRows : shape);
  const memory = new SpoiltMemory();
  const engine: Engine = {
    name: 'lending',
    lanes: 1,
    async runPass(pass, jobs, done) {
      for (const [index, make] of jobs.entries()) {
        const job = await make();
        done(index, await memory.during((lend) => runJob(pass, job, resolve, lend)));
      }
    },
    async close() {},
  };
  const stored = blocks.map(lent);
  const whole = await digest(await foldOf(trial, engine, 40));
  for (const blockLevel of [0, 1]) {
    const found = await runFold(engine, ID, example.args, stored, { resolve, geometry, blockLevel });
    expect(await digest(found), `blocks of 2^${blockLevel} tiles in lent memory`).toBe(whole);
  }
}

/** The same of a map: what it makes of rows in lent memory owes nothing to the rows that were there before. */
export async function lentMapLaw(trial: Trial<AnyMap>): Promise<void> {
  const { shape, example, geometry, blocks } = trial;
  const pixels = example.pixels ?? geometry.pixels;
  const resolve = async (id: string) => (id === LENT_ROWS ? lentRows : shape);
  const memory = new SpoiltMemory();
  const source = mapped(trial) as Extract<Source, { type: 'mapped' }>;
  const parents = blocks.map(lent);
  const half = Math.ceil(pixels / 2);
  for (const [start, end] of [
    [0, half],
    [half, pixels],
    [0, half],
  ]) {
    if (end <= start) continue;
    const range = await rangeOf({ ...source, parents }, start, end, resolve);
    const seen = await memory.during(async (lend) => digest(own(await readRange(range, resolve, lend))));
    expect(seen, `pixels ${start} to ${end} in lent memory`).toBe(await digest(own(await rowsOf(trial, start, end))));
  }
}

/** Counts held as events and written out give the same numbers. */
export async function formsLaw(trial: Trial<AnyMap | AnyFold>, engine: Engine): Promise<void> {
  const written = { ...trial, blocks: trial.blocks.map(denseForm) };
  const result = (form: Trial<AnyMap | AnyFold>) =>
    form.shape.shape === 'map'
      ? rowsOf(form as Trial<AnyMap>, 0, form.example.pixels ?? form.geometry.pixels)
      : foldOf(form as Trial<AnyFold>, engine, 0);
  expectSameNumbers(await result(written), await result(trial), 1e-12);
}

/** Runs an ordered pass in blocks that end at `edges`; `pause` stands for a stop: what it returns is gone on with. */
function play(
  { shape, example, geometry, blocks }: Trial<AnyScan>,
  edges: readonly number[],
  pause: (state: unknown) => unknown,
): { out: Block; state: unknown } {
  let state = shape.init(example.args, geometry);
  const out: Block[] = [];
  for (let i = 0; i + 1 < edges.length; i++) {
    const rows = blocks.map((block) => sliceBlock(block, edges[i], edges[i + 1]));
    const step = shape.step(example.args, pause(state), rows, edges[i]);
    expect(step.out.pixels).toBe(edges[i + 1] - edges[i]);
    out.push(step.out);
    state = step.state;
  }
  return { out: concatBlocks(out), state };
}

/** A replay in blocks of any size equals the live pass, and so does one that is stopped, saved and resumed at every block. */
export async function scanLaw(trial: Trial<AnyScan>, seed: number): Promise<void> {
  const { pixels } = trial.geometry;
  const random = new CounterRandom(seed, pixels);
  const live = [...new Set([0, ...Array.from({ length: 12 }, () => random.integer(pixels)), pixels])].sort(
    (a, b) => a - b,
  );
  const before = await digest(trial.blocks);
  const expected = play(trial, live, (state) => state);
  const seen = await digest([own(expected.out), expected.state]);
  for (const edges of [live, [0, pixels]]) {
    for (const pause of [(state: unknown) => state, (state: unknown) => structuredClone(state)]) {
      const { out, state } = play(trial, edges, pause);
      expect(await digest([own(out), state])).toBe(seen);
    }
  }
  expect(await digest(trial.blocks)).toBe(before);
}

/** Pieces give the same results in any order, again, and on any engine, and leave their arguments as they were. */
export async function smallLaw(small: AnySmall, geometry: Geometry, engines: readonly Engine[]): Promise<void> {
  const { args, pieces = 1 } = small.example(geometry);
  const before = await digest(args);
  const numbers = Array.from({ length: pieces }, (_, index) => index);
  const expected: unknown[] = [];
  for (const index of numbers) expected[index] = await small.run(args, index);
  for (const index of numbers.toReversed()) {
    expect(await digest(await small.run(args, index)), `piece ${index} again`).toBe(await digest(expected[index]));
  }
  for (const engine of engines) {
    expect(await digest(await runSmall(engine, ID, args, pieces)), engine.name).toBe(await digest(expected));
  }
  expect(await digest(args)).toBe(before);
}
