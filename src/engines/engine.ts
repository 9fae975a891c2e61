import { type FoldResult, haloOf, type Job, type Pass, withRows } from '../shapes/job.ts';
import { jobLevel } from '../shapes/job-size.ts';
import { MergeTree } from '../shapes/merge-tree.ts';
import { type Allocate, clearedRows, type PixelArray, pixelRows, plainMemory } from '../shapes/per-pixel.ts';
import { rangeOf } from '../shapes/read.ts';
import type { FoldShape, Geometry, Rows, ShapeResolver } from '../shapes/shape.ts';
import { tileRuns } from '../shapes/tile.ts';
import { type Block, concatBlocks, type DenseBlock } from '../signal/block.ts';
import { DTYPES, dtypeOf, type NumberArray } from '../signal/dtype.ts';
import { internalError } from '../signal/errors.ts';
import { type Source, sourceKind, sourcePixels } from '../signal/source.ts';
import { isShared } from './arrays-within.ts';

/** Told after every finished job of a pass: pixels done and in all. */
export type PassProgress = (done: number, total: number) => void;

/** Runs the jobs of a pass somewhere, in any order; hands each result over with its job number. */
export interface Engine {
  readonly name: string;
  /** Jobs that run at the same time. */
  readonly lanes: number;
  runPass(
    pass: Pass,
    jobs: readonly (() => Promise<Job>)[],
    done: (job: number, result: unknown) => void,
  ): Promise<void>;
  /**
   * Makes the arrays within a source or the arguments of a pass cheap to send, where this engine can (shared memory). An
   * array that was given once must not change afterwards.
   */
  share?<T>(value: T): T;
  /** Memory that jobs write into where it is; absent where they return what they found. */
  readonly allocate?: Allocate;
  /** Has the lanes load what they will be asked to run, by the ids of steps: time they have before the first pass. */
  prepare?(steps: readonly string[]): void;
  /** Between passes: ends all lanes but so many, for good; absent where there is only one. */
  retire?(lanes: number): Promise<void>;
  close(): Promise<void>;
}

export interface PassOptions {
  readonly resolve: ShapeResolver;
  readonly geometry: Geometry;
  /** Runs of 2^blockLevel tiles per job; default: as suits lanes and memory. Results do not depend on it. */
  readonly blockLevel?: number;
  readonly progress?: PassProgress;
  /** Arrays for the per-pixel results of a fold; default: new ones. */
  readonly into?: Rows;
}

/** One pass of a registered fold over sources of equal pixels; the merged state, and beside it the per-pixel results. */
export async function runFold(
  engine: Engine,
  shapeId: string,
  args: unknown,
  sources: readonly Source[],
  options: PassOptions,
): Promise<unknown> {
  const fold = (await options.resolve(shapeId)) as FoldShape;
  const level = levelFor(engine, sources, options);
  const runs = tileRuns(options.geometry.pixels, level);
  const described = fold.perPixel?.(args) ?? {};
  const { geometry } = options;
  const rows = options.into
    ? clearedRows(described, options.into)
    : pixelRows(described, geometry.pixels, engine.allocate ?? plainMemory);
  if (runs.length === 0) return withRows(fold.init(args, geometry), rows);
  const tree = new MergeTree<unknown>(runs.length, fold.merge);
  const inPlace = engine.allocate ? rows : undefined;
  await runJobs(
    engine,
    { kind: 'fold', shape: shapeId, args: sharedArgs(engine, args), rows: inPlace, geometry },
    sources,
    { ...options, blockLevel: level },
    (index, found) => {
      const { state, rows: pieces } = found as FoldResult;
      for (const [name, piece] of Object.entries(pieces)) {
        put(piece, rows[name], described[name].width, runs[index].start);
      }
      tree.add(index, state);
    },
    (start, end) => haloOf(fold, args, start, end),
  );
  return withRows(tree.root(), rows);
}

/** Copies what a job returned to its place, unless it was written there: shared memory only comes back in place. */
function put(piece: PixelArray, whole: PixelArray, width: number, start: number): void {
  if (!isShared(piece) && piece.buffer !== whole.buffer) whole.set(piece, start * width);
}

/** Reads a whole source, maps included, into one block in memory: for results, whose size is planned, never for raw cubes. */
export async function collect(engine: Engine, source: Source, options: PassOptions): Promise<Block> {
  const { geometry } = options;
  const { pixels } = geometry;
  if (pixels === 0) throw internalError({ code: 'no-pixels', what: 'a signal without pixels was read' });
  const level = levelFor(engine, [source], options);
  const runs = tileRuns(pixels, level);
  const blocks: Block[] = [];
  const pass: Pass = { kind: 'collect', geometry };
  const again = { ...options, blockLevel: level };
  if (runs.length === 1 || sourceKind(source) !== 'dense') {
    await runJobs(engine, pass, [source], again, (index, block) => {
      blocks[index] = block as Block;
    });
    return concatBlocks(blocks);
  }
  const whole = await roomFor(engine, source, options);
  const { channels, values } = whole;
  const inPlace = engine.allocate ? values : undefined;
  await runJobs(engine, { ...pass, values: inPlace }, [source], again, (index, block) => {
    if (!inPlace) values.set((block as DenseBlock).values, runs[index].start * channels);
  });
  return whole;
}

/** Room for all rows of a source, of the type that its first has. */
async function roomFor(engine: Engine, source: Source, { geometry, resolve }: PassOptions): Promise<DenseBlock> {
  const { pixels } = geometry;
  const job = async () => ({ start: 0, end: 1, ranges: [await rangeOf(source, 0, 1, resolve)] });
  let first: DenseBlock | undefined;
  await engine.runPass({ kind: 'collect', geometry }, [job], (_, block) => {
    first = block as DenseBlock;
  });
  const { channels, values } = first as DenseBlock;
  const { bytes, over } = DTYPES[dtypeOf(values)];
  const memory = (engine.allocate ?? plainMemory)(pixels * channels * bytes);
  return { kind: 'dense', pixels, channels, values: over(memory, 0, pixels * channels) as NumberArray };
}

function levelFor({ lanes }: Engine, sources: readonly Source[], { blockLevel, geometry }: PassOptions): number {
  return blockLevel ?? jobLevel(geometry.pixels, lanes, sources);
}

function sharedArgs(engine: Engine, args: unknown): unknown {
  return engine.share ? engine.share(args) : args;
}

/** Runs `count` pieces of a registered small shape; their results in order. */
export async function runSmall(
  engine: Engine,
  shapeId: string,
  args: unknown,
  count: number,
  progress?: PassProgress,
): Promise<unknown[]> {
  const results = new Array<unknown>(count);
  const jobs = Array.from(
    { length: count },
    (_, start) => async (): Promise<Job> => ({
      start,
      end: start + 1,
      ranges: [],
    }),
  );
  let finished = 0;
  const geometry = { pixels: 0, channels: 0, width: 0 };
  const pass: Pass = { kind: 'small', shape: shapeId, args: sharedArgs(engine, args), geometry };
  await engine.runPass(pass, jobs, (index, result) => {
    results[index] = result;
    progress?.(++finished, count);
  });
  return results;
}

async function runJobs(
  engine: Engine,
  pass: Pass,
  sources: readonly Source[],
  options: PassOptions,
  done: (index: number, result: unknown) => void,
  rowsFor: (start: number, end: number) => readonly [number, number] = (start, end) => [start, end],
): Promise<void> {
  const { pixels } = options.geometry;
  for (const source of sources) {
    if (sourcePixels(source) !== pixels) {
      throw internalError({
        code: 'shape-mismatch',
        what: `a source of ${sourcePixels(source)} pixels in a pass of ${pixels}`,
      });
    }
  }
  const shared = sources.map((source) => engine.share?.(source) ?? source);
  const runs = tileRuns(pixels, levelFor(engine, sources, options));
  const jobs = runs.map(
    ({ start, end }) =>
      async (): Promise<Job> => ({
        start,
        end,
        ranges: await Promise.all(shared.map((source) => rangeOf(source, ...rowsFor(start, end), options.resolve))),
      }),
  );
  let finished = 0;
  await engine.runPass(pass, jobs, (index, result) => {
    done(index, result);
    finished += runs[index].end - runs[index].start;
    options.progress?.(finished, pixels);
  });
}
