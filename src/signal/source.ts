import type { Block, BlockKind } from './block.ts';

/**
 * Where the rows of a signal come from, as plain data that can cross a worker boundary. A `mapped` source is a promise:
 * its map runs block by block when somebody reads, so consecutive maps are carried through one read.
 */
export type Source = MemorySource | StoredSource | MappedSource;

export interface MemorySource {
  readonly type: 'memory';
  readonly block: Block;
}

/**
 * Rows that lie in files and are read by range where they are needed, in a worker too. Reading the same range twice gives
 * the same rows; a file that was changed or cut since it was opened is refused by its reader.
 */
export interface StoredSource {
  readonly type: 'stored';
  /** Registered reader of rows: `rows/<name>`. */
  readonly reader: string;
  /** Structured-cloneable: paths or Blobs, byte offsets, types; whatever the reader asks for. */
  readonly args: unknown;
  readonly pixels: number;
  readonly channels: number;
  readonly kind: 'dense' | 'events';
  /** Entries in all: pixels × channels, or the sparse counts that are not 0. */
  readonly entries: number;
  /** Bytes all rows would take in memory. */
  readonly bytes: number;
}

export interface MappedSource {
  readonly type: 'mapped';
  /** Registered map: `<step>/<shape>`. */
  readonly map: string;
  /** Structured-cloneable arguments of the map. */
  readonly args: unknown;
  readonly parents: readonly Source[];
  readonly pixels: number;
  readonly channels: number;
  readonly kind: BlockKind;
}

export function sourcePixels(source: Source): number {
  return source.type === 'memory' ? source.block.pixels : source.pixels;
}

export function sourceChannels(source: Source): number {
  return source.type === 'memory' ? source.block.channels : source.channels;
}

export function sourceKind(source: Source): BlockKind {
  return source.type === 'memory' ? source.block.kind : source.kind;
}
