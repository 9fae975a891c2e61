import { type Block, type DenseBlock, sliceBlock } from '../signal/block.ts';
import type { NumberArray } from '../signal/dtype.ts';
import { internalError } from '../signal/errors.ts';
import { type Lend, newMemory } from '../signal/lent-memory.ts';
import { MergeTree } from './merge-tree.ts';
import { pixelRows, plainMemory, sliceRows } from './per-pixel.ts';
import { readRange, type SourceRange } from './read.ts';
import type { FoldShape, Geometry, Rows, ShapeResolver } from './shape.ts';
import { TILE_PIXELS } from './tile.ts';

/** What stays the same for all jobs of one pass; sent once to each worker. */
export interface Pass {
  readonly kind: 'fold' | 'collect' | 'small';
  /** Registered member; for `collect` the sources are read as they are. */
  readonly shape?: string;
  readonly args?: unknown;
  /** Per-pixel results of a fold for the whole cube, where jobs can write into them; else they return their part. */
  readonly rows?: Rows;
  readonly geometry: Geometry;
  /** What is collected, for the whole cube, where jobs can write into it; else they return their part. */
  readonly values?: NumberArray;
}

/** One run of whole tiles; of a `small` pass, the piece of number `start`. */
export interface Job {
  readonly start: number;
  readonly end: number;
  readonly ranges: readonly SourceRange[];
}

/** What a fold's job returns: the state of its tiles, and their per-pixel results (views, where they are in place). */
export interface FoldResult {
  readonly state: unknown;
  readonly rows: Rows;
}

/** The whole result of a fold: its state, and beside it what was found for each pixel. */
export function withRows(state: unknown, rows: Rows): unknown {
  return Object.keys(rows).length > 0 ? { ...(state as object), ...rows } : state;
}

/**
 * Runs one job where the caller stands: the only place where shapes meet blocks, whatever the engine. Blocks are read into
 * what `lend` gives, and nothing of it is in what comes of the job.
 */
export async function runJob(pass: Pass, job: Job, resolve: ShapeResolver, lend?: Lend): Promise<unknown> {
  if (pass.kind === 'collect') return collectRows(pass, job, resolve, lend);
  const blocks: Block[] = [];
  for (const range of job.ranges) blocks.push(await readRange(range, resolve, lend));
  const shape = await resolve(pass.shape ?? '');
  if (pass.kind === 'small' && shape.shape === 'small') return shape.run(pass.args, job.start);
  if (pass.kind !== 'fold' || shape.shape !== 'fold') {
    throw internalError({ code: 'wrong-shape', what: `"${pass.shape}" is a ${shape.shape}, run as a ${pass.kind}` });
  }
  return foldTiles(shape, pass, blocks, job.start, job.end);
}

/** The rows of a job as a block that is kept; or, with values for the whole cube, put to their place among them. */
async function collectRows(
  { values: whole, geometry }: Pass,
  { start, end, ranges: [range] }: Job,
  resolve: ShapeResolver,
  lend: Lend = newMemory,
): Promise<Block | undefined> {
  if (!whole) return readRange(range, resolve);
  const channels = whole.length / geometry.pixels;
  const place = whole.subarray(start * channels, end * channels);
  let free = true;
  // Whoever makes the rows is lent the place where they belong.
  const { values } = (await readRange(range, resolve, lend, (bytes) => {
    if (!free || bytes !== place.byteLength) return lend(bytes);
    free = false;
    return new Uint8Array(place.buffer as ArrayBuffer, place.byteOffset, bytes);
  })) as DenseBlock;
  if (values.buffer !== place.buffer || values.byteOffset !== place.byteOffset) place.set(values);
  return undefined;
}

function foldTiles(
  fold: FoldShape,
  { args, geometry, rows: whole }: Pass,
  blocks: readonly Block[],
  start: number,
  end: number,
): FoldResult {
  const described = fold.perPixel?.(args) ?? {};
  const rows = whole ? sliceRows(described, whole, start, end) : pixelRows(described, end - start, plainMemory);
  const tiles = Math.max(1, Math.ceil((end - start) / TILE_PIXELS));
  // A leaf of two tiles is what the tree would make of them.
  const leafTiles = fold.additive ? 2 : 1;
  const leaves = Math.ceil(tiles / leafTiles);
  const tree = new MergeTree<unknown>(leaves, fold.merge);
  const [base] = haloOf(fold, args, start, end);
  for (let leaf = 0; leaf < leaves; leaf++) {
    let state = fold.init(args, geometry);
    for (let tile = leaf * leafTiles; tile < Math.min((leaf + 1) * leafTiles, tiles); tile++) {
      const first = start + tile * TILE_PIXELS;
      const last = Math.min(first + TILE_PIXELS, end);
      const [from, to] = haloOf(fold, args, first, last);
      const inTile = blocks.map((block) => sliceBlock(block, from - base, to - base));
      state = fold.add(args, state, inTile, first, last, sliceRows(described, rows, first - start, last - start));
    }
    tree.add(leaf, state);
  }
  return { state: tree.root(), rows };
}

/** Pixels a fold is given to summarise [start, end). */
export function haloOf(fold: FoldShape, args: unknown, start: number, end: number): readonly [number, number] {
  return fold.halo?.(args, start, end) ?? [start, end];
}
