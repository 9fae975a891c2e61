import { portablePow } from '../kernels/portable-math.ts';
import type { Block } from '../signal/block.ts';
import { type Source, sourceChannels, sourceKind, sourcePixels } from '../signal/source.ts';
import { TILE_PIXELS, tileCount } from './tile.ts';

/** Bytes one job may read. */
const MOST_BYTES = 2 ** 25;
/** Tiles of a job at most: more would save little, and leave lanes waiting for the last one. */
const MOST_LEVEL = 3;
/** A float64, or a channel and a count. */
const BYTES_PER_ENTRY = 8;
/** Jobs a lane should have, so that all end together. */
const JOBS_A_LANE = 8;

/**
 * Runs of 2^level tiles a job: as few jobs as keep all lanes busy to the end, none of which reads more than 32 MB. A matter
 * of speed and memory only; results do not depend on it.
 */
export function jobLevel(pixels: number, lanes: number, sources: readonly Source[]): number {
  return levelFor(
    pixels,
    lanes,
    sources.reduce((sum, source) => sum + bytesPerPixel(source), 0),
  );
}

/** Pixels of a job at most, where reading one takes so many bytes. */
export function jobPixels(pixels: number, lanes: number, bytes: number): number {
  return Math.min(pixels, TILE_PIXELS * portablePow(2, levelFor(pixels, lanes, bytes)));
}

function levelFor(pixels: number, lanes: number, bytes: number): number {
  let level = 0;
  let tiles = 2;
  while (
    level < MOST_LEVEL &&
    tileCount(pixels) >= tiles * lanes * JOBS_A_LANE &&
    bytes * TILE_PIXELS * tiles <= MOST_BYTES
  ) {
    level++;
    tiles *= 2;
  }
  return level;
}

/** Bytes that reading a pixel takes: rows in memory are only looked at. */
function bytesPerPixel(source: Source): number {
  if (source.type === 'memory') return 0;
  if (source.type === 'stored') return sourcePixels(source) ? source.bytes / sourcePixels(source) : 0;
  return BYTES_PER_ENTRY * entriesPerPixel(source) + source.parents.reduce((sum, each) => sum + bytesPerPixel(each), 0);
}

/** Values of a pixel, of sparse counts those that are not 0: a map makes no more of them than it was given. */
function entriesPerPixel(source: Source): number {
  const channels = sourceChannels(source);
  if (sourceKind(source) !== 'events') return channels;
  if (source.type === 'mapped') {
    return Math.min(
      channels,
      source.parents.reduce((sum, parent) => sum + entriesPerPixel(parent), 0),
    );
  }
  const entries = source.type === 'stored' ? source.entries : eventsOf(source.block);
  return sourcePixels(source) ? entries / sourcePixels(source) : 0;
}

function eventsOf(block: Block): number {
  return block.kind === 'events' ? block.channel.length : 0;
}
