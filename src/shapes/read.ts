import { type Block, concatBlocks, sliceBlock } from '../signal/block.ts';
import { internalError } from '../signal/errors.ts';
import type { Lend } from '../signal/lent-memory.ts';
import type { Source } from '../signal/source.ts';
import type { MapShape, ShapeResolver } from './shape.ts';

/** Rows of a source, as plain data a worker can turn into a block without seeing the rest of the cube. */
export type SourceRange =
  | { readonly type: 'memory'; readonly block: Block }
  | {
      readonly type: 'stored';
      readonly reader: string;
      readonly args: unknown;
      readonly start: number;
      readonly end: number;
    }
  | {
      readonly type: 'mapped';
      readonly map: string;
      readonly args: unknown;
      readonly start: number;
      readonly end: number;
      /** For each parent, the gathered ranges in order. */
      readonly parents: readonly (readonly SourceRange[])[];
    };

/** Describes rows [start, end) of a source. */
export async function rangeOf(
  source: Source,
  start: number,
  end: number,
  resolve: ShapeResolver,
): Promise<SourceRange> {
  if (source.type === 'memory') return { type: 'memory', block: sliceBlock(source.block, start, end) };
  if (source.type === 'stored') return { type: 'stored', reader: source.reader, args: source.args, start, end };
  const map = await resolveMap(source.map, resolve);
  const ranges = map.gather?.(source.args, start, end) ?? [[start, end] as const];
  const parents = await Promise.all(
    source.parents.map((parent) => Promise.all(ranges.map(([from, to]) => rangeOf(parent, from, to, resolve)))),
  );
  return { type: 'mapped', map: source.map, args: source.args, start, end, parents };
}

/**
 * Carries rows through their chain of maps. What comes of it may lie in what `lend` gave; `place` lends for the last of the
 * chain, by default as for all.
 */
export async function readRange(
  range: SourceRange,
  resolve: ShapeResolver,
  lend?: Lend,
  place: Lend | undefined = lend,
): Promise<Block> {
  if (range.type === 'memory') return range.block;
  if (range.type === 'stored') {
    const rows = await resolve(range.reader);
    if (rows.shape !== 'rows') {
      throw internalError({ code: 'wrong-shape', what: `"${range.reader}" is a ${rows.shape}, not a reader of rows` });
    }
    return onlyNumbers(await rows.read(range.args, range.start, range.end, place));
  }
  const map = await resolveMap(range.map, resolve);
  const blocks: Block[] = [];
  for (const parent of range.parents) {
    const pieces: Block[] = [];
    for (const piece of parent) pieces.push(await readRange(piece, resolve, lend));
    blocks.push(concatBlocks(pieces));
  }
  return map.apply(range.args, blocks, range.start, range.end, place);
}

/** As in a signal held in memory: the pixel of a value that is no number is masked, and the value 0. */
function onlyNumbers(block: Block): Block {
  if (block.kind !== 'dense') return block;
  const { values } = block;
  if (!(values instanceof Float32Array || values instanceof Float64Array)) return block;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) values[i] = 0;
  return block;
}

export async function resolveMap(id: string, resolve: ShapeResolver): Promise<MapShape> {
  const shape = await resolve(id);
  if (shape.shape !== 'map') {
    throw internalError({ code: 'wrong-shape', what: `"${id}" is a ${shape.shape}, not a map` });
  }
  return shape;
}
