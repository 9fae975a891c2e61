import { portablePow } from '../kernels/portable-math.ts';
import { type Source, sourcePixels } from '../signal/source.ts';
import { TILE_PIXELS, tileCount } from './tile.ts';

/** Bytes one job may read. */
const MOST_BYTES = 2 ** 25;
/** Tiles of a job at most: more would save little, and leave lanes waiting for the last one. */
const MOST_LEVEL = 3;
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
  return 8 * source.channels + source.parents.reduce((sum, parent) => sum + bytesPerPixel(parent), 0);
}
