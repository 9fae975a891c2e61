import type { Block, BlockKind } from './block.ts';

/**
 * Where the rows of a signal come from, as plain data that can cross a worker boundary. A `mapped` source is a promise:
 * its map runs block by block when somebody reads, so consecutive maps are carried through one read.
 */
export type Source = MemorySource | MappedSource;

export interface MemorySource {
  readonly type: 'memory';
  readonly block: Block;
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
