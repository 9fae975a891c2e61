import type { Block, BlockKind } from '../signal/block.ts';
import type { Lend } from '../signal/lent-memory.ts';
import type { PerPixel, PixelArray } from './per-pixel.ts';

export interface Geometry {
  /** Pixels of the whole cube. */
  readonly pixels: number;
  readonly channels: number;
  /** Pixels per row of the map. */
  readonly width: number;
}

/** What the law suite needs to run a member on its own: arguments for random blocks of this geometry. */
export interface Example<A> {
  readonly args: A;
  /** Kinds of block for each source of the member. */
  readonly kinds: readonly BlockKind[];
  /** Channels of each source; default: those of the geometry. */
  readonly channels?: readonly number[];
  /** Rows a map makes of such sources; default: as many as they have. */
  readonly pixels?: number;
  /** Pieces to run of a small member. */
  readonly pieces?: number;
}

interface ShapeBase<A> {
  readonly example: (geometry: Geometry) => Example<A>;
}

/**
 * Block → block, row by row or with a gather. Law: any split of the cube gives the same result.
 * `apply` gets one block per source (the gathered rows, concatenated) and returns rows [start, end) of the output, whose
 * values may lie in memory that it was lent.
 */
export interface MapShape<A = unknown> extends ShapeBase<A> {
  readonly shape: 'map';
  /** Pixel ranges of the parents needed for output rows [start, end), in order; default: the same rows. A halo is a wider range. */
  readonly gather?: (args: A, start: number, end: number) => readonly (readonly [number, number])[];
  readonly apply: (args: A, blocks: readonly Block[], start: number, end: number, lend?: Lend) => Block;
}

/** Per-pixel results of a fold, by name. */
export type Rows = Readonly<Record<string, PixelArray>>;

/**
 * Summary of all pixels. Laws: `init` is the unit of `merge`; merging in the fixed tree gives the same bits for any
 * split. `add` summarises pixels [start, end), at most one tile, and may change and return `state`, which is handed on
 * and must not hold arrays of `args` or `blocks`. What it finds for each pixel it writes into `rows`, the tile's part of
 * the arrays that `perPixel` describes, all 0 before: they are never merged, and stand beside the entries of the state in
 * the result.
 */
export interface FoldShape<A = unknown, S = unknown, R = Rows> extends ShapeBase<A> {
  readonly shape: 'fold';
  /** Pixels [from, to) whose rows `add` is given for [start, end), where it looks at neighbours; default: the same rows. */
  readonly halo?: (args: A, start: number, end: number) => readonly [from: number, to: number];
  readonly init: (args: A, geometry: Geometry) => S;
  readonly perPixel?: (args: A) => { readonly [name in keyof R]: PerPixel };
  /** Law, where it is said: adding a tile to a state gives the bits of merging with a state of that tile alone. */
  readonly additive?: boolean;
  readonly add: (args: A, state: S, blocks: readonly Block[], start: number, end: number, rows: R) => S;
  /** `left` covers pixels before `right`; may change and return `left`. */
  readonly merge: (left: S, right: S) => S;
}

/** Ordered pass with a state, for streams. Laws: replay equals live; resuming from a saved state equals no stop. */
export interface ScanShape<A = unknown, S = unknown> extends ShapeBase<A> {
  readonly shape: 'scan';
  readonly init: (args: A, geometry: Geometry) => S;
  readonly step: (args: A, state: S, blocks: readonly Block[], start: number) => { state: S; out: Block };
}

/**
 * Independent pieces of work on reduced results, each a function of its arguments and its number alone: calibrations,
 * restarts. Law: the same results wherever and in whatever order the pieces are done.
 */
export interface SmallShape<A = unknown, R = unknown> extends ShapeBase<A> {
  readonly shape: 'small';
  readonly run: (args: A, index: number) => R | Promise<R>;
}

/**
 * Where rows come from when they lie in files. Laws: any range gives the rows it has in the whole; nothing but the block
 * is kept in memory that was lent for it.
 */
export interface RowsShape<A = unknown> {
  readonly shape: 'rows';
  readonly read: (args: A, start: number, end: number, lend?: Lend) => Promise<Block>;
}

// biome-ignore lint/suspicious/noExplicitAny: a registry holds members of every argument and state type
export type Shape = MapShape<any> | FoldShape<any, any, any> | ScanShape<any, any> | SmallShape<any, any>;

/** What an engine can be told to run. */
export type Member = Shape | RowsShape;

export const defineMap = <A>(map: Omit<MapShape<A>, 'shape'>): MapShape<A> => ({ shape: 'map', ...map });
export const defineFold = <A, S, R = Rows>(fold: Omit<FoldShape<A, S, R>, 'shape'>): FoldShape<A, S, R> => ({
  shape: 'fold',
  ...fold,
});
export const defineScan = <A, S>(scan: Omit<ScanShape<A, S>, 'shape'>): ScanShape<A, S> => ({ shape: 'scan', ...scan });

export const defineSmall = <A, R>(small: Omit<SmallShape<A, R>, 'shape'>): SmallShape<A, R> => ({
  shape: 'small',
  ...small,
});

/** Finds a registered member by id: `<step>/<name>`, or `rows/<name>` for a reader of rows. */
export type ShapeResolver = (id: string) => Promise<Member>;
